"""From the records of the rules: a page for each rule and their index."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from analyzers.rules.support.record import Example, Rule, RuleModule
from analyzers.rules.support.registry import MODULES, RULES
from rf_lsp.cli.rule import document
from rf_lsp.settings import TABLE
from tests.generate.marks import cell
from tests.generate.settings import INNER, anchor
from tests.rules.examples import CARETS, expected, reported

GROUPS = {
    "RF1": "Receptive field",
    "RF2": "Shapes",
    "RF3": "Arguments and exceptions",
    "RF4": "Model hygiene",
    "RF5": "Confirmation",
    "RF9": "Analysis",
}
"""First characters of a code → what the rules that have them speak of."""

FIXES = {
    "none": "There is no automatic fix.",
    "safe": "Safe: `rf-lsp check --fix` makes it, editors offer it.",
    "unsafe": (
        "Unsafe: it changes the model or its checkpoints, so editors offer it and `rf-lsp check --fix` leaves it alone. "
        "It is offered only after the engine has found that the edited text has no such finding and no new one."
    ),
}


def texts() -> Iterator[tuple[str, str]]:
    yield "docs/rules/index.md", "\n".join(_index()) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        for code, module in MODULES.items():
            yield f"docs/rules/{code}.md", "\n".join(_page(module, Path(folder))) + "\n"


def _table(prefix: str) -> list[str]:
    rows = [
        f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.level} | {cell(rule.summary)} |"
        for rule in RULES.values()
        if rule.code.startswith(prefix)
    ]
    return ["| code | name | level | finds |", "|---|---|---|---|", *rows]


def _index() -> Iterator[str]:
    yield "<!-- Made by `python -m tests.generate` from the records in analyzers/rules. -->"
    yield from ("# Rules", "")
    yield "Errors are reported only where the framework is certain to raise. A rule that is off runs when it is selected"
    yield "by its own code or name. `rf-lsp rule CODE` prints a rule's page, [settings](../settings.md) say which rules run."
    for prefix, title in GROUPS.items():
        rows = _table(prefix)
        if len(rows) > 2:
            yield from ("", f"## {title}", "", *rows)


def _page(module: RuleModule, folder: Path) -> Iterator[str]:
    rule = module.RULE
    yield f"<!-- Made by `python -m tests.generate` from analyzers/rules/{rule.name.replace('-', '_')}.py. -->"
    bad = [_with_messages(rule.code, example, folder) for example in module.BAD[:1]]
    yield from document(SimpleNamespace(RULE=rule, BAD=bad, GOOD=module.GOOD))
    yield from ("", "## Fix", "", FIXES[rule.fixes])
    yield from ("", "## Settings", "", *_settings(rule))
    yield from ("", "[All rules](index.md)")


def _with_messages(code: str, example: Example, folder: Path) -> Example:
    """The example with the whole message behind each row of carets, as the engine words it."""
    source = example.source.lstrip("\n")
    lines = source.splitlines()
    wanted = [(place[0], place[1]) for place in expected(source)]
    for finding in reported(code, example, folder):
        place = finding.place.line, finding.place.column
        if place in wanted:
            number = place[0] + 1
            match = CARETS.fullmatch(lines[number])
            assert match is not None
            lines[number] = f"{lines[number][: match.end('carets')]} {finding.message}"
    return replace(example, source="\n".join(lines))


def _settings(rule: Rule) -> Iterator[str]:
    if rule.level == "off":
        yield f'Off unless it is asked for: `select = ["{rule.code}"]`, or a level under `severity`.'
        yield ""
    for name in rule.settings:
        group, _, inner = name.partition(".")
        if group in INNER:
            yield f"- [`{inner}`](../settings.md#{group}) of an entry of `{group}`"
        else:
            yield f"- [`{name}`](../settings.md#{anchor(name)}): {TABLE[name].description}"
    yield f'- `ignore = ["{rule.code}"]` turns it off; `{rule.name} = "information"` under `severity` sets its level'
    yield f"- `# rf: ignore[{rule.code}]` on or above a line silences it there"
