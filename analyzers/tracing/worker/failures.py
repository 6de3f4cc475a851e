"""What went wrong in somebody else's code, in one sentence."""

from __future__ import annotations

import os
import re
import traceback
from typing import Any

from analyzers.tracing.worker.refusals import Refused

STAGES = {"import": "importing the file", "build": "building the model", "forward": "the forward pass"}
LONGEST = 300
COLOUR = re.compile("\x1b\\[[0-9;]*m")


def sentence(stage: str, error: BaseException, path: str) -> str:
    """``building the model fails: ValueError: … (net.py:12)``"""
    doing = STAGES.get(stage, stage)
    if isinstance(error, SystemExit):
        said = f"{doing} ends the program (sys.exit({error.code!r}))"
    elif isinstance(error, KeyboardInterrupt):
        said = f"{doing} was interrupted"
    elif isinstance(error, ModuleNotFoundError):
        said = f"{doing} needs the module {error.name!r}, which this interpreter does not have"
    elif isinstance(error, FileNotFoundError) and error.filename is not None:
        said = f"{doing} needs the file {os.fspath(error.filename)!s}, which does not exist"
    elif isinstance(error, Refused):
        said = f"{doing} fails: {error.strerror}"
    elif is_out_of_memory(error):
        said = f"{doing} needs more memory than it may have: {_text(error)}"
    else:
        said = f"{doing} fails: {type(error).__name__}: {_text(error)}"
    place = where(error, path)
    return said + (f" ({os.path.basename(place[0])}:{place[1]})" if place is not None else "")


def first_sentence(error: BaseException) -> str:
    """What an error says, without what follows for those who would debug it."""
    return _text(error).split(". ")[0].rstrip(".") or type(error).__name__


def is_out_of_memory(error: BaseException) -> bool:
    text = str(error)
    return isinstance(error, MemoryError) or "can't allocate memory" in text or "not enough memory" in text


def where(error: BaseException, path: str) -> tuple[str, int] | None:
    """The innermost line of the file itself, else of anything that is no library."""
    frames = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    own = [frame for frame in frames if os.path.abspath(frame[0]) == os.path.abspath(path)]
    others = [frame for frame in frames if "-packages" not in frame[0] and not _is_ours(frame[0])]
    chosen: Any = own or [frame for frame in others if not frame[0].startswith("<")]
    return chosen[-1] if chosen else None


def _is_ours(file: str) -> bool:
    return os.path.dirname(os.path.abspath(file)) == os.path.dirname(os.path.abspath(__file__))


def _text(error: BaseException) -> str:
    """The first line that says something, without colours and control characters."""
    lines = [line for line in COLOUR.sub("", str(error)).split("\n") if line.strip()]
    wrapped = len(lines) > 1 and lines[0].startswith("Exception encountered when calling")
    text = "".join(filter(str.isprintable, (lines[1 if wrapped else 0] if lines else ""))).strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
