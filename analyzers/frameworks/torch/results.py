"""What torch functions with several results return."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any


class NamedResult(tuple):
    """A named tuple of torch.return_types: ``values, indices = x.max(1)``, ``x.max(1).values``."""

    fields: tuple[str, ...]

    def __new__(cls, values: Iterable[Any], fields: tuple[str, ...] = ("values", "indices")) -> NamedResult:
        result = tuple.__new__(cls, values)
        result.fields = fields
        return result

    if not TYPE_CHECKING:  # What is not declared is a mistake to the type checker.

        def __getattr__(self, name: str) -> Any:
            fields = self.__dict__.get("fields", ())
            if name in fields:
                return self[fields.index(name)]
            raise AttributeError(name)
