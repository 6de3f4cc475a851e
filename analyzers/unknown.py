"""Unknown: a value with a reason and a place, never an exception and never a guess."""

from __future__ import annotations

from typing import Any, NoReturn


class UnknownUsed(Exception):
    """Native code needed the value of an Unknown; the call's result is that Unknown."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason)
        self.unknown = unknown.used()


class Unknown:
    """A value that could not be determined.

    Every operation that native code tries on it raises :class:`UnknownUsed`, which the
    interpreter turns back into this same value: so an unknown poisons what it touches and
    keeps the place where it began. ``of_tensor`` tells that it stands where a tensor would be: what a layer
    gives, what is made of a tensor.
    """

    __slots__ = ("of_tensor", "place", "reason")

    def __init__(self, reason: str, place: Any = None) -> None:
        self.reason = reason
        self.place = place
        self.of_tensor = False

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"

    def used(self) -> Unknown:
        """What comes out of anything that is done with it."""
        return self

    def _used(self, *_: Any, **__: Any) -> NoReturn:
        raise UnknownUsed(self)

    __bool__ = __len__ = __iter__ = __index__ = __int__ = __float__ = __call__ = _used
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __getitem__ = __abs__ = __neg__ = _used
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__ = __rpow__ = _used
    __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = _used
    __matmul__ = __rmatmul__ = __and__ = __or__ = __xor__ = __lshift__ = __rshift__ = _used


class NotModelled(Unknown):
    """A name of a library that the tables know but for this one: what comes of it is not known, but a call of it leaves
    the values it is given as they are."""

    __slots__ = ()


class PlainUnknown(Unknown):
    """One of several numbers or texts: certainly no tensor and no module."""

    __slots__ = ()

    def used(self) -> Unknown:
        return Unknown(self.reason, self.place)


class UnknownNumber(PlainUnknown):
    """What arithmetic makes of a number that is not known. Where it is a quotient of sizes, ``quotient`` has numerator and
    denominator, a positive int: its floor is a size again."""

    __slots__ = ("quotient",)

    def __init__(self, reason: str, place: Any = None, quotient: tuple[Any, int] | None = None) -> None:
        super().__init__(reason, place)
        self.quotient = quotient


class ModelResult(Unknown):
    """What a call of a model in the file's own code gave, as long as nothing else is done with it."""

    __slots__ = ("model",)

    def __init__(self, reason: str, place: Any, model: Any) -> None:
        super().__init__(reason, place)
        self.model = model

    def used(self) -> Unknown:
        return Unknown(self.reason, self.place)
