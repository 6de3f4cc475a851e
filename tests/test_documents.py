"""README and constraints say what the project does."""

from __future__ import annotations

import re
from pathlib import Path

from analyzers.rules.support.registry import RULES
from rf_lsp import __version__
from rf_lsp.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_rules_is_the_rules():
    rows = re.findall(r'^\| <a id="([\w-]+)"></a>(\w+) \| ([\w-]+) \| (\w+) \| (.*) \|$', README, re.MULTILINE)
    assert rows == [
        (rule.url.partition("#")[2], rule.code, rule.name, rule.level, rule.summary) for rule in RULES.values()
    ]


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
