"""Text of sources in the Markdown of hovers and tooltips: shown as it is, it marks nothing up."""

from __future__ import annotations

import re

from rf_lsp.output.escape import visible
from rf_lsp.output.markdown import code

__all__ = ["code", "escaped", "unmarked"]

_MARKS = re.compile(r"([\\`*_\[\]|<])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]|<])")


def escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", visible(text))


def unmarked(text: str) -> str:
    """Markdown of ours as plain text, for clients that know none."""
    return _ESCAPED.sub(r"\1", text.replace("`", "").replace("  \n", "\n"))
