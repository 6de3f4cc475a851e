"""Arrays and scalars where they meet tensors and Python, against numpy and torch themselves."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import analyzers.frameworks
from analyzers.analysis import with_deep_stack
from analyzers.frameworks.numpy.array import Array, Scalar, UnknownScalar
from analyzers.frameworks.torch.dtypes import DType
from analyzers.tensors.tensor import Tensor
from tests.differential.judge import NO_TORCH
from tests.interpreter.agreement import module_of
from tests.models.analysed import HEADER, model_of, outputs_of

np = pytest.importorskip("numpy", minversion="2.1")
torch = pytest.importorskip("torch", reason=NO_TORCH)
assert analyzers.frameworks

PROGRAM = """import numpy as np
import torch
from torch import nn

made = torch.from_numpy(np.zeros((2, 3), dtype=np.float32))
doubled = torch.from_numpy(np.arange(3))
tensor = torch.tensor(np.ones((2, 2)))
typed = torch.tensor(np.eye(2), dtype=torch.float32)
same = torch.as_tensor(np.array([1, 2], dtype=np.int32))
floats = torch.FloatTensor(np.ones((2, 2)))
long = torch.LongTensor(np.array([1, 2]))
single = torch.tensor(np.float64(1.5))
mixed = torch.tensor([np.float32(1), 2])
rows = torch.tensor(np.array([[1, 2], [3, 4]]))[np.array([1, 0])]
back = torch.ones(2, 3).numpy()
through = torch.ones(2, 3, requires_grad=True).detach().cpu().numpy().sum(axis=0)
item = torch.ones(2, 3).numpy().mean().item()
listed = torch.arange(4).numpy().tolist()
summed = torch.ones(2) + np.array([1.0, 2.0])
scaled = torch.ones(2) * np.float32(2)
scaled_left = np.float64(2) * torch.ones(2)
root = np.sqrt(torch.ones(3))
array = np.array(torch.arange(3))
joined = np.concatenate([torch.ones(2), np.zeros(2)])
sized = torch.zeros(np.prod([2, 3]), np.int64(2))
sized_by_array = torch.zeros(tuple(np.array([2, 3]) * 2))
reshaped = torch.zeros(12).view(*np.array([3, 4]))
layer = nn.Linear(np.prod((2, 3)), np.int64(4)).weight
conv = nn.Conv2d(np.array([3, 8])[0], 8, 3).weight
repeated = torch.ones(2).repeat(np.int64(3))
indexed = torch.arange(5)[np.int64(2)]
is_array = (isinstance(made, np.ndarray), isinstance(back, np.ndarray), isinstance(back, torch.Tensor))
is_tensor = (torch.is_tensor(back), torch.is_tensor(made))
dtypes = (made.dtype, doubled.dtype, single.dtype, back.dtype == np.float32)
has = (hasattr(back, "permute"), hasattr(back, "astype"), hasattr(made, "permute"))
names = [f"layer{n}" for n in np.arange(2)]
keyed = {np.int64(1): "one"}[1]
unpacked, others = np.array([2, 3])
total = sum(int(n) for n in np.linspace(1, 3, 3))
lengths = [len(part) for part in np.array_split(np.arange(7), 3)]
view = np.zeros(4, dtype=int)
view[:2][:] = 3
"""


def of_libraries(value: Any) -> Any:
    """Nests of (kind, shape, dtype) and plain values."""
    if isinstance(value, torch.Tensor):
        return ("tensor", tuple(value.shape), str(value.dtype).removeprefix("torch."))
    if isinstance(value, np.ndarray):
        return ("array", value.shape, value.dtype.name)
    if isinstance(value, np.generic):
        return ("scalar", value.dtype.name, value.item())
    if isinstance(value, torch.dtype):
        return str(value)
    return type(value)(map(of_libraries, value)) if isinstance(value, (list, tuple)) else value


def of_analysis(value: Any) -> Any:
    if isinstance(value, Tensor):
        return ("array" if isinstance(value, Array) else "tensor", value.shape, value.dtype)
    if isinstance(value, Scalar):
        return ("scalar", value.dtype, np.dtype(value.dtype).type(value).item())  # type: ignore[attr-defined]
    if isinstance(value, DType):
        return repr(value)
    return type(value)(map(of_analysis, value)) if isinstance(value, (list, tuple)) else value


def abstract_names(source: str, folder: Any) -> dict[str, Any]:
    path = folder / "main.py"
    path.write_text(source, encoding="utf-8")

    def names() -> dict[str, Any]:
        _, module = module_of(path)
        module.run_all()
        return module.scope.names

    return with_deep_stack(names)


def test_as_numpy_and_torch(tmp_path):
    expected: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(PROGRAM, "main.py", "exec"), expected)
    found = abstract_names(PROGRAM, tmp_path)
    names = [line.partition(" =")[0] for line in PROGRAM.splitlines() if " = " in line]
    wanted = {name: of_libraries(value) for name, value in expected.items() if name in names}
    assert {name: of_analysis(found[name]) for name in wanted} == wanted


def test_what_is_written_into_a_view_is_not_known_of_the_array(tmp_path):
    found = abstract_names(PROGRAM, tmp_path)
    assert (found["view"].shape, found["view"].content) == ((4,), None)


CHANGED = """import numpy as np

condition = input() == "yes"
table = np.zeros(3, dtype=int)
if condition:
    table[0] = 5
    table += 1
whole = np.zeros(3, dtype=int)
whole[1] = 4
noise = np.random.rand(4)
peak = noise.max()
looked_up = ["a", "b", "c", "d"][noise.argmax()]
spread = (noise - peak) / (noise.std() + 1e-8)
branch = np.ones(2) if condition else np.zeros(2)
"""


def test_what_depends_on_what_is_not_known(tmp_path):
    found = abstract_names(CHANGED, tmp_path)
    assert (found["table"].shape, found["table"].content) == ((3,), None)
    assert found["whole"].content == (0, 4, 0)
    assert (type(found["peak"]), found["peak"].dtype) == (UnknownScalar, "float64")
    assert found["looked_up"].reason == "value of an array"
    assert (found["spread"].shape, found["spread"].content) == ((4,), None)
    assert (type(found["branch"]), found["branch"].shape, found["branch"].content) == (Array, (2,), None)


SYMBOLIC = """import numpy as np


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x):
        x = self.conv(x)
        h, w = np.array(x.shape[2:]) // 2
        y = F.interpolate(x, size=tuple(2 * np.array(x.shape[2:])))
        return x[..., :h, :w], y, x.reshape(x.shape[0], np.prod(x.shape[1:])), x.new_zeros(np.int64(2) * h, 3)
"""


def test_symbolic_sizes_go_through_arrays(tmp_path):
    model = model_of(tmp_path, HEADER + SYMBOLIC, "Net()", inputs=("1x3xHxW",))
    assert model.problems == []
    assert outputs_of(model) == ["1x8xH/2xW/2", "1x8x2·Hx2·W", "1x8·H·W", "2·(H/2)x3"]


MISTAKES = {
    "np.ones((2, 3)) + np.ones((4, 3))": "broadcast-mismatch",
    "np.zeros(6).reshape(4, 2)": "reshape-mismatch",
    "np.concatenate([np.ones((2, 3)), np.ones((2, 4))])": "concat-mismatch",
    "np.stack([np.ones(2), np.ones(3)])": "concat-mismatch",
    "np.ones((2, 3)) @ np.ones((2, 3))": "matmul-mismatch",
    "np.dot(np.ones(2), np.ones(3))": "matmul-mismatch",
    "np.ones((2, 3)).sum(axis=2)": "dimension-out-of-range",
    "np.zeros((2, 3))[2]": "dimension-out-of-range",
    "np.transpose(np.ones((2, 3)), (0, 1, 2))": "dimension-out-of-range",
    "np.sum(np.ones(3), keepdim=True)": "unknown-argument",
    "np.zeros((2, 3), dtyp=float)": "unknown-argument",
    "np.zeros((2, -3))": "invalid-argument",
    "np.array([[1, 2], [3]])": "invalid-argument",
    "5 if np.ones(2) else 6": "invalid-argument",
    "np.split(np.ones(5), 2)": "reshape-mismatch",
    "np.squeeze(np.ones((2, 3)), axis=0)": "dimension-out-of-range",
}


NET = """import numpy as np


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)
        self.mistake = {expression}

    def forward(self, x):
        return self.fc(x)
"""


@pytest.mark.parametrize("expression", MISTAKES)
def test_mistakes_are_found(expression, tmp_path):
    with pytest.raises((ValueError, IndexError, TypeError)):
        eval(expression, {"np": np})
    model = model_of(tmp_path, HEADER + NET.format(expression=expression), "Net()", inputs=("1x3",))
    assert [(p.rule, p.place.line + 1) for p in model.problems] == [(MISTAKES[expression], 13)]
