"""``argparse``: the namespace that no command line arguments give, i.e. the defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import KeepsValues, SupportsAttributes, SupportsContains
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class Namespace(KeepsValues, SupportsContains):
    """``argparse.Namespace``: what is not declared is not known."""

    def __init__(self, values: dict[str, Any], is_whole: bool = False) -> None:
        self.values = values
        self.is_whole = is_whole

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name == "__dict__":
            return self.values
        if name in self.values:
            return self.values[name]
        return self.values["**"] if "**" in self.values else self._not_declared(name)

    def contains(self, item: Any) -> Any:
        """``name in options``."""
        return True if item in self.values else False if self.is_whole else self._not_declared(item)

    def _not_declared(self, name: Any) -> Unknown:
        return Unknown(f"the command line argument {name}")

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        self.values[name] = value


class Parser(SupportsAttributes):
    """``argparse.ArgumentParser`` and its groups, which share one table of arguments."""

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        self.values: dict[str, Any] = {} if values is None else values

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name.startswith("parse"):
            machine.recorder.has_choices = True

        def add_argument(*names: Any, **options: Any) -> None:
            self._add(machine, names, options)

        return {
            "add_argument": add_argument,
            "add_argument_group": self.group,
            "add_mutually_exclusive_group": self.group,
            "set_defaults": self.set_defaults,
            "parse_args": self.parse,
            "parse_known_args": self.parse_known,
        }.get(name, _nothing)

    def group(self, *_: Any, **__: Any) -> Parser:
        return Parser(self.values)

    def set_defaults(self, **values: Any) -> None:
        self.values.update(values)

    def _add(self, machine: Machine, names: tuple[Any, ...], options: dict[str, Any]) -> None:
        flags = [n for n in names if isinstance(n, str)]
        long = next((n for n in flags if n.startswith("--")), flags[0] if flags else None)
        target = options.get("dest") or (long.lstrip("-").replace("-", "_") if long else None)
        if isinstance(target, str):
            self.values[target] = _default(machine, target, flags, options)

    def parse(self, *_: Any, **__: Any) -> Namespace:
        return Namespace(dict(self.values))

    def parse_known(self, *_: Any, **__: Any) -> tuple:
        return Namespace(dict(self.values)), []


def _default(machine: Machine, target: str, flags: list[str], options: dict[str, Any]) -> Any:
    if "default" in options:
        default, convert = options["default"], options.get("type")
        return machine.call(convert, [default]) if isinstance(default, str) and convert is not None else default
    action = options.get("action")
    if action in ("store_true", "store_false"):
        return action == "store_false"
    if options.get("required") or not flags[0].startswith("-"):
        return Unknown(f"the command line argument {target}")
    return None


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _parser(*_: Any, **__: Any) -> Parser:
    return Parser()


def _namespace(**values: Any) -> Namespace:
    return Namespace(values, is_whole=True)


MODULES: dict[str, dict[str, Any]] = {
    "argparse": {
        "ArgumentParser": _parser, "Namespace": _namespace, "ArgumentDefaultsHelpFormatter": None,
        "RawDescriptionHelpFormatter": None, "ArgumentTypeError": _nothing,
    },
}  # fmt: skip
