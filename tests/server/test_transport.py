"""What is no client is sent away, and what ends ends: ports, signals, processes, headers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name == "nt", reason="signals and processes are others there")


def message(method: str, number: int = 1, **params: Any) -> bytes:
    data = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    body = json.dumps(data).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def initialize(process: int | None = None) -> bytes:
    return message("initialize", processId=process, rootUri=None, capabilities={})


class Started:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "rf_lsp", "server", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.processes.append(process)
        return process


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Started]:
    started = Started(tmp_path)
    yield started
    for process in started.processes:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def connected(port: int) -> socket.socket:
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("nobody listens")


def test_one_client_that_introduces_itself(server):
    port = free_port()
    process = server("--tcp", f"127.0.0.1:{port}")
    connected(port).close()
    with connected(port) as web:
        web.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}")
        assert web.recv(100) == b""
    with connected(port) as client:
        client.sendall(initialize())
        assert b"Content-Length" in client.recv(100)
        with connected(port) as other:
            try:
                other.sendall(initialize())
                assert other.recv(100) == b""
            except ConnectionError:
                pass
        assert process.poll() is None


def test_only_this_machine_is_listened_to_unless_another_address_is_asked_for():
    from rf_lsp.cli.server import _address

    assert _address(":2087") == ("127.0.0.1", 2087)
    assert _address("[::1]:2087") == ("::1", 2087)
    assert _address("0.0.0.0:2087") == ("0.0.0.0", 2087)


def test_a_used_port_is_said(server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = server("--tcp", f"127.0.0.1:{taken.getsockname()[1]}")
        assert process.wait(60) == 2
        assert b"cannot listen on" in process.stderr.read()


@posix
def test_an_interrupt_is_heard(server):
    process = server()
    process.stdin.write(initialize())
    process.stdin.flush()
    assert process.stdout.read(15) == b"Content-Length:"
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130


@posix
def test_it_ends_with_its_client(server):
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = server()
    process.stdin.write(initialize(client.pid))
    process.stdin.flush()
    assert process.stdout.read(15) == b"Content-Length:"
    client.communicate(b"\n")
    assert process.wait(30) == 1


@pytest.mark.parametrize(
    "before",
    [b"Content-Length: -5\r\n\r\n", b"Content-Length: 99999999999999999999\r\n\r\n", b"content-type: x\r\n"],
    ids=["negative", "absurd", "other"],
)
def test_headers(server, before):
    process = server()
    process.stdin.write(before + initialize().replace(b"Content-Length", b"content-length"))
    process.stdin.flush()
    assert process.stdout.read(15) == b"Content-Length:"


def test_a_header_without_end(server):
    process = server()
    try:
        process.stdin.write(b"X: " + b"a" * 3_000_000)
        process.stdin.flush()
    except BrokenPipeError:
        pass
    assert process.wait(60) == 1
    assert process.stderr.read().count(b"\n") == 1
