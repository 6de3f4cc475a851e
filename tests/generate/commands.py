"""From the argument parsers: the reference of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from rf_lsp.cli import COMMANDS, parser_for
from tests.generate.marks import cell

INTRODUCTION = """\
<!-- Made by `python -m tests.generate` from the parsers in rf_lsp/cli. -->
# Commands

A TARGET is `PATH[::EXPR]` or `package.module[::EXPR]`; EXPR is a Python expression in that module's namespace, which is interpreted and
never run. A SHAPE is dimensions joined by `x`, batch first: `1x3x224x224`, or `mask=1x1x64x64` for one of several inputs.

Exit codes: 0 nothing at or above the fail level, 1 findings, 2 usage, settings or an unreadable file, 101 a bug of ours.
Data goes to standard output, everything else to standard error."""


def texts() -> Iterator[tuple[str, str]]:
    yield "docs/commands.md", "\n".join(_reference()) + "\n"


def _reference() -> Iterator[str]:
    yield INTRODUCTION
    for name, text in COMMANDS.items():
        actions = [action for action in _actions(name) if action.dest != "help"]
        yield from ("", f"## rf-lsp {name}", "", f"{text[0].upper()}{text[1:]}.")
        if actions:
            yield from ("", "| argument | meaning |", "|---|---|")
            yield from (f"| `{cell(_argument(action))}` | {cell(_help(action))} |" for action in actions)


def _actions(command: str) -> list[argparse.Action]:
    for action in parser_for([command])._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices[command]._actions
    raise ValueError(command)


def _argument(action: argparse.Action) -> str:
    value = str(action.metavar or "") or "|".join(map(str, action.choices or ()))
    if not action.option_strings:
        return f"[{value} …]" if action.nargs == "*" else f"{value} …" if action.nargs == "+" else value
    value = value or ("" if action.nargs == 0 else action.dest.upper())
    return f"{', '.join(action.option_strings)} {value}".rstrip()


def _help(action: argparse.Action) -> str:
    text = (action.help or "").replace("%%", "%")
    return text if "once for each" in text or not _repeats(action) else f"{text}; may be given several times"


def _repeats(action: argparse.Action) -> bool:
    return isinstance(action, argparse._AppendAction)
