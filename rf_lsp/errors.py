"""What the user can put right."""

from __future__ import annotations


class UsageError(Exception):
    """Bad input: one clear sentence for standard error, exit code 2."""
