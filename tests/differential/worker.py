"""The judge's process: runs programs under the real torch, one JSON request a line.

Started by :mod:`tests.differential.judge`, which explains requests and answers. A process of its
own, so that the suite never imports torch and a program that goes wrong takes only this one along.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sys
import traceback
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as module_hooks

PROGRAM = "program.py"
"""The file name under which programs are compiled, to recognise their frames."""


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    torch.set_num_threads(1)
    signal.signal(signal.SIGVTALRM, out_of_time)
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")


def answer(request: dict[str, Any]) -> dict[str, Any]:
    if request["do"] == "generate":
        return generated(request)
    if request["do"] == "measure":
        return measurements(request)
    modules = request.get("modules") or []
    return truth(request["source"], request["expression"], request["inputs"], request.get("device"), modules)


def generated(request: dict[str, Any]) -> dict[str, Any]:
    from tests.differential.generator import generate, generate_network

    family = request.get("family", "programs")
    if family == "programs":
        program = generate(request["seed"], request.get("invalid", 0.3), accept=raises_well)
    else:
        program = generate_network(request["seed"], family == "layouts", accept=raises_on_cpu)
    answer = {"seed": request["seed"], "source": program.source, "expression": program.expression}
    answer["inputs"] = [list(shape) for shape in program.inputs]
    answer["axes"] = program.axes
    answer["truth"] = truth(program.source, program.expression, answer["inputs"])
    return answer


def measurements(request: dict[str, Any]) -> dict[str, Any]:
    """What every call of the program's modules reads, along each of the axes that are asked for."""
    from tests.differential.influences import measured

    signal.setitimer(signal.ITIMER_VIRTUAL, MEASURING)
    try:
        torch.manual_seed(0)
        namespace: dict[str, Any] = {"__name__": "program"}
        exec(compile(request["source"], PROGRAM, "exec"), namespace)
        model = eval(request["expression"], namespace).eval()
        inputs = [torch.rand(shape) + 0.5 for shape in request["inputs"]]
        with torch.no_grad():
            try:
                model(*inputs)
            except RuntimeError as error:
                return {"unrun": str(error)[:300]}
        axes = []
        for which, dim in request["axes"]:
            axes.append({"which": which, "dim": dim, **measured(model, inputs, which, dim, request["seed"])})
    except (Exception, OutOfTime) as error:
        return {"failure": f"{type(error).__name__}: {str(error)[:300]}"}
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return {"axes": axes}


def raises_well(source: str, expression: str, inputs: list[tuple[int, ...]]) -> bool | None:
    """Whether a program raises, and for a reason rf-lsp is asked to see; None: for another reason."""
    found = truth(source, expression, [list(shape) for shape in inputs])
    if not found["raises"]:
        return False
    return True if found["reason"] == "shape" else None


def raises_on_cpu(source: str, expression: str, inputs: list[tuple[int, ...]]) -> bool:
    return truth(source, expression, [list(shape) for shape in inputs], "cpu")["raises"]


Modules = list[dict[str, Any]]
"""The files of a package in the order in which they can be run: ``name``, ``text``, ``first``, the lines before it."""


def truth(
    source: str, expression: str, inputs: list[list[int]], device: str | None = None, modules: Modules | None = None
) -> dict[str, Any]:
    """What torch makes of a program: on the meta device, and where that cannot tell, on the CPU."""
    random.seed(0)
    torch.manual_seed(0)
    if device is not None:
        return Run(source, expression, inputs, device, modules or []).result()
    result = Run(source, expression, inputs, "meta", modules or []).result()
    if result["raises"] and result["reason"] == "device":
        result = Run(source, expression, inputs, "cpu", modules or []).result()
    return result


PATIENCE = 5.0
"""Seconds of processor time that a program may take."""
MEASURING = 30.0
"""And that the measuring of its fields may."""


class OutOfTime(BaseException):
    """The program takes too long, or for ever."""


def out_of_time(*_: Any) -> None:
    raise OutOfTime("the program does not end")


class Run:
    """One execution of one program, watched by hooks."""

    def __init__(self, source: str, expression: str, inputs: list[list[int]], device: str, modules: Modules) -> None:
        self.source = source
        self.modules = modules
        self.expression = expression
        self.inputs = inputs
        self.device = device
        self.built: dict[int, tuple[nn.Module, int | None]] = {}
        self.calls: dict[int, dict[str, Any]] = {}
        self.active: list[nn.Module] = []

    def result(self) -> dict[str, Any]:
        watched = self._watched()
        next(watched)
        signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
        try:
            with torch.device(self.device):
                model, output = self._execute()
                return {"raises": False, "device": self.device, **self._facts(model, output)}
        except (Exception, OutOfTime) as error:
            return {"raises": True, "device": self.device, **self._failure(error)}
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            watched.close()

    def _execute(self) -> tuple[nn.Module, Any]:
        namespace: dict[str, Any] = {"__name__": "program"}
        if not self.modules:
            exec(compile(self.source, PROGRAM, "exec"), namespace)
        for module in self.modules:
            made = sys.modules[module["name"]] = types.ModuleType(module["name"])
            namespace = made.__dict__
            exec(compile("\n" * module["first"] + module["text"], PROGRAM, "exec"), namespace)
        model = eval(self.expression, namespace)
        model.eval()
        return model, model(*[torch.zeros(shape) for shape in self.inputs])

    def _watched(self) -> Iterator[None]:
        """Record where every module is built, and its calls, until closed."""
        original = nn.Module.__init__

        def init(module: nn.Module, *args: Any, **kwargs: Any) -> None:
            self.built[id(module)] = (module, definition_line(module))
            original(module, *args, **kwargs)

        nn.Module.__init__ = init  # type: ignore[method-assign]
        before = module_hooks.register_module_forward_pre_hook(self._enter)
        after = module_hooks.register_module_forward_hook(self._leave)
        try:
            yield
        finally:
            nn.Module.__init__ = original  # type: ignore[method-assign]
            before.remove()
            after.remove()

    def _enter(self, module: nn.Module, _: Any) -> None:
        self.active.append(module)
        self.calls.setdefault(id(module), {"calls": 0, "line": call_line()})

    def _leave(self, module: nn.Module, _: Any, output: Any) -> None:
        self.active.pop()
        record = self.calls[id(module)]
        if not record["calls"]:
            record.update(shape=shape_of(output), tensor=isinstance(output, torch.Tensor))
        record["calls"] += 1  # What raises, and is caught by the program, is no call of the model.

    def _facts(self, model: nn.Module, output: Any) -> dict[str, Any]:
        return {
            "layers": [self._layer(name, module) for name, module in self._leaves(model)],
            "strangers": self._strangers(model),
            "outputs": list(tensors_of(output)),
            "parameters": sum(p.numel() for p in model.parameters()),
            "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
        }

    def _leaves(self, model: nn.Module) -> list[tuple[str, nn.Module]]:
        leaves = [
            (name, module)
            for name, module in model.named_modules()
            if id(module) in self.calls and not any(id(child) in self.calls for child in list(module.modules())[1:])
        ]
        order = {key: index for index, key in enumerate(self.calls)}
        return sorted(leaves, key=lambda leaf: order[id(leaf[1])])

    def _strangers(self, model: nn.Module) -> list[str]:
        """Types of modules that are called and yet are no part of the model: built inside forward, with their
        parts, which a fused kernel may pass by."""
        own = {id(module) for module in model.modules()}
        called = [self.built[key][0] for key in self.calls if key in self.built and key not in own]
        return sorted({type(part).__name__ for module in called for part in module.modules()})

    def _layer(self, name: str, module: nn.Module) -> dict[str, Any]:
        record = self.calls[id(module)]
        return {
            "name": name,
            "type": type(module).__name__,
            "shape": record.get("shape"),
            "tensor": record.get("tensor", False),
            "parameters": sum(p.numel() for p in module.parameters(recurse=False)),
            "all_parameters": sum(p.numel() for p in module.parameters()),
            "calls": record["calls"],
            "definition": self.built.get(id(module), (None, None))[1],
            "call": record["line"],
        }

    def _failure(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == PROGRAM and frame.lineno]
        layer = self.active[-1] if self.active else None
        definition = self.built.get(id(layer), (None, None))[1] if layer is not None else None
        names = [name for name in ("lineno",) if hasattr(error, name)]
        return {
            "reason": "python"
            if self._raised_by_hand(frames[-1])
            else reason_of(error, bool(lines) or definition is not None),
            "exception": type(error).__name__,
            "message": str(error).strip().split("\n")[0][:300],
            "line": lines[-1] if lines else getattr(error, names[0], None) if names else None,
            "lines": lines,
            "layer": type(layer).__name__ if layer is not None else None,
            "definition": definition,
        }

    def _raised_by_hand(self, frame: traceback.FrameSummary) -> bool:
        """Whether the program itself says ``raise``."""
        if frame.filename != PROGRAM or frame.lineno is None:
            return False
        texts = [("\n" * module["first"] + module["text"]).split("\n") for module in self.modules]
        texts = [lines for lines in texts or [self.source.split("\n")] if len(lines) >= frame.lineno]
        return any(lines[frame.lineno - 1].lstrip().startswith("raise") for lines in texts)


DEVICE = ("meta tensor", "Meta", "'meta'", "meta device", "_local_scalar_dense", "FakeTensor")
VALUES = (
    "index out of range in self",
    "Found an invalid max index",
)
"""What the numbers in a tensor decide."""
DTYPE = (
    "dtype",
    "Input type (",
    "scalar type",
    "not implemented for '",
    "Long",
    "Float",
    "Double",
    "Bool",
    "ComplexFloat",
)
PYTHON = (
    "unsupported operand",
    "not supported between",
    "not callable",
    "not subscriptable",
    "indices must be",
    "cannot be interpreted",
    "has no len",
    "bad operand type",
    "an iterable",
    "not iterable",
    "__index__",
)


def reason_of(error: BaseException, in_program: bool) -> str:
    """``device``: meta cannot run it; ``dtype``, ``values``, ``python``: outside the rules; else ``shape``."""
    text = str(error)
    if (isinstance(error, NotImplementedError) and "forward" not in text) or any(w in text for w in DEVICE):
        return "device"
    if isinstance(error, OutOfTime):
        return "time"
    if any(words in text for words in VALUES):
        return "values"
    if isinstance(error, MemoryError) or "allocate" in text or "Storage size" in text:
        return "memory"
    if isinstance(error, SyntaxError | RecursionError) or not in_program:
        return "python"
    if isinstance(error, NameError | AttributeError | KeyError | ZeroDivisionError | AssertionError):
        return "shape" if "embedding dimension" in text else "python"
    if isinstance(error, IndexError) and text == "list index out of range":
        return "python"
    if isinstance(error, TypeError) and (any(word in text for word in PYTHON) or of_the_program(text)):
        return "python"
    return "dtype" if any(word in text for word in DTYPE) else "shape"


def of_the_program(text: str) -> bool:
    """Whether a TypeError is about the arguments of a function that the program itself defines."""
    callee = re.match(r"(?:([A-Z]\w*)\.)?\w+\(\) (?:got|missing|takes)", text)
    return callee is not None and not hasattr(nn, callee[1] or "")


def program_frames() -> Iterator[Any]:
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == PROGRAM:
            yield frame
        frame = frame.f_back  # type: ignore[assignment]


def definition_line(module: nn.Module) -> int | None:
    """The line of the program that builds a module: the innermost frame that is not its own ``__init__``."""
    for frame in program_frames():
        first = next(iter(frame.f_code.co_varnames), None)
        own = frame.f_code.co_name == "__init__" and frame.f_locals.get(first) is module
        if not own:
            return frame.f_lineno
    return None


def call_line() -> int | None:
    return next((frame.f_lineno for frame in program_frames()), None)


def tensors_of(value: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """Every tensor of a model's output with its path, in order."""
    if isinstance(value, torch.Tensor):
        yield {"path": path, "shape": list(value.shape)}
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors_of(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for key, item in enumerate(value):
            yield from tensors_of(item, f"{path}.{key}".lstrip("."))


def shape_of(output: Any) -> list[int] | None:
    first = next(tensors_of(output), None)
    return None if first is None else first["shape"]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
