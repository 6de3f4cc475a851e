"""What an operation raises when its operands cannot fit."""

from __future__ import annotations

from typing import Any


class OperationError(Exception):
    """The framework would raise here.

    ``rule`` is the name of the rule that reports it (``"channel-mismatch"``); ``message`` one
    sentence, numbers first where it reads well, in which ``{subject}`` stands for the layer or
    function (the interpreter fills in ``conv1`` or ``torch.cat``). ``result`` is what the
    operation declares it would have returned, so that the analysis can go on from there (``None``:
    unknown). ``exception`` is the Python exception the framework raises. ``data`` holds the
    numbers of the message for fixes (``expected``, ``actual``, ``argument`` …).
    """

    def __init__(
        self,
        rule: str,
        message: str,
        result: Any = None,
        exception: str = "RuntimeError",
        **data: Any,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.result = result
        self.exception = exception
        self.data = data


class PythonError(Exception):
    """A plain Python exception that the modelled function raises (``ValueError("…")``)."""

    def __init__(self, exception: str, message: str = "") -> None:
        super().__init__(message)
        self.exception = exception
        self.message = message
