"""``rf-lsp completion SHELL``: what a shell needs to complete commands, options and their values."""

from __future__ import annotations

import argparse

SHELLS = ("bash", "zsh", "fish", "powershell")
LINES = {
    "bash": 'eval "$(rf-lsp completion bash)"',
    "zsh": 'eval "$(rf-lsp completion zsh)"',
    "fish": "rf-lsp completion fish | source",
    "powershell": "rf-lsp completion powershell | Out-String | Invoke-Expression",
}
"""What a person puts into the shell's start file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    starts = "\n".join(f"  {shell:<11} {LINES[shell]}" for shell in SHELLS)
    parser.epilog = f"In the shell's start file:\n{starts}"
    parser.add_argument("shell", choices=SHELLS, help="the shell")


def run(arguments: argparse.Namespace) -> int:
    from argcomplete.shell_integration import shellcode

    print(shellcode(["rf-lsp"], shell=arguments.shell).strip())
    return 0
