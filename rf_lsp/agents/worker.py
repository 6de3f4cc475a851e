"""The process that answers: one question at a time, a line of JSON each way. Whoever waits ends it when it takes too long,
needs too much memory, or is not wanted any more; nothing that happens in it harms the server."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from rf_lsp.agents.answers import answer
from rf_lsp.agents.confinement import Confinement
from rf_lsp.errors import UsageError

START = "import sys; sys.path[:] = [p for p in sys.path if p]; from rf_lsp.agents.worker import main; main()"
"""What its Python runs: it finds nothing in the working directory, which is a stranger's."""


def command(memory: int) -> list[str]:
    return [sys.executable, "-c", START, str(memory)]


def main() -> None:
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # whatever prints, the answers stay whole
    os.environ["GIT_NO_LAZY_FETCH"] = "1"  # a partial clone is not filled, by whatever program it names
    _limit(int(sys.argv[1]))
    known: dict[tuple[str, ...], Confinement] = {}
    for line in questions:
        question = json.loads(line)
        roots = tuple(question["roots"])
        if roots not in known:
            known = {roots: Confinement(roots)}
        answers.write(json.dumps(answered(question["tool"], question["arguments"], known[roots])).encode() + b"\n")
        answers.flush()


def answered(tool: str, arguments: dict[str, Any], confinement: Confinement) -> dict[str, str]:
    """``{"text": …}`` or ``{"error": …}``, one sentence."""
    try:
        os.chdir(confinement.roots[0])
        return {"text": answer(tool, arguments, confinement)}
    except UsageError as error:
        return {"error": " ".join(str(error).split())}
    except MemoryError:
        return {"error": "this needs more memory than it may take"}
    except (Exception, RecursionError) as error:
        detail = " ".join(str(error).split())[:300]
        return {"error": f"internal error: {type(error).__name__}: {detail}; please report it"}


def _limit(memory: int) -> None:
    """Where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def parameters(roots: Sequence[str], tool: str, arguments: dict[str, Any]) -> bytes:
    """A question as the process reads it."""
    return json.dumps({"roots": list(roots), "tool": tool, "arguments": arguments}).encode() + b"\n"
