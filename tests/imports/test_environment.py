"""Where environments keep their packages, in the layouts there are."""

from __future__ import annotations

import os
import site

import pytest

from analyzers.imports.environment import of_interpreter, of_prefix, site_packages
from analyzers.imports.folders import small_text
from analyzers.tracing.interpreters import found


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_VERSION"):
        monkeypatch.delenv(name, raising=False)


def environment(prefix, *directories: str, python: str = "bin/python", settings: str | None = None) -> str:
    for directory in directories:
        (prefix / directory).mkdir(parents=True)
    executable = prefix / python
    executable.parent.mkdir(parents=True, exist_ok=True)
    executable.write_text("")
    if settings is not None:
        (prefix / "pyvenv.cfg").write_text(settings)
    return str(executable)


def below(prefix, *directories: str) -> list[str]:
    return [os.path.join(str(prefix), *directory.split("/")) for directory in directories]


def test_virtual_environment(tmp_path):
    library = "lib/python3.12/site-packages"
    python = environment(tmp_path / "env", library, settings="home = /usr/bin\nversion = 3.12.1\n")
    assert of_interpreter(python) == below(tmp_path / "env", library)
    assert of_interpreter(str(tmp_path / "env")) == below(tmp_path / "env", library)


@pytest.mark.skipif(os.name == "nt", reason="the file system does not tell Lib from lib")
def test_windows_layout(tmp_path):
    python = environment(
        tmp_path / "env", "Lib/site-packages", python="Scripts/python.exe", settings="home = C:\\Python\n"
    )
    assert of_interpreter(python) == below(tmp_path / "env", "Lib/site-packages")
    base = environment(tmp_path / "base", "Lib/site-packages", python="python.exe")
    assert of_interpreter(base) == below(tmp_path / "base", "Lib/site-packages")


def test_system_packages_come_after_the_environments(tmp_path):
    environment(tmp_path / "base", "lib/python3.11/site-packages", "lib/python3.12/site-packages")
    settings = f"home = {tmp_path / 'base' / 'bin'}\ninclude-system-site-packages = true\nversion = 3.11.4\n"
    python = environment(tmp_path / "env", "lib/python3.11/site-packages", settings=settings)
    assert of_interpreter(python) == [
        *below(tmp_path / "env", "lib/python3.11/site-packages"),
        *below(tmp_path / "base", "lib/python3.11/site-packages"),
    ]


def test_debian_layout(tmp_path):
    environment(
        tmp_path / "usr",
        "lib/python3/dist-packages",
        "local/lib/python3.12/dist-packages",
        "lib/python3.12",
        python="bin/python3.12",
    )
    assert set(of_prefix(str(tmp_path / "usr"))) == set(
        below(tmp_path / "usr", "lib/python3/dist-packages", "local/lib/python3.12/dist-packages")
    )


def test_the_version_in_the_name_counts(tmp_path):
    environment(tmp_path, "lib/python3.9/site-packages", "lib/python3.12/site-packages", python="bin/python3.9")
    assert of_interpreter(str(tmp_path / "bin" / "python3.9")) == below(tmp_path, "lib/python3.9/site-packages")
    assert of_prefix(str(tmp_path)) == below(tmp_path, "lib/python3.12/site-packages")


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
def test_link_to_an_interpreter(tmp_path):
    python = environment(tmp_path / "opt", "lib/python3.12/site-packages", python="bin/python3.12")
    (tmp_path / "tools").mkdir()
    os.symlink(python, tmp_path / "tools" / "python")
    assert of_interpreter(str(tmp_path / "tools" / "python")) == below(tmp_path / "opt", "lib/python3.12/site-packages")


def test_pyenv_shim(tmp_path, monkeypatch):
    environment(tmp_path / "versions" / "3.11.7", "lib/python3.11/site-packages")
    environment(tmp_path / "versions" / "3.12.1", "lib/python3.12/site-packages")
    shim = environment(tmp_path, python="shims/python")
    (tmp_path / "version").write_text("3.12\n")
    monkeypatch.chdir(tmp_path)
    assert of_interpreter(shim) == below(tmp_path / "versions" / "3.12.1", "lib/python3.12/site-packages")
    monkeypatch.setenv("PYENV_VERSION", "3.11.7")
    assert of_interpreter(shim) == below(tmp_path / "versions" / "3.11.7", "lib/python3.11/site-packages")


def test_default_order(tmp_path, monkeypatch):
    library = "lib/python3.12/site-packages"
    for name in ("ws/.venv", "virtual", "conda"):
        environment(tmp_path / name, library)
    start = tmp_path / "ws" / "nets" / "unet.py"
    start.parent.mkdir()
    start.write_text("")
    assert site_packages(None, str(start)) == below(tmp_path / "ws" / ".venv", library)
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "conda"))
    assert site_packages(None, str(start)) == below(tmp_path / "conda", library)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "virtual"))
    assert site_packages(None, str(start)) == below(tmp_path / "virtual", library)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "gone"))
    assert site_packages(None, str(start)) == below(tmp_path / "conda", library)


def test_the_running_interpreter_is_the_last_resort(tmp_path):
    found = site_packages(None, str(tmp_path))
    assert found
    assert set(found) <= {*site.getsitepackages(), site.getusersitepackages()}


def test_an_interpreter_that_does_not_exist(tmp_path):
    assert site_packages(str(tmp_path / "python"), str(tmp_path)) == []


@pytest.mark.skipif(os.name == "nt", reason="the layout of POSIX")
def test_the_environment_that_is_read_is_the_one_that_a_trace_runs(tmp_path):
    library = "lib/python3.12/site-packages"
    pixi = tmp_path / ".pixi" / "envs" / "default"
    python = environment(pixi, library)
    start = tmp_path / "net.py"
    start.write_text("")
    assert site_packages(None, str(start)) == below(pixi, library)
    assert next(found(str(start))).path == python


def test_small_files_are_read_only_if_they_are_files(tmp_path):
    """A pipe would never end, and nobody writes into it."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "net"\n')
    assert small_text(str(tmp_path / "pyproject.toml"), 9) == "[project]"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pyvenv.cfg")
        assert small_text(str(tmp_path / "pyvenv.cfg"), 9) == ""
    assert small_text(str(tmp_path / "nothing"), 9) == ""
