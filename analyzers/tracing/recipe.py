"""What the worker is asked: the model built and called exactly as the static analysis did, with numbers for symbols."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzers.facts import ArgumentsFact, FieldFact, InputFact, ModelFact, NamedFact, ObjectFact
from analyzers.tensors.dims import Expression, bare_symbol, symbols, value_at

BATCH = 2
"""Items of a batch of which nobody says how many: one may be squeezed away."""
USUAL = {
    "n_classes": 10, "num_classes": 10, "nclass": 10, "classes": 10, "n_channels": 3, "in_channels": 3, "in_ch": 3,
    "in_chans": 3, "channels": 16, "dim": 64, "d_model": 64, "embed_dim": 64, "hidden_dim": 64, "hidden_size": 64, "heads": 4,
    "num_heads": 4, "n_heads": 4, "n_head": 4, "depth": 2, "num_layers": 2, "n_layers": 2, "T": 64, "L": 64, "H": 64, "W": 64, "D": 32, "C": 16, "E": 16, "vocab_size": 100,
}  # fmt: skip
OTHERWISE = 16
LONGEST_PERIOD = 128
"""Longer ones come of sizes that do not divide, which a strip of another length does not have."""


class NoRecipe(Exception):
    """Why the worker cannot build the same model; one sentence."""


@dataclass(slots=True)
class Recipe:
    """A request for the worker, and the numbers that stand for symbols in it."""

    request: dict[str, Any]
    numbers: dict[Any, int] = field(default_factory=dict)

    @property
    def placeholders(self) -> dict[str, int]:
        """The numbers by name, the batch left out."""
        return {symbol.name: number for symbol, number in self.numbers.items() if symbol.name != "N"}

    def number(self, dim: Any) -> int | None:
        """What a static dim comes to; None where that depends on what is not known."""
        if not isinstance(dim, Expression):
            return dim
        if not symbols(dim) <= self.numbers.keys():
            return None
        try:
            return int(value_at(dim, self.numbers))
        except (ArithmeticError, ValueError):
            return None

    def shape(self, dims: Sequence[Any] | None) -> list[int | None] | None:
        return None if dims is None else [self.number(dim) for dim in dims]


def recipe_for(model: ModelFact, expression: str, text: str | None, folders: list[str]) -> Recipe:
    """Raises :class:`NoRecipe`. ``text`` stands for the file (a notebook), ``folders`` are searched for imports."""
    path = model.target.partition("::")[0]
    construction, call = model.construction, model.call
    if call is not None and call.unsayable is not None:
        raise NoRecipe(f"rf-lsp cannot hand on how it calls {expression}: {call.unsayable}")
    positional, keywords = ((), {}) if construction is None else (construction.positional, construction.keywords)
    recipe = Recipe(
        {}, _numbers([dim for given in model.inputs for dim in given.shape], [*positional, *keywords.values()])
    )
    if any(recipe.shape(given.shape) is None or None in (recipe.shape(given.shape) or []) for given in model.inputs):
        raise NoRecipe("the size of an input is not known; say it with --input")
    recipe.request = {
        "path": path,
        "text": text,
        "folders": folders,
        "framework": model.framework,
        "expression": expression,
        "unsayable": _unsayable(expression, construction),
        "arguments": None if construction is None else [_described(value, recipe, path) for value in positional],
        "keywords": {name: _described(value, recipe, path) for name, value in keywords.items()},
        "inputs": [_input(given, recipe) for given in model.inputs],
        "order": [] if call is None else list(call.positional),
        "call": {} if call is None else {n: _described(value, recipe, path) for n, value in call.keywords.items()},
    }
    return recipe


def _unsayable(expression: str, construction: ArgumentsFact | None) -> str | None:
    """Why a class cannot be built as it was; what the program itself makes needs nobody's arguments."""
    if construction is None or construction.unsayable is None:
        return None
    return f"rf-lsp cannot hand on how it built {expression}: {construction.unsayable}"


def _numbers(dims: Iterable[Any], values: Iterable[Any]) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for dim in (*dims, *_dims_in(values)):
        for symbol in symbols(dim) if isinstance(dim, Expression) else ():
            found.setdefault(symbol, _usual(symbol.name))
    for symbol in list(found):
        for sides in symbol.equations:
            _satisfy(sides, found)
    return found


def _usual(name: str) -> int:
    """A number for what is called so, a probability among others."""
    if "drop" in name and name not in USUAL:
        return 0
    return BATCH if name == "N" else USUAL.get(name, OTHERWISE)


def _satisfy(sides: tuple[Any, Any], numbers: dict[Any, int]) -> None:
    """Numbers for which both sides of what the layers ask are the same, where one of them is a symbol alone."""
    for side, other in (sides, sides[::-1]):
        alone = None if isinstance(side, int) else bare_symbol(side)
        asked = symbols(other) if isinstance(other, Expression) else set()
        if alone in numbers and alone not in asked and asked <= numbers.keys():
            value = value_at(other, numbers) if isinstance(other, Expression) else other
            if isinstance(value, int) and value > 0:
                numbers[alone] = value
                return


def _dims_in(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, dict):
            found += _dims_in(value.values())
        elif isinstance(value, (list, tuple)):
            found += _dims_in(value)
        elif isinstance(value, ObjectFact):
            found += _dims_in(value.attributes.values())
        elif isinstance(value, Expression):
            found.append(value)
    return found


def _described(value: Any, recipe: Recipe, path: str) -> Any:
    """As the worker's ``plain`` reads it."""
    if isinstance(value, NamedFact):
        if value.file is not None:
            return {"named": value.name, "file": None if value.file == path else value.file}
        return {"named": value.name, "module": value.module}
    if isinstance(value, ObjectFact):
        holds = {name: _described(part, recipe, path) for name, part in value.attributes.items()}
        return {"object": holds, "class": None if value.class_ is None else _described(value.class_, recipe, path)}
    if isinstance(value, dict):
        return {"dict": {name: _described(part, recipe, path) for name, part in value.items()}}
    if isinstance(value, (list, tuple)):
        parts = [_described(part, recipe, path) for part in value]
        return {"tuple": parts} if isinstance(value, tuple) else parts
    return recipe.number(value) if isinstance(value, Expression) else value


def _input(given: InputFact, recipe: Recipe) -> dict[str, Any]:
    axes = given.axes
    batched = bool(given.shape) and (axes is None or axes[0] in ("N", None))
    return {"name": given.name, "shape": recipe.shape(given.shape), "dtype": given.dtype, "batched": batched}


# -- receptive fields ----------------------------------------------------------------------------------


def add_fields(recipe: Recipe, model: ModelFact, seconds: float) -> None:
    """Ask for receptive fields too, where the inputs and their axes are known."""
    axes = _measurable(model, recipe)
    if axes:
        recipe.request["fields"] = {"axes": axes, "seconds": seconds}


def _measurable(model: ModelFact, recipe: Recipe) -> list[dict[str, Any]]:
    fields = [call.field for layer in model.layers for call in layer.per_call if call.field is not None]
    if not fields:
        return []
    names = fields[0].axes
    given = next((one for one in model.inputs if set(names) <= set(one.axes or ())), None)
    if given is None or given.axes is None or given.axes[0] != "N" or not given.dtype.startswith("float"):
        return []
    shape = recipe.shape(given.shape) or []
    dims = {name: given.axes.index(name) for name in names}
    periods = {name: _period(fields, at) for at, name in enumerate(names)}
    axes = []
    for at, name in enumerate(names):
        others = [{"dim": dims[n], "extent": shape[dims[n]], "period": periods[n]} for n in names if n != name]
        reach = max([_reach(found, at) for found in fields], default=0)
        axes.append(
            {"input": given.name, "name": name, "dim": dims[name], "extent": shape[dims[name]], "others": others}
            | {"period": periods[name], "reach": reach or None}
        )
    return axes


def _period(fields: Iterable[FieldFact], axis: int) -> int:
    """After how many columns every map looks the same again."""
    period = 1
    for found in fields:
        stride = found.stride[axis] if axis < len(found.stride) else None
        if stride is not None and stride > 0:
            longer = math.lcm(period, stride.numerator)
            period = longer if longer <= LONGEST_PERIOD else period
    return period


def _reach(found: FieldFact, axis: int) -> int:
    size, start = found.size[axis], found.start[axis]
    return 0 if size is None or start is None else max(size, abs(start))


# -- effective fields ----------------------------------------------------------------------------------


def add_erf(recipe: Recipe, model: ModelFact, layers: Sequence[str], seeds: int, whole: bool) -> None:
    """Ask for the effective field of these layers (none: the last map). Raises :class:`NoRecipe`."""
    names = model.field.axes if model.field is not None else ()
    given = next((one for one in model.inputs if names and set(names) <= set(one.axes or ())), None)
    if given is None or given.axes is None:
        raise NoRecipe("no axes of an input are known, along which an effective field could be measured")
    chosen = [_map_of(model, layer, names) for layer in layers or (_last_map(model),)]
    recipe.request["erf"] = {
        "input": given.name,
        "axes": [given.axes.index(name) for name in names],
        "channels": given.axes.index("C") if "C" in given.axes else None,
        "layers": chosen,
        "seeds": seeds,
        "whole": whole,
    }


def _last_map(model: ModelFact) -> str | None:
    """The last layer that sees as much as the model is said to, and not a shortcut beside it that is called last."""
    seen = [
        (call.order, layer.name)
        for layer in model.layers
        for call in layer.per_call
        if not layer.functional
        and model.field is not None
        and call.field is not None
        and call.field.size == model.field.size
    ]
    return max(seen)[1] if seen else None


def _map_of(model: ModelFact, wanted: str | None, names: tuple[str, ...]) -> dict[str, Any]:
    """The last call of the layer whose output has each axis on a dim of its own."""
    found: dict[str, Any] | None = None
    order = -1
    for layer in model.layers:
        for number, call in enumerate(layer.per_call, 1):
            located = call.field is not None and None not in call.field.size and set(names) <= set(call.axes or ())
            if layer.functional or not located or (wanted is not None and layer.name != wanted) or call.order < order:
                continue
            order = call.order
            dims = [(call.axes or ()).index(name) for name in names]
            found = {"layer": layer.name, "call": number, "dims": dims}
    if found is None:
        raise NoRecipe(f"{wanted!r} is no layer with a map" if wanted else "the model has no spatial map")
    return found
