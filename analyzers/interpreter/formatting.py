"""String formatting without running anything: f-strings, ``str.format`` and ``%``."""

from __future__ import annotations

import re
import string
from typing import Any

from analyzers.interpreter.budget import MAXIMUM_STRING
from analyzers.interpreter.values import Class, Function, Instance
from analyzers.tensors.dims import Expression, text
from analyzers.unknown import Unknown

_NUMBER = re.compile(r"\d+")
_WIDE = re.compile(r"%[-+ #0-9.]*(\d{4}|\*)")
_SIMPLE = (str, int, float, bool, type(None), complex, bytes)


def as_text(machine: Any, value: Any, *, representation: bool = False) -> Any:
    """``str(value)`` (or ``repr``) as a str, or Unknown."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, _SIMPLE):
        return _of_simple(machine, value, representation)
    if isinstance(value, Expression):
        return text(value)
    if isinstance(value, (tuple, list)) and len(value) < 1000:
        return _of_sequence(machine, value)
    if isinstance(value, Instance):
        return _of_instance(machine, value, representation)
    if isinstance(value, (Class, Function)):
        return f"<{value.name}>"
    kind = type(value)
    if kind.__module__.startswith("analyzers.frameworks") and {"__str__", "__repr__"} & kind.__dict__.keys():
        return repr(value) if representation else str(value)
    return machine.unknown("the text of a value")


def _of_simple(machine: Any, value: Any, representation: bool) -> Any:
    if isinstance(value, int) and value.bit_length() > 10_000:
        return machine.unknown("the text of a very large number")
    return repr(value) if representation else str(value)


def _of_sequence(machine: Any, value: Any) -> Any:
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
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _of_instance(machine: Any, value: Instance, representation: bool) -> Any:
    from analyzers.interpreter.values import MISSING

    for name in ("__repr__",) if representation else ("__str__", "__repr__"):
        if value.class_.find(name) is not MISSING:
            return machine.call(machine.get_attribute(value, name))
    if "args" in value.attributes:
        given = value.attributes["args"]
        return as_text(machine, given[0] if len(given) == 1 else given) if given else ""
    if value.payload is not None:
        return as_text(machine, value.payload, representation=representation)
    return machine.unknown(f"the text of a {value.class_.name}")


def format_value(machine: Any, value: Any, spec: str, conversion: str | None = None) -> Any:
    """``format(value, spec)``; widths beyond the bound are Unknown."""
    if isinstance(value, Unknown):
        return value
    if any(len(n) > 3 for n in _NUMBER.findall(spec)) or len(spec) > 50:
        return machine.unknown("a format width that is too large")
    if conversion in ("r", "a") or not isinstance(value, (int, float, str)):
        value = as_text(machine, value, representation=conversion in ("r", "a"))
        if isinstance(value, Unknown):
            return value
    if isinstance(value, int) and value.bit_length() > 10_000:
        return machine.unknown("the text of a very large number")
    return format(value, spec)


def format_string(machine: Any, template: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``template.format(*args, **kwargs)`` with plain field names (and attribute or index steps)."""
    parts: list[str] = []
    automatic = 0
    for literal, field, spec, conversion in string.Formatter().parse(template):
        parts.append(literal)
        if field is None:
            continue
        if field == "" or field[0] in ".[":
            field = f"{automatic}{field}"
            automatic += 1
        value = _field(machine, field, args, kwargs)
        shown = format_value(machine, value, spec or "", conversion)
        if isinstance(shown, Unknown):
            return shown
        parts.append(shown)
    return "".join(parts) if sum(map(len, parts)) <= MAXIMUM_STRING else machine.unknown("a string that is too long")


def _field(machine: Any, field: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    head, *steps = re.split(r"[.\[]", field.replace("]", ""))
    value = args[int(head)] if head.isdigit() else kwargs[head]
    for step in steps:
        if step.isdigit() and isinstance(value, (list, tuple)):
            value = value[int(step)]
        else:
            value = machine.get_attribute(value, step)
    return value


def percent(machine: Any, template: str, values: Any) -> Any:
    """``template % values``."""
    if _WIDE.search(template):
        return machine.unknown("a format width that is too large")
    given = list(values) if isinstance(values, tuple) else [values]
    shown = []
    for value in given:
        value = value if isinstance(value, (int, float, str, dict)) else as_text(machine, value)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, int) and value.bit_length() > 10_000:
            return machine.unknown("the text of a very large number")
        if isinstance(value, dict) and any(not isinstance(v, (int, float, str)) for v in value.values()):
            return machine.unknown("formatting a dictionary")
        shown.append(value)
    return template % (shown[0] if len(shown) == 1 and not isinstance(values, tuple) else tuple(shown))
