"""The worker: a script for the user's interpreter, where rf-lsp is not installed.

Its modules are imported under the names they have in this project and then taken out of ``sys.modules``: the program that
is traced may have a package ``analyzers`` of its own.
"""

from __future__ import annotations

import os
import sys
import types

PACKAGE = "analyzers.tracing.worker"


def main() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or os.curdir) != here]
    sys.dont_write_bytecode = True
    names = PACKAGE.split(".")
    for count in range(1, len(names) + 1):
        package = types.ModuleType(".".join(names[:count]))
        package.__path__ = [here] if count == len(names) else []
        sys.modules[package.__name__] = package
    from analyzers.tracing.worker.service import Service

    service = Service()
    for name in [name for name in sys.modules if name.split(".")[0] == names[0]]:
        del sys.modules[name]
    service.serve()


if __name__ == "__main__":
    main()
