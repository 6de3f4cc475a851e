"""``python -P -m rf_lsp``: the command line, where the console script is not on the path."""

import sys

from rf_lsp.cli import main

if __name__ == "__main__":
    sys.exit(main())
