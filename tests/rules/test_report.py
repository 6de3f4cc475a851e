"""What happens around the rules: selection, one finding for one cause, comments, other people's files."""

from __future__ import annotations

import pytest

from analyzers.facts import FileFacts, IgnoreFact, Place, Problem
from analyzers.ignores import ignores_of
from analyzers.rules.support.registry import RULES
from analyzers.rules.support.report import check, report
from analyzers.rules.support.selection import UnknownRule, levels, rules_of
from analyzers.rules.support.settings import RuleSettings
from analyzers.source.comments import directives
from tests.rules.facts import FILE, model, place


def problem(line: int = 5, file: str = FILE, rule: str = "channel-mismatch") -> Problem:
    return Problem(rule, "conv expects 64 input channels, gets 3", Place(file, line, 0, line, 4))


def codes(facts: FileFacts, **settings) -> list[str]:
    return [finding.code for finding in check(facts, RuleSettings(**settings))]


def test_one_place_and_rule_is_one_finding():
    facts = FileFacts(FILE, [model(problems=[problem()]), model(problems=[problem()])])
    assert codes(facts) == ["RF201"]


def test_findings_are_in_order_of_place():
    facts = FileFacts(FILE, problems=[problem(9), problem(2), problem(4, rule="concat-mismatch")])
    assert [finding.place.line for finding in check(facts, RuleSettings())] == [2, 4, 9]


def test_levels_can_be_overridden():
    facts = FileFacts(FILE, problems=[problem()])
    (finding,) = check(facts, RuleSettings(levels={"RF201": "information"}))
    assert finding.severity == "information"
    assert codes(facts, levels={}) == []


def test_outside_the_workspace_only_errors_are_reported():
    library = "/env/lib/site-packages/lib/net.py"
    problems = [problem(file=library), problem(file=library, rule="unregistered-submodules")]
    facts = FileFacts(FILE, problems=problems)
    assert codes(facts, workspace=("/src",)) == ["RF201"]
    assert codes(facts) == ["RF201", "RF401"]
    itself = FileFacts(library, problems=problems)
    assert codes(itself, workspace=("/src",)) == ["RF201", "RF401"]


def test_per_file_ignores():
    facts = FileFacts(FILE, problems=[problem()])
    assert codes(facts, file_ignores=(("*/net.py", frozenset({"RF201"})),)) == []
    assert codes(facts, file_ignores=(("*/other.py", frozenset({"RF201"})),)) == ["RF201"]


@pytest.mark.parametrize("names", [(), ("RF201",), ("RF2",), ("channel-mismatch",), ("RF103", "RF201")])
def test_ignoring_a_line(names):
    facts = FileFacts(FILE, problems=[problem(5)], ignores=[IgnoreFact(place(5), names, 5)])
    said = report(facts, RuleSettings())
    assert (said.findings, [finding.code for finding in said.ignored]) == ([], ["RF201"])


def test_a_comment_that_ignores_nothing_is_told():
    ignores = [IgnoreFact(place(5), ("RF204",), 5), IgnoreFact(place(7), ("RF999",), 7)]
    found = check(FileFacts(FILE, problems=[problem(5)], ignores=ignores), RuleSettings())
    assert [(finding.code, finding.message) for finding in found] == [
        ("RF201", "conv expects 64 input channels, gets 3"),
        ("RF903", "no finding of RF204 on this line"),
        ("RF903", "unknown rule RF999"),
    ]


def test_a_comment_for_a_rule_that_does_not_run_is_left_alone():
    facts = FileFacts(FILE, ignores=[IgnoreFact(place(5), ("RF901",), 5)])
    assert codes(facts) == []


def test_which_line_a_comment_speaks_of():
    text = (
        "# rf: file-ignore[RF101]\nx = 1  # rf: ignore[RF201]\n"
        "# rf: ignore[RF202]\n# why\n\ny = 2\ns = '# rf: ignore'\n"
    )
    found = ignores_of(FILE, text, directives(text))
    assert [(ignore.rules, ignore.line) for ignore in found] == [
        (("RF101",), None),
        (("RF201",), 1),
        (("RF202",), 5),
    ]


def test_selection():
    assert set(levels()) == {code for code, rule in RULES.items() if rule.level != "off"}
    assert set(levels(["RF30"])) == {"RF301", "RF302", "RF303", "RF304"}
    assert "RF901" in levels(["shape-lost"]) and "RF901" not in levels(["ALL"])
    assert levels(severity={"RF901": "warning"})["RF901"] == "warning"
    assert "RF101" not in levels(severity={"RF101": "off"})
    assert set(levels(["RF2"], ["RF20"])) == {"RF210", "RF211"}
    with pytest.raises(UnknownRule, match="unknown rule 'RF7'"):
        rules_of("RF7")
