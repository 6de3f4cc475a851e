"""`rf-lsp mcp`, asked by the SDK's own client over standard input and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from analyzers.rules.support.registry import RULES
from rf_lsp.agents import worker
from rf_lsp.agents.answers import LONGEST, answer
from rf_lsp.agents.confinement import Confinement
from rf_lsp.agents.tools import TOOLS
from rf_lsp.errors import UsageError
from tests.rf_lsp.processes import everything
from tests.rf_lsp.texts import SHARED

NET = """\
from torch import nn
from shared import Block


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, stride=2)
        self.body = Block(width)
        self.head = nn.Conv2d(width + 1, 10, 1)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))
"""
OUTSIDE = "from torch import nn\n\n# rf: input=1x3x8x8\nsecret_model = nn.Sequential(nn.Conv2d(4, 77, 1))\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that may be read, beside one that may not."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "nets"\n')
    (folder / "shared.py").write_text(SHARED)
    (folder / "net.py").write_text(NET)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.py").write_text(OUTSIDE)
    return folder


# the tools, without a client -----------------------------------------------------------------------


@pytest.fixture
def ask(project, monkeypatch) -> Callable[..., str]:
    """The answer of a tool within the project."""
    monkeypatch.chdir(project)
    confinement = Confinement([str(project)])
    return lambda tool, **arguments: answer(tool, arguments, confinement)


def test_inspect_is_short_by_default(ask):
    assert ask("inspect_model", target="net.py").splitlines() == [
        "Net · 3×32×32 → 10×15×15 · 908 params · 328.1 kMACs · RF 11 covers 34 % of 32",
        "  net.py:6:1, complete",
        "  input x 1×3×32×32 (from a # rf: comment)",
        "  error RF201 net.py:14:16 head expects 9 input channels, gets 8",
    ]


def test_inspect_shows_layers_and_everything_when_asked(ask):
    lines = ask("inspect_model", target="net.py", layer="body.*").splitlines()
    assert "  body.conv Conv2d → 1×8×15×15 584 params RF 7 stride 2 called 2 times (shared.py:7:21)" in lines
    assert not any("stem" in line for line in lines)
    data = json.loads(ask("inspect_model", target="net.py::Net(8)", detail="json", inputs=["2x3x16x16"]))
    assert data["schema"] == "rf-lsp.inspect/1" and data["models"][0]["inputs"][0]["shape"] == [2, 3, 16, 16]
    assert data["models"][0]["findings"][0]["fixes"] == []


def test_check_tells_the_worst_first_and_what_is_asked_for(ask, project):
    (project / "plain.py").write_text("a = 1\n")
    (project / "broken.py").write_bytes(b"import torch\n\xff")
    lines = ask("check_files").splitlines()
    assert lines[0].startswith("1 error") and "in 4 files with" in lines[0]
    assert lines[1] == "error RF201 net.py:14:16 head expects 9 input channels, gets 8"
    assert lines[-1].startswith("not read: ") and "broken.py is not UTF-8" in lines[-1]
    assert ask("check_files", paths=["net.py"], select=["RF3"]).splitlines()[0] == "no findings in 1 file with 1 model"


def test_compare_says_what_a_change_does_with_places(ask, project):
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, cwd=project)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "as it was")
    assert "no model is different" in ask("compare_models")
    (project / "shared.py").write_text(SHARED.replace("3, padding=1", "5, padding=2"))
    (project / "net.py").write_text(NET.replace("width + 1", "width"))
    text = ask("compare_models", paths=["net.py"])
    assert "receptive field 11 → 19" in " ".join(text.split())
    assert "shared.py:7 conv (Conv2d): kernel_size 3 → 5; padding 1 → 2" in text
    assert "fixed error RF201 net.py:14" in text
    assert "width" not in ask("compare_models", old="net.py::Net(4)", new="net.py::Net(8)")


def test_a_rule_is_explained(ask):
    assert ask("explain_rule", rule="channel-mismatch").startswith("# RF201 channel-mismatch\n")


def test_a_large_file_gets_a_bounded_answer_and_a_larger_one_a_sentence(ask, project):
    layer = "    nn.Conv2d(3, 3, 3, padding=1),\n"
    source = "from torch import nn\n# rf: input=1x3x8x8\nmodel = nn.Sequential(\n{})\n"
    (project / "large.py").write_text(source.format(layer * 2_000) + "#" * 900_000)
    lines = ask("inspect_model", target="large.py", detail="layers").splitlines()
    assert sum(len(line) + 1 for line in lines) <= LONGEST + 100
    assert any(line.strip() == "… and 1800 more layers (layer=GLOB)" for line in lines)
    with pytest.raises(UsageError, match=r"the JSON has [\d,]+ characters: name one model"):
        ask("inspect_model", target="large.py", detail="json")
    (project / "huge.py").write_text(source.format(layer) + "#" * 1_100_000)
    with pytest.raises(UsageError, match=r"huge\.py is larger than 1 MB"):
        ask("inspect_model", target="huge.py")


def test_text_of_sources_is_spelled(ask, project):
    (project / "a\x1b[31m\n.py").write_text(NET)
    assert "\x1b" not in ask("check_files")


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("inspect_model", {}, "inspect_model needs the argument target"),
        ("inspect_model", {"target": 3}, "target must be a text"),
        ("inspect_model", {"target": "net.py", "inputs": "1x3"}, "inputs must be a list of texts"),
        ("inspect_model", {"target": "net.py", "inputs": [1]}, "inputs must be a text"),
        ("inspect_model", {"target": "net.py", "inputs": ["1x"]}, "impossible shape '1x'"),
        ("inspect_model", {"target": "net.py", "detail": "all"}, "detail must be one of summary, layers, json"),
        ("inspect_model", {"target": "net.py", "run": True}, "has no argument 'run'; it takes target"),
        ("inspect_model", {"target": "net.py", "layer": "x*"}, "no layer fits 'x*'"),
        ("inspect_model", {"target": "x" * 3_000}, "target is longer than 2000 characters"),
        ("inspect_model", {"target": "net.py::Nothing()"}, "Nothing"),
        ("inspect_model", {"target": ".::Net()"}, ". is a folder: name a file in it"),
        ("inspect_model", {"target": "nowhere.py"}, "nowhere.py: no such file or folder"),
        ("inspect_model", {"target": "no.such.module"}, "there is no file and no module 'no.such.module'"),
        ("inspect_model", {"target": "a\0b.py"}, "target contains null bytes"),
        ("check_files", {"paths": ["net.py"] * 101}, "paths has more than 100 items"),
        ("check_files", {"select": ["RF999"]}, "RF999"),
        ("check_files", {"lowest": "fatal"}, "lowest must be one of error, warning, information"),
        ("explain_rule", {"rule": "RF999"}, "unknown rule 'RF999'"),
        ("compare_models", {"old": "net.py"}, "compare_models takes old and new, or base with paths"),
        ("compare_models", {"base": "HEAD"}, "is in no git repository"),
    ],
)
def test_bad_arguments_are_told_in_one_sentence(ask, tool, arguments, sentence):
    with pytest.raises(UsageError) as raised:
        ask(tool, **arguments)
    assert sentence in str(raised.value) and "\n" not in str(raised.value)


# confinement --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["inspect_model", "check_files", "compare_models"])
@pytest.mark.parametrize(
    "path", ["../outside/secret.py", "{outside}/secret.py", "link.py", "folder/secret.py", "../outside"]
)
def test_what_lies_outside_is_refused(ask, project, tool, path):
    outside = project.parent / "outside"
    (project / "link.py").symlink_to(outside / "secret.py")
    (project / "folder").symlink_to(outside)
    named = path.format(outside=outside)
    arguments = {
        "inspect_model": {"target": named},
        "check_files": {"paths": ["net.py", named]},
        "compare_models": {"old": "net.py", "new": named},
    }
    with pytest.raises(UsageError, match="is outside of the folders that may be read"):
        ask(tool, **arguments[tool])


def test_links_out_that_are_met_are_left_out(ask, project):
    outside = project.parent / "outside"
    (project / "link.py").symlink_to(outside / "secret.py")
    (project / "package").symlink_to(outside)
    (project / "net.py").write_text(
        "from link import secret_model\nfrom package.secret import secret_model as b\nimport sys\n"
        f"sys.path.insert(0, {str(outside)!r})\nimport secret\n"
        f"text = open({str(outside / 'secret.py')!r}).read()\n" + NET.replace("width + 1", "width")
    )
    answers = [
        ask("check_files"),
        ask("inspect_model", target="."),
        ask("inspect_model", target="net.py", detail="json"),
    ]
    assert "in 2 files" in answers[0]
    assert not any("77" in text or "secret_model" in text for text in answers)


def test_settings_do_not_lead_out(ask, project):
    outside = project.parent / "outside"
    (project / "rf-lsp.toml").write_text('search-paths = ["../outside"]\n')
    (project / "net.py").write_text("from secret import secret_model\nmodel = secret_model\n")
    assert "77" not in ask("check_files", lowest="information")
    (outside / "base.toml").write_text('selct = "words that nobody should see"\n')
    (project / "rf-lsp.toml").write_text('extend = "../outside/base.toml"\n')
    with pytest.raises(UsageError, match="outside of the folders that may be read") as raised:
        ask("check_files")
    assert "words" not in str(raised.value)
    (project / "rf-lsp.toml").unlink()
    (project / "rf-lsp.toml").symlink_to(outside / "base.toml")
    assert "words" not in ask("check_files")
    (project.parent / "rf-lsp.toml").write_text("selct = 1\n")
    assert ask("inspect_model", target="shared.py")


def test_an_environment_of_the_project_does_not_lead_out(ask, project):
    library = project.parent / "outside" / "lib"
    library.mkdir()
    (library / "private.py").write_text(OUTSIDE)
    site = project / ".venv" / "lib" / "python3.11"
    site.mkdir(parents=True)
    (site / "site-packages").symlink_to(library)
    (project / "net.py").write_text("from private import secret_model\nmodel = secret_model\n")
    assert "77" not in ask("check_files", lowest="information")
    (site / "site-packages").unlink()
    (site / "site-packages").mkdir()
    (site / "site-packages" / "a.pth").write_text(f"{library}\n")
    assert "77" not in ask("check_files", lowest="information")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_nothing_waits_for_a_pipe(ask, project):
    os.mkfifo(project / "pipe.py")
    (project / "net.py").write_text("import pipe\n" + NET)
    with pytest.raises(UsageError, match=r"pipe\.py is not a regular file"):
        ask("inspect_model", target="pipe.py")
    assert "error RF201 net.py:15:16" in ask("check_files")


def test_nothing_is_written(ask, project):
    before = everything(project)
    ask("check_files")
    ask("inspect_model", target="net.py", detail="json")
    ask("compare_models", old="net.py", new="shared.py")
    assert everything(project) == before


def test_what_changes_between_questions_is_seen(ask, project):
    assert "RF201" in ask("check_files")
    (project / "net.py").write_text(NET.replace("width + 1", "width") + "\n")
    (project / "fresh.py").write_text(SHARED)
    text = ask("check_files")
    assert "RF201" not in text and "in 3 files" in text


def test_an_error_of_ours_is_an_answer(project, monkeypatch):
    monkeypatch.setattr("rf_lsp.agents.worker.answer", lambda *a: 1 / 0)
    monkeypatch.chdir(project)
    told = worker.answered("check_files", {}, Confinement([str(project)]))
    assert told["error"].startswith("internal error: ZeroDivisionError")


# the server ---------------------------------------------------------------------------------------

RF_LSP = "import sys; sys.path[:] = [p for p in sys.path if p]; from rf_lsp.cli import script; script()"
Work = Callable[[Any], Awaitable[None]]


def served(
    work: Work, folder: Path, *options: str, roots: list[Path] | None = None, start: str = RF_LSP, mode: str = "auto"
) -> None:
    """Do ``work`` with a client of a server that is started in ``folder``."""
    pytest.importorskip("mcp")
    import anyio
    from mcp import Client, StdioServerParameters, types

    async def list_roots(context: Any) -> Any:
        return types.ListRootsResult(roots=[types.Root(uri=path.as_uri()) for path in roots or ()])

    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    parameters = StdioServerParameters(
        command=sys.executable, args=["-c", start, "mcp", *options], cwd=folder, env=environment
    )

    async def run() -> None:
        with anyio.fail_after(120):
            callback = None if roots is None else list_roots
            async with Client(parameters, list_roots_callback=callback, mode=mode) as client:
                await work(client)

    anyio.run(run)


async def told(client: Any, tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
    result = await client.call_tool(tool, arguments)
    (content,) = result.content
    return bool(result.is_error), content.text


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_client_uses_every_tool_and_resource(project, mode):
    async def work(client: Any) -> None:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == list(TOOLS)
        assert all(tool.annotations.read_only_hint and tool.description for tool in tools)
        is_error, text = await told(client, "inspect_model", {"target": "net.py"})
        assert not is_error and text.startswith("Net · 3×32×32 → 10×15×15 ·")
        assert "RF201" in (await told(client, "check_files", {}))[1]
        assert "# RF201" in (await told(client, "explain_rule", {"rule": "RF201"}))[1]
        compared = await told(client, "compare_models", {"old": "net.py::Net(4)", "new": "net.py::Net(8)"})
        assert "parameters" in compared[1]
        assert await told(client, "inspect_model", {"target": "../outside/secret.py"}) == (
            True,
            f"../outside/secret.py is outside of the folders that may be read: {project}",
        )
        assert (await told(client, "check_files", {"paths": 3}))[0]
        resources = (await client.list_resources()).resources
        assert [str(item.uri) for item in resources] == [f"rf-lsp://rules/{code}" for code in RULES]
        page = (await client.read_resource("rf-lsp://rules/channel-mismatch")).contents[0]
        assert page.text.startswith("# RF201") and page.mime_type == "text/markdown"
        for wrong in (partial(client.call_tool, "run_model", {}), partial(client.read_resource, "rf-lsp://rules/x")):
            with pytest.raises(Exception, match=r"there is no tool 'run_model'|unknown rule 'x'"):
                await wrong()

    served(work, project.parent, roots=[project], mode=mode)


@pytest.mark.slow
def test_without_roots_the_working_directory_counts_or_what_the_command_line_says(project):
    async def work(client: Any) -> None:
        assert "RF201" in (await told(client, "check_files", {"paths": ["net.py"]}))[1]
        assert (await told(client, "check_files", {"paths": [str(project.parent / "outside")]}))[0]

    served(work, project)
    served(work, Path("/"), "--root", str(project))
    served(work, project, roots=[])


def test_everything_is_too_much(project):
    async def work(client: Any) -> None:
        is_error, text = await told(client, "check_files", {})
        assert is_error and "/ is too much: start rf-lsp mcp in a project or with --root" in text

    served(work, Path("/"))


def test_nothing_in_the_folder_is_run(project):
    """Modules of the names of those that Python or we begin with."""
    for name in ("json", "os", "site", "encodings", "rf_lsp", "anyio", "mcp", "resource", "torch"):
        (project / f"{name}.py").write_text(f"open({str(project / 'run')!r}, 'a').write({name!r})\n")

    async def work(client: Any) -> None:
        assert "RF201" in (await told(client, "check_files", {"paths": ["net.py"]}))[1]

    served(work, project)
    assert not (project / "run").exists()


SLOW = """
import sys; sys.path[:] = [p for p in sys.path if p]
from rf_lsp.agents import worker
worker.START = "import os, time; open({here!r} + '/pid', 'w').write(str(os.getpid())); os.path.exists({here!r} + '/slow') and time.sleep(100);" + worker.START
from rf_lsp.cli import script
script()
"""


def ended(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("mode", [pytest.param("legacy", marks=pytest.mark.slow), "auto"])
def test_what_is_cancelled_is_ended_and_the_next_is_answered(project, tmp_path, mode):
    (tmp_path / "slow").touch()

    async def work(client: Any) -> None:
        import anyio

        with anyio.move_on_after(20) as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "check_files", {})
                while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
                    await anyio.sleep(0.05)
                group.cancel_scope.cancel()
        assert not scope.cancelled_caught
        first = int((tmp_path / "pid").read_text())
        (tmp_path / "slow").unlink()
        assert "RF201" in (await told(client, "check_files", {}))[1]
        assert int((tmp_path / "pid").read_text()) != first and await anyio.to_thread.run_sync(ended, first)

    served(work, project, start=SLOW.format(here=str(tmp_path)), mode=mode)


@pytest.mark.slow
def test_what_takes_too_long_is_ended_and_the_next_is_answered(project, tmp_path):
    (tmp_path / "slow").touch()

    async def work(client: Any) -> None:
        is_error, text = await told(client, "check_files", {})
        assert is_error and text == "not answered within 5 seconds: ask for less at a time"
        (tmp_path / "slow").unlink()
        assert "RF201" in (await told(client, "check_files", {}))[1]

    served(work, project, "--timeout", "5", start=SLOW.format(here=str(tmp_path)))


@pytest.mark.slow
def test_a_process_that_dies_is_told_and_replaced(project, tmp_path):
    (tmp_path / "die").touch()
    start = SLOW.replace("time.sleep(100)", "os._exit(9)").replace("/slow", "/die").format(here=str(tmp_path))

    async def work(client: Any) -> None:
        is_error, text = await told(client, "check_files", {})
        assert is_error and text == "the analysis ended unexpectedly, it may have needed too much memory"
        (tmp_path / "die").unlink()
        assert "RF201" in (await told(client, "check_files", {}))[1]

    served(work, project, start=start)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--root", "nowhere"), "nowhere: no such folder (--root)"),
        (("--timeout", "0"), "--timeout must be above 0"),
        ((), "rf-lsp mcp needs the SDK of the protocol: pip install 'rf-lsp[mcp]'"),
    ],
)
def test_the_command_line_says_what_is_wrong(run, monkeypatch, arguments, sentence):
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.delitem(sys.modules, "rf_lsp.agents.server", raising=False)
    outcome = run("mcp", *arguments)
    assert outcome.code == 2 and sentence in outcome.err and outcome.err.count("\n") == 1
