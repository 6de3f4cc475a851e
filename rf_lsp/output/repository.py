"""Paths and fingerprints for services that know a repository: the same on every machine that has it checked out."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from analyzers.facts import Finding
from rf_lsp.output.source import SourceLines
from rf_lsp.paths import is_inside, relative


class Repository:
    """The work tree of git around the working directory; where there is none, the working directory."""

    def __init__(self) -> None:
        self.root = _root(os.getcwd())

    def path(self, file: str) -> str:
        """Relative to the root, with forward slashes; what lies elsewhere (a library) stays absolute."""
        seen = relative(file, self.root)
        return (seen if is_inside(seen) else os.path.abspath(file)).replace(os.sep, "/")

    def uri(self, file: str) -> str:
        """The same as a URI reference: relative, or ``file:///…``."""
        path = self.path(file)
        quoted = quote(os.fsencode(path), safe="/@+,~!$'()*=&")
        if os.path.isabs(path):
            return "file://" + quoted if quoted.startswith("/") else "file:///" + quoted
        return quoted

    def holds(self, file: str) -> bool:
        return not os.path.isabs(self.path(file))


def _root(folder: str) -> str:
    current = folder
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return folder
        current = parent
    return current


def fingerprints(findings: Sequence[Finding], lines: SourceLines, repository: Repository) -> list[str]:
    """A name for each finding, which stays when lines move: of file, rule and the text of the line, and of the how
    manieth of its kind it is. No two are alike."""
    seen: Counter[tuple[str, ...]] = Counter()
    found: list[str] = []
    for finding in findings:
        text = " ".join((lines.line(finding.place) or finding.message).split())
        key = (repository.path(finding.place.file), finding.code, text)
        seen[key] += 1
        data = "\0".join((*key, str(seen[key])))
        found.append(hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return found
