"""Where problems are told, what they call layers, and which come of the same mistake."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analyzers.facts import Place
from analyzers.interpreter.certain import CERTAIN_EXCEPTION
from analyzers.interpreter.missing_entry import MISSING_FORWARD
from analyzers.interpreter.recorder import RecordedError
from analyzers.interpreter.values import Instance, Site
from analyzers.models.results import first_tensor
from analyzers.source import program

if TYPE_CHECKING:
    from analyzers.models.extraction import Extraction

LINE_END = re.compile(r"\r\n|\r|\n")
OF_SIZES = frozenset(("channel-mismatch", "feature-size-mismatch"))
"""What says that a layer was built for another size than what comes in."""
OF_ONE_VALUE = frozenset(("invalid-argument", "dimension-out-of-range"))
"""What says the same of every use that a function makes of one value."""
BROADCAST = "broadcast-mismatch"
OF_CODE = frozenset((CERTAIN_EXCEPTION, MISSING_FORWARD))
"""What says something of the code, and not of the layer it happens in."""


def place_of(site: Site | None) -> Place | None:
    """The source span of a site; positions of its block are computed on first need."""
    if site is None or site.node is None:
        return None
    try:
        line, column, end_line, end_column = site.block.span(site.node)
    except KeyError:
        return None
    return Place(site.path, line, column, end_line, end_column)


def argument_of(site: Site | None, place: Place | None, name: object) -> Place | None:
    """Where the argument of that name is written in the call at the site, if that is the ``place`` of the problem."""
    if site is None or type(site.node) is not program.Call or not isinstance(name, str) or place_of(site) != place:
        return None
    given = next((argument.value for argument in site.node.args if argument.keyword == name), None)
    value = place_of(site._replace(node=given)) if given is not None else None
    if value is None or given is None:
        return None
    line, column, _, _ = given.span
    before = LINE_END.split(site.block.text)[line][:column]
    word = before.rfind(name)
    is_beside = word >= 0 and before[word + len(name) :].strip(" \t(") == "="
    return replace(value, column=value.column - (column - word)) if is_beside else value


def header_of(site: Site | None) -> Place | None:
    """The first line of the definition at a site."""
    place = place_of(site)
    if site is None or place is None:
        return place
    line = site.block.text.splitlines()[place.line - site.block.first_line]
    return replace(place, end_line=place.line, end_column=len(line.rstrip().rstrip(":")))


def cause_of(extraction: Extraction, recorded: RecordedError) -> Any:
    """The same for what comes of one mistake: a layer whose result, or a tensor that, fits none of those that take it; a
    number that a constructor hands to several layers; operands that a line combines more than once; a ``forward`` that
    is misspelt."""
    error, record = recorded.error, recorded.record
    if error.rule == MISSING_FORWARD and error.data.get("misplaced") is not None:
        return error.rule, error.data["class_name"]
    if error.rule in OF_SIZES and record is not None:
        producer = extraction.first_producer(record)
        sizes = error.data.get("expected"), error.data.get("actual")
        maker = producer.instance if producer is not None else None
        given = maker if maker is not None else first_tensor(record.inputs)
        if given is not None and all(type(n) is int for n in sizes):
            return error.rule, sizes, id(given)
    if error.rule in OF_ONE_VALUE and recorded.site is not None:
        return error.rule, error.message, id(recorded.site.block)
    if error.rule == BROADCAST and (place := place_of(recorded.site)) is not None:
        return error.rule, error.message, place.file, place.line
    return id(recorded)


def spoken(extraction: Extraction, instance: Instance) -> str | None:
    """``conv1``; a layer that has only a number is told by its kind, too: ``layer 1 (BatchNorm2d)``."""
    name = extraction.names.get(id(instance))
    if not name or not name.rpartition(".")[2].isdigit():
        return name
    return f"layer {name} ({instance.class_.name})"


def place_of_problem(
    extraction: Extraction, recorded: RecordedError, related: list[tuple[str, Place]], data: dict[str, Any]
) -> Place | None:
    """Where the user can act: of what happens inside a library, where the layer is built that does not fit, else the
    line that leads there."""
    misplaced = header_of(data.pop("misplaced", None))
    place = place_of(recorded.site)
    if place is None and misplaced is not None:
        data["meant"] = True
        return misplaced
    if misplaced is not None:
        related.append(("it is written here", misplaced))
    definition: Place | None = data.get("definition")
    if place is None or extraction.machine.modules.is_own(place.file):
        return place or definition
    is_built_here = definition is not None and extraction.machine.modules.is_own(definition.file)
    own = definition if is_built_here else place_of(recorded.own_site)
    if own is None:
        return place
    related.insert(0, ("it happens here", place))
    return own
