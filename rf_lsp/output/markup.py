"""HTML that cannot be broken out of: what is not :class:`Markup` is text, and is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

from rf_lsp.output.escape import visible

EMPTY = frozenset(("meta", "input", "br"))


class Markup(str):
    """Text that is HTML already; only this file makes it."""

    __slots__ = ()


Child = str | int | None | Iterable["Child"]


def element(name: str, *children: Child, **attributes: Any) -> Markup:
    """``element("td", text, class_="number")``. Attributes of value None and False are left out, ``_`` stands for ``-``."""
    written = "".join(_attributes(attributes))
    return Markup(f"<{name}{written}>" if name in EMPTY else f"<{name}{written}>{joined(children)}</{name}>")


def joined(*children: Child) -> Markup:
    """One after the other."""
    return Markup("".join(map(_text, children)))


def _text(child: Child) -> str:
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return escape(visible(child))
    if child is None:
        return ""
    return str(child) if isinstance(child, int) else joined(*child)


def _attributes(attributes: dict[str, Any]) -> Iterable[str]:
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        spelled = name.rstrip("_").replace("_", "-")
        yield f" {spelled}" if value is True else f' {spelled}="{escape(visible(str(value)))}"'


def table_markup(table: str) -> Markup:
    """A table whose cells tabulate has escaped; cells that it gives no side stand on the left."""
    return Markup(re.sub(r"<(t[hd])>", r'<\1 style="text-align: left;">', table))


def data(name: str, value: Any) -> Markup:
    """A block of JSON for the page's script, which never runs and never ends early."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(f'<script type="application/json" id="{escape(name)}">{text}</script>')


def link(text: str, url: str) -> Markup:
    """A link that a person may follow; of any other kind of address only the text is left."""
    if not url.startswith("https://"):
        return joined(text)
    return element("a", text, href=url, rel="noreferrer noopener", target="_blank")
