"""Tools that are given a model together with an input: torchinfo, torchsummary, thop, ptflops, fvcore, TensorBoard.

They say nothing about shapes, but which input their model is meant for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.contexts import Context
from analyzers.interpreter.framework import is_module
from analyzers.tensors.dims import symbol
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def used_with(machine: Machine, model: Any, inputs: Any, keywords: dict[str, Any] | None = None) -> Any:
    """Note that ``model`` is run on ``inputs`` (a tensor, or a tuple, list or dict of them)."""
    keywords = dict(keywords or {})
    if isinstance(inputs, dict):
        inputs, keywords = (), {**inputs, **keywords}
    args = list(inputs) if isinstance(inputs, (tuple, list)) else [inputs]
    if args and isinstance(args[-1], dict):
        keywords.update(args.pop())
    if is_module(model):
        machine.recorder.usages.append((model, args, keywords, machine.site()))
    return Unknown("what a tool says about a model")


def of_sizes(sizes: Any, batch: Any, dtypes: Any = None) -> Any:
    """Tensors of these sizes: one size, or a list or dict of them; ``batch`` () or the dimensions in front."""
    if isinstance(sizes, dict):
        return {k: of_sizes(v, batch) for k, v in sizes.items()}
    if isinstance(sizes, (tuple, list)) and sizes and isinstance(sizes[0], (tuple, list)):
        return [of_sizes(s, batch) for s in sizes]
    dtype = dtypes[0] if isinstance(dtypes, (tuple, list)) and dtypes else "float32"
    known = isinstance(sizes, (tuple, list)) and all(isinstance(d, int) for d in sizes)
    if not known:
        return Unknown("a size")
    return Tensor((*batch, *sizes), dtype=dtype if isinstance(dtype, str) else "float32")


def _torchsummary(model: Any, input_size: Any, batch_size: Any = -1, *_: Any, machine: Machine, **__: Any) -> Any:
    known = isinstance(batch_size, int) and batch_size > 0
    return used_with(machine, model, of_sizes(input_size, (batch_size if known else symbol("N"),)))


def _torchinfo(
    model: Any,
    input_size: Any = None,
    input_data: Any = None,
    batch_dim: Any = None,
    *_: Any,
    machine: Machine,
    **__: Any,
) -> Any:
    if input_data is not None:
        return used_with(machine, model, input_data)
    return used_with(machine, model, of_sizes(input_size, (1,) if batch_dim == 0 else ()))


def _ptflops(model: Any, input_res: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    return used_with(machine, model, of_sizes(input_res, (1,)))


def _thop(model: Any, inputs: Any = (), *_: Any, machine: Machine, **__: Any) -> Any:
    return used_with(machine, model, inputs)


class Writer(Context):
    """``SummaryWriter``: of its methods only ``add_graph`` is told of a model."""

    def enter(self, machine: Machine) -> Any:
        return self

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return _add_graph if name == "add_graph" else _nothing


def _add_graph(model: Any, input_to_model: Any = (), *_: Any, machine: Machine, **__: Any) -> None:
    used_with(machine, model, input_to_model)


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _writer(*_: Any, **__: Any) -> Writer:
    return Writer()


_FVCORE = dict.fromkeys(("FlopCountAnalysis", "flop_count", "flop_count_str", "ActivationCountAnalysis"), _thop)

MODULES: dict[str, dict[str, Any]] = {
    "torchsummary": {"summary": _torchsummary},
    "torchinfo": {"summary": _torchinfo},
    "thop": {"profile": _thop, "clever_format": _thop},
    "ptflops": {"get_model_complexity_info": _ptflops},
    "fvcore": {},
    "fvcore.nn": {**_FVCORE, "parameter_count": _nothing, "parameter_count_table": _nothing},
    "torch.utils.tensorboard": {"SummaryWriter": _writer},
    "tensorboardX": {"SummaryWriter": _writer},
}
