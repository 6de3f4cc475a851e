"""What tracing told of a model, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzers.tracing.results import ModelResult

LONGEST = 300


def verdict_text(result: ModelResult) -> str | None:
    """``✓ confirmed with torch 2.13.0, 54 of 54 layers, 0.9 s``; ``None`` where it could not be traced."""
    if result.verdict == "failed":
        return None
    mark = "✓ confirmed with" if result.verdict == "confirmed" else "✗ differs from"
    names = {layer.name for layer in result.layers}
    wrong = {layer.name for layer in result.layers if layer.verdict != "confirmed"}
    layers = f"{len(names - wrong)} of {len(names)} layers"
    return f"{mark} {result.framework} {result.framework_version}, {layers}, {sum(result.seconds.values()):.1f} s"


def verdict_message(result: ModelResult) -> str:
    """For the screen: with the first difference, or the reason why it could not be traced. What a program says may
    hold anything, so that it is one line without links."""
    from analyzers.tracing.problems import problems_of

    text = verdict_text(result)
    whole = f"{result.model.name}: {text.removeprefix('✓ ').removeprefix('✗ ')}" if text is not None else ""
    first = next((problem.message for problem in problems_of(result)), None)
    if result.verdict == "differs" and first is None:
        first = "the source does not say all that torch does"
    return _plain("; ".join(part for part in (whole, first) if part))


def _plain(text: str) -> str:
    line = "".join(filter(str.isprintable, " ".join(text.split()))).replace("](", "] (")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
