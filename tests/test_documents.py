"""README and constraints say what the project does."""

from __future__ import annotations

import re
from pathlib import Path

from rf_lsp import __version__
from rf_lsp.cli import COMMANDS
from tests.generate import orphans, stale
from tests.generate.marks import outside

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_generated_texts_are_up_to_date():
    """README's table, rule pages, settings, commands and the extension's manifest: ``python -m tests.generate``."""
    assert [*stale(), *orphans()] == []


def test_rules_are_listed_by_generated_text_only():
    assert re.findall(r"^\|[^|]*\bRF\d{3}\b.*$", outside(README), re.MULTILINE) == []


def test_the_commands_of_the_readme_exist():
    used = set(re.findall(r"^(?:\$ )?rf-lsp (\w+)", README, re.MULTILINE))
    assert used and used <= set(COMMANDS)


def test_the_changelog_speaks_of_this_version():
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_torch_is_pinned_once():
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (pinned,) = re.findall(r"^torch==[\d.]+$", constraints, re.MULTILINE)
    assert f'"{pinned}"' in project
