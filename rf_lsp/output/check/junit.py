"""``check --format junit``: a test suite for each file, a test for each of its findings, or one that passes."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from analyzers.facts import Finding
from analyzers.rules.support.registry import RULES
from rf_lsp.output import CheckReport, RenderOptions
from rf_lsp.output.escape import visible
from rf_lsp.output.text import path_text, place_text
from rf_lsp.results import FileResult

Element = ElementTree.Element


def render(report: CheckReport, options: RenderOptions) -> str:
    root = Element("testsuites", name="rf-lsp")
    by_file: dict[str, list[Finding]] = {file.path: [] for file in report.files}
    for finding in report.findings:
        by_file.setdefault(finding.place.file, []).append(finding)
    results = {file.path: file for file in report.files}
    for path, findings in by_file.items():
        root.append(_suite(path, findings, results.get(path)))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(path: str, findings: Sequence[Finding], result: FileResult | None) -> Element:
    name = visible(path_text(path))
    suite = Element("testsuite", name=name)
    for finding in findings:
        suite.append(_failure(finding, name))
    error = result.error if result is not None else None
    if error:
        ElementTree.SubElement(_case(suite, "readable", name), "error", type="unreadable", message=visible(error))
    elif not findings:
        _case(suite, "no findings", name)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(findings)))
    suite.set("errors", str(int(bool(error))))
    return suite


def _case(suite: Element, name: str, file: str) -> Element:
    return ElementTree.SubElement(suite, "testcase", name=name, classname=file)


def _failure(finding: Finding, file: str) -> Element:
    place = finding.place
    cell = "" if place.cell is None else f"cell {place.cell + 1}:"
    case = Element("testcase", name=f"{finding.code} {finding.name} at {cell}{place.line + 1}:{place.column + 1}")
    case.set("classname", file)
    failure = ElementTree.SubElement(case, "failure", type=finding.severity, message=visible(finding.message))
    related = [visible(f"{place_text(at)}: {text}") for text, at in finding.related]
    help_text = f"{RULES[finding.code].how_to_fix} {RULES[finding.code].url}"
    failure.text = "\n".join((visible(f"{place_text(place)}: {finding.message}"), *related, help_text))
    return case
