"""How messages come in: headers read with a bound, one client over TCP that has to introduce itself, the end of it all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import queue
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rf_lsp.errors import UsageError

if TYPE_CHECKING:
    from rf_lsp.server.server import Server

logger = logging.getLogger(__name__)

LONGEST_HEADER = 8_192
LARGEST_MESSAGE = 256 << 20
"""Bytes; an editor sends a document whole."""
SECONDS_TO_SPEAK = 10.0
"""In which somebody who connects must have sent ``initialize``."""
SECONDS_BETWEEN = 3.0
"""How often the client's process is looked for."""
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*\r?\n", re.IGNORECASE)
_WEB = re.compile(rb"(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) ")
INTERRUPTED = 130


class NotAClient(Exception):
    """What comes is no message of the protocol, nor what one could be found behind."""


async def next_message(reader: Any) -> bytes | None:
    """The body of the next message; None at the end. Raises :class:`NotAClient`."""
    length = 0
    while header := await reader.readline():
        if _WEB.match(header) or (len(header) >= LONGEST_HEADER and not header.endswith(b"\n")):
            raise NotAClient("what comes is no message of the language server protocol")
        if match := _LENGTH.fullmatch(header):
            length = int(match[1])
            if length > LARGEST_MESSAGE:
                raise NotAClient(f"a message of {length:,} bytes is not read")
        elif length and not header.strip():
            body = await reader.readexactly(length)
            return body if len(body) == length else None
    return None


async def take_messages(server: Server, reader: Any, first: bytes | None = None) -> None:
    """Hand messages to the protocol until there are no more, or the client says ``exit``."""
    body = first if first is not None else await next_message(reader)
    while body is not None:
        message: Any = None
        try:
            message = json.loads(body, object_hook=server.protocol.structure_message)
            server.protocol.handle_message(message)
        except (ValueError, RecursionError) as error:
            logger.warning("a message that cannot be read: %.200s", error)
        except Exception as error:
            logger.warning("a message that cannot be taken: %.200s", error)
        if getattr(message, "method", None) == "exit":
            return
        body = await next_message(reader)


class _Stream:
    """Standard input, read in a thread of its own that nothing waits for: a session may end while it reads."""

    def __init__(self, descriptor: int) -> None:
        self._stdin = open(descriptor, "rb", closefd=False)  # noqa: SIM115 (it stays open to the end)
        self._wanted: queue.SimpleQueue[tuple[asyncio.Future[bytes], Callable[[int], bytes], int]] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="input", daemon=True).start()

    def readline(self) -> asyncio.Future[bytes]:
        return self._ask(self._stdin.readline, LONGEST_HEADER)

    def readexactly(self, count: int) -> asyncio.Future[bytes]:
        return self._ask(self._stdin.read, count)

    def _ask(self, read: Callable[[int], bytes], count: int) -> asyncio.Future[bytes]:
        future = asyncio.get_running_loop().create_future()
        self._wanted.put((future, read, count))
        return future

    def _read(self) -> None:
        while True:
            future, read, count = self._wanted.get()
            try:
                data = read(count)
            except OSError:
                data = b""
            with contextlib.suppress(RuntimeError):  # The loop is closed.
                future.get_loop().call_soon_threadsafe(_settle, future, data)


def _settle(future: asyncio.Future[bytes], data: bytes) -> None:
    if not future.done():
        future.set_result(data)


def serve_stream(server: Server, descriptor: int) -> None:
    """One session over standard input."""
    end_on_interrupt()

    async def session() -> None:
        try:
            await take_messages(server, _Stream(descriptor))
        except NotAClient as error:
            logger.warning("%s", error)

    with contextlib.suppress(BrokenPipeError, SystemExit):
        asyncio.run(session())


async def _introduced(reader: asyncio.StreamReader) -> bytes | None:
    """The first message of a client, if it is ``initialize``."""
    try:
        body = await asyncio.wait_for(next_message(reader), SECONDS_TO_SPEAK)
        data = json.loads(body) if body else None
    except (NotAClient, ValueError, RecursionError, OSError, EOFError, asyncio.TimeoutError):
        return None
    is_client = isinstance(data, dict) and data.get("jsonrpc") == "2.0" and data.get("method") == "initialize"
    return body if is_client else None


def serve_port(server: Server, host: str, port: int) -> None:
    """One session with the first that introduces itself; others are sent away. Raises :class:`UsageError`."""
    end_on_interrupt()
    over: list[bool] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await _introduced(reader) if not over else None
        if first is None or over:
            writer.close()
            return
        over.append(True)
        server.protocol.set_writer(writer)  # type: ignore[arg-type]
        try:
            await take_messages(server, reader, first)
        except (NotAClient, OSError, EOFError, ValueError) as error:
            logger.warning("the connection ends: %.200s", error)
        finally:
            finished.set()

    async def listen() -> None:
        try:
            listening = await asyncio.start_server(connected, host, port)
        except OSError as error:
            raise UsageError(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
        async with listening:
            await finished.wait()

    async def run() -> None:
        nonlocal finished
        finished = asyncio.Event()
        await listen()

    finished: Any = None
    with contextlib.suppress(SystemExit):
        asyncio.run(run())


def end_on_interrupt() -> None:
    """Ctrl+C ends the process, whatever a thread is waiting for."""
    if threading.current_thread() is not threading.main_thread():
        return
    hears, tells = socket.socketpair()
    tells.setblocking(False)

    def listen() -> None:
        # Handlers run in the main thread alone, which may have begun to wait for input just after the signal came.
        with tells:
            while signal.SIGINT not in hears.recv(1):
                pass
            os._exit(INTERRUPTED)

    signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    threading.Thread(target=listen, name="interrupt", daemon=True).start()


def end_with(process: Any) -> None:
    """End when the client's process has ended without saying so."""
    if not isinstance(process, int) or isinstance(process, bool) or process <= 0 or sys.platform == "win32":
        return

    def watch() -> None:
        while True:
            time.sleep(SECONDS_BETWEEN)
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                os._exit(1)
            except OSError:
                return

    threading.Thread(target=watch, name="client", daemon=True).start()
