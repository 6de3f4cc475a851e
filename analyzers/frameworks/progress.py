"""Progress bars around what is iterated over: tqdm, rich. Their elements are those of what they are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.no_ops import nothing
from analyzers.interpreter.contexts import Context
from analyzers.interpreter.iteration import elements
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

SHOWING = frozenset(
    "set_description set_description_str set_postfix set_postfix_str update write close refresh reset clear display "
    "unpause".split()
)


class _Again:
    """Iterates over a value of the program from its start as often as it is asked."""

    def __init__(self, machine: Machine, value: Any) -> None:
        self.machine = machine
        self.value = value

    def __iter__(self) -> Iterator[Any]:
        return iter(elements(self.machine, self.value))


class Bar(LazyIterator, Context):
    """``tqdm(loader)``: of its methods none has a bearing on what comes out."""

    def enter(self, machine: Machine) -> Any:
        return self

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name in SHOWING:
            return nothing
        return machine.get_attribute(self.source.value, name) if name in ("__len__", "__getitem__") else _shown(name)


def _shown(name: str) -> Unknown:
    return Unknown(f"{name} of a progress bar")


def _bar(iterable: Any = None, *_: Any, machine: Machine, sequence: Any = None, **__: Any) -> Bar:
    given = iterable if iterable is not None else sequence
    return Bar(_Again(machine, () if given is None else given))


def _range_bar(*ends: Any, machine: Machine, **__: Any) -> Bar:
    return Bar(_Again(machine, machine.call(range, ends)))


_TQDM = {"tqdm": _bar, "trange": _range_bar}
MODULES: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.std", "tqdm.autonotebook"), _TQDM),
    "rich.progress": {"track": _bar},
}
