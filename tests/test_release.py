"""What is published: the same version everywhere, entries of registries that are valid, and the release script in a clone."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from rf_lsp import __version__
from tests.trees import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RELEASE = ROOT / ".github" / "release"
SCHEMA = ROOT / "tests" / "rf_lsp" / "schemas" / "mcp-server-2025-12-11.json"
TOOLS = ("build", "hatchling", "hatch_fancy_pypi_readme", "twine")


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", RELEASE / "release.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = loaded()


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


# what stands in several places -----------------------------------------------------------------------


def test_the_version_is_the_same_everywhere():
    assert SCRIPT.differing(ROOT, __version__) == []


@pytest.mark.parametrize("path", SCRIPT.PLACES)
def test_every_place_of_the_version_can_be_written(path: str):
    text = SCRIPT.PLACES[path]((ROOT / path).read_text(encoding="utf-8"), "7.8.9rc1")
    assert "7.8.9rc1" in text and SCRIPT.PLACES[path](text, __version__) == (ROOT / path).read_text(encoding="utf-8")


def test_a_changelog_gets_its_date():
    text = "# Changelog\n\n## [Unreleased]\n\n- New.\n\n## [0.9.0] – 2026-01-02\n\n- Old.\n"
    dated = SCRIPT.dated(text, "1.0.0", "2026-05-06")
    assert dated == text.replace("[Unreleased]", "[1.0.0] – 2026-05-06")
    assert SCRIPT.section(dated, "1.0.0") == "- New.\n" and SCRIPT.section(dated, "0.9.0") == "- Old.\n"
    for heading in ("[1.0.0]", "[1.0.0] – unreleased", "[0.9.1] – unreleased"):
        assert SCRIPT.dated(text.replace("[Unreleased]", heading), "1.0.0", "2026-05-06") == dated
    with pytest.raises(SCRIPT.Refused, match=r"no section for 1\.0\.0"):
        SCRIPT.dated("# Changelog\n\n## [0.9.0]\n\n- Old.\n", "1.0.0", "2026-05-06")
    with pytest.raises(SCRIPT.Refused, match="says nothing"):
        SCRIPT.section("## [1.0.0]\n\n## [0.9.0]\n\n- Old.\n", "1.0.0")


# entries of registries --------------------------------------------------------------------------------


def test_the_entry_for_agents_is_valid_and_named_by_the_package():
    import jsonschema

    entry = json.loads((RELEASE / "server.json").read_text(encoding="utf-8"))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(entry)
    assert entry["$schema"] == schema["$id"]
    assert f"mcp-name: {entry['name']} " in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_recipe_needs_what_the_package_needs():
    text = (RELEASE / "recipe.yaml").read_text(encoding="utf-8")
    recipe = yaml.safe_load(text)
    project = pyproject()["project"]
    wanted = {re.split(r"[ ;]", requirement)[0].replace(">=", " >=") for requirement in project["dependencies"]}
    assert {*recipe["requirements"]["run"]} - {"python >=${{ python_min }}"} == wanted
    assert {*recipe["requirements"]["host"][1:]} == {"pip", *pyproject()["build-system"]["requires"]}
    assert "python_min" not in recipe["context"], "conda-forge says it for all recipes"
    assert [f"{name} = {place}" for name, place in project["scripts"].items()] == recipe["build"]["python"][
        "entry_points"
    ]


def test_the_extension_says_of_itself_what_open_vsx_takes():
    """Its registry refuses names of other letters, long texts, addresses that are none, and more than it can show."""
    manifest = json.loads((ROOT / "editors/vscode/package.json").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"[\w\-+$~]{1,255}", manifest[name]) for name in ("name", "publisher"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert len(manifest["description"]) <= 2048
    short = [manifest["displayName"], manifest["license"], *manifest["categories"], *manifest["keywords"]]
    addresses = [manifest["homepage"], manifest["repository"]["url"], manifest["bugs"]["url"], manifest["qna"]]
    assert all(address.startswith("https://") for address in addresses)
    assert all(0 < len(text) <= 255 and text.isprintable() for text in (*short, *addresses))
    assert len(manifest["keywords"]) <= 30
    assert re.fullmatch("#[0-9a-f]{6}", manifest["galleryBanner"]["color"])
    assert manifest["galleryBanner"]["theme"] in ("dark", "light")
    assert (ROOT / "editors/vscode/LICENSE").is_file() and (ROOT / "editors/vscode" / manifest["icon"]).is_file()


# the script ---------------------------------------------------------------------------------------------

needs_tools = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, TOOLS)) or not (ROOT / ".git").exists() or shutil.which("git") is None,
    reason=f"needs a checkout and {', '.join(TOOLS)}",
)
PERSON = {f"GIT_{who}_{what}": "nobody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, tmp_path / "clone"], check=True)
    return tmp_path / "clone"


def release(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [
        sys.executable,
        clone / ".github" / "release" / "release.py",
        *arguments,
        "--no-extension",
        "--no-isolation",
    ]
    return subprocess.run(line, cwd=clone, env={**os.environ, **PERSON}, capture_output=True, text=True)


def git(clone: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=clone, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.slow
@needs_tools
def test_a_release_is_made_whole_and_nothing_is_published(clone: Path):
    done = release(clone, "7.8.9")
    assert done.returncode == 0, done.stderr
    assert "twine upload" in done.stdout and git(clone, "describe", "--exact-match") == "v7.8.9"
    assert git(clone, "log", "-1", "--format=%s") == "Release 7.8.9" and git(clone, "status", "--porcelain") == ""
    dist = clone / "dist"
    assert {path.name for path in dist.iterdir()} == {
        *("SHA256SUMS", "notes.md", "provenance.json", "recipe.yaml", "server.json"),
        *("rf_lsp-7.8.9-py3-none-any.whl", "rf_lsp-7.8.9.tar.gz"),
    }
    sums = dict(reversed(line.split("  ")) for line in (dist / "SHA256SUMS").read_text().splitlines())
    assert sums == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in dist.iterdir() if path.name != "SHA256SUMS"
    }
    subjects = json.loads((dist / "provenance.json").read_text())["subject"]
    assert {subject["name"]: subject["digest"]["sha256"] for subject in subjects}.items() <= sums.items()
    assert sums["rf_lsp-7.8.9.tar.gz"] in (dist / "recipe.yaml").read_text()
    assert json.loads((dist / "server.json").read_text())["packages"][0]["version"] == "7.8.9"
    assert_packages_are_whole(dist)
    again = release(clone, "7.8.9")
    assert again.returncode == 1 and "there is a tag v7.8.9 already" in again.stderr


def assert_packages_are_whole(dist: Path) -> None:
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        about = wheel.read("rf_lsp-7.8.9.dist-info/METADATA").decode()
    assert {"rf_lsp/py.typed", "analyzers/py.typed", "rf_lsp/output/page/page.js"} <= {*names}
    assert {name.split("/")[0] for name in names} == {"rf_lsp", "analyzers", "rf_lsp-7.8.9.dist-info"}
    links = re.findall(r"\]\(([^)\s]+)\)", about)
    assert links and all(link.startswith(("https://", "#")) for link in links)
    assert "/v7.8.9/editors/vscode/images/hints.png" in about and "mcp-name: io.github.rf-lsp/rf-lsp" in about
    with tarfile.open(next(dist.glob("*.tar.gz"))) as source:
        held = {name.partition("/")[2] for name in source.getnames()}
    assert {"LICENSE", "CHANGELOG.md", "pyproject.toml", "tests/test_release.py", ".github/release/release.py"} <= held
    assert not any("node_modules" in name or name.endswith((".pyc", ".vsix")) for name in held)


@pytest.mark.parametrize(
    ("version", "change", "sentence"),
    [("1.2", "", "is no version"), ("1.2.3", "net.py", "not committed")],
)
@needs_tools
def test_what_cannot_be_released_is_refused(clone: Path, version: str, change: str, sentence: str):
    if change:
        (clone / change).write_text("x = 1\n")
    done = release(clone, version)
    assert done.returncode == 1 and sentence in done.stderr
    assert git(clone, "tag", "--list", f"v{version}") == "" and not (clone / "dist").exists()
