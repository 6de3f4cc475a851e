"""Results of modules against the shapes that their annotations declare.

Inside one call a name stands for one size: the parameters say which, and what the result has under the same name must be it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import framework_of
from analyzers.interpreter.machine import SIZE_UNKNOWN
from analyzers.interpreter.recorder import Record, RecordedError
from analyzers.interpreter.values import Function, Instance, Site
from analyzers.models.declarations import ANY, REST, Declarations, Declared, declarations_of
from analyzers.tensors.dims import Dim, same
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.elementwise import shape_text
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

OUTPUT_CONTRACT = "output-contract"
Sizes = dict[str, Dim]
"""What the names of a declaration stand for."""


def broken_contracts(machine: Machine) -> Iterator[RecordedError]:
    """Every result of the last forward pass that certainly has not the declared shape."""
    for number, record in enumerate(machine.recorder.records):
        function = entry_of(record.instance) if record.instance is not None else None
        declared = _declarations(record.instance, function) if record.instance is not None and function else None
        if function is not None and declared is not None:
            yield from _differences(record, function, declared, is_root=number == 0)


def entry_of(module: Instance) -> Function | None:
    """The user's own function that a call of the module runs."""
    framework = framework_of(module)
    found = module.class_.find(framework.entry) if framework is not None else None
    return found if isinstance(found, Function) else None


def _declarations(module: Instance, function: Function) -> Declarations | None:
    traits = module.class_.traits
    if not traits.are_declarations_known:
        traits.declarations, traits.are_declarations_known = declarations_of(function), True
    return traits.declarations


def _differences(record: Record, function: Function, declared: Declarations, is_root: bool) -> Iterator[RecordedError]:
    sizes = _sizes(record, function, declared, is_root)
    if sizes is None:
        return
    for shape, result in zip(declared.result, _results(record.output, declared)):
        if shape is None or type(result) is not Tensor or fits(result, shape, sizes):
            continue
        message = f"{{subject}} returns {shape_text(result.shape)}, its annotation says {shape}"
        if not SIZE_UNKNOWN.search(message):
            site = Site(function.site.block, shape.node, function.site.path)
            subject = record.instance.class_.name if record.instance is not None else function.name
            yield RecordedError(OperationError(OUTPUT_CONTRACT, message), subject, site, record)


def _results(output: Any, declared: Declarations) -> list[Any]:
    """The values the declaration speaks of, as many as it has shapes."""
    if not declared.is_tuple:
        return [output]
    return list(output) if isinstance(output, tuple) and len(output) == len(declared.result) else []


def _sizes(record: Record, function: Function, declared: Declarations, is_root: bool) -> Sizes | None:
    """What the arguments say of the names; None where they break the contract themselves. Only where it is sure which
    argument is which."""
    parameters = function.parameters
    names = [name for name in parameters.positional[1:] if name not in function.defaults]
    sizes: Sizes = {}
    if not is_root and (len(names) != 1 or len(record.inputs) != 1):
        return sizes
    for name, value in zip(names, record.inputs):
        shape = declared.parameters.get(name)
        if shape is not None and type(value) is Tensor and not fits(value, shape, sizes):
            return None
    return sizes


def fits(tensor: Tensor, declared: Declared, sizes: Sizes) -> bool:
    """Whether a tensor may have the declared shape; learns what its names stand for."""
    pairs = _paired(tensor.shape, declared.dims)
    return pairs is not None and all(_may_be(dim, wanted, sizes) for dim, wanted in pairs)


def _paired(shape: tuple[Dim, ...], dims: tuple[int | str, ...]) -> Iterable[tuple[Dim, int | str]] | None:
    """The dims with what is declared of them; None for another number of them."""
    if REST not in dims:
        return zip(shape, dims) if len(shape) == len(dims) else None
    before = dims.index(REST)
    behind = len(dims) - before - 1
    if len(shape) < before + behind:
        return None
    return [*zip(shape, dims[:before]), *zip(shape[len(shape) - behind :], dims[before + 1 :])]


def _may_be(dim: Dim, wanted: int | str, sizes: Sizes) -> bool:
    if wanted == ANY:
        return True
    known = wanted if isinstance(wanted, int) else sizes.setdefault(wanted, dim)
    return same(dim, known) is not False
