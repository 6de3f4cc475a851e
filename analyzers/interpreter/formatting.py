"""String formatting without running anything: f-strings, ``str.format`` and ``%``."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.budget import MAXIMUM_STRING
from analyzers.interpreter.classes import NamedTuple
from analyzers.interpreter.native_values import call_special
from analyzers.interpreter.values import MISSING, Class, Function, Instance, NativeValue
from analyzers.tensors.dims import Expression, text
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

_STEP = re.compile(r"\.([^.\[]+)|\[([^\]]+)\]")
_NUMBER = re.compile(r"\d+")
_WIDE = re.compile(r"%[-+ #0-9.]*(\d{4}|\*)")
_SIMPLE = (str, int, float, bool, type(None), complex, bytes)


def as_text(machine: Machine, value: Any, *, representation: bool = False) -> Any:
    """``str(value)`` (or ``repr``) as a str, or Unknown."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, _SIMPLE):
        return _of_simple(machine, value, representation)
    if isinstance(value, Expression):
        return text(value)
    if isinstance(value, NativeValue):
        return call_special(machine, value, "__repr__" if representation else "__str__")
    if isinstance(value, (tuple, list)) and len(value) < 1000:
        return _of_sequence(machine, value)
    if isinstance(value, (dict, set, frozenset)) and len(value) < 1000:
        return _of_dict(machine, value) if isinstance(value, dict) else _of_set(machine, value)
    if isinstance(value, (range, slice)) or value is ... or value is NotImplemented:
        return repr(value)
    if isinstance(value, type):
        return f"<class {value.__name__!r}>"
    if isinstance(value, Instance):
        return _of_instance(machine, value, representation)
    if isinstance(value, (Class, Function)):
        return f"<{value.name}>"
    if hasattr(value, "__fspath__"):
        return str(value)
    kind = type(value)
    if kind.__module__.startswith("analyzers.frameworks") and {"__str__", "__repr__"} & kind.__dict__.keys():
        return repr(value) if representation else str(value)
    return machine.unknown("the text of a value")


def _of_simple(machine: Machine, value: Any, representation: bool) -> Any:
    if isinstance(value, int) and value.bit_length() > 10_000:
        return machine.unknown("the text of a very large number")
    machine.budget.read(value)
    return repr(value) if representation else str(value)


def _of_sequence(machine: Machine, value: Any) -> Any:
    machine.budget.spend(len(value))
    machine.depth += 1
    try:
        if machine.depth > 100:
            return machine.unknown("the text of a deeply nested value")
        parts = [as_text(machine, v, representation=True) for v in value]
    finally:
        machine.depth -= 1
    for part in parts:
        if isinstance(part, Unknown):
            return part
    if sum(map(len, parts)) > MAXIMUM_STRING:
        return machine.unknown("a string that is too long")
    inner = ", ".join(parts)
    if isinstance(value, NamedTuple):
        return f"{value.class_.name}({', '.join(f'{n}={p}' for n, p in zip(value.fields, parts))})"
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _of_dict(machine: Machine, value: dict) -> Any:
    parts = []
    for key, item in value.items():
        shown = as_text(machine, (key, item), representation=True)
        if isinstance(shown, Unknown):
            return shown
        name = as_text(machine, key, representation=True)
        parts.append(f"{name}: {shown[len(name) + 3 : -1]}")
    return _wrapped(value, dict, "{" + ", ".join(parts) + "}")


def _of_set(machine: Machine, value: Any) -> Any:
    """The order of anything but whole numbers differs from run to run."""
    if len(value) > 1 and not all(isinstance(v, int) for v in value):
        return machine.unknown("the order of a set")
    shown = as_text(machine, [*value], representation=True)
    if isinstance(shown, Unknown):
        return shown
    return _wrapped(value, set, "{" + shown[1:-1] + "}" if value else "")


def _wrapped(value: Any, plain: type, text: str) -> str:
    kind = type(value)
    names = {"DefaultDict": "defaultdict", "Ordered": "OrderedDict"}
    if kind is plain and (value or kind is dict):
        return text
    return f"{names.get(kind.__name__, kind.__name__)}({text})"


def _of_instance(machine: Machine, value: Instance, representation: bool) -> Any:
    for name in ("__repr__",) if representation else ("__str__", "__repr__"):
        if "args" in value.attributes and representation:
            break
        if value.class_.find(name) is not MISSING:
            return machine.call(machine.get_attribute(value, name))
    if "args" in value.attributes:
        given = value.attributes["args"]
        if representation:
            shown = as_text(machine, tuple(given), representation=True)
            return shown if isinstance(shown, Unknown) else value.class_.name + shown.replace(",)", ")")
        return as_text(machine, given[0] if len(given) == 1 else given) if given else ""
    if value.class_.traits.members is not None:
        return _of_member(value, representation)
    if value.payload is not None:
        return as_text(machine, value.payload, representation=representation)
    return machine.unknown(f"the text of a {value.class_.name}")


def _of_member(value: Instance, representation: bool) -> str:
    """``Color.RED``; the text of an IntEnum's or StrEnum's member is its value's."""
    name = f"{value.class_.name}.{value.attributes['name']}"
    if representation:
        return f"<{name}: {value.attributes['value']!r}>"
    return str(value.attributes["value"]) if _is_plain_member(value) else name


def _is_plain_member(value: Instance) -> bool:
    return any(getattr(c, "name", "") in ("IntEnum", "StrEnum", "IntFlag") for c in value.class_.mro)


def format_value(machine: Machine, value: Any, spec: str, conversion: str | None = None) -> Any:
    """``format(value, spec)``; widths beyond the bound are Unknown."""
    if isinstance(value, Unknown):
        return value
    if any(len(n) > 3 for n in _NUMBER.findall(spec)) or len(spec) > 50:
        return machine.unknown("a format width that is too large")
    if isinstance(value, Instance) and conversion is None:
        method = value.class_.find("__format__")
        if method is not MISSING:
            return machine.call(machine.get_attribute(value, "__format__"), (spec,))
        is_value = value.class_.traits.members is None or _is_plain_member(value)
        if is_value and isinstance(value.payload, (int, float, str)):
            value = value.payload
    if conversion is not None or not isinstance(value, (int, float, str)):
        value = as_text(machine, value, representation=conversion in ("r", "a"))
        if isinstance(value, Unknown):
            return value
        value = ascii(value)[1:-1] if conversion == "a" else value
    if isinstance(value, int) and value.bit_length() > 10_000:
        return machine.unknown("the text of a very large number")
    return format(value, spec)


def format_string(machine: Machine, template: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``template.format(*args, **kwargs)`` with plain field names (and attribute or index steps)."""
    parts: list[str] = []
    automatic = length = 0
    for literal, field, spec, conversion in string.Formatter().parse(template):
        parts.append(literal)
        if field is None:
            continue
        if field == "" or field[0] in ".[":
            field = f"{automatic}{field}"
            automatic += 1
        value = _field(machine, field, args, kwargs)
        if spec and "{" in spec:
            nested = spec.count("{}")
            spec = format_string(machine, spec, args[automatic:], kwargs)
            automatic += nested
            if isinstance(spec, Unknown):
                return spec
        shown = format_value(machine, value, spec or "", conversion)
        if isinstance(shown, Unknown):
            return shown
        parts.append(shown)
        length += len(literal) + len(shown)
        if length > MAXIMUM_STRING:
            return machine.unknown("a string that is too long")
        machine.budget.spend()
    return "".join(parts)


def _field(machine: Machine, field: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    from analyzers.interpreter.subscripts import get_item

    head = re.match(r"[^.\[]*", field)[0]  # type: ignore[index]
    value = args[int(head)] if head.isdigit() else kwargs[head]
    for name, key in _STEP.findall(field[len(head) :]):
        if name:
            value = machine.get_attribute(value, name)
        else:
            value = get_item(machine, value, int(key) if key.isdigit() else key)
    return value


class Shown:
    """A value in ``%``: its two texts, worked out beforehand."""

    __slots__ = ("representation", "text")

    def __init__(self, text: str, representation: str) -> None:
        self.text = text
        self.representation = representation

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.representation


def _shown(machine: Machine, value: Any) -> Any:
    if isinstance(value, Instance) and value.class_.traits.members is None:
        value = value.payload if isinstance(value.payload, (int, float)) else value
    if isinstance(value, (int, float, str, Unknown)):
        return value
    if isinstance(value, dict) and all(isinstance(v, (int, float, str)) for v in value.values()):
        return value
    text, representation = (as_text(machine, value, representation=r) for r in (False, True))
    representation = text if isinstance(representation, Unknown) else representation
    return text if isinstance(text, Unknown) else Shown(text, representation)


def _most_characters(template: str, value: Any) -> int:
    """How many characters a value may come to in a text."""
    if isinstance(value, dict):
        longest = max((_most_characters(template, entry) for entry in value.values()), default=0)
        all_together = sum(_most_characters(template, entry) for entry in value.values())
        return template.count("%(") * longest + (0 if "%(" in template else all_together)
    if isinstance(value, Shown):
        return max(len(value.text), len(value.representation))
    return len(value) if isinstance(value, str) else 0


def percent(machine: Machine, template: str, values: Any) -> Any:
    """``template % values``."""
    if _WIDE.search(template):
        return machine.unknown("a format width that is too large")
    given = list(values) if isinstance(values, tuple) else [values]
    shown = []
    for value in given:
        value = _shown(machine, value)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, int) and value.bit_length() > 10_000:
            return machine.unknown("the text of a very large number")
        shown.append(value)
    machine.budget.visit(len(shown))
    if len(template) + sum(_most_characters(template, value) for value in shown) > MAXIMUM_STRING:
        return machine.unknown("a string that is too long")
    return template % (shown[0] if len(shown) == 1 and not isinstance(values, tuple) else tuple(shown))
