"""What contributors run: ``nox -l`` lists the sessions, ``nox -s quick`` is the one before every commit.

Environments are kept (``.nox``); ``nox -R`` runs without installing anything anew.
"""

from __future__ import annotations

import nox

nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "quick"]

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
SOURCES = ("torchvision==0.28.0", "timm==1.0.31", "keras==3.15.1", "transformers==5.24.0")
"""Real models, whose source is read and never run."""
QUICK = ("-q", "-m", "not slow", "-n", "auto", "--dist", "loadfile", "-p", "no:benchmark")
"""The tests before every commit, on all cores; what the tests of a file share is made once."""
COMPILED: dict[str, str | None] = {"PYTHONDONTWRITEBYTECODE": None}
"""Tests start many processes: none of them compiles what another one has compiled."""


@nox.session
def quick(session: nox.Session) -> None:
    """All tests that are not slow, without torch: what it judges is skipped. Within a minute on two cores."""
    session.install("-c", "constraints.txt", "-e", ".", *_without_torch())
    session.install("--no-deps", *SOURCES)
    session.run("python", "-m", "pytest", *QUICK, *session.posargs, env=COMPILED)


@nox.session(python=PYTHONS)
def matrix(session: nox.Session) -> None:
    """The quick tests under every Python that is there, with the newest versions that it takes."""
    session.install("-e", ".", *_without_torch())
    session.install("--no-deps", *(source.partition("==")[0] for source in SOURCES))
    session.run("python", "-m", "pytest", *QUICK, *session.posargs, env=COMPILED)


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
def generate(session: nox.Session) -> None:
    """Write the texts that are made from the code; ``-- --check`` only looks."""
    session.install("-c", "constraints.txt", "-e", ".")
    session.run("python", "-m", "tests.generate", *session.posargs)


def _without_torch() -> list[str]:
    """The test extra but for torch, which takes longer to install than these tests to run."""
    extra = nox.project.load_toml("pyproject.toml")["project"]["optional-dependencies"]["test"]
    return [requirement for requirement in extra if not requirement.startswith("torch")]
