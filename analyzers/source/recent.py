"""What was read, for as long as it is likely to be asked for again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Item = TypeVar("Item")

_REMEMBERED = 4000
"""Paths of dropped items that are remembered."""


class Recent(Generic[Item]):
    """Items by path, of a bounded size in all.

    They are asked for in looks: at a file with all that it imports. What several looks asked for stays while there is room,
    the least recently used is dropped first. Of what a single look asked for no more than ``once`` is left when the next
    one begins, so that a run over thousands of files does not pile them up; who is asked for again after that has been
    asked for by several.
    """

    def __init__(self, most: int, once: int) -> None:
        self._most = most
        self._most_once = once
        self._once: OrderedDict[str, tuple[Item, int]] = OrderedDict()
        self._again: OrderedDict[str, tuple[Item, int]] = OrderedDict()
        self._fresh: set[str] = set()
        """Of those asked for once the ones of this look."""
        self._dropped: OrderedDict[str, None] = OrderedDict()
        self._size_once = self._size_again = 0

    def begin(self) -> None:
        """The next look begins."""
        self._fresh.clear()
        while self._size_once > self._most_once:
            self._drop_once()

    def get(self, path: str) -> Item | None:
        known = self._again.get(path)
        if known is not None:
            self._again.move_to_end(path)
            return known[0]
        known = self._once.get(path)
        if known is None:
            return None
        if path not in self._fresh:
            self.pop(path)
            self._put_again(path, *known)
        return known[0]

    def put(self, path: str, item: Item, size: int) -> None:
        """Keep an item, in place of an earlier one of its path."""
        is_known = path in self._again or path in self._dropped or (path in self._once and path not in self._fresh)
        self.pop(path)
        if is_known:
            self._put_again(path, item, size)
        else:
            self._once[path] = (item, size)
            self._size_once += size
            self._fresh.add(path)
        self._trim()

    def pop(self, path: str) -> None:
        """Drop an item, if it is there."""
        self._size_once -= self._once.pop(path, (None, 0))[1]
        self._size_again -= self._again.pop(path, (None, 0))[1]

    def _put_again(self, path: str, item: Item, size: int) -> None:
        self._dropped.pop(path, None)
        self._again[path] = (item, size)
        self._size_again += size

    def _trim(self) -> None:
        while self._size_once + self._size_again > self._most and len(self._once) + len(self._again) > 1:
            if self._again and next(iter(self._once), None) in (None, *self._fresh):
                _, (_, size) = self._again.popitem(last=False)
                self._size_again -= size
            else:
                self._drop_once()

    def _drop_once(self) -> None:
        path, (_, size) = self._once.popitem(last=False)
        self._size_once -= size
        self._dropped[path] = None
        if len(self._dropped) > _REMEMBERED:
            self._dropped.popitem(last=False)
