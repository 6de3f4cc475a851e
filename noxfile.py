"""What contributors run: ``nox -l`` lists the sessions, ``nox -s quick`` is the one before every commit.

Environments are kept (``.nox``); ``nox -R`` runs without installing anything anew.
"""

from __future__ import annotations

from pathlib import Path

import nox

nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "quick"]

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
SOURCES = ("torchvision==0.28.0", "timm==1.0.31", "keras==3.15.1", "transformers==5.24.0")
"""Real models, whose source is read and never run."""
QUICK = ("-q", "-m", "not slow", "-n", "auto", "--dist", "loadfile", "-p", "no:benchmark")
"""The tests before every commit, on all cores; what the tests of a file share is made once."""
EXACT = ("ruff==0.17.5", "vermin>=1.6")
"""Tools that no extra names, and the version of the hooks (.pre-commit-config.yaml)."""
WORKER = "analyzers/tracing/worker"
"""What runs under the interpreters of users."""
COMPILED: dict[str, str | None] = {"PYTHONDONTWRITEBYTECODE": None}
"""Tests start many processes: none of them compiles what another one has compiled."""


@nox.session
def quick(session: nox.Session) -> None:
    """All tests that are not slow, without torch: what it judges is skipped. Within a minute on two cores."""
    session.install("-c", "constraints.txt", "-e", ".", *_without_torch())
    session.install("--no-deps", *SOURCES)
    session.run("python", "-m", "pytest", *QUICK, *session.posargs, env=COMPILED)


@nox.session(python=PYTHONS)
@nox.parametrize("versions", ["newest", "oldest"])
def matrix(session: nox.Session, versions: str) -> None:
    """The quick tests under every Python that is there, with the newest and the oldest versions that we allow."""
    oldest = ["-c", _oldest(session)] if versions == "oldest" else []
    session.install(*oldest, "-e", ".", *_without_torch())
    session.install("--no-deps", *(source.partition("==")[0] for source in SOURCES))
    session.run("python", "-m", "pytest", *QUICK, *session.posargs, env=COMPILED)


@nox.session
def minimum(session: nox.Session) -> None:
    """Vermin: nothing needs a newer Python than the oldest that we promise, nor the worker than that of users."""
    session.install("-c", "constraints.txt", "vermin")
    # tomllib is imported from 3.11 on, tomli before.
    for target, files in (("3.10-", ("rf_lsp", "analyzers")), ("3.8-", (WORKER,))):
        left_out = () if WORKER in files else ("--exclude-regex", f".*{WORKER}/.*")
        session.run(
            "vermin",
            "--no-tips",
            "--violations",
            "--backport",
            "typing",
            "--exclude",
            "tomllib",
            f"--target={target}",
            *left_out,
            "--",
            *files,
        )


@nox.session
def lock(session: nox.Session) -> None:
    """Write constraints.txt: all that is installed for tests and tools, under every Python. What it names stays, unless
    ``-- --upgrade`` or ``-- --upgrade-package NAME`` asks for the newest."""
    session.install("uv")
    wanted = Path(session.create_tmp()) / "wanted.in"
    project = nox.project.load_toml("pyproject.toml")["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    every = dict.fromkeys([*project["dependencies"], *extras, *EXACT])
    wanted.write_text("\n".join(requirement for requirement in every if not requirement.startswith("torch")))
    options = ("--universal", "--python-version", "3.10", "--no-header", "--no-annotate", "--quiet")
    session.run("uv", "pip", "compile", *options, *session.posargs, str(wanted), "--output-file", "constraints.txt")
    torch = next(requirement for requirement in extras if requirement.startswith("torch"))
    constraints = Path("constraints.txt")
    constraints.write_text(f"# Written by: nox -s lock\n{torch}\n{constraints.read_text()}")


@nox.session
def full(session: nox.Session) -> None:
    """All tests, judged by torch and Keras."""
    session.install("-c", "constraints.txt", "-e", ".[test]")
    session.install("--no-deps", *SOURCES)
    session.run("python", "-m", "pytest", "-q", *session.posargs, env=COMPILED)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff: rules and format."""
    session.install("-c", "constraints.txt", "ruff")
    session.run("ruff", "check", ".", *session.posargs)
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """basedpyright over the two packages."""
    session.install("-c", "constraints.txt", "-e", ".", "basedpyright")
    session.run("basedpyright", "--pythonpath", f"{session.bin}/python", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as a site, in ``site``; ``-- serve`` shows it while it is written."""
    session.install("-c", "constraints.txt", "mkdocs-material")
    session.run("mkdocs", *(session.posargs or ["build"]), env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def generate(session: nox.Session) -> None:
    """Write the texts that are made from the code; ``-- --check`` only looks."""
    session.install("-c", "constraints.txt", "-e", ".")
    session.run("python", "-m", "tests.generate", *session.posargs)


def _without_torch() -> list[str]:
    """The test extra but for torch, which takes longer to install than these tests to run."""
    extra = nox.project.load_toml("pyproject.toml")["project"]["optional-dependencies"]["test"]
    return [requirement for requirement in extra if not requirement.startswith("torch")]


def _oldest(session: nox.Session) -> str:
    """A file of the oldest versions of what we need that this Python has wheels of."""
    session.install("uv")
    file = str(Path(session.create_tmp()) / "oldest.txt")
    wanted = ("--resolution", "lowest-direct", "--only-binary", ":all:", "--python", f"{session.bin}/python")
    session.run("uv", "pip", "compile", "--quiet", *wanted, "pyproject.toml", "--output-file", file)
    return file
