"""Runs programs that build a library's model under the real torch: a JSON request a line, what came of it a line.

Started by :mod:`tests.truth.libraries.record` under the interpreter that has the libraries. They are others' code: programs and connections are
refused while they run, and what they keep of their own goes to a scratch folder.
"""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import sys
import tempfile
import traceback
from typing import Any

import torch
from torch import nn

from analyzers.tracing.worker.refusals import Refusals
from tests.differential.worker import PROGRAM, Run

REGISTERED = "nms qnms deform_conv2d roi_align qroi_align roi_pool ps_roi_align ps_roi_pool".split()
GRADIENTS = (
    "_deform_conv2d_backward _roi_align_backward _roi_pool_backward _ps_roi_align_backward _ps_roi_pool_backward"
)


class LibraryRun(Run):
    """One program, whose last line calls the model that it binds to ``model``."""

    def __init__(self, source: str) -> None:
        super().__init__(source, "", [], "cpu", [])

    def result(self) -> dict[str, Any]:
        watched: Any = self._watched()
        next(watched)
        torch.manual_seed(0)
        try:
            model, output = self._execute()
            return self._facts(model, output)
        except Exception as error:
            return {"failure": f"{type(error).__name__}: {error}"[:600], "trace": traceback.format_exc()[-1500:]}
        finally:
            watched.close()

    def _leaves(self, model: nn.Module) -> list[tuple[str, nn.Module]]:
        """What computes a weight (``parametrizations``) is no layer of the model: the layer whose weight it is, is one."""
        for name, module in model.named_modules():
            if ".parametrizations" in f".{name}":
                self.calls.pop(id(module), None)
        return super()._leaves(model)

    def _layer(self, name: str, module: nn.Module) -> dict[str, Any]:
        layer = super()._layer(name, module)
        return {**layer, "type": layer["type"].removeprefix("Parametrized")}

    def _execute(self) -> tuple[nn.Module, Any]:
        tree = ast.parse(self.source)
        last = tree.body.pop()
        assert isinstance(last, ast.Expr), "the last line calls the model"
        namespace: dict[str, Any] = {"__name__": "program"}
        exec(compile(tree, PROGRAM, "exec"), namespace)
        model = namespace["model"].eval()
        self.calls.clear()
        with torch.no_grad():
            return model, eval(compile(ast.Expression(last.value), PROGRAM, "eval"), namespace)


def without_kernels() -> torch.library.Library:
    """Names torchvision's kernels, which its build for another torch does not bring; no program here calls one."""
    library = torch.library.Library("torchvision", "DEF")
    for name in [*REGISTERED, *GRADIENTS.split()]:
        library.define(f"{name}(Tensor a) -> Tensor")
    return library


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    torch.backends.mha.set_fastpath_enabled(False)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "XDG_CACHE_HOME": home, "HF_HUB_OFFLINE": "1"}
        os.chdir(home)
        kernels = None if hasattr(torch.ops.torchvision, "nms") else without_kernels()
        refusals = Refusals()
        refusals.active = True
        for line in sys.stdin:
            request = json.loads(line)
            facts = LibraryRun(request["source"]).result()
            facts["version"] = importlib.metadata.version(request["package"])
            answers.write(json.dumps(facts) + "\n")
        refusals.active = False
        del kernels


if __name__ == "__main__":
    main()
