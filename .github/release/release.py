"""Make a release, but for publishing it: ``python .github/release/release.py 0.2.0``.

From a clean checkout: the version where it stands, today's date in the changelogs, a commit, an annotated tag, and in
``dist/`` the source distribution, the wheel, the VS Code extension with that very wheel, the entries for conda-forge and
for the registry of agents' servers, the release notes, SHA256SUMS and provenance.json. Nothing is pushed or uploaded;
the end says what is left to do. Needs the packages build and twine, and for the extension Node.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(".github/release")
VERSION = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?")
NEXT = """\
python -m twine upload {dist}/*.whl {dist}/*.tar.gz
git push origin HEAD v{version}
gh release create v{version} {dist}/* --title "rf-lsp {version}" --notes-file {dist}/notes.md
npx vsce publish --packagePath {dist}/rf-lsp-{version}.vsix && npx ovsx publish {dist}/rf-lsp-{version}.vsix
mcp-publisher publish {dist}/server.json
conda-forge: {dist}/recipe.yaml to conda-forge/staged-recipes, later a pull request of its bot
"""


class Refused(Exception):
    """Why there is no release; the message is a sentence for people."""


# the version -----------------------------------------------------------------------------------------


def _set(pattern: str) -> Callable[[str, str], str]:
    """The first place that fits gets the version in its middle."""

    def change(text: str, version: str) -> str:
        changed, count = re.subn(pattern, lambda found: f"{found[1]}{version}{found[2]}", text, count=1, flags=re.M)
        if count != 1:
            raise Refused(f"no version where {pattern} would find it")
        return changed

    return change


def _in_lock(text: str, version: str) -> str:
    lock = json.loads(text)
    lock["version"] = lock["packages"][""]["version"] = version
    return json.dumps(lock, indent=2, ensure_ascii=False) + "\n"


def _in_entry(text: str, version: str) -> str:
    return re.sub(r'("version": ")[^"]+(")', lambda found: f"{found[1]}{version}{found[2]}", text)


_TOML = _set(r'^(version = ")[^"]+(")')
PLACES: dict[str, Callable[[str, str], str]] = {
    "rf_lsp/__init__.py": _set(r'^(__version__ = ")[^"]+(")'),
    "editors/vscode/package.json": _set(r'^(  "version": ")[^"]+(")'),
    "editors/vscode/package-lock.json": _in_lock,
    "editors/zed/extension.toml": _TOML,
    "editors/zed/Cargo.toml": _TOML,
    ".github/release/server.json": _in_entry,
    ".github/release/recipe.yaml": _set(r'^(  version: ")[^"]+(")'),
    "docs/review.md": lambda text, version: re.sub(r"(rev: v|rf-lsp@v)\d[\w.]*", rf"\g<1>{version}", text),
}
"""The version is that of ``rf_lsp/__init__.py``; the other files repeat it, and this is what keeps them equal."""
CHANGELOGS = ("CHANGELOG.md", "editors/vscode/CHANGELOG.md")


def differing(root: Path, version: str) -> list[str]:
    """The files that would change if this were the version."""
    texts = {path: (root / path).read_text(encoding="utf-8") for path in PLACES}
    return [path for path, text in texts.items() if PLACES[path](text, version) != text]


def dated(text: str, version: str, today: str) -> str:
    """A changelog whose section for the version, or else the one that is called unreleased, has its date."""
    heading = re.compile(rf"^## \[(?:{re.escape(version)}\].*|unreleased\]|[^\]\n]+\] – unreleased)$", re.M | re.I)
    found = heading.search(text)
    if found is None:
        raise Refused(f"the changelog has no section for {version}, nor one that is unreleased")
    return f"{text[: found.start()]}## [{version}] – {today}{text[found.end() :]}"


def section(text: str, version: str) -> str:
    """What a changelog says of a version."""
    found = re.search(rf"^## \[{re.escape(version)}\].*?\n(.*?)(?=^## \[|\Z)", text, re.M | re.S)
    if found is None or not found[1].strip():
        raise Refused(f"the changelog says nothing of {version}")
    return found[1].strip() + "\n"


# the commit and the tag --------------------------------------------------------------------------------


def run(*line: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(line, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(f"{' '.join(line)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout.strip()


def require_ready(root: Path, version: str) -> None:
    if not VERSION.fullmatch(version):
        raise Refused(f"{version} is no version such as 1.2.3 or 1.2.3rc1")
    if run("git", "status", "--porcelain", cwd=root):
        raise Refused("the checkout has changes that are not committed")
    if run("git", "tag", "--list", f"v{version}", cwd=root):
        raise Refused(f"there is a tag v{version} already")


def prepare(root: Path, version: str, today: str) -> None:
    """Write version and date, commit what that changes, and tag it."""
    texts = {path: PLACES[path]((root / path).read_text(encoding="utf-8"), version) for path in PLACES}
    for path in CHANGELOGS:
        texts[path] = dated((root / path).read_text(encoding="utf-8"), version, today)
        section(texts[path], version)
    for path, text in texts.items():
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    if run("git", "status", "--porcelain", cwd=root):
        run("git", "commit", "--quiet", "--all", "--message", f"Release {version}", cwd=root)
    run("git", "tag", "--annotate", f"v{version}", "--message", f"rf-lsp {version}", cwd=root)


# what is built --------------------------------------------------------------------------------------------


def build_packages(root: Path, dist: Path, isolated: bool) -> None:
    """Source distribution and, out of it, the wheel; the same bytes from the same commit."""
    epoch = run("git", "log", "-1", "--format=%ct", cwd=root)
    options = [] if isolated else ["--no-isolation"]
    run(sys.executable, "-m", "build", "--outdir", str(dist), *options, ".", cwd=root, SOURCE_DATE_EPOCH=epoch)
    packages = [str(path) for path in (*dist.glob("*.whl"), *dist.glob("*.tar.gz"))]
    run(sys.executable, "-m", "twine", "check", "--strict", *packages, cwd=root)


def try_wheel(dist: Path, isolated: bool) -> None:
    """Install the wheel into an environment of its own and start it; without isolation it is installed alone."""
    wheel = next(dist.glob("*.whl"))
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "env"
        run(sys.executable, "-m", "venv", str(environment), cwd=dist)
        scripts = environment / ("Scripts" if os.name == "nt" else "bin")
        options = [] if isolated else ["--no-deps", "--no-index"]
        run(str(scripts / "python"), "-m", "pip", "install", "--quiet", *options, str(wheel), cwd=dist)
        if isolated:
            run(str(scripts / "rf-lsp"), "rule", "RF201", cwd=Path(folder))


def build_extension(root: Path, dist: Path, version: str) -> None:
    """The extension carries the wheel that was tried."""
    folder, wheel = root / "editors" / "vscode", next(dist.glob("*.whl"))
    npm = shutil.which("npm")
    if npm is None:
        raise Refused("npm is not there; --no-extension leaves the extension out")
    run(npm, "ci", cwd=folder)
    run(npm, "run", "package", cwd=folder, RF_LSP_WHEEL=str(wheel))
    shutil.move(folder / "rf-lsp.vsix", dist / f"rf-lsp-{version}.vsix")


def write_entries(root: Path, dist: Path, version: str) -> None:
    """The notes, and what other registries are told."""
    source = next(dist.glob("*.tar.gz"))
    recipe = (root / HOME / "recipe.yaml").read_text(encoding="utf-8")
    (dist / "recipe.yaml").write_text(_set(r'^(  sha256: ")[^"]+(")')(recipe, digest(source)), encoding="utf-8")
    shutil.copy(root / HOME / "server.json", dist / "server.json")
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    (dist / "notes.md").write_text(section(changes, version), encoding="utf-8")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_provenance(root: Path, dist: Path, version: str) -> None:
    """An in-toto statement: which files came out of which commit, made with what. It is not signed: who uploads signs."""
    files = sorted(path for path in dist.iterdir() if path.name != "provenance.json")
    statement: dict[str, Any] = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": path.name, "digest": {"sha256": digest(path)}} for path in files],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://github.com/rf-lsp/rf-lsp/blob/main/.github/release/release.py",
                "externalParameters": {"version": version, "tag": f"v{version}"},
                "resolvedDependencies": [
                    {
                        "uri": "git+https://github.com/rf-lsp/rf-lsp",
                        "digest": {"gitCommit": run("git", "rev-parse", "HEAD", cwd=root)},
                    },
                    *({"name": name, "version": installed(name)} for name in ("build", "twine")),
                ],
            },
            "runDetails": {"builder": {"id": f"Python {platform.python_version()} on {platform.system()}"}},
        },
    }
    (dist / "provenance.json").write_text(json.dumps(statement, indent=2) + "\n", encoding="utf-8")


def write_sums(dist: Path) -> None:
    """As ``sha256sum --check SHA256SUMS`` reads them."""
    files = sorted(path for path in dist.iterdir() if path.name != "SHA256SUMS")
    (dist / "SHA256SUMS").write_text("".join(f"{digest(path)}  {path.name}\n" for path in files), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make a release, but for publishing it.")
    parser.add_argument("version")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="folder to write to (default: dist)")
    parser.add_argument("--no-extension", action="store_true", help="leave the VS Code extension out")
    parser.add_argument("--no-isolation", action="store_true", help="build with the installed hatchling, offline")
    given = parser.parse_args(arguments)
    dist, version, isolated = given.dist.resolve(), given.version, not given.no_isolation
    try:
        require_ready(ROOT, version)
        if dist.exists() and any(dist.iterdir()):
            raise Refused(f"{dist} is not empty")
        prepare(ROOT, version, datetime.datetime.now(datetime.timezone.utc).date().isoformat())
        dist.mkdir(parents=True, exist_ok=True)
        build_packages(ROOT, dist, isolated)
        try_wheel(dist, isolated)
        if not given.no_extension:
            build_extension(ROOT, dist, version)
        write_entries(ROOT, dist, version)
        write_provenance(ROOT, dist, version)
        write_sums(dist)
    except Refused as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    print("".join(f"{path.name}\n" for path in sorted(dist.iterdir())) + "\nLeft to do:\n")
    print(NEXT.format(dist=dist, version=version), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
