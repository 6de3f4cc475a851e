"""``np.random``: shapes and dtypes; single random numbers are unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy.arguments import array_of, dtype_argument, shape_argument
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.registration import function, native_of
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.values import MISSING, NativeType, NativeValue
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import PythonError
from analyzers.tensors.operations.elementwise import broadcast_shapes
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

RANDOM_NUMBER = "a random number"
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "beta": ("a", "b"), "binomial": ("n", "p"), "chisquare": ("df",), "exponential": ("scale",), "f": ("dfnum", "dfden"),
    "gamma": ("shape", "scale"), "geometric": ("p",), "gumbel": ("loc", "scale"), "laplace": ("loc", "scale"),
    "logistic": ("loc", "scale"), "lognormal": ("mean", "sigma"), "logseries": ("p",), "normal": ("loc", "scale"),
    "pareto": ("a",), "poisson": ("lam",), "power": ("a",), "rayleigh": ("scale",), "standard_cauchy": (),
    "standard_t": ("df",), "triangular": ("left", "mode", "right"), "uniform": ("low", "high"),
    "vonmises": ("mu", "kappa"), "wald": ("mean", "scale"), "weibull": ("a",), "zipf": ("a",),
    "negative_binomial": ("n", "p"), "hypergeometric": ("ngood", "nbad", "nsample"),
}  # fmt: skip
"""Distribution → its parameters, which ``size`` follows."""
WHOLE = frozenset(("binomial", "geometric", "logseries", "poisson", "zipf", "negative_binomial", "hypergeometric"))


def sampled(size: Any, dtype: str, parameters: Any = ()) -> Any:
    """An array of that size (None: of the parameters' common shape), or a single number that is not known."""
    if size is None:
        known = [array_of(p) for p in parameters if not isinstance(p, Unknown)]
        shape: tuple[Dim, ...] = broadcast_shapes(*[a.shape for a in known]) if known else ()
    else:
        shape = shape_argument(size)
    if not shape and size is None:
        return Unknown(RANDOM_NUMBER)
    return Array(shape, dtype=dtype)


OLD, NEW = "RandomState", "Generator"
"""The two kinds of generators; the functions of ``np.random`` are methods of the old one."""
METHODS: dict[str, dict[str, Callable[..., Any]]] = {OLD: {}, NEW: {}}
"""Kind of generator → method → native (which generator it is makes no difference)."""


def _register(names: str, definition: Callable[..., Any], *kinds: str) -> None:
    for name in names.split():
        for kind in kinds or (OLD, NEW):
            METHODS[kind][name] = native_of(definition, name)
            if kind == OLD:
                NAMES[f"numpy.random.{name}"] = METHODS[kind][name]


def _register_distribution(name: str, parameters: tuple[str, ...]) -> None:
    dtype = "int64" if name in WHOLE else "float64"

    def sample(*args: Any, size: Any = None, **named: Any) -> Any:
        given = args[: len(parameters)]
        lengths = args[len(parameters)] if len(args) > len(parameters) else size
        return sampled(lengths, dtype, (*given, *named.values()))

    _register(name, sample)


for _name, _parameters in DISTRIBUTIONS.items():
    _register_distribution(_name, _parameters)


def _rand(*args: Any) -> Any:
    return sampled(args or None, "float64")


def _bounds(low: Any, high: Any) -> tuple[Any, ...]:
    return (low,) if high is None else (low, high)


def _randint(low: Any, high: Any = None, size: Any = None, dtype: Any = int) -> Any:
    return sampled(size, dtype_argument(dtype, "int64"), _bounds(low, high))


def _integers(low: Any, high: Any = None, size: Any = None, dtype: Any = None, endpoint: Any = False) -> Any:
    return sampled(size, dtype_argument(dtype, "int64"), _bounds(low, high))


def _random_integers(low: Any, high: Any = None, size: Any = None) -> Any:
    return sampled(size, "int64", _bounds(low, high))


def _random_sample(size: Any = None) -> Any:
    return sampled(size, "float64")


def _random(size: Any = None, dtype: Any = None, out: Any = None) -> Any:
    if isinstance(out, Array):
        out.overwrite(None)
        return out
    return sampled(size, dtype_argument(dtype, "float64"))


def _standard_exponential(size: Any = None, dtype: Any = None, method: Any = "zig", out: Any = None) -> Any:
    return _random(size, dtype, out)


def _standard_gamma(shape: Any, size: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return sampled(size, dtype_argument(dtype, "float64"), (shape,))


def _choice(a: Any, size: Any = None, replace: Any = True, p: Any = None) -> Any:
    pool = array_of(a)
    if size is None:
        return Unknown(RANDOM_NUMBER) if pool.rank < 2 else Array(pool.shape[1:], dtype=pool.dtype)
    return Array((*shape_argument(size), *pool.shape[1:]), dtype=pool.dtype)


def _choice_along(
    a: Any, size: Any = None, replace: Any = True, p: Any = None, axis: Any = 0, shuffle: Any = True
) -> Any:
    if axis != 0:
        raise UnknownUsed(Unknown("a choice along another axis"))
    return _choice(a, size)


def _permutation(x: Any) -> Any:
    pool = array_of(x)
    return Array(pool.shape if pool.rank else shape_argument(x), dtype=pool.dtype if pool.rank else "int64")


def _permutation_along(x: Any, axis: Any = 0) -> Any:
    return _permutation(x)


def _permuted(x: Any, axis: Any = None, out: Any = None) -> Any:
    return _permutation(x)


def _shuffle(x: Any, *, machine: Machine) -> None:
    if isinstance(x, Array):
        x.overwrite(None)
    elif isinstance(x, list) and len(x) > 1:
        machine.journal.touch(x)
        x[:] = [Unknown("an element of a list in random order") for _ in x]


def _shuffle_along(x: Any, axis: Any = 0, *, machine: Machine) -> None:
    _shuffle(x, machine=machine)


def _bytes(length: Any) -> Unknown:
    return Unknown("random bytes")


def _rows_of(size: Any, last: Any) -> tuple[Any, ...]:
    """Shape of samples that are vectors as long as a parameter."""
    lengths = array_of(last).shape
    if not lengths:
        raise PythonError("ValueError", "a vector is required, not a number")
    return (*(() if size is None else shape_argument(size)), lengths[-1])


def _multinomial(n: Any, pvals: Any, size: Any = None) -> Any:
    return Array(_rows_of(size, pvals), dtype="int64")


def _multivariate_normal(mean: Any, cov: Any, size: Any = None, check_valid: Any = "warn", tol: Any = 1e-8) -> Any:
    return Array(_rows_of(size, mean), dtype="float64")


def _multivariate_normal_by(
    mean: Any, cov: Any, size: Any = None, check_valid: Any = "warn", tol: Any = 1e-8, *, method: Any = "svd"
) -> Any:
    return Array(_rows_of(size, mean), dtype="float64")


def _dirichlet(alpha: Any, size: Any = None) -> Any:
    return Array(_rows_of(size, alpha), dtype="float64")


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _state(*_: Any, **__: Any) -> Unknown:
    return Unknown("the state of a generator of random numbers")


_register("rand randn", _rand, OLD)
_register("random random_sample ranf sample standard_normal standard_exponential", _random_sample, OLD)
_register("random standard_normal", _random, NEW)
_register("standard_exponential", _standard_exponential, NEW)
_register("standard_gamma", _standard_gamma, NEW)
_register("randint", _randint, OLD)
_register("random_integers", _random_integers, OLD)
_register("integers", _integers, NEW)
_register("choice", _choice, OLD)
_register("choice", _choice_along, NEW)
_register("permutation", _permutation, OLD)
_register("permutation", _permutation_along, NEW)
_register("permuted", _permuted, NEW)
_register("shuffle", _shuffle, OLD)
_register("shuffle", _shuffle_along, NEW)
_register("bytes", _bytes)
_register("multinomial", _multinomial)
_register("multivariate_normal", _multivariate_normal, OLD)
_register("multivariate_normal", _multivariate_normal_by, NEW)
_register("dirichlet", _dirichlet)
_register("seed set_state", _nothing, OLD)
_register("get_state", _state, OLD)
_register("spawn", _state, NEW)


class RandomGenerator(NativeValue):
    """``np.random.default_rng()`` and ``np.random.RandomState()``."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return _state() if name == "bit_generator" else METHODS[self.kind].get(name, MISSING)


class GeneratorType(NativeType):
    """``np.random.Generator`` and ``np.random.RandomState``."""

    __slots__ = ()

    def includes(self, value: Any) -> bool:
        return isinstance(value, RandomGenerator) and value.kind == self.name

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return self.name if name == "__name__" else MISSING

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return RandomGenerator(self.name)


for _kind in (OLD, NEW):
    NAMES[f"numpy.random.{_kind}"] = GeneratorType(_kind)


@function("random.default_rng")
def default_rng(seed: Any = None) -> Any:
    return seed if isinstance(seed, RandomGenerator) else RandomGenerator(NEW)


for _name in ("SeedSequence", "PCG64", "MT19937", "Philox", "SFC64"):
    NAMES[f"numpy.random.{_name}"] = native_of(_state, _name)
