"""RF903: an ignore comment that silences nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from analyzers.facts import FileFacts, Finding, IgnoreFact
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings

RULE = Rule(
    code="RF903",
    name="unused-ignore",
    level="information",
    summary="A `# rf: ignore[…]` comment that no finding needs, or that names a rule which does not exist.",
    why="It would hide a real finding of that rule later on.",
    how_to_fix="Remove the comment.",
    fixes="safe",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    """Nothing: what is unused is only known after all other rules, see :func:`unused`."""
    yield from ()


def unused(
    facts: FileFacts, used: Sequence[IgnoreFact], enabled: Collection[str], codes_named: Callable[[str], Sequence[str]]
) -> list[Finding]:
    """The comments of this very file that silenced nothing, although one of the rules they name was enabled.

    ``codes_named`` gives the codes of the rules that a code, prefix or name means.
    """
    idle = [ignore for ignore in facts.ignores if ignore.place.file == facts.path and ignore not in used]
    messages = [(ignore, _message(ignore, enabled, codes_named)) for ignore in idle]
    return [RULE.finding(ignore.place, message) for ignore, message in messages if message]


def _message(ignore: IgnoreFact, enabled: Collection[str], codes_named: Callable[[str], Sequence[str]]) -> str | None:
    where = "in this file" if ignore.line is None else "on this line"
    if not ignore.rules:
        return f"nothing to ignore {where}"
    strange = [text for text in ignore.rules if not codes_named(text)]
    if strange:
        return f"unknown rule {strange[0]}"
    checked = any(code in enabled for text in ignore.rules for code in codes_named(text))
    return f"no finding of {', '.join(ignore.rules)} {where}" if checked else None


GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x8x16x16
model = nn.Sequential(
    nn.ConvTranspose2d(8, 8, 3, stride=2),  # rf: ignore[checkerboard-upsampling]
)
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

model = nn.Conv2d(8, 8, 4)  # rf: ignore[RF106]
#                           ^^^^^^^^^^^^^^^^^^^ no finding of RF106 on this line
"""
    ),
)
