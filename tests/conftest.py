"""For the whole suite: a mistake of our own in a native is an error, not an unknown value."""

from __future__ import annotations

import os

os.environ["RF_LSP_DEBUG"] = "1"
