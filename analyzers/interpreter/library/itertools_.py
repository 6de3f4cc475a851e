"""``itertools``, lazily, so that endless iterators stay endless only where they are bounded by others."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.interpreter.capabilities import SupportsAttributes, SupportsCall
from analyzers.interpreter.iteration import elements
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.values import MISSING
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _count(start: Any = 0, step: Any = 1) -> LazyIterator:
    return LazyIterator(itertools.count(start, step))


def _cycle(iterable: Any, *, machine: Machine) -> LazyIterator:
    items = machine.iterate(iterable)
    return LazyIterator(itertools.cycle(items))


def _repeat(value: Any, times: Any = None) -> LazyIterator:
    return LazyIterator(itertools.repeat(value) if times is None else itertools.repeat(value, times))


def _chain(*iterables: Any, machine: Machine) -> LazyIterator:
    return LazyIterator(itertools.chain(*[elements(machine, i) for i in iterables]))


def _chained(iterable: Any, *, machine: Machine) -> LazyIterator:
    return _chain(*machine.iterate(iterable), machine=machine)


class Chain(SupportsAttributes, SupportsCall):
    """``itertools.chain`` with its ``from_iterable``."""

    def call_value(self, machine: Machine, args: Any, kwargs: Any) -> Any:
        return machine.call(_chain, args)

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return _chained if name == "from_iterable" else MISSING


def _islice(iterable: Any, *ends: Any, machine: Machine) -> LazyIterator:
    return LazyIterator(itertools.islice(elements(machine, iterable), *ends))


def _zip_longest(*iterables: Any, fillvalue: Any = None, machine: Machine) -> LazyIterator:
    return LazyIterator(itertools.zip_longest(*[elements(machine, i) for i in iterables], fillvalue=fillvalue))


def _accumulate(iterable: Any, func: Any = None, *, initial: Any = MISSING, machine: Machine) -> LazyIterator:
    from analyzers.interpreter import operators

    def step(total: Any, item: Any) -> Any:
        if func is not None:
            return machine.call(func, (total, item))
        return operators.binary(machine, "add", total, item)

    def totals() -> Iterator[Any]:
        items = list(machine.iterate(iterable))
        if initial is not MISSING:
            items.insert(0, initial)
        total = MISSING
        for item in items:
            total = item if total is MISSING else step(total, item)
            yield total

    return LazyIterator(totals())


def _bounded(count: int) -> None:
    if count > MAXIMUM_COLLECTION:
        raise UnknownUsed(Unknown(f"more than {MAXIMUM_COLLECTION:,} combinations"))


def _product(*iterables: Any, repeat: Any = 1, machine: Machine) -> LazyIterator:
    pools = [machine.iterate(i) for i in iterables] * min(repeat, 64)
    size = 1
    for pool in pools:
        size *= len(pool)
        _bounded(size)
    return LazyIterator(itertools.product(*pools))


def _chosen(machine: Machine, iterable: Any, r: Any, count: Any) -> list[Any]:
    """The elements, where ``count`` of them (math.comb, math.perm) is not too many."""
    items = machine.iterate(iterable)
    _bounded(MAXIMUM_COLLECTION + 1 if len(items) > 1000 else count(len(items), r))
    return items


def _combinations(iterable: Any, r: Any, *, machine: Machine) -> LazyIterator:
    return LazyIterator(itertools.combinations(_chosen(machine, iterable, r, math.comb), r))


def _repeated_combinations(iterable: Any, r: Any, *, machine: Machine) -> LazyIterator:
    items = _chosen(machine, iterable, r, lambda n, r: math.comb(n + r - 1, r) if n else 0)
    return LazyIterator(itertools.combinations_with_replacement(items, r))


def _filterfalse(predicate: Any, iterable: Any, *, machine: Machine) -> LazyIterator:
    def passes(item: Any) -> bool:
        return _sure(machine, item if predicate is None else machine.call(predicate, (item,)))

    return LazyIterator(itertools.filterfalse(passes, elements(machine, iterable)))


def _compress(data: Any, selectors: Any, *, machine: Machine) -> LazyIterator:
    chosen = (_sure(machine, s) for s in machine.iterate(selectors))
    return LazyIterator(itertools.compress(elements(machine, data), chosen))


def _permutations(iterable: Any, r: Any = None, *, machine: Machine) -> LazyIterator:
    return LazyIterator(itertools.permutations(_chosen(machine, iterable, r, math.perm), r))


def _pairwise(iterable: Any, *, machine: Machine) -> LazyIterator:
    items = machine.iterate(iterable)
    return LazyIterator(iter(list(itertools.pairwise(items))))


def _takewhile(predicate: Any, iterable: Any, *, machine: Machine) -> LazyIterator:
    return LazyIterator(
        itertools.takewhile(lambda item: _sure(machine, machine.call(predicate, (item,))), elements(machine, iterable))
    )


def _dropwhile(predicate: Any, iterable: Any, *, machine: Machine) -> LazyIterator:
    return LazyIterator(
        itertools.dropwhile(lambda item: _sure(machine, machine.call(predicate, (item,))), elements(machine, iterable))
    )


def _sure(machine: Machine, value: Any) -> bool:
    known = machine.truth(value)
    if known is None:
        raise UnknownUsed(machine.unknown("filtered by a condition that is not known"))
    return known


def _starmap(function: Any, iterable: Any, *, machine: Machine) -> LazyIterator:
    return LazyIterator(machine.call(function, machine.iterate(row)) for row in machine.iterate(iterable))


def _groupby(iterable: Any, key: Any = None, *, machine: Machine) -> LazyIterator:
    from analyzers.interpreter.comparison import equals

    groups: list[tuple[Any, list[Any]]] = []
    for item in machine.iterate(iterable):
        name = item if key is None else machine.call(key, (item,))
        if groups and equals(machine, groups[-1][0], name):
            groups[-1][1].append(item)
        else:
            groups.append((name, [item]))
    return LazyIterator((name, LazyIterator(iter(items))) for name, items in groups)


def _tee(iterable: Any, n: Any = 2, *, machine: Machine) -> tuple:
    items = machine.iterate(iterable)
    return tuple(LazyIterator(iter(list(items))) for _ in range(min(n, 100)))


MODULES: dict[str, dict[str, Any]] = {
    "itertools": {
        "count": _count, "cycle": _cycle, "repeat": _repeat, "chain": Chain(), "islice": _islice,
        "zip_longest": _zip_longest, "accumulate": _accumulate, "product": _product,
        "combinations": _combinations, "permutations": _permutations, "pairwise": _pairwise,
        "takewhile": _takewhile, "dropwhile": _dropwhile, "starmap": _starmap, "groupby": _groupby, "tee": _tee,
        "combinations_with_replacement": _repeated_combinations, "filterfalse": _filterfalse, "compress": _compress,
    },
}  # fmt: skip
