"""The command line. One file a command; what is heavy is imported by the command that needs it."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, Protocol, cast

from rf_lsp.errors import UsageError

COMMANDS = {
    "check": "report what is wrong with the models in files and folders",
    "inspect": "show each layer's shape, parameters, MACs and receptive field",
    "report": "write a page with drawings of models: layers, growth of the receptive field, what each layer sees",
    "diff": "say what a change does to the models: two files, two folders, or a revision of git",
    "trace": "confirm models with the framework: run them in a process of their own, and compare call by call",
    "watch": "check again whenever a file changes",
    "rule": "explain a rule",
    "server": "run the language server, for editors",
    "mcp": "run the server for agents (Model Context Protocol)",
    "config": "list the settings",
    "completion": "print what a shell needs to complete commands and options",
    "doctor": "say which Python, environment, sources and settings count for a folder, and what is missing",
    "version": "print the version",
    "clean": "remove what is kept from one run to the next",
}
"""Name → one line of help; the command is the module of that name in this package, a :class:`Command`."""

OK, FINDINGS, USAGE, INTERNAL = 0, 1, 2, 101
INTERRUPTED, BROKEN_PIPE = 130, 141
ISSUES_URL = "https://github.com/rf-lsp/rf-lsp/issues"


class Command(Protocol):
    """What a file of a command must define."""

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None: ...

    @staticmethod
    def run(arguments: argparse.Namespace) -> int:
        """The exit code."""
        ...


def command_named(name: str) -> Command:
    return cast(Command, import_module(f"rf_lsp.cli.{name}"))


class CommandLineParser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and what was most likely meant."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser_for(arguments: Sequence[str]) -> CommandLineParser:
    """The parser with the options of the command that ``arguments`` name, and only the names of others."""
    parser = CommandLineParser(prog="rf-lsp", description="Shapes and receptive fields of PyTorch and Keras models.")
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=CommandLineParser)
    wanted = _command_in(arguments)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name == wanted:
            command_named(name).add_arguments(command)
    return parser


YOUNG = 400_000
"""New objects before Python looks for cycles: a command ends before it is worth while."""


def script() -> NoReturn:
    """The program itself: runs one command and ends the process at once, without taking every object apart."""
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises, whatever the input."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _tolerate_encodings()
    try:
        return _run(given)
    except UsageError as error:
        return _complain(f"rf-lsp: {error}", USAGE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return _complain("rf-lsp: interrupted", INTERRUPTED)
    except Exception as error:
        if os.environ.get("RF_LSP_DEBUG"):
            raise
        return _complain(_internal(error), INTERNAL)


def _run(arguments: list[str]) -> int:
    if text := misplaced_engine():
        return _complain(f"rf-lsp: {text}", INTERNAL)
    if "_ARGCOMPLETE" in os.environ:
        _complete()
    _require_known_command(arguments)
    try:
        parsed = parser_for(arguments).parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    command = "version" if parsed.version else parsed.command
    if command is None:
        parser_for(()).print_help()
        return USAGE
    code = command_named(command).run(parsed)
    sys.stdout.flush()
    return code


def _require_known_command(arguments: Sequence[str]) -> None:
    """Raises :class:`UsageError`."""
    wanted = _command_in(arguments)
    if wanted is not None and wanted not in COMMANDS:
        from rf_lsp.suggestions import did_you_mean

        hint = did_you_mean(wanted, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
        raise UsageError(f"no command {wanted!r}{hint}")


def _command_in(arguments: Sequence[str]) -> str | None:
    return next((text for text in arguments if not text.startswith("-")), None)


def _complete() -> None:
    """Answer the shell, which asks by its environment, and end."""
    import argcomplete

    words = os.environ.get("COMP_LINE", "").split()[1:]
    argcomplete.autocomplete(parser_for(words))


def misplaced_engine() -> str | None:
    """What is wrong when the ``analyzers`` that Python finds is not the one shipped beside ``rf_lsp``."""
    import analyzers
    import rf_lsp

    own = os.path.dirname(os.path.dirname(os.path.abspath(rf_lsp.__file__)))
    found = os.path.abspath(analyzers.__file__ or os.fspath(next(iter(analyzers.__path__), "")))
    if os.path.realpath(found).startswith(os.path.realpath(os.path.join(own, "analyzers")) + os.sep):
        return None
    return f"another package named 'analyzers' hides the engine: {found}; remove it from the path"


def _complain(text: str, code: int) -> int:
    from rf_lsp.output.escape import visible

    print(visible(" ".join(text.split("\n"))), file=sys.stderr)
    return code


def _internal(error: Exception) -> str:
    detail = f"{type(error).__name__}: {error}".rstrip(": ")[:300]
    return f"rf-lsp: internal error: {detail}; please report it at {ISSUES_URL} with what RF_LSP_DEBUG=1 shows"


def _tolerate_encodings() -> None:
    """A terminal that cannot show × or a strange file name gets a replacement, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
