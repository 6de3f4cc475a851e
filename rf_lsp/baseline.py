"""Findings that were there before: ``--baseline F`` reports only what F does not list.

An entry is the file, the rule and the message, with how often it occurs; lines are left out, so that
edits elsewhere in the file do not bring a finding back.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzers.facts import Finding
from rf_lsp import own_files
from rf_lsp.errors import UsageError
from rf_lsp.paths import portable

SCHEMA = "rf-lsp.baseline/1"
Entry = tuple[str, str, str]


def write(path: str, findings: Sequence[Finding]) -> None:
    """Write all ``findings`` as the new baseline; raises :class:`UsageError`."""
    counts = Counter(_entry(finding, path) for finding in findings)
    entries = [
        {"file": file, "code": code, "message": message, "count": count}
        for (file, code, message), count in sorted(counts.items())
    ]
    text = json.dumps({"schema": SCHEMA, "findings": entries}, indent=1) + "\n"
    try:
        own_files.write(path, text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise UsageError(f"cannot write the baseline {path}: {error.strerror}") from None


@dataclass(slots=True)
class Compared:
    """The ``fresh`` findings, those that the baseline ``known``, and what it lists and is no more: files and
    messages by code."""

    fresh: list[Finding] = field(default_factory=list)
    known: list[Finding] = field(default_factory=list)
    gone: list[Entry] = field(default_factory=list)


def compare(path: str, findings: Sequence[Finding], files: Iterable[str]) -> Compared:
    """Hold findings against the baseline; ``files`` are those that were looked at, by absolute path. Raises
    :class:`UsageError`."""
    left = _read(path)
    found = Compared()
    for finding in findings:
        entry = _entry(finding, path)
        (found.known if left[entry] > 0 else found.fresh).append(finding)
        left[entry] -= 1
    looked_at = set(files)
    for (name, code, message), count in left.items():
        file = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(path)), name))
        found.gone.extend([(file, code, message)] * (count if file in looked_at else 0))
    return found


def _entry(finding: Finding, baseline: str) -> Entry:
    """Files are named relative to the baseline's folder, so that it can be shared."""
    folder = os.path.dirname(os.path.abspath(baseline))
    file = portable(finding.place.file, folder)
    return file, finding.code, finding.message


def _read(path: str) -> Counter[Entry]:
    try:
        with open(path, encoding="utf-8") as file:
            data: Any = json.load(file)
        if data["schema"] != SCHEMA:
            raise ValueError("another schema")
        return Counter(
            {(entry["file"], entry["code"], entry["message"]): int(entry["count"]) for entry in data["findings"]}
        )
    except FileNotFoundError:
        raise UsageError(f"there is no baseline {path}; --update-baseline writes it") from None
    except OSError as error:
        raise UsageError(f"cannot read the baseline {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is not a baseline of rf-lsp") from None
