"""What the user can put right."""

from __future__ import annotations


class Error(Exception):
    """What ``rf_lsp.inspect``, ``check`` and ``diff`` raise: the sentence that the command line prints."""


class UsageError(Error):
    """Bad input: one clear sentence for standard error, exit code 2."""
