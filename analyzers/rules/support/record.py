"""The record of a rule: its documentation, SARIF metadata, settings and tests are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from analyzers.facts import Finding, Place
from analyzers.vocabulary import Confidence, FixSafety, Level, Severity

if TYPE_CHECKING:
    from analyzers.facts import FileFacts
    from analyzers.rules.support.settings import RuleSettings

RULES_URL = "https://github.com/rf-lsp/rf-lsp/blob/main/docs/rules"


@dataclass(frozen=True, slots=True)
class Rule:
    """``fixes`` says how safe all of its fixes are; ``reference`` says where the criterion comes from; ``settings`` are the
    keys that change what it finds (``models.max-parameters`` for one of an entry)."""

    code: str
    name: str
    level: Level
    summary: str
    why: str
    how_to_fix: str
    confidence: Confidence = "high"
    since: str = "0.1.0"
    reference: str = ""
    fixes: FixSafety = "none"
    settings: tuple[str, ...] = ()

    @property
    def fixes_safely(self) -> bool:
        """Whether its fixes do not change what a working program does."""
        return self.fixes == "safe"

    @property
    def url(self) -> str:
        """The rule's page."""
        return f"{RULES_URL}/{self.code}.md"

    def finding(
        self,
        place: Place,
        message: str,
        related: Sequence[tuple[str, Place]] = (),
        model: str | None = None,
        level: Severity | None = None,
    ) -> Finding:
        severity = level or (self.level if self.level != "off" else "information")
        return Finding(self.code, self.name, severity, message, place, list(related), [], model)


@dataclass(frozen=True, slots=True)
class Example:
    """Source that a rule must stay silent on, or must report exactly where carets stand.

    A line ``#   ^^^^ text`` puts a finding under those columns of the line above it, with ``text`` in
    its message. ``settings`` are fields of :class:`RuleSettings`.
    """

    source: str
    settings: Mapping[str, Any] = field(default_factory=dict)


class RuleModule(Protocol):
    """What a file of analyzers/rules must define."""

    __name__: str
    RULE: Rule
    GOOD: tuple[Example, ...]
    BAD: tuple[Example, ...]

    @staticmethod
    def check(facts: FileFacts, settings: RuleSettings) -> Iterable[Finding]: ...
