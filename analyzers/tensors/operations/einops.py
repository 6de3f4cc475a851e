"""The pattern language of einops, decomposed into reshape, transpose, reduce and repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analyzers.tensors.dim_text import counted, shape_text
from analyzers.tensors.dims import Dim, exact_quotient, product, require, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.concat_split import cat, split, stack
from analyzers.tensors.operations.reduction import reduce as reduce_dims
from analyzers.tensors.operations.reshape import expand, permute, unsqueeze, view
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

Group = list[str]
"""The axes of one parenthesis; ``[]`` is a length of 1, a number stands for itself."""
ELLIPSIS = "..."
SPREAD = "... "
"""An ellipsis outside parentheses: its dims stay apart."""
REDUCTIONS = ("min", "max", "sum", "mean", "prod", "any", "all")


def rearrange(x: Any, pattern: str, lengths: Mapping[str, Any]) -> Tensor:
    """``rearrange(x, "b c (h s) w -> b (c s) h w", s=2)``. Raises reshape-mismatch (EinopsError)."""
    tensor = stacked(x)
    left, right = _sides(pattern)
    _require_same_axes(left, right)
    return _transform(tensor, left, right, lengths, None)


def reduce(x: Any, pattern: str, reduction: Any, lengths: Mapping[str, Any]) -> Tensor:
    """``reduce(x, "b c h w -> b c", "mean")``: axes missing on the right are reduced."""
    require_reduction(reduction)
    tensor = stacked(x)
    left, right = _sides(pattern)
    extra = _names(right) - _names(left)
    if extra:
        raise _error(f"axis {sorted(extra)[0]!r} is only on the right")
    return _transform(tensor, left, right, lengths, reduce_dims)


def require_reduction(reduction: Any) -> None:
    """Raises invalid-argument for a name that is none of einops' reductions."""
    if isinstance(reduction, str) and reduction not in REDUCTIONS:
        raise _error(f"unknown reduction {reduction!r}", rule="invalid-argument")


def repeat(x: Any, pattern: str, lengths: Mapping[str, Any]) -> Tensor:
    """``repeat(x, "n d -> b n d", b=8)``: axes only on the right are new, their lengths are given."""
    tensor = stacked(x)
    left, right = _sides(pattern)
    missing = _names(left) - _names(right)
    if missing:
        raise _error(f"axis {sorted(missing)[0]!r} is only on the left")
    given = {name for name in _names(right) - _names(left) if name not in lengths and not name.isdigit()}
    if given:
        raise _error(f"the length of new axis {sorted(given)[0]!r} is not given")
    return _transform(tensor, left, right, lengths, None)


def stacked(x: Any) -> Tensor:
    """A list of tensors counts as a tensor with a new first dim."""
    if isinstance(x, Unknown):
        raise UnknownUsed(x)
    return stack(x, 0) if isinstance(x, (list, tuple)) else x


def parse_shape(x: Tensor, pattern: str) -> dict[str, Dim]:
    """einops.parse_shape: the lengths by name, ``_`` skips one."""
    groups = _groups(pattern)
    if [SPREAD] in groups:
        place = groups.index([SPREAD])
        groups[place : place + 1] = [["_"]] * (x.rank - len(groups) + 1)
    if len(groups) != x.rank:
        raise OperationError("rank-mismatch", f"{{subject}} expects {counted(len(groups), 'dimension')}, gets {x.rank}")
    pairs = zip(groups, x.shape, strict=True)
    return {group[0]: dim for group, dim in pairs if group and group[0] != "_" and not group[0].isdigit()}


# --- the pattern ---------------------------------------------------------------------------------


def _sides(pattern: str) -> tuple[list[Group], list[Group]]:
    left, arrow, right = pattern.partition("->")
    if not arrow or "->" in right:
        raise OperationError("invalid-argument", f"{{subject}} needs one '->' in {pattern!r}", exception="ValueError")
    sides = _groups(left), _groups(right)
    for groups in sides:
        _require_unique(groups)
    inner = any(ELLIPSIS in group for group in sides[0])
    if inner or ([SPREAD] not in sides[0] and ELLIPSIS in _names(sides[1])):
        raise _error(f"the ellipsis of {pattern!r} has no counterpart", rule="invalid-argument")
    return sides


def _groups(side: str) -> list[Group]:
    """``"b (h s) 1 ..."`` → ``[["b"], ["h", "s"], [], ["..."]]``."""
    groups: list[Group] = []
    open_group: Group | None = None
    for token in side.replace("…", ELLIPSIS).replace("(", " ( ").replace(")", " ) ").split():
        if token in "()":
            if (token == "(") == (open_group is not None):
                raise _error(f"parentheses do not match in {side!r}", rule="invalid-argument")
            if token == "(":
                open_group = []
                groups.append(open_group)
            else:
                open_group = None
        else:
            _require_name(token)
            _add(groups, open_group, token)
    if open_group is not None:
        raise _error(f"parentheses do not match in {side!r}", rule="invalid-argument")
    return groups


def _add(groups: list[Group], open_group: Group | None, token: str) -> None:
    if token == "1":
        if open_group is None:
            groups.append([])
    elif open_group is not None:
        open_group.append(token)
    else:
        groups.append([SPREAD if token == ELLIPSIS else token])


def _require_name(token: str) -> None:
    if token == ELLIPSIS or token.isdigit() or (token.isidentifier() and (token == "_" or token[-1] != "_")):
        return
    raise _error(f"{token!r} is not an axis name", rule="invalid-argument")


def _require_unique(groups: list[Group]) -> None:
    names = [name for group in groups for name in group if not name.isdigit()]
    for name in names:
        if names.count(name) > 1:
            raise _error(f"axis {name!r} is named twice", rule="invalid-argument")


def _names(groups: Sequence[Group]) -> set[str]:
    return {ELLIPSIS if name == SPREAD else name for group in groups for name in group}


def _require_same_axes(left: Sequence[Group], right: Sequence[Group]) -> None:
    different = _names(left) ^ _names(right)
    numbers = [name for name in _names(left) | _names(right) if name.isdigit()]
    if numbers:
        raise _error(f"rearrange takes no axis of length {numbers[0]}", rule="invalid-argument")
    if different:
        raise _error(f"axis {sorted(different)[0]!r} is only on one side")


# --- carrying it out -----------------------------------------------------------------------------


def _transform(
    x: Tensor,
    left: list[Group],
    right: list[Group],
    lengths: Mapping[str, Any],
    reducer: Callable[..., Tensor] | None,
) -> Tensor:
    left, right = _spell_ellipsis(left, right, x)
    _require_rank(left, x)
    known = {name: size(length) for name, length in lengths.items()}
    unused = set(known) - _names(left) - _names(right)
    if unused:
        raise _error(f"axis {sorted(unused)[0]!r} is not in the pattern", rule="invalid-argument")
    _solve(left, x, known)
    labels = _numbered([name for group in left for name in group], "left")
    flat = view(x, [_length(name, known) for group in left for name in group])
    target = _numbered([name for group in right for name in group], "right")
    return _regroup(_reordered(flat, labels, target, known, reducer), right, known)


def _numbered(names: list[str], side: str) -> list[str]:
    """Anonymous axes (numbers) get labels of their own: they never match across the arrow."""
    return [f"{side} {index} {name}" if name.isdigit() else name for index, name in enumerate(names)]


def _reordered(
    x: Tensor,
    labels: list[str],
    target: list[str],
    known: Mapping[str, Dim],
    reducer: Callable[..., Tensor] | None,
) -> Tensor:
    """Reduce what the target lacks, order the rest, insert what is new."""
    gone = tuple(index for index, name in enumerate(labels) if name not in target)
    if gone and reducer is not None:
        x = reducer(x, gone)
    kept = [name for name in labels if name in target]
    x = permute(x, [kept.index(name) for name in target if name in kept])
    for index, name in enumerate(target):
        if name not in kept:
            x = unsqueeze(x, index)
    if len(kept) == len(target):
        return x
    return expand(x, [_length(name.split(" ")[-1], known) if name not in kept else -1 for name in target])


def _regroup(x: Tensor, right: list[Group], known: Mapping[str, Dim]) -> Tensor:
    shape = [product(_length(name, known) for name in group) for group in right]
    return view(x, shape) if tuple(shape) != x.shape else x


def _length(name: str, known: Mapping[str, Dim]) -> Dim:
    return int(name) if name.isdigit() else known[name]


def _spell_ellipsis(left: list[Group], right: list[Group], x: Tensor) -> tuple[list[Group], list[Group]]:
    """The ellipsis replaced by one axis name per dim it covers."""
    if [SPREAD] not in left:
        return left, right
    names = [f"{ELLIPSIS}{index}" for index in range(x.rank - len(left) + 1)]
    return _replace_ellipsis(left, names), _replace_ellipsis(right, names)


def _replace_ellipsis(groups: list[Group], names: list[str]) -> list[Group]:
    result: list[Group] = []
    for group in groups:
        if group == [SPREAD]:
            result.extend([name] for name in names)
        elif ELLIPSIS in group:
            place = group.index(ELLIPSIS)
            result.append([*group[:place], *names, *group[place + 1 :]])
        else:
            result.append(group)
    return result


def _require_rank(groups: Sequence[Group], x: Tensor) -> None:
    if len(groups) != x.rank:
        raise _error(
            f"expects {counted(len(groups), 'dimension')}, gets {x.rank} ({shape_text(x.shape)})", rule="rank-mismatch"
        )


def _solve(left: Sequence[Group], x: Tensor, known: dict[str, Dim]) -> None:
    """Fill in the lengths of the left side's axes from the tensor's shape."""
    for group, dim in zip(left, x.shape, strict=True):
        open_names = [name for name in group if name not in known and not name.isdigit()]
        if len(open_names) > 1:
            raise _error(f"the lengths of {' and '.join(open_names)} are not given", rule="invalid-argument")
        given = product(_length(name, known) for name in group if name not in open_names)
        if open_names:
            known[open_names[0]] = _quotient(dim, given, group)
        elif require(dim, given) is False:
            spelled = " ".join(group) or "1"
            raise _error(f"expects {text(given)} for '{spelled}', gets {text(dim)}", expected=given, actual=dim)


def _quotient(dim: Dim, given: Dim, group: Group) -> Dim:
    exact = exact_quotient(dim, given)
    if exact is not None:
        return exact
    if isinstance(dim, int) and isinstance(given, int):
        raise _error(f"cannot divide {dim} by {given} in '({' '.join(group)})'", actual=dim, expected=given)
    return dim // given


def _error(message: str, rule: str = "reshape-mismatch", **data: Any) -> OperationError:
    joined = message if message.startswith(("expects", "cannot")) else f"cannot be done: {message}"
    return OperationError(rule, f"{{subject}} {joined}", exception="EinopsError", **data)


# --- pack and unpack -----------------------------------------------------------------------------


def pack(tensors: Sequence[Tensor], pattern: str) -> tuple[Tensor, list[tuple[Dim, ...]]]:
    """einops.pack: flatten what ``*`` stands for in each tensor and concatenate there."""
    before, after = _star(pattern)
    packed, shapes = [], []
    for x in tensors:
        if x.rank < before + after:
            raise _error(
                f"expects at least {counted(before + after, 'dimension')}, gets {x.rank}", rule="rank-mismatch"
            )
        middle = x.shape[before : x.rank - after]
        shapes.append(middle)
        packed.append(view(x, (*x.shape[:before], product(middle), *x.shape[x.rank - after :])))
    return cat(packed, before), shapes


def unpack(x: Tensor, shapes: Sequence[Any], pattern: str) -> list[Tensor]:
    """einops.unpack: cut along ``*`` and restore the packed shapes (one may hold a -1)."""
    before, after = _star(pattern)
    if x.rank != before + 1 + after:
        raise _error(f"expects {counted(before + 1 + after, 'dimension')}, gets {x.rank}", rule="rank-mismatch")
    wanted = [tuple(size(length) for length in shape) for shape in shapes]
    lengths = _packed_lengths(wanted, x.shape[before])
    if require(x.shape[before], sum(lengths)) is False:  # type: ignore[arg-type]
        raise _error(f"cannot split {text(x.shape[before])} into {shapes}")
    pieces = split(x, lengths, before)
    return [
        view(piece, (*x.shape[:before], *shape, *x.shape[before + 1 :]))
        for piece, shape in zip(pieces, wanted, strict=True)
    ]


def _packed_lengths(shapes: Sequence[tuple[Dim, ...]], total: Dim) -> list[Dim]:
    lengths: list[Dim] = [-1 if -1 in shape else product(shape) for shape in shapes]
    if lengths.count(-1) > 1:
        raise _error("more than one length of -1", rule="invalid-argument")
    if -1 in lengths:
        rest: Dim = total
        for length in lengths:
            rest = rest - length if length != -1 else rest
        lengths[lengths.index(-1)] = rest
    return lengths


def _star(pattern: str) -> tuple[int, int]:
    """How many axes stand before and after the ``*``."""
    names = pattern.split()
    if names.count("*") != 1:
        raise _error(f"pattern {pattern!r} needs one '*'", rule="invalid-argument")
    place = names.index("*")
    return place, len(names) - place - 1
