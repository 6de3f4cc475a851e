"""RF201: the layer is built for what arrives."""

from __future__ import annotations

from analyzers.fixes.support.sizes import set_to_actual as propose

__all__ = ["propose"]
