"""Names and arguments of numpy's functions, methods and attributes against numpy's own."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import analyzers.frameworks.numpy
from analyzers.frameworks.numpy.array import METHODS, NOT_MODELLED, PROPERTIES
from analyzers.interpreter.overlays import NAMES

np = pytest.importorskip("numpy", minversion="2.1")
assert analyzers.frameworks.numpy
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")

EARLIER = {
    "in1d", "product", "row_stack", "round_", "trapz", "Inf", "NaN", "NAN", "infty", "int", "float", "complex", "object", "str",
    "unicode", "string", "float_", "complex_", "random.random_integers",
}  # fmt: skip
"""Names of earlier versions of numpy that programs still use."""
MORE_KEYWORDS = {
    "clip": {"where", "dtype", "casting"}, "einsum": {"dtype", "order", "casting"}, "reshape": {"newshape"},
    **{name: {"interpolation"} for name in ("percentile", "quantile", "nanpercentile", "nanquantile")},
}  # fmt: skip
"""Keywords that are passed on, or that earlier versions have."""
LATER_KEYWORDS = {"unique": {"sorted"}, "sort": {"descending"}, "argsort": {"descending"}}
"""Keywords that versions after 2.1 brought."""
RENAMED = {"arange": {"start_or_stop": "start"}}
METHODS_OF_EARLIER = {"itemset"}


def counterpart(name: str) -> Any:
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part)
    return found


def parameters_of(definition: Any) -> tuple[list[str], set[str], bool]:
    """(positional, keyword-only, whether any others are taken)."""
    code = definition.__code__
    count, total = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames
    return list(names[:count]), set(names[count:total]) - {"machine"}, bool(code.co_flags & 0x0C)


SHORT = [name.removeprefix("numpy.") for name in NAMES if name.startswith("numpy.")]
FUNCTIONS = [name for name in SHORT if hasattr(NAMES[f"numpy.{name}"], "definition") and name not in EARLIER]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments(name):
    try:
        signature = inspect.signature(counterpart(name))
    except (TypeError, ValueError):
        pytest.skip("numpy does not tell what it takes")
    kinds = inspect.Parameter
    parameters = list(signature.parameters.values())
    wanted = [p.name for p in parameters if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    keywords = {p.name for p in parameters if p.kind is kinds.KEYWORD_ONLY}
    positional, keyword_only, is_open = parameters_of(NAMES[f"numpy.{name}"].definition)
    if is_open or any(p.kind in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD) for p in parameters):
        return
    new = RENAMED.get(name, {})
    wanted = [new.get(parameter, parameter) for parameter in wanted]
    assert positional[: len(wanted)] == wanted
    ours = {*positional[len(wanted) :], *keyword_only}
    assert keywords <= ours
    assert ours - keywords <= MORE_KEYWORDS.get(name, set()) | LATER_KEYWORDS.get(name, set())


def test_nothing_is_made_up():
    missing = []
    for name in SHORT:
        try:
            counterpart(name)
        except AttributeError:
            missing.append(name)
    assert set(missing) <= EARLIER | {name for name in SHORT if name.startswith("typing.")}


def test_methods_and_attributes_are_those_of_arrays():
    known = set(METHODS) | set(PROPERTIES)
    own = set(dir(np.ndarray)) | set(dir(np.float64))
    assert {name for name in known if name not in own} - METHODS_OF_EARLIER == set()
    public = {name for name in dir(np.ndarray) if name.startswith("__") or not name.startswith("_")}
    assert public - known - NOT_MODELLED - set(dir(object)) == set()


def test_torch_is_not_among_them():
    assert {"permute", "unsqueeze", "numel", "cuda", "detach", "cat"}.isdisjoint(METHODS)
