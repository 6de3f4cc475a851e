"""The command line as such: help, versions, rules, internal errors, interruption."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analyzers.rules.support.registry import RULES
from rf_lsp import __version__
from rf_lsp.cli import COMMANDS, main, misplaced_engine

ROOT = Path(__file__).resolve().parents[2]


def test_version(run):
    assert run("version").out == run("--version").out == f"rf-lsp {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    outcome = run(command, "--help")
    assert outcome.code == 0 and outcome.out.startswith(f"usage: rf-lsp {command}")


def test_an_unknown_command(run):
    outcome = run("chek")
    assert outcome.code == 2 and "check" in outcome.err
    assert run().code == 2


def test_a_command_that_is_nearly_right(run):
    assert "no command 'chek'; did you mean 'check'?" in run("chek").err
    assert "no command 'xyz'; there are check, inspect" in run("xyz").err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_for_every_shell(run, shell):
    outcome = run("completion", shell)
    assert outcome.code == 0 and "rf-lsp" in outcome.out and "_ARGCOMPLETE" in outcome.out


@pytest.mark.parametrize(
    ("line", "wanted"), [("rf-lsp ins", "inspect"), ("rf-lsp inspect --dep", "--depth"), ("rf-lsp rule --l", "--list")]
)
def test_what_a_shell_is_answered(tmp_path, line, wanted):
    answer = tmp_path / "answer"
    code = (
        "import os, sys\nfile = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)\nos.dup2(file, 8)\nos.dup2(2, 9)\n"
        "from rf_lsp.cli import main\nsys.argv = ['rf-lsp']\nmain()\n"
    )
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line, "COMP_POINT": str(len(line))}
    done = subprocess.run(
        [sys.executable, "-c", code, str(answer)], cwd=ROOT, env={**os.environ, **asked}, capture_output=True, text=True
    )
    assert answer.read_text().split() == [wanted], done.stderr


def test_rule_explains_by_code_and_name(run):
    by_code = run("rule", "rf201").out
    assert by_code.startswith("# RF201 channel-mismatch\n")
    assert run("rule", "channel-mismatch").out == by_code
    everything = run("rule", "--all").out
    assert all(f"# {rule.code} {rule.name}\n" in everything for rule in RULES.values())


def test_an_unknown_rule(run):
    outcome = run("rule", "channel-mismach")
    assert outcome.code == 2 and "did you mean channel-mismatch?" in outcome.err


@pytest.mark.usefixtures("net")
def test_an_internal_error_is_one_line_and_exit_code_101(run, fake, monkeypatch):
    def fail(self, text):
        raise RuntimeError("as asked")

    monkeypatch.setattr(fake.Analyzer, "resolve_target", fail)
    outcome = run("inspect", "net.py")
    assert outcome.code == 101
    assert outcome.err.startswith("rf-lsp: internal error: RuntimeError: as asked; please report it at https://")
    assert outcome.err.count("\n") == 1
    monkeypatch.setenv("RF_LSP_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main(["inspect", "net.py"])


@pytest.mark.usefixtures("net")
def test_interruption_is_exit_code_130(run, fake, monkeypatch):
    def interrupt(self, text):
        raise KeyboardInterrupt

    monkeypatch.setattr(fake.Analyzer, "resolve_target", interrupt)
    assert run("inspect", "net.py").code == 130


def test_a_closed_pipe_is_quiet():
    code = "import sys; from rf_lsp.cli import main; sys.exit(main(['rule', '--all']))"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), errors) == (141, b"")


def test_the_engine_is_our_own_sibling(monkeypatch, tmp_path):
    assert misplaced_engine() is None
    import analyzers

    monkeypatch.setattr(analyzers, "__file__", str(tmp_path / "analyzers" / "__init__.py"))
    text = misplaced_engine()
    assert text is not None and str(tmp_path) in text
    assert main(["version"]) == 101


def test_start_up_imports_nothing_heavy():
    code = "import sys; from rf_lsp.cli import main; main(['version']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint({"libcst", "rich", "pathspec", "pygls", "lsprotocol", "asyncio", "torch"})


def test_the_program_says_everything_before_it_ends(tmp_path: Path) -> None:
    """The process ends without Python's own clearing up: nothing may be left in a buffer, no code be lost."""
    (tmp_path / "net.py").write_text("from torch import nn\n\nmodel = nn.Conv2d(3, 8, kernel=3)\n")
    command = [sys.executable, "-m", "rf_lsp", "check", "net.py", "--no-cache", "--format", "concise"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "RF301" in done.stdout, done.stderr.count("Traceback")) == (1, True, 0)
