"""`action.yml` and the templates of docs/review.md: valid by the public schemas, and the steps of the action run here."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.rf_lsp.test_check_formats import SEQUENTIAL
from tests.rf_lsp.test_diff import git

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
DOCUMENT = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
RIGHT = SEQUENTIAL.replace("9, 8", "8, 8").replace("32x32", "5x5")

needs_bash = pytest.mark.skipif(os.name == "nt" or not shutil.which("bash"), reason="needs bash")
needs_schemas = pytest.mark.skipif(
    importlib.util.find_spec("check_jsonschema") is None, reason="needs check-jsonschema"
)


def template(head: str) -> str:
    """The YAML block of docs/review.md that begins with ``head``."""
    return next(block for block in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL) if block.startswith(head))


@needs_schemas
@pytest.mark.parametrize(
    ("schema", "name", "text"),
    [
        ("vendor.github-actions", "action.yml", (ROOT / "action.yml").read_text(encoding="utf-8")),
        ("vendor.github-workflows", "models.yml", template("name: models")),
        ("vendor.gitlab-ci", ".gitlab-ci.yml", template("rf-lsp:")),
    ],
)
def test_valid_by_the_public_schema(tmp_path, schema, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_and_permissions_are_few():
    used = re.findall(r"uses: (\S+)", (ROOT / "action.yml").read_text(encoding="utf-8") + template("name: models"))
    foreign = [name for name in used if not name.startswith("rf-lsp/")]
    assert len(foreign) == 2 and all(re.search(r"@[0-9a-f]{40}$", name) for name in foreign)
    workflow = yaml.safe_load(template("name: models"))
    assert workflow["permissions"] == {}
    assert set(workflow["jobs"]["rf-lsp"]["permissions"]) == {"contents", "security-events", "pull-requests"}
    given = next(step for step in workflow["jobs"]["rf-lsp"]["steps"] if "rf-lsp/" in step["uses"])["with"]
    assert set(given) <= set(ACTION["inputs"])


def test_no_input_becomes_part_of_a_command():
    assert not [step["name"] for step in STEPS.values() if "${{" in step.get("run", "")]


class Job:
    """A checkout of a pull request, in which the steps of the action run as on GitHub, with the inputs given."""

    def __init__(self, folder: Path) -> None:
        self.work, self.temp, self.bin = folder / "work", folder / "temp", folder / "bin"
        for path in (self.work, self.temp, self.bin):
            path.mkdir()
        launcher = f'#!/bin/sh\nexec {sys.executable} -P -c \'import sys; sys.path.insert(0, "{ROOT}"); from rf_lsp.cli import main; sys.exit(main())\' "$@"\n'
        if sys.version_info < (3, 11):
            launcher = launcher.replace(" -P ", " ")
        self.program("rf-lsp", launcher)
        self.program("gh", f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{folder}/gh.log"\n')
        self.log = folder / "gh.log"
        self.base = ""

    def program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def run(self, name: str, **inputs: str) -> tuple[int, str]:
        step = STEPS[name]
        values = {key: str(entry.get("default", "")) for key, entry in ACTION["inputs"].items()} | inputs
        environment = {key: self._value(str(text), values) for key, text in step["env"].items()}
        done = subprocess.run(
            ["bash", "-c", step["run"]],
            cwd=self.work,
            env={**self._environment(), **environment},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))}
        files = {name: str(self.temp / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")}
        path = f"{self.bin}{os.pathsep}{kept['PATH']}"
        return {**kept, **files, "PATH": path, "RUNNER_TEMP": str(self.temp), "GITHUB_REPOSITORY": "someone/models"}

    def _value(self, text: str, inputs: dict[str, str]) -> str:
        found = re.fullmatch(r"\$\{\{ (.*) \}\}", text)
        if found is None:
            return text
        known = {f"inputs.{name}": value for name, value in inputs.items()} | {
            "github.action_path": str(ROOT),
            "github.event.pull_request.base.sha": self.base,
            "github.event.pull_request.number": "7",
            "steps.diff.outputs.diff-file": str(self.temp / "rf-lsp-diff.md"),
        }
        return known[found[1].partition(" || ")[0]]

    def text(self, name: str) -> str:
        path = self.temp / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """The branch breaks net.py and adds a name that looks like an option; old.py was broken before."""
    found = Job(tmp_path)
    (found.work / "net.py").write_text(RIGHT)
    (found.work / "old.py").write_text(SEQUENTIAL)
    git(found.work, "init", "-q", "-b", "main")
    git(found.work, "add", "-A")
    git(found.work, "commit", "-qm", "base")
    found.base = git(found.work, "rev-parse", "HEAD")
    (found.work / "net.py").write_text(RIGHT.replace("8, 8", "9, 8"))
    (found.work / "--fix$(touch hacked).py").write_text(RIGHT)
    git(found.work, "add", "-A")
    git(found.work, "commit", "-qm", "change")
    return found


@needs_bash
class TestSteps:
    def test_check(self, job):
        code, out = job.run("Check", **{"sarif-file": "report.sarif"})
        assert code == 1 and out.count("::error title=RF201") == 2
        assert json.loads((job.work / "report.sarif").read_text())["version"] == "2.1.0"
        assert job.text("GITHUB_OUTPUT") == "sarif-file=report.sarif\n"
        assert "receptive field" in job.text("GITHUB_STEP_SUMMARY")

    def test_check_of_what_is_changed(self, job):
        code, out = job.run("Check", **{"changed-only": "true"})
        assert code == 1 and "file=net.py" in out and "old.py" not in out
        assert not (job.work / "hacked").exists()

    def test_check_passes_arguments_on(self, job):
        code, out = job.run("Check", arguments="--select\n  RF2 \n\n--ignore\nRF201", paths="net.py\nold.py")
        assert code == 0 and "no findings in 2 files" in out

    def test_compare_and_comment(self, job):
        code, out = job.run("Compare", **{"diff-fail-on": "new-errors"})
        assert code == 1 and "new-errors: 1" in out
        assert "`net.py:4`" in job.text("GITHUB_STEP_SUMMARY") and "diff-file=" in job.text("GITHUB_OUTPUT")
        assert job.run("Comment")[0] == 0
        told = job.log.read_text()
        assert "repos/someone/models/issues/7/comments" in told and "POST" in told
        assert (job.temp / "rf-lsp-comment.md").read_text().startswith("<!-- rf-lsp diff -->\n### What this changes")

    def test_a_comment_is_written_anew(self, job):
        job.run("Compare")
        job.program("gh", f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{job.log}"\ncase "$*" in *--paginate*) echo 42;; esac\n')
        assert job.run("Comment")[0] == 0
        assert "repos/someone/models/issues/comments/42" in job.log.read_text() and "PATCH" in job.log.read_text()

    def test_a_base_that_is_not_here_is_told(self, job):
        job.base = "0" * 40
        code, out = job.run("Compare")
        assert code == 0 and "fetch-depth 0" in out

    @pytest.mark.slow
    def test_install(self, job):
        code, out = job.run("Install rf-lsp", python=sys.executable)
        if "No matching distribution" in out or "Connection" in out:
            pytest.skip("packages cannot be installed here")
        assert code == 0, out
        program = Path(job.text("GITHUB_PATH").strip()) / "rf-lsp"
        assert subprocess.run([program, "version"], capture_output=True, text=True).stdout.strip()


def test_every_step_with_a_command_is_run_here():
    names = {name for name, step in STEPS.items() if "run" in step}
    assert names == {"Install rf-lsp", "Check", "Compare", "Comment"}
