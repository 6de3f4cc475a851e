"""``python -P -m rf_lsp``: the command line, where the console script is not on the path."""

from rf_lsp.cli import script

if __name__ == "__main__":
    script()
