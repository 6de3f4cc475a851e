"""Asks the process that answers, and ends it when it takes too long or nobody waits any more."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import anyio  # pyright: ignore[reportMissingImports]
from anyio.streams.buffered import BufferedByteReceiveStream  # pyright: ignore[reportMissingImports]

from rf_lsp.agents import worker
from rf_lsp.errors import UsageError

LONGEST_ANSWER = 4 << 20
"""Bytes of one line."""


class Asking:
    """One question at a time; the process stays for the next one and is started anew when it is gone."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds = seconds
        self._memory = memory
        self._turn = anyio.Lock()
        self._process: Any = None
        self._answers: Any = None

    async def ask(self, roots: Sequence[str], tool: str, arguments: dict[str, Any]) -> str:
        """Raises :class:`UsageError` for what the process refuses, and where it had to be ended."""
        async with self._turn:
            answer = await self._asked(worker.parameters(roots, tool, arguments))
        if "error" in answer:
            raise UsageError(answer["error"])
        return answer["text"]

    async def _asked(self, question: bytes) -> dict[str, str]:
        is_done = False
        try:
            with anyio.fail_after(self._seconds):
                await self._start()
                await self._process.stdin.send(question)
                line = await self._answers.receive_until(b"\n", LONGEST_ANSWER)
            is_done = True
            return json.loads(line)
        except TimeoutError:
            raise UsageError(f"not answered within {self._seconds:g} seconds: ask for less at a time") from None
        except (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError, anyio.ClosedResourceError):
            raise UsageError("the analysis ended unexpectedly, it may have needed too much memory") from None
        finally:
            if not is_done:
                await self.end()

    async def _start(self) -> None:
        if self._process is not None and self._process.returncode is None:
            return
        home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self._process = await anyio.open_process(worker.command(self._memory), stderr=None, cwd=home)
        self._answers = BufferedByteReceiveStream(self._process.stdout)

    async def end(self) -> None:
        """Kill the process, if there is one; nothing may stop that."""
        process, self._process = self._process, None
        if process is None:
            return
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.aclose()
