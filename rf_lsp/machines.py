"""Who checks the files: this process, several of this machine, or whatever stands behind an executor of Python's.

Work is sent as the path of a file and the :class:`CheckTask` itself, which holds the settings by content: a worker needs
this version of rf-lsp and the same files under the same paths, and no settings file of its own.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rf_lsp import __version__
from rf_lsp.errors import UsageError
from rf_lsp.results import FileResult

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from rf_lsp.checking import Analyse, Checker, CheckTask

SECONDS_BETWEEN = 5.0
"""How often a worker writes what its sources were lowered to."""
FEW = 8
"""Up to so many files one process is faster than several."""
KEPT = 4
"""Tasks whose engine a worker keeps, the last used."""


def in_this_process(task: CheckTask, paths: Sequence[str]) -> Iterator[FileResult]:
    from rf_lsp.checking import Checker

    if paths:
        checker = Checker(task)
        yield from map(checker.check, paths)
        checker.save()


def in_processes(jobs: int) -> Analyse:
    """A process that is ended from outside (out of memory) costs the file it was at: the others are checked by another,
    one after the other, so that it is known which one that was."""

    def analyse(task: CheckTask, paths: Sequence[str]) -> Iterator[FileResult]:
        if jobs <= 1 or len(paths) <= FEW or not _can_start_safely():
            yield from in_this_process(task, paths)
            return
        left = dict.fromkeys(paths)
        processes = min(jobs, len(left))
        while left:
            for result in _in_pool(task, list(left), processes):
                left.pop(result.path)
                yield result
            if left and processes == 1:
                path = next(iter(left))
                left.pop(path)
                yield FileResult(path, crash="the process that checked it was ended from outside")
            processes = 1

    return analyse


def _in_pool(task: CheckTask, paths: Sequence[str], processes: int) -> Iterator[FileResult]:
    """What the processes come to, up to the moment when one of them is ended."""
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed

    with _safe_path(), ProcessPoolExecutor(processes, initializer=_start_worker, initargs=(task,)) as pool:
        try:
            for future in as_completed([pool.submit(_check_in_worker, path) for path in paths]):
                yield future.result()
        except BrokenExecutor:
            return
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _can_start_safely() -> bool:
    """A Python that is started anew would look for its own modules in the working directory first, which may be a
    stranger's; from 3.11 on it can be told not to."""
    import multiprocessing
    import sys

    return sys.version_info >= (3, 11) or multiprocessing.get_start_method() == "fork"


@contextmanager
def _safe_path() -> Iterator[None]:
    """What is started inside looks for no modules in the working directory."""
    name = "PYTHONSAFEPATH"
    before = os.environ.get(name)
    os.environ[name] = before or "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]


_worker: list[Checker] = []


def _start_worker(task: CheckTask) -> None:
    """In a process of ours: Ctrl+C is the parent's business."""
    import signal
    from multiprocessing.util import Finalize

    from rf_lsp.checking import Checker

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker[:] = [Checker(task)]
    Finalize(None, _worker[0].save, exitpriority=0)


def _check_in_worker(path: str) -> FileResult:
    result = _worker[0].check(path)
    _worker[0].save(every=SECONDS_BETWEEN)
    return result


def on_executor(executor: Executor) -> Analyse:
    """One piece of work for each file. A worker that dies costs the file it was at, if the executor does not try that one
    again; where nobody is left to work, or a worker is another version, :class:`UsageError` is raised. What is left
    to do when nobody wants it any more is cancelled."""
    run = os.urandom(8).hex()

    def analyse(task: CheckTask, paths: Sequence[str]) -> Iterator[FileResult]:
        from concurrent.futures import as_completed

        futures = {executor.submit(check_elsewhere, __version__, run, task, path): path for path in paths}
        try:
            for future in as_completed(futures):
                result = _outcome(future, futures.pop(future))
                del future  # a worker keeps its result as long as somebody may ask for it
                yield result
        finally:
            for future in futures:
                future.cancel()

    return analyse


def _outcome(future: Future[FileResult], path: str) -> FileResult:
    from concurrent.futures import BrokenExecutor, CancelledError

    try:
        return future.result()
    except OtherVersion as error:
        raise UsageError(str(error)) from None
    except ImportError as error:
        raise UsageError(f"a worker cannot import rf-lsp: {error}") from None
    except BrokenExecutor as error:
        raise UsageError(f"the executor is broken, a worker may have run out of memory: {error}") from None
    except CancelledError:
        raise UsageError(f"the executor gave up {path}") from None
    except Exception as error:
        detail = " ".join(str(error).split())[:300]
        return FileResult(path, crash=f"the worker that checked it failed: {type(error).__name__}: {detail}")


class OtherVersion(Exception):
    """A worker that would come to other results."""


_checkers: OrderedDict[tuple[str, str], Checker] = OrderedDict()
_turn = threading.Lock()
"""A worker may have several threads; an engine is used by one at a time, and Python runs one at a time anyway."""


def check_elsewhere(version: str, run: str, task: CheckTask, path: str) -> FileResult:
    """In a worker: check a file; the engine is kept for the next one of this run, in which files do not change. Raises
    :class:`OtherVersion`."""
    if version != __version__:
        raise OtherVersion(f"a worker runs rf-lsp {__version__}, this is {version}: install the same version on all")
    with _turn:
        checker = _checker_of(run, task)
        result = checker.check(path)
        with contextlib.suppress(OSError):
            checker.save(every=SECONDS_BETWEEN)
    return result


def _checker_of(run: str, task: CheckTask) -> Checker:
    from rf_lsp.checking import Checker

    name = (run, task.key)
    if name not in _checkers:
        while len(_checkers) >= KEPT:
            _checkers.popitem(last=False)[1].save()
        _checkers[name] = Checker(task)
    _checkers.move_to_end(name)
    return _checkers[name]
