"""What a class or function takes, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """``position`` counts the arguments that are given without a name, from 0 (``None``: by name only); ``default``
    is ``None`` for one that must be given (``required``), too."""

    name: str
    position: int | None
    required: bool
    default: Any = None

    @property
    def takes_words(self) -> bool:
        """Whether its values are words (``padding="valid"``), not numbers."""
        return isinstance(self.default, str)


@dataclass(frozen=True)
class Signature:
    """The parameters of one callee without ``self``, in order.

    ``names`` gives the parameters that other frameworks know by another name (``stride`` → ``strides``); ``rest`` and
    ``keywords`` are the names behind ``*`` and ``**``.
    """

    parameters: tuple[Parameter, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    rest: str | None = None
    keywords: str | None = None

    @cached_property
    def _by_name(self) -> dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.parameters}

    @property
    def positions(self) -> int:
        """How many arguments can be given without a name, those of ``rest`` left out."""
        return sum(parameter.position is not None for parameter in self.parameters)

    def named(self, name: str) -> Parameter | None:
        return self._by_name.get(name)

    def parameter(self, role: str) -> Parameter | None:
        """The parameter that means ``role`` (torch's name); ``None`` where it has none."""
        return self._by_name.get(self.names.get(role, role))

    def at(self, position: int) -> Parameter | None:
        return next((parameter for parameter in self.parameters if parameter.position == position), None)
