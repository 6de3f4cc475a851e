"""rf-lsp from Python: what ``import rf_lsp`` offers. Nothing is printed, no program of the user's is run.

Everything raises :class:`rf_lsp.Error` with the sentence that the command line prints.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias

from rf_lsp.api.results import Diff, Findings, Models
from rf_lsp.errors import UsageError
from rf_lsp.files import checked_folders
from rf_lsp.shapes import NamedShape, parse_input

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rf_lsp.check_run import CheckOptions
    from rf_lsp.comparison.trees import Tree
    from rf_lsp.results import FixScope

Path: TypeAlias = "str | os.PathLike[str]"
OneShape: TypeAlias = "str | Sequence[int | str]"
Inputs: TypeAlias = "OneShape | Sequence[OneShape] | Mapping[str, OneShape] | None"
"""``"1x3x224x224"``, ``(1, 3, 224, 224)``, a list of such, or a dict that names them; batch first."""


def inspect(
    target: Path | Iterable[Path],
    inputs: Inputs = None,
    *,
    config: Path | None = None,
    search_paths: Iterable[Path] = (),
    python: Path | None = None,
    fixes: bool = True,
) -> Models:
    """The models of one target or of several, as ``rf-lsp inspect TARGET… --format json`` has them.

    A target is ``PATH[::EXPR]`` or ``package.module[::EXPR]``, or a folder. ``config`` is the settings file to use in
    place of the nearest, ``search_paths`` are folders in which imports are looked for, ``python`` is the interpreter whose
    packages are read (it is not run); without ``fixes`` none are looked for, which is faster.
    """
    from rf_lsp.engine import Engine, project_settings_for, rule_settings, settings_for
    from rf_lsp.inspection import Inspection, targets_in
    from rf_lsp.programs import Programs

    targets, programs = _texts(target), Programs()
    folders = checked_folders(_texts(search_paths))
    inspection = Inspection(shapes_of(inputs), fixes)
    for one in (part for text in targets for part in targets_in(text)):
        path = one.partition("::")[0]
        anchor = path if os.path.exists(path) else os.getcwd()
        project = project_settings_for(settings_for(anchor, _text(config)), anchor, folders, _text(python))
        inspection.look(one, Engine(project, programs=programs), rule_settings(project))
    programs.save()
    if not inspection.report.models:
        raise UsageError("; ".join([f"no model found in {', '.join(targets)}", *inspection.notes]))
    return Models.of(inspection.report, inspection.notes)


def check(
    paths: Path | Iterable[Path] = ".",
    *,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    inputs: Inputs = None,
    config: Path | None = None,
    search_paths: Iterable[Path] = (),
    python: Path | None = None,
    exclude: Iterable[str] = (),
    fixes: bool = True,
    cache: bool = True,
    executor: Executor | None = None,
    shard: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Findings:
    """The findings of files and folders by place, as ``rf-lsp check PATHS… --format json`` has them.

    ``select`` stands for the settings' own, ``ignore`` and ``exclude`` are added to theirs. Files are checked one after
    the other, or by any ``executor``: the result does not depend on it. ``shard`` is a part such as ``"2/8"``;
    ``progress`` is told how many files are finished, and of how many. With ``cache`` results are kept in
    ``.rf_lsp_cache`` of the workspace. A given path that cannot be read raises; of others ``errors`` of the result tell.
    """
    from rf_lsp.check_run import CheckOptions
    from rf_lsp.shards import parse_shard

    options = CheckOptions(
        select=None if select is None else _texts(select),
        ignore=_texts(ignore),
        **_common(inputs, config, search_paths, python),
        exclude=tuple(_texts(exclude)),
        keeps_results=cache,
        executor=executor,
        shard=parse_shard(shard) if shard is not None else None,
        progress=progress or (lambda finished, total: None),
    )
    return _checked(_texts(paths), options, "all" if fixes else "safe")


def _checked(paths: list[str], options: CheckOptions, fixes: FixScope) -> Findings:
    from rf_lsp.check_run import check_paths

    results = check_paths(paths, options, fixes)
    given = {os.path.abspath(path) for path in paths}
    for result in results:
        if result.error is not None and result.path in given:
            raise UsageError(result.error)
    return Findings.of(results)


def diff(
    old: Path | None = None,
    new: Path | None = None,
    *,
    base: str | None = None,
    paths: Path | Iterable[Path] = ".",
    inputs: Inputs = None,
    config: Path | None = None,
    search_paths: Iterable[Path] = (),
    python: Path | None = None,
) -> Diff:
    """What is different in the models of two files (``PATH[::EXPR]``) or two folders, or, with ``base``, in the work tree's
    ``paths`` since a revision of git; as ``rf-lsp diff --format json`` has it."""
    from rf_lsp.comparison.sides import DiffOptions

    options = DiffOptions(**_common(inputs, config, search_paths, python))
    sides: AbstractContextManager[tuple[Tree, Tree]]
    if base is not None and old is None and new is None:
        sides = options.since(base, _texts(paths))
    elif base is None and old is not None and new is not None:
        sides = nullcontext((options.given(os.fspath(old)), options.given(os.fspath(new))))
    else:
        raise UsageError("give OLD and NEW, or a base")
    with sides as (before, after):
        return Diff.of(options.compared(before, after))


def _common(inputs: Inputs, config: Path | None, search_paths: Iterable[Path], python: Path | None) -> dict[str, Any]:
    return {
        "inputs": tuple(shapes_of(inputs)),
        "config": _text(config),
        "search_paths": checked_folders(_texts(search_paths)),
        "python": _text(python),
    }


def shapes_of(inputs: Inputs) -> list[NamedShape]:
    """Shapes as people write them, checked; raises :class:`rf_lsp.Error`."""
    if inputs is None or len(inputs) == 0:
        return []
    if isinstance(inputs, Mapping):
        return [_shape(shape, name) for name, shape in inputs.items()]
    if isinstance(inputs, str) or any(hasattr(dim, "__index__") for dim in inputs):
        return [_shape(inputs)]  # pyright: ignore[reportArgumentType]
    return [_shape(shape) for shape in inputs]  # pyright: ignore[reportArgumentType]


def _shape(shape: Any, name: str | None = None) -> NamedShape:
    text = shape if isinstance(shape, str) else "x".join(map(str, shape))
    found, dims = parse_input(text)
    return name or found, dims


def _texts(values: Path | Iterable[Path]) -> list[str]:
    return [os.fspath(value) for value in ([values] if isinstance(values, str | os.PathLike) else values)]


def _text(value: Path | None) -> str | None:
    return None if value is None else os.fspath(value)
