"""What can be told of a module's names from its text alone: small plain data that is kept from one process to the next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from analyzers.source.blocks import Block
    from analyzers.source.module import SourceModule

LONGEST_KEY = 100
"""Characters of the longest text in quotes that is kept."""
_DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)\b", re.MULTILINE)
_QUOTED = re.compile(rf"\"(?=([^\"]{{0,{LONGEST_KEY}}})\")|'(?=([^']{{0,{LONGEST_KEY}}})')")


class Outline(NamedTuple):
    """``stars`` are the modules imported from with ``*``, ``exported`` is ``__all__`` where it is written out; ``bound``
    are the names that the module may bind, ``decorated`` those of decorated definitions; ``entries`` are the keys that
    the module may enter into a registry (see :func:`may_enter`), but for long ones."""

    stars: tuple[str, ...]
    exported: tuple[str, ...] | None
    bound: frozenset[str]
    decorated: frozenset[str]
    entries: frozenset[str]

    def may_enter(self, key: str) -> bool:
        """Whether some block of the module may."""
        return key in self.entries if is_kept(key) else True

    def exports(self, name: str) -> bool | None:
        """Whether ``__all__`` lets a name through; None where only a decorator may have added it."""
        if self.exported is None or name in self.exported:
            return True
        return None if name in self.decorated else False

    @property
    def given(self) -> frozenset[str]:
        """The names of its own that a star import may find here."""
        names = self.bound if self.exported is None else self.bound.intersection(self.exported) | self.decorated
        return frozenset(name for name in names if name[:1] != "_")


class Outlines(Protocol):
    """Keeps outlines from one process to the next, by the stamps of the files."""

    def get(self, path: str, stamp: str) -> Outline | None: ...
    def put(self, path: str, stamp: str, outline: Outline) -> None: ...


def outline_of(module: SourceModule) -> Outline:
    decorated = frozenset(name for block in module.blocks if block.decorated for name in block.binds)
    entries = frozenset(key for block in module.blocks for key in _entries(block))
    return Outline(module.star_imports, module.all_names, frozenset(module.bound_names), decorated, entries)


def may_enter(block: Block, key: str) -> bool:
    """Whether a block may enter something under a key into a registry: by a decorator of the definition of that name, or
    with the key in quotes."""
    if key not in block.text:
        return False
    if block.kind in ("def", "class"):
        return block.decorated and (key in block.binds or _quotes(_decorators(block), key))
    return block.kind == "other" and _quotes(block.text, key)


def is_kept(key: str) -> bool:
    """Whether outlines tell of such a key."""
    return len(key) <= LONGEST_KEY and '"' not in key and "'" not in key


def _entries(block: Block) -> set[str]:
    """Every key for which :func:`may_enter` holds, and no longer one."""
    if block.kind in ("def", "class"):
        return {*block.binds, *_quoted(_decorators(block))} if block.decorated else set()
    return _quoted(block.text) if block.kind == "other" else set()


def _decorators(block: Block) -> str:
    found = _DEFINITION.search(block.text)
    return block.text[: found.start()] if found else block.text


def _quotes(text: str, key: str) -> bool:
    return f'"{key}"' in text or f"'{key}'" in text


def _quoted(text: str) -> set[str]:
    return {double or single for double, single in _QUOTED.findall(text)}
