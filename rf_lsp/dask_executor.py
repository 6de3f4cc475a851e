"""``rf-lsp check --executor dask:ADDRESS``: the workers of a dask cluster, by way of an optional library.

What a scheduler and its workers send is loaded with pickle, as dask does it: connect to a cluster of your own. Where a worker
dies, the scheduler gives its files to others; a file on which several die is told as an internal error of that file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rf_lsp.errors import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

SCHEME = "dask:"
SECONDS = 10
"""How long the scheduler may take to answer."""
RETRIES = 2
"""How often work is done again that failed otherwise than by the death of a worker."""


@contextmanager
def connected(text: str, tell: Callable[[str], None]) -> Iterator[Executor]:
    """The executor that ``dask:ADDRESS`` means, with what it was given cancelled in the end; ``tell`` is told that nobody
    works yet. Raises :class:`UsageError`."""
    if not text.startswith(SCHEME) or text == SCHEME:
        raise UsageError(f"impossible executor {text!r}; write it like dask:tcp://127.0.0.1:8786")
    address = text[len(SCHEME) :]
    client = _client(address)
    try:
        if not client.nthreads():
            tell(f"{address} has no workers yet: waiting for one")
        executor = client.get_executor(retries=RETRIES, pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        import distributed  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise UsageError("--executor dask:… needs dask: pip install 'rf-lsp[dask]'") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return distributed.Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:  # a time-out is an OSError
        reason = " ".join(str(error).split())[:200]
        raise UsageError(f"no dask scheduler answers at {address}: {reason}") from None
