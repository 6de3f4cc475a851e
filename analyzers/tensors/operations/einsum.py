"""Einstein summation, by torch's and by einops' spelling, and tensordot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.tensors.dims import Dim, product, require, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import Names
from analyzers.tensors.operations.arguments import axes, integer
from analyzers.tensors.operations.elementwise import merged_field, promoted_dtype, tensors_of
from analyzers.tensors.operations.positions import diagonal
from analyzers.tensors.tensor import Tensor

Labels = list[str]
"""One label per dim; the dims of an ellipsis are ``"...0"`` (outermost) and so on."""


def einsum(equation: str, operands: Sequence[Any]) -> Tensor:
    """``einsum("bhid,bhjd->bhij", q, k)``. Raises matmul-mismatch when a label has two lengths.

    MACs are the product of the lengths of all labels (one contraction per extra operand).
    """
    tensors = tensors_of(operands)
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(tensors):
        raise _invalid(f"{len(terms)} terms for {len(tensors)} operands")
    width = _ellipsis_width(terms, tensors)
    labels = [_labels(term, tensor.rank, width) for term, tensor in zip(terms, tensors, strict=True)]
    output = _output_labels(right, width) if arrow else _implicit_output(labels, width)
    return contract(tensors, labels, output)


def contract(tensors: Sequence[Tensor], labels: Sequence[Labels], output: Labels) -> Tensor:
    """Multiply the tensors and sum over every label that is not in the output."""
    lengths = _lengths(tensors, labels)
    missing = [label for label in output if label not in lengths]
    if missing or len(set(output)) != len(output):
        raise _invalid(f"output label {(missing or output)[0]!r} is missing or doubled")
    shape = tuple(lengths[label] for label in output)
    pairs = [_single_labels(x, own) for x, own in zip(tensors, labels, strict=True)]
    moved = [Tensor(shape, placed_field(x, own, output), x.dtype) for x, own in pairs]
    cost = product(lengths.values()) * (len(tensors) - 1)
    axes = _output_names(pairs, output)
    return Tensor(shape, merged_field(moved, len(shape)), promoted_dtype(tensors), cost=cost, axes=axes)


def _output_names(pairs: Sequence[tuple[Tensor, Labels]], output: Labels) -> Names | None:
    """Every label keeps the name of the dim it stands for, the first operand's before the others'."""
    known: dict[str, str | None] = {}
    for x, own in reversed(pairs):
        known.update(zip(own, x.axes or (), strict=False))
    return tuple([known.get(label) for label in output]) if known else None


def placed_field(x: Tensor, labels: Labels, output: Labels) -> Field:
    """The field with the labels outside the output mixed away and the rest in the output's order."""
    if x.field is Field.EMPTY:
        return x.field
    summed = tuple(index for index, label in enumerate(labels) if label not in output)
    field = x.field.mix(summed).remove(summed) if summed else x.field
    kept = [label for label in labels if label in output]
    order = sorted(range(len(kept)), key=lambda index: output.index(kept[index]))
    if order != list(range(len(kept))):
        field = field.permute(tuple(order))
    present = set(kept)
    for index, label in enumerate(output):
        if label not in present:
            field = field.insert(index)
    return field


def _single_labels(x: Tensor, labels: Labels) -> tuple[Tensor, Labels]:
    """Repeated labels of one operand replaced by the diagonal of their dims."""
    labels = list(labels)
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            if same(x.shape[first], x.shape[second]) is False:
                raise _different(label, x.shape[first], x.shape[second])
            x = diagonal(x, 0, first, second)
            labels = [other for index, other in enumerate(labels) if index not in (first, second)]
            labels.append(label)
    return x, labels


def _lengths(tensors: Sequence[Tensor], labels: Sequence[Labels]) -> dict[str, Dim]:
    lengths: dict[str, Dim] = {}
    for x, own in zip(tensors, labels, strict=True):
        for label, dim in zip(own, x.shape, strict=True):
            lengths[label] = _common(label, lengths.get(label, 1), dim)
    return lengths


def _common(label: str, known: Dim, dim: Dim) -> Dim:
    if same(known, 1) or known == dim:
        return dim
    if same(dim, 1):
        return known
    if require(dim, known) is False:
        raise _different(label, known, dim)
    return known if isinstance(known, int) else dim


def _different(label: str, known: Dim, dim: Dim) -> OperationError:
    name = "..." if label.startswith("...") else label
    return OperationError(
        "matmul-mismatch",
        f"{{subject}} gets {text(known)} and {text(dim)} for {name!r}",
        expected=known,
        actual=dim,
    )


def _ellipsis_width(terms: Sequence[str], tensors: Sequence[Tensor]) -> int:
    widths = [x.rank - len(term.replace("...", "")) for term, x in zip(terms, tensors, strict=True) if "..." in term]
    return max(widths, default=0)


def _labels(term: str, rank: int, width: int) -> Labels:
    """The label of every dim of an operand of that rank."""
    head, dots, tail = term.partition("...")
    named = list(head) + list(tail)
    if not all(label.isalpha() for label in named):
        raise _invalid(f"term {term!r}")
    open_dims = rank - len(named)
    if open_dims < 0 or (open_dims and not dots):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} names {len(named)} dimensions in {term!r}, its operand has {rank}",
            expected=len(named),
            actual=rank,
        )
    return [*head, *[f"...{width - open_dims + index}" for index in range(open_dims)], *tail]


def _output_labels(term: str, width: int) -> Labels:
    head, dots, tail = term.partition("...")
    middle = [f"...{index}" for index in range(width)] if dots else []
    return [*head, *middle, *tail]


def _implicit_output(labels: Sequence[Labels], width: int) -> Labels:
    """Without an arrow: the ellipsis, then the labels that occur once, in alphabetical order."""
    everything = [label for own in labels for label in own]
    once = sorted(label for label in set(everything) if everything.count(label) == 1 and label[0] != ".")
    return [f"...{index}" for index in range(width)] + once


def sublist_equation(arguments: Sequence[Any]) -> tuple[str, list[Any]]:
    """The other spelling, ``einsum(a, [0, 1], b, [1, 2], [0, 2])``, as an equation."""
    operands = list(arguments[0:-1:2]) if len(arguments) % 2 else list(arguments[0::2])
    lists = list(arguments[1::2])
    terms = ",".join(_sublist(item) for item in lists)
    if len(arguments) % 2:
        terms += "->" + _sublist(arguments[-1])
    return terms, operands


def _sublist(items: Any) -> str:
    return "".join("..." if item is Ellipsis else _letter(integer(item)) for item in items)


def _letter(number: int) -> str:
    if not 0 <= number < 52:
        raise _invalid(f"label number {number}")
    return chr(ord("A") + number) if number < 26 else chr(ord("a") + number - 26)


def named_einsum(pattern: str, operands: Sequence[Any]) -> Tensor:
    """einops.einsum: labels are words separated by spaces."""
    tensors = tensors_of(operands)
    left, _, right = pattern.partition("->")
    terms = [term.split() for term in left.split(",")]
    if len(terms) != len(tensors):
        raise _invalid(f"{len(terms)} terms for {len(tensors)} operands")
    pairs = list(zip(terms, tensors, strict=True))
    width = max((x.rank - len(term) + 1 for term, x in pairs if "..." in term), default=0)
    labels = [_spelled_out(term, x.rank, width) for term, x in pairs]
    return contract(tensors, labels, _spelled_out(right.split(), None, width))


def _spelled_out(term: Labels, rank: int | None, width: int) -> Labels:
    if "..." not in term:
        if rank is not None and rank != len(term):
            raise OperationError("rank-mismatch", f"{{subject}} names {len(term)} dimensions, its operand has {rank}")
        return list(term)
    count = width if rank is None else rank - len(term) + 1
    place = term.index("...")
    middle = [f"...{width - count + index}" for index in range(count)]
    return [*term[:place], *middle, *term[place + 1 :]]


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """Contract the last ``dims`` dims of ``a`` with the first of ``b``, or two lists of dims."""
    first, second = _contracted(a, b, dims)
    if len(first) != len(second):
        raise OperationError("matmul-mismatch", "{subject} contracts different numbers of dims")
    left = [f"a{index}" for index in range(a.rank)]
    right = [f"b{index}" for index in range(b.rank)]
    for own, other in zip(first, second, strict=True):
        right[other] = left[own]
    shared = {left[index] for index in first}
    return contract([a, b], [left, right], [label for label in left + right if label not in shared])


def _contracted(a: Tensor, b: Tensor, dims: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(dims, (tuple, list)):
        return axes(dims[0], a.rank), axes(dims[1], b.rank)
    count = integer(dims)
    if count < 0 or count > min(a.rank, b.rank):
        raise OperationError("rank-mismatch", f"{{subject}} contracts {count} dims of {a.rank} and {b.rank}")
    return tuple(range(a.rank - count, a.rank)), tuple(range(count))


def kron(a: Tensor, b: Tensor) -> Tensor:
    """Kronecker product: lengths multiply, dim by dim from the right."""
    rank = max(a.rank, b.rank)
    pairs = zip((1,) * (rank - a.rank) + a.shape, (1,) * (rank - b.rank) + b.shape, strict=True)
    shape = tuple(x * y for x, y in pairs)
    lost = [x.with_(field=x.field.forget(range(x.rank), "a Kronecker product")) for x in (a, b)]
    return Tensor(shape, merged_field(lost, rank), promoted_dtype((a, b)), cost=product(shape))


def _invalid(detail: str) -> OperationError:
    return OperationError("invalid-argument", f"{{subject}} has an invalid equation: {detail}")
