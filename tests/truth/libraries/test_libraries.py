"""Models of the libraries that are installed in the version they were recorded in; ``compare`` asks for all of them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from pathlib import Path

import pytest

from tests.truth.libraries.compare import outcome
from tests.truth.libraries.record import LIBRARIES, programs_of, recorded

EVERY = 12
"""Every how-manieth model of a library is asked for."""
NEEDED = {"transformers": ["huggingface_hub"], "diffusers": ["huggingface_hub"]}
"""Where what a library is written with is missing, its source says less than where it runs."""


def is_installed(library: str) -> bool:
    return (
        all(importlib.util.find_spec(name) is not None for name in [library, *NEEDED.get(library, [])])
        and importlib.metadata.version(library) == recorded(library)["version"]
    )


SAMPLE = [(library, name) for library in LIBRARIES for name in list(recorded(library)["models"])[::EVERY]]


@pytest.mark.slow
@pytest.mark.parametrize(("library", "name"), SAMPLE)
def test_what_is_said_is_right(library: str, name: str, tmp_path: Path) -> None:
    if not is_installed(library):
        pytest.skip(f"{library} is not installed as it was recorded")
    facts = recorded(library)["models"][name]
    found = outcome(library, name, programs_of(library)[name], facts, sys.executable, tmp_path)
    assert found.state == "complete", found


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_program_was_recorded(library: str) -> None:
    assert list(programs_of(library)) == list(recorded(library)["models"])
