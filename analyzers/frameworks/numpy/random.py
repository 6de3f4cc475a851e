"""``np.random``: shapes and dtypes; single random numbers are unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy.arguments import array_of, dtype_argument, shape_argument
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.registration import function, native_of
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.values import MISSING, BoundMethod, NativeType, NativeValue
from analyzers.tensors.dims import Dim
from analyzers.tensors.operations.elementwise import broadcast_shapes
from analyzers.unknown import Unknown

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


METHODS: dict[str, Callable[..., Any]] = {}
"""Method of a generator → native (``self`` first); most are functions of ``np.random`` too."""
OLD, NEW = "old", "new"
"""RandomState (and the module), Generator."""
ONLY: dict[str, str] = {}
"""Method that only one of the two kinds has → which."""


def _register(name: str, definition: Callable[..., Any], kind: str | None = None) -> None:
    METHODS[name] = native_of(definition, name, hidden=1)
    if kind is not None:
        ONLY[name] = kind
    if kind != NEW:
        NAMES[f"numpy.random.{name}"] = native_of(_without_self(definition), name)


def _without_self(definition: Callable[..., Any]) -> Callable[..., Any]:
    """The function of the module: the method of its own generator."""
    code = definition.__code__
    wants_machine = "machine" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]

    def plain(*args: Any, **kwargs: Any) -> Any:
        return definition(None, *args, **kwargs)

    def with_machine(*args: Any, machine: Machine, **kwargs: Any) -> Any:
        return definition(None, *args, machine=machine, **kwargs)

    return with_machine if wants_machine else plain


def _register_distribution(name: str, parameters: tuple[str, ...]) -> None:
    dtype = "int64" if name in WHOLE else "float64"

    def sample(self: Any, *args: Any, size: Any = None, **named: Any) -> Any:
        given = args[: len(parameters)]
        lengths = args[len(parameters)] if len(args) > len(parameters) else size
        return sampled(lengths, dtype, (*given, *named.values()))

    _register(name, sample)


for _name, _parameters in DISTRIBUTIONS.items():
    _register_distribution(_name, _parameters)


def _rand(self: Any, *args: Any) -> Any:
    return sampled(args or None, "float64")


def _randint(self: Any, low: Any, high: Any = None, size: Any = None, dtype: Any = int) -> Any:
    return sampled(size, dtype_argument(dtype, "int64"), (low, *(() if high is None else (high,))))


def _integers(self: Any, low: Any, high: Any = None, size: Any = None, dtype: Any = None, endpoint: Any = False) -> Any:
    return sampled(size, dtype_argument(dtype, "int64"), (low, *(() if high is None else (high,))))


def _random_integers(self: Any, low: Any, high: Any = None, size: Any = None) -> Any:
    return sampled(size, "int64", (low,))


def _random(self: Any, size: Any = None, dtype: Any = None, out: Any = None) -> Any:
    if isinstance(out, Array):
        out.overwrite(None)
        return out
    return sampled(size, dtype_argument(dtype, "float64"))


def _standard_gamma(self: Any, shape: Any, size: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return sampled(size, dtype_argument(dtype, "float64"), (shape,))


def _choice(
    self: Any, a: Any, size: Any = None, replace: Any = True, p: Any = None, axis: Any = 0, shuffle: Any = True
) -> Any:
    pool = array_of(a)
    if size is None:
        return Unknown(RANDOM_NUMBER) if pool.rank < 2 else Array(pool.shape[1:], dtype=pool.dtype)
    return Array((*shape_argument(size), *pool.shape[1:]), dtype=pool.dtype)


def _permutation(self: Any, x: Any, axis: Any = 0) -> Any:
    pool = array_of(x)
    if pool.rank:
        return Array(pool.shape, dtype=pool.dtype)
    return Array(shape_argument(x), dtype="int64")


def _shuffle(self: Any, x: Any, axis: Any = 0, *, machine: Machine) -> None:
    if isinstance(x, Array):
        x.overwrite(None)
    elif isinstance(x, list):
        machine.journal.touch(x)
        x[:] = [Unknown("an element of a list in random order") if len(x) > 1 else item for item in x]


def _bytes(self: Any, length: Any) -> Unknown:
    return Unknown("random bytes")


def _multinomial(self: Any, n: Any, pvals: Any, size: Any = None) -> Any:
    lengths = () if size is None else shape_argument(size)
    return Array((*lengths, array_of(pvals).shape[-1]), dtype="int64")


def _multivariate_normal(self: Any, mean: Any, cov: Any, size: Any = None, *_: Any, **__: Any) -> Any:
    lengths = () if size is None else shape_argument(size)
    return Array((*lengths, array_of(mean).shape[0]), dtype="float64")


def _dirichlet(self: Any, alpha: Any, size: Any = None) -> Any:
    lengths = () if size is None else shape_argument(size)
    return Array((*lengths, array_of(alpha).shape[0]), dtype="float64")


def _nothing(self: Any, *_: Any, **__: Any) -> None:
    return None


def _state(self: Any, *_: Any, **__: Any) -> Unknown:
    return Unknown("the state of a generator of random numbers")


for _name in ("rand", "randn"):
    _register(_name, _rand, OLD)
for _name in ("random", "standard_normal", "standard_exponential"):
    _register(_name, _random)
for _name in ("random_sample", "ranf", "sample"):
    _register(_name, _random, OLD)
_register("standard_gamma", _standard_gamma)
_register("randint", _randint, OLD)
_register("random_integers", _random_integers, OLD)
_register("integers", _integers, NEW)
_register("choice", _choice)
_register("permutation", _permutation)
_register("permuted", _permutation, NEW)
_register("shuffle", _shuffle)
_register("bytes", _bytes)
_register("multinomial", _multinomial)
_register("multivariate_normal", _multivariate_normal)
_register("dirichlet", _dirichlet)
_register("seed", _nothing, OLD)
_register("set_state", _nothing, OLD)
_register("get_state", _state, OLD)
_register("spawn", _state, NEW)


class RandomGenerator(NativeValue):
    """``np.random.default_rng()`` and ``np.random.RandomState()``."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name == "bit_generator":
            return _state(self)
        native = METHODS.get(name)
        return MISSING if native is None or ONLY.get(name, self.kind) != self.kind else BoundMethod(self, native)


class GeneratorType(NativeType):
    """``np.random.Generator`` and ``np.random.RandomState``."""

    __slots__ = ("kind",)

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(name)
        self.kind = kind

    def includes(self, value: Any) -> bool:
        return isinstance(value, RandomGenerator) and value.kind == self.kind

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return self.name if name == "__name__" else MISSING

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return RandomGenerator(self.kind)


NAMES["numpy.random.Generator"] = GeneratorType("Generator", NEW)
NAMES["numpy.random.RandomState"] = GeneratorType("RandomState", OLD)


@function("random.default_rng")
def default_rng(seed: Any = None) -> Any:
    return seed if isinstance(seed, RandomGenerator) else RandomGenerator(NEW)


@function("random.SeedSequence", "random.PCG64", "random.MT19937", "random.Philox", "random.SFC64")
def bit_generator(*_: Any, **__: Any) -> Unknown:
    return _state(None)
