"""``rf-lsp diff OLD NEW`` and ``rf-lsp diff --base REV [PATHS…]``"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rf_lsp.cli import options
from rf_lsp.errors import UsageError
from rf_lsp.output import renderer

if TYPE_CHECKING:
    from rf_lsp.comparison.models import Comparison
    from rf_lsp.comparison.trees import Tree

WORK_TREE = "work tree"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="OLD and NEW: two files (with ::EXPR for one model of each) or two folders; with --base the files and folders to "
        "compare (default: .)",
    )
    add = parser.add_argument
    add("--base", metavar="REV", help="compare with this revision of git; main... is where HEAD left main")
    options.add_format(parser, "diff", "table")
    add("--output-file", metavar="F", help="write the result to a file")
    add(
        "--fail-on",
        action="append",
        default=[],
        metavar="WHAT",
        help="exit with 1 on: coverage-drop, output-change, model-removed, new-errors, new-warnings, new-findings, or "
        "parameters, macs or memory above a limit (macs>4000000000) or growth (parameters>+10%%); comma-separated",
    )
    options.add_sources(parser)
    options.add_config(parser)
    options.add_color(parser)


def run(arguments: argparse.Namespace) -> int:
    from rf_lsp.comparison.conditions import met, parse

    render = renderer("diff", arguments.format)
    conditions = parse(arguments.fail_on)
    with _trees(arguments) as (old, new):
        result = _compared(old, new, arguments)
        looks = options.render_options_for(arguments.color, sys.stdout.isatty() and not arguments.output_file)
        text = render(result, looks)
    options.write(text, arguments.output_file)
    for note in result.notes:
        options.note(note)
    broken = met(conditions, result)
    for sentence in broken:
        options.note(f"--fail-on {sentence}")
    return 1 if broken else 0


def _compared(old: Tree, new: Tree, arguments: argparse.Namespace) -> Comparison:
    from rf_lsp.comparison.looking import Side
    from rf_lsp.comparison.models import compare
    from rf_lsp.comparison.trees import paired
    from rf_lsp.shapes import parse_input

    inputs = [parse_input(text) for text in arguments.input]
    before, after = (Side(tree, arguments.config, inputs, arguments.python) for tree in (old, new))
    looked = [(pair, before.look(pair.old), after.look(pair.new)) for pair in paired(old, new).reached()]
    return compare(old, new, looked)


@contextmanager
def _trees(arguments: argparse.Namespace) -> Iterator[tuple[Tree, Tree]]:
    """The two sides; what git gives is in a folder of ours as long as it is needed. Raises :class:`UsageError`."""
    if arguments.base is None:
        if len(arguments.paths) != 2:
            raise UsageError("give OLD and NEW, or --base REV")
        yield _given(arguments.paths[0], arguments), _given(arguments.paths[1], arguments)
        return
    from rf_lsp.comparison.revision import commit_of, repository_of, write_files

    paths = arguments.paths or ["."]
    repository = repository_of(paths[0] if os.path.isdir(paths[0]) else os.path.dirname(os.path.abspath(paths[0])))
    commit = commit_of(repository, arguments.base)
    with tempfile.TemporaryDirectory(prefix="rf-lsp-") as folder:
        folder = os.path.realpath(folder)
        write_files(repository, commit, folder)
        yield _of_revision(folder, repository, paths, arguments), _of_work_tree(repository, paths, arguments)


def _given(path: str, arguments: argparse.Namespace) -> Tree:
    """A side that was named: a folder, or a file with what to look at in it."""
    from rf_lsp.comparison.trees import Tree

    file, separator, expression = path.partition("::")
    if not os.path.exists(file):
        raise UsageError(f"{file}: no such file or folder")
    folders = options.checked_folders(arguments.search_path)
    if os.path.isdir(file):
        if separator:
            raise UsageError(f"{file} is a folder: name a file in it")
        root = os.path.abspath(file)
        return Tree(root, options.path_text(root), _files(root, [root], arguments), search_paths=folders)
    root, name = os.path.split(os.path.abspath(file))
    expressions = (expression.strip(),) if separator else ()
    return Tree(root, path, (name,), expressions, search_paths=folders, is_file=True)


def _of_work_tree(repository: str, paths: list[str], arguments: argparse.Namespace) -> Tree:
    from rf_lsp.comparison.trees import Tree

    chosen = [path for path in map(os.path.realpath, paths) if os.path.exists(path)]
    folders = options.checked_folders(arguments.search_path)
    return Tree(repository, WORK_TREE, _files(repository, chosen, arguments), search_paths=folders)


def _of_revision(folder: str, repository: str, paths: list[str], arguments: argparse.Namespace) -> Tree:
    """The revision's files, with the work tree's environment and its search paths as they were."""
    from rf_lsp.comparison.trees import Tree
    from rf_lsp.engine import project_settings_for, settings_for

    inside = [os.path.relpath(os.path.realpath(path), repository) for path in paths]
    if any(path.startswith(os.pardir) for path in inside):
        raise UsageError(f"a path is outside of the repository {repository}")
    chosen = [
        path for path in (os.path.normpath(os.path.join(folder, name)) for name in inside) if os.path.exists(path)
    ]
    if not chosen and not any(map(os.path.exists, paths)):
        raise UsageError(f"{', '.join(paths)}: no such file or folder, neither now nor in {arguments.base}")
    project = project_settings_for(settings_for(repository, arguments.config), repository, (), arguments.python)
    folders = tuple(_moved(path, repository, folder) for path in options.checked_folders(arguments.search_path))
    files = _files(folder, chosen, arguments)
    return Tree(folder, arguments.base, files, site_packages=project.site_packages, search_paths=folders)


def _moved(path: str, repository: str, folder: str) -> str:
    relative = os.path.relpath(os.path.realpath(path), repository)
    return path if relative.startswith(os.pardir) else os.path.normpath(os.path.join(folder, relative))


def _files(root: str, paths: list[str], arguments: argparse.Namespace) -> tuple[str, ...]:
    """The Python files and notebooks of paths, relative to the root."""
    from rf_lsp.engine import settings_for
    from rf_lsp.files import python_files

    found: dict[str, None] = {}
    for path in paths:
        settings = settings_for(path, arguments.config)
        try:
            files = python_files([path], settings["exclude"], settings.root, force_exclude=True)
        except UsageError:
            continue  # a folder without Python
        found.update(dict.fromkeys(os.path.relpath(file, root) for file in files))
    return tuple(found)
