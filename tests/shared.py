"""What lies beside the checkout, and the command line as a process of its own.

Packs of truth and cases are shared by several checkouts: they are looked for in ``$RF_LSP_TRUTH`` and
``$RF_LSP_CASES``, else in ``../shared/truth`` and ``../shared/cases``. Where they are not, what needs them is skipped.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_MAIN = f"import sys; sys.path[0] = {str(ROOT)!r}; from rf_lsp.cli import main; raise SystemExit(main())"
COMMAND = shlex.join([sys.executable, "-c", _MAIN])
"""This checkout's ``rf-lsp``, as one would type it."""


def shared_folder(name: str) -> Path:
    return Path(os.environ.get(f"RF_LSP_{name.upper()}") or ROOT.parent / "shared" / name)
