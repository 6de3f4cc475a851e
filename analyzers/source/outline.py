"""What can be told of a module's names from its text alone: small plain data that is kept from one process to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from analyzers.source.module import SourceModule


class Outline(NamedTuple):
    """``stars`` are the modules imported from with ``*``, ``exported`` is ``__all__`` where it is written out; ``bound``
    are the names that the module may bind, ``decorated`` those of decorated definitions."""

    stars: tuple[str, ...]
    exported: tuple[str, ...] | None
    bound: frozenset[str]
    decorated: frozenset[str]

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
    return Outline(module.star_imports, module.all_names, frozenset(module.bound_names), decorated)
