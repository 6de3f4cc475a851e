"""``python -m rf_lsp``: the command line, where the console script is not on the path."""

import os
import sys

if __name__ == "__main__":
    if not getattr(sys.flags, "safe_path", False) and sys.path:
        # Python would look for every module in the working directory first, which may be a stranger's.
        del sys.path[0]
        sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

    from rf_lsp.cli import script

    script()
