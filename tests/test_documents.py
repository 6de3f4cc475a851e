"""The documents say what the project does: generated parts are fresh, commands, options, files and versions exist."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rf_lsp import __version__
from rf_lsp.cli import COMMANDS, parser_for
from tests.generate import orphans, stale
from tests.trees import ENGINE, FRONT, ROOT, imports

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "tutorials").glob("*.md"),
    *ROOT.glob("editors/**/*.md"),
    *ROOT.glob("tests/**/README.md"),
    *ROOT.glob(".github/**/README.md"),
]
DOCUMENTS = [path for path in DOCUMENTS if "node_modules" not in path.parts]
DEVELOPERS_EXTRAS = {"test", "dev"}
FOLDERS = ("analyzers", "rf_lsp", "tests", "docs", "editors", ".ci")

documents = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", requirement)[0] for requirement in requirements}


# generated parts --------------------------------------------------------------------------------


def test_generated_texts_are_up_to_date():
    """Rule pages, settings, commands, transcripts and the extension's manifest: ``python -m tests.generate``."""
    assert [*stale(), *orphans()] == []


# what documents speak of --------------------------------------------------------------------------


def commands(text: str) -> Iterator[list[str]]:
    """The arguments of each ``rf-lsp …`` in the fenced blocks of shell commands."""
    for block in re.findall(r"^```(?:sh|text|console|bash)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in re.findall(r"(?:^|&& |\$ |/)rf-lsp (.*)$", block, re.MULTILINE):
            words = shlex.split(line.partition(" < ")[0], comments=True)
            yield [word for word in words if "…" not in word]


@documents
def test_commands_and_their_options_exist(path: Path):
    text = path.read_text(encoding="utf-8")
    for arguments in commands(text):
        parser_for(arguments).parse_args(arguments)
    named = set(re.findall(r"`rf-lsp ([a-z]+)", text))
    assert named <= set(COMMANDS)


@documents
def test_modules_and_sessions_that_are_run_exist(path: Path):
    text = path.read_text(encoding="utf-8")
    missing = [name for name in re.findall(r"python3? -m (tests[\w.]*)", text) if not importlib.util.find_spec(name)]
    sessions = re.findall(r"nox -s (\w+)", text)
    assert missing == [] and set(sessions) <= nox_sessions()


def nox_sessions() -> set[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {f.name for f in functions if any("nox.session" in ast.unparse(d) for d in f.decorator_list)}


@documents
def test_links_lead_somewhere(path: Path):
    targets = re.findall(r"\]\((?!\w+:)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/engine.md", "docs/receptive-fields.md"])
def test_files_that_are_named_exist(name: str):
    text = re.sub(r"^`[\w/]+\.py`$", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    paths = re.findall(rf"`((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*)`", text)
    shown = {"analyzers/fixes/one_channel.py"}
    assert [path for path in paths if path not in shown and not (ROOT / path).exists()] == []


def test_the_changelog_speaks_of_this_version():
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


# what is installed ----------------------------------------------------------------------------------


def imported() -> set[str]:
    """The top-level packages that the program imports anywhere; the worker runs where the user's models do."""
    worker = ROOT / "analyzers" / "tracing" / "worker"
    files = [path for path in (*ENGINE, *FRONT) if worker not in path.parents]
    return {name.split(".")[0] for path in files for name in imports(path)}


PACKAGES = {"yaml": "pyyaml", "lsprotocol": "pygls"}
"""Imported package → what brings it, where the names differ."""


def test_what_the_program_imports_is_required():
    """Not by way of what another requirement happens to bring along: that may change with the Python version."""
    extras = {
        name: names for name, names in project()["optional-dependencies"].items() if name not in DEVELOPERS_EXTRAS
    }
    optional = {package for needed in extras.values() for package in names_of(needed)}
    foreign = imported() - sys.stdlib_module_names - {"analyzers", "rf_lsp", "tomllib"} - optional
    assert {PACKAGES.get(name, name) for name in foreign} == names_of(project()["dependencies"])


def test_every_extra_brings_what_the_program_uses():
    """An extra that is not for developers promises a feature: some code must import what it installs."""
    extras = {
        name: names for name, names in project()["optional-dependencies"].items() if name not in DEVELOPERS_EXTRAS
    }
    unused = {name: names_of(needed) - imported() for name, needed in extras.items()}
    assert {name: packages for name, packages in unused.items() if packages} == {}


@documents
def test_extras_that_are_named_exist(path: Path):
    named = re.findall(r"(?:-e '?\.|rf-lsp)\[([\w,-]+)\]", path.read_text(encoding="utf-8"))
    assert {extra for group in named for extra in group.split(",")} <= set(project()["optional-dependencies"])


def pins() -> dict[str, str]:
    return dict(re.findall(r"^([\w-]+)==([\w.]+)$", CONSTRAINTS, re.MULTILINE))


def test_all_that_is_required_is_locked():
    """Written by ``nox -s lock``."""
    every = [*project()["dependencies"], *(r for extra in project()["optional-dependencies"].values() for r in extra)]
    locked = set(re.findall(r"^([\w-]+)==", CONSTRAINTS, re.MULTILINE))
    assert names_of(every) - locked == set()
    assert {"torch", "ruff", "basedpyright", "libcst"} <= set(pins())


def test_versions_that_stand_twice_agree():
    assert f'"torch=={pins()["torch"]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert {
        name: version for name, version in re.findall(r'"([\w-]+)==([\w.]+)"', hooks) if pins()[name] != version
    } == {}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".ci/run", "noxfile.py"])
def test_the_sources_that_are_read_are_the_same_everywhere(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    wanted = dict(re.findall(r"(torchvision|timm|keras)==([\d.]+)", (ROOT / "noxfile.py").read_text(encoding="utf-8")))
    assert len(wanted) == 3
    assert dict(re.findall(r"(torchvision|timm|keras)==([\d.]+)", text)) == wanted
