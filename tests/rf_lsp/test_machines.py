"""`check` on executors and in parts: the same findings in the same order, whoever checks."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rf_lsp import machines
from rf_lsp.check_run import CheckOptions, check_paths
from rf_lsp.checking import Checker, merged
from rf_lsp.errors import UsageError
from rf_lsp.shards import Shard, parse_shard
from tests.trees import ROOT

COUNT = 12
SHARED = """\
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Conv2d(width, width, 3, padding=1)
        self.b = nn.Conv2d(4, width, 1)

    def forward(self, x):
        return self.b(self.a(x))  # rf: ignore[RF201]
"""
NET = """\
from torch import nn
from shared import Block


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, {width}, 3)
        self.body = {body}
        self.head = nn.Conv2d({head}, 10, 1)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Models with and without errors, a shared module in which only one of them needs a comment, and one file without."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "nets"\n')
    (tmp_path / "shared.py").write_text(SHARED)
    (tmp_path / "plain.py").write_text("a = 1\n")
    for number in range(COUNT):
        width = 4 + number
        body = f"Block({width})" if number == 3 else "nn.Identity()"
        head = width if number % 2 else width + 1
        (tmp_path / f"net_{number:02}.py").write_text(NET.format(width=width, body=body, head=head))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(**options) -> list[tuple[str, str, int]]:
    results = check_paths(["."], CheckOptions(keeps_results=False, **options))
    return [(os.path.basename(f.place.file), f.code, f.place.line) for f in merged(results)]


@pytest.fixture
def expected(project) -> list[tuple[str, str, int]]:
    findings = found()
    assert [code for _, code, _ in findings if code == "RF201"] == ["RF201"] * (COUNT // 2)
    assert "RF903" not in {code for _, code, _ in findings}
    return findings


def on_processes() -> Executor:
    return ProcessPoolExecutor(2)


def on_threads() -> Executor:
    return ThreadPoolExecutor(3)


@pytest.mark.parametrize("made", [on_processes, on_threads])
def test_an_executor_comes_to_the_same_findings_in_the_same_order(made, expected):
    told = []
    with made() as executor:
        assert found(executor=executor, progress=lambda finished, total: told.append((finished, total))) == expected
    assert told[-1] == (COUNT + 2, COUNT + 2) and told == sorted(told)


class Sending(Executor):
    """Answers at once, the last file with what the test says."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        if str(args[-1]).endswith("net_11.py"):
            future.set_exception(self.error)
        else:
            future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.usefixtures("project")
def test_a_worker_that_dies_costs_its_own_file():
    results = check_paths(["."], CheckOptions(keeps_results=False, executor=Sending(RuntimeError("killed 4 times"))))
    crashes = {os.path.basename(result.path): result.crash for result in results if result.crash}
    assert crashes == {"net_11.py": "the worker that checked it failed: RuntimeError: killed 4 times"}
    assert {f.code for f in merged(results)} >= {"RF201", "RF900"}


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="what is put in place is inherited")
@pytest.mark.usefixtures("project")
def test_a_process_that_is_killed_costs_its_own_file(monkeypatch):
    parent, check = os.getpid(), Checker.check

    def dying(checker: Checker, path: str) -> Any:
        if path.endswith("net_07.py") and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return check(checker, path)

    monkeypatch.setattr(Checker, "check", dying)
    results = check_paths(["."], CheckOptions(keeps_results=False, jobs=2))
    crashes = {os.path.basename(result.path): result.crash for result in results if result.crash}
    assert crashes == {"net_07.py": "the process that checked it was ended from outside"}
    assert {f.code for f in merged(results)} >= {"RF201", "RF900"}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (machines.OtherVersion("a worker runs rf-lsp 0.0"), "a worker runs rf-lsp 0.0"),
        (ModuleNotFoundError("No module named 'rf_lsp'"), "a worker cannot import rf-lsp"),
        (BrokenExecutor("gone"), "the executor is broken"),
        (CancelledError(), "the executor gave up"),
    ],
)
def test_where_nobody_can_work_it_is_said(error, sentence):
    with pytest.raises(UsageError, match=sentence):
        check_paths(["."], CheckOptions(keeps_results=False, executor=Sending(error)))


def test_a_worker_of_another_version_is_refused(project):
    task = CheckOptions().task(str(project))
    with pytest.raises(machines.OtherVersion, match=r"install the same version"):
        machines.check_elsewhere("0.0.0", "run", task, str(project / "net_00.py"))


def test_a_worker_sees_in_its_next_run_what_was_changed(project):
    path = project / "net_01.py"
    task = CheckOptions().task(str(project))

    def codes(name: str) -> set[str]:
        return {f.code for f in machines.check_elsewhere(machines.__version__, name, task, str(path)).findings}

    assert "RF201" not in codes("one")
    path.write_text(path.read_text().replace("nn.Conv2d(5, 10", "nn.Conv2d(6, 10"))
    assert "RF201" in codes("two")


class Interrupted(Executor):
    """Has done one file; whoever asks for the next hears that the user wants no more."""

    def __init__(self) -> None:
        self.futures: list[Future] = []

    def submit(self, fn, /, *args, **kwargs):
        self.futures.append(Future())
        if len(self.futures) == 1:
            self.futures[0].set_result(fn(*args, **kwargs))
        return self.futures[-1]


@pytest.mark.usefixtures("project")
def test_what_nobody_waits_for_is_cancelled():
    def stop(finished: int, total: int) -> None:
        if finished > 1:
            raise KeyboardInterrupt

    executor = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        check_paths(["."], CheckOptions(keeps_results=False, executor=executor, progress=stop))
    assert all(future.done() for future in executor.futures)
    assert any(future.cancelled() for future in executor.futures)


SPAWNED = """
import multiprocessing, sys
from rf_lsp.cli import main
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    sys.exit(main(["check", "--no-cache", "--jobs", "2", "--format", "json"]))
"""


def test_processes_do_not_look_for_modules_in_the_working_directory(project, tmp_path_factory):
    """A stranger's folder may hold a module of the name of one that a Python which is started anew begins with."""
    script = tmp_path_factory.mktemp("script") / "spawned.py"
    script.write_text(SPAWNED)
    for name in ("multiprocessing", "json", "rf_lsp", "torch"):
        (project / f"{name}.py").write_text(f"open({str(project / 'run')!r}, 'w').close()\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and json.loads(done.stdout)["summary"]["error"] == COUNT // 2
    assert not (project / "run").exists()


# parts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_all_parts_together_are_the_whole(expected, count):
    parts = [found(shard=Shard(index + 1, count)) for index in range(count)]
    assert sorted({entry for part in parts for entry in part}) == sorted(expected)


@pytest.mark.usefixtures("project")
def test_each_file_is_in_one_part():
    files = [str(path) for path in Path.cwd().glob("*.py")]
    assert [sum(Shard(index, 5).holds(path) for index in range(1, 6)) for path in files] == [1] * len(files)


def test_a_comment_that_only_another_part_needs_is_not_unused(project, expected):
    """`shared.py` by itself does not need its comment; the part that has it asks the files that import it."""
    every = [Shard(index, count) for count in range(2, 9) for index in range(1, count + 1)]
    part = next(p for p in every if p.holds(str(project / "shared.py")) and not p.holds(str(project / "net_03.py")))
    assert "RF903" not in {code for _, code, _ in found(shard=part)}
    (project / "net_03.py").unlink()
    assert ("shared.py", "RF903", 10) in found(shard=part)


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2"])
def test_impossible_parts(text):
    with pytest.raises(UsageError, match="impossible shard"):
        parse_shard(text)


@pytest.mark.usefixtures("project")
def test_the_command_line_checks_a_part(run):
    data = [json.loads(run("check", "--format", "json", "--shard", f"{k}/2").out) for k in (1, 2)]
    assert sum(part["summary"]["files"] for part in data) == COUNT + 2
    assert run("check", "--shard", "3/2").code == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--shard", "1/2", "--fix"), "--shard cannot be used with --fix"),
        (("--shard", "1/2", "--baseline", "b", "--update-baseline"), "--shard cannot be used with --update-baseline"),
        (("--executor", "dask:a:1", "--jobs", "2"), "--jobs are processes of this machine"),
        (("--executor", "ray:a"), "impossible executor 'ray:a'"),
        (("--executor", "dask:"), "impossible executor 'dask:'"),
        (("-", "--executor", "dask:a"), "which is checked here"),
    ],
)
def test_what_does_not_go_together_is_said(run, project, arguments, sentence):
    outcome = run("check", *arguments)
    assert outcome.code == 2 and sentence in outcome.err and outcome.err.count("\n") == 1


# dask --------------------------------------------------------------------------------------------


def test_without_dask_one_sentence_says_so(run, project, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    outcome = run("check", "--executor", "dask:tcp://127.0.0.1:1")
    assert outcome.code == 2 and outcome.err == "rf-lsp: --executor dask:… needs dask: pip install 'rf-lsp[dask]'\n"


@pytest.mark.slow
def test_a_dask_worker_that_is_killed_loses_nothing(run, project, expected):
    """Two workers of a real cluster, one of which is killed in the middle; then the same from the command line."""
    distributed = pytest.importorskip("distributed")
    from rf_lsp.dask_executor import connected

    killed = []
    with (
        distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
        connected(f"dask:{cluster.scheduler_address}", print) as executor,
    ):

        def kill(finished: int, total: int) -> None:
            if finished > 3 and not killed:
                killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        assert found(executor=executor, progress=kill) == expected
        outcome = run("check", "--no-cache", "--format", "json", "--executor", f"dask:{cluster.scheduler_address}")
    assert len(killed) == 1 and outcome.code == 1
    assert outcome.out == run("check", "--no-cache", "--format", "json").out


def test_a_scheduler_that_does_not_answer(run, project, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("rf_lsp.dask_executor.SECONDS", 1)
    outcome = run("check", "--executor", "dask:tcp://127.0.0.1:9")
    assert outcome.code == 2 and "no dask scheduler answers at tcp://127.0.0.1:9" in outcome.err
