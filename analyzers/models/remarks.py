"""``# rf:`` comments and entries of the settings that say nothing known, as problems of the file."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Place, Problem
from analyzers.models.context import FileContext
from analyzers.request import TargetError
from analyzers.source.comments import Directive

INVALID_COMMENT = "invalid-comment"


def malformed_comments(context: FileContext) -> Iterator[Problem]:
    """Those of which nothing was understood; of one that is, but for a name, see :func:`unknown_model`."""
    for directive in context.module.source.comments:
        if directive.error is not None:
            yield _problem(place_of_comment(context, directive), directive.error.rstrip("."))


def place_of_comment(context: FileContext, directive: Directive) -> Place:
    return Place(context.request.path, directive.line, directive.column, directive.line, directive.end_column)


def unknown_model(context: FileContext, expression: str, directive: Directive | None, error: TargetError) -> Problem:
    """A model that a comment or the settings (no directive) name and the file does not have."""
    import difflib

    name = expression.partition("(")[0].strip()
    close = difflib.get_close_matches(name, error.held, 1, 0.6)
    hint = f"; did you mean {close[0]}?" if close else ""
    if directive is not None:
        return _problem(place_of_comment(context, directive), f"this file has no {expression}{hint}")
    first = Place(context.request.path, 0, 0, 0, 0)
    return _problem(first, f"the settings name {expression}, which this file does not have{hint}")


def unknown_input(place: Place, name: str, model: str, possible: list[str]) -> Problem:
    """An input that a comment names and the model does not take."""
    import difflib

    close = difflib.get_close_matches(name, possible, 1, 0.5)
    hint = f"did you mean {close[0]}?" if close else f"it takes {', '.join(possible) or 'none'}"
    return _problem(place, f"{model} has no input {name}; {hint}")


def _problem(place: Place, message: str) -> Problem:
    return Problem(INVALID_COMMENT, message, place)
