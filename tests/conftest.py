"""For the whole suite: a mistake of our own in a native is an error, not an unknown value; what is kept of installed
packages is kept in a folder of the suite's own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["RF_LSP_DEBUG"] = "1"

_PREFIX = os.path.join(tempfile.gettempdir(), "rf-lsp-tests-")
if not os.environ.get("RF_LSP_CACHE_DIR", "").startswith(_PREFIX):  # processes of the suite have it from the first
    _folder = os.environ["RF_LSP_CACHE_DIR"] = tempfile.mkdtemp(prefix=os.path.basename(_PREFIX))
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
