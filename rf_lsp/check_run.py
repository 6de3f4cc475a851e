"""A whole run of ``check``: which files, under which settings, on which machines; the same for the command line and
for Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.imports.resolver import marked_root
from analyzers.source.sources import NOTEBOOK
from rf_lsp.cache import Cache
from rf_lsp.checking import CheckTask, check_files
from rf_lsp.engine import outside_search_paths, project_settings_for, rule_settings, settings_for
from rf_lsp.errors import UsageError
from rf_lsp.files import python_files
from rf_lsp.results import FileResult, FixScope
from rf_lsp.shapes import NamedShape
from rf_lsp.users import MOST_SEARCHED, users_of, with_users

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rf_lsp.checking import Analyse
    from rf_lsp.shards import Shard

Progress = Callable[[int, int], None]
"""Told how many files are finished, and of how many."""


@dataclass(frozen=True)
class CheckOptions:
    """What is asked besides the paths; ``None`` and empty leave it to the settings.

    ``jobs`` are processes of this machine, for which an ``executor`` stands in; ``shard`` is the part of the files that
    this run is for.
    """

    select: list[str] | None = None
    ignore: list[str] | None = None
    inputs: tuple[NamedShape, ...] = ()
    config: str | None = None
    search_paths: tuple[str, ...] = ()
    python: str | None = None
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    keeps_results: bool = True
    jobs: int = 1
    executor: Executor | None = None
    shard: Shard | None = None
    progress: Progress = lambda finished, total: None
    note: Callable[[str], None] = lambda text: None
    """Is told what does not count of the settings."""

    def task(self, path: str, fixes: FixScope = "safe") -> CheckTask:
        """What counts for a file or for the files of a folder; raises :class:`UsageError`."""
        settings = settings_for(path, self.config)
        project = project_settings_for(settings, path, self.search_paths, self.python)
        if project.names_others:
            self.note(outside_search_paths(project))
        return CheckTask(
            project, rule_settings(project, self.select, self.ignore), self.inputs, fixes, self.keeps_results
        )

    def files(self, paths: Sequence[str], must_exist: bool = True) -> list[str]:
        """The files to check, absolute; excluded are those of the settings of each path, and ``exclude``."""
        found: dict[str, None] = {}
        for path in paths:
            if must_exist and not os.path.lexists(path):
                raise UsageError(f"{path}: no such file or folder")
            settings = settings_for(path, self.config)
            excluded = settings["exclude"]
            files = python_files([path], excluded, settings.root, self.force_exclude, self.exclude)
            found.update(dict.fromkeys(map(os.path.abspath, files)))
        return list(found)

    def groups(self, files: Sequence[str], fixes: FixScope = "safe") -> list[tuple[CheckTask, list[str]]]:
        """The files by the settings and the project that count for them."""
        tasks: dict[str, CheckTask] = {}
        groups: dict[str, tuple[CheckTask, list[str]]] = {}
        for path in files:
            folder = os.path.dirname(path)
            if folder not in tasks:
                tasks[folder] = self.task(folder, fixes)
            groups.setdefault(tasks[folder].key, (tasks[folder], []))[1].append(path)
        return list(groups.values())


def check_paths(paths: Sequence[str], options: CheckOptions, fixes: FixScope = "safe") -> list[FileResult]:
    """Check every file under the settings nearest to it, in the order of the files whoever checks them; with ``fixes``
    those that hold are in the findings. Raises :class:`UsageError`."""
    shard, files = options.shard, options.files(paths)
    groups = [(task, *_parted(group, shard)) for task, group in options.groups(files, fixes)]
    analyse = _analyse(options)

    def check(task: CheckTask, group: Sequence[str], done: Callable[[int], None] = lambda count: None):
        cache = cache_of(paths, task) if options.keeps_results else None
        return check_files(task, group, cache, analyse, done)

    done = _counter(options.progress, sum(len(own) for _, own, _ in groups))
    results = {
        result.path: result
        for task, own, _ in groups
        for result in with_users(check(task, own, done), check(task, _users(paths, own, task, options)))
    }
    if shard is not None:
        from rf_lsp.shards import keep_unused

        keep_unused(list(results.values()), [(task, others) for task, _, others in groups], check)
    declared: list[FileResult] = []
    for task, _, _ in groups:
        declared.extend(declared_models(task, declared))
    own, _ = _parted([result.path for result in declared], shard)
    return [results[path] for path in files if path in results] + [found for found in declared if found.path in own]


def _users(paths: Sequence[str], own: Sequence[str], task: CheckTask, options: CheckOptions) -> list[str]:
    """The files that use those which were named themselves; who names a folder says what is looked at."""
    named = {os.path.abspath(path) for path in paths if not os.path.isdir(path)}
    files = [path for path in own if path in named and path.endswith(".py")]
    root = task.project.root
    if not files or "-packages" in root:
        return []
    users, count = users_of(files, _candidates(files, root, task, options), root, task.project.search_paths)
    if count > len(users):
        options.note(f"{count} files use those that are checked; the nearest {len(users)} of them were looked at")
    return users


def _candidates(files: Sequence[str], root: str, task: CheckTask, options: CheckOptions) -> list[str]:
    """The files of the project; where no marker says what that is those beside the files alone. None of a folder that
    cannot be read."""
    settings = task.project.settings
    try:
        if marked_root(root) is not None:
            excluded = settings["exclude"]
            found = python_files([root], excluded, settings.root, exclude_here=options.exclude, most=MOST_SEARCHED)
            return [*map(os.path.abspath, found)]
        folders = sorted(set(map(os.path.dirname, files)))
        beside = [os.path.join(folder, name) for folder in folders for name in sorted(os.listdir(folder))]
    except (OSError, UsageError):
        return []
    return [path for path in beside if path.endswith((".py", NOTEBOOK)) and os.path.isfile(path)][:MOST_SEARCHED]


def _parted(paths: list[str], shard: Shard | None) -> tuple[list[str], list[str]]:
    return (paths, []) if shard is None else shard.parted(paths)


def _analyse(options: CheckOptions) -> Analyse:
    """What is kept of an earlier run needs nobody."""

    def analyse(task: CheckTask, paths: Sequence[str]) -> Iterator[FileResult]:
        from rf_lsp.machines import in_processes, on_executor

        return (on_executor(options.executor) if options.executor else in_processes(options.jobs))(task, paths)

    return analyse


def declared_models(task: CheckTask, known: Sequence[FileResult]) -> Iterator[FileResult]:
    """What is wrong with the models that the settings declare, as a result of their file."""
    from rf_lsp.declared import missing_files

    source = task.project.settings.source
    if source is None or any(result.path == source for result in known):
        return
    findings = missing_files(task.project, task.rules)
    if findings:
        yield FileResult(source, findings)


def cache_of(paths: Sequence[str], task: CheckTask) -> Cache:
    """The cache in the workspace of the paths, in the working directory for installed packages."""
    from analyzers.imports.resolver import workspace_root

    try:
        root = workspace_root(os.path.commonpath([os.path.abspath(path) for path in paths]))
    except ValueError:  # on several drives
        root = os.getcwd()
    return Cache(os.getcwd() if "-packages" in root else root, task.key)


def _counter(progress: Progress, total: int) -> Callable[[int], None]:
    finished = 0

    def done(count: int) -> None:
        nonlocal finished
        finished += count
        progress(finished, total)

    return done
