"""The standard library: math, collections, itertools, operator, copy, re, contextlib, argparse, typing."""

from __future__ import annotations

import pytest

from .agreement import outcome_of

PROGRAMS = {
    "math": """
import math
from math import ceil, floor, sqrt, log2, prod, pi
rounds = ceil(2.1), floor(-2.1), math.trunc(-2.9), ceil(4), math.ceil(7 / 2)
roots = sqrt(16), math.isqrt(17), math.pow(2, 3), math.hypot(3, 4), math.exp(0), math.log(8, 2), log2(8), math.log10(1000), math.log(math.e)
ints = math.gcd(12, 18), math.lcm(4, 6), math.factorial(5), math.comb(5, 2), math.perm(5, 2), prod([1, 2, 3]), prod([], start=4)
trig = round(math.sin(pi / 2), 6), round(math.cos(0), 6), round(math.tan(0.5), 6), round(math.atan2(1, 1), 6), math.degrees(pi), math.radians(180)
tests = math.isnan(math.nan), math.isinf(-math.inf), math.isclose(0.1 + 0.2, 0.3), math.isfinite(1), math.copysign(1, -2), math.fmod(-7, 3), math.modf(2.5), math.fabs(-1)
channels = int(ceil(32 * 1.4 / 8) * 8), max(8, int(32 * 0.35 + 4) // 8 * 8), 2 ** int(log2(100))
sums = math.fsum([0.1] * 10), math.dist([0, 0], [3, 4])
""",
    "OrderedDict": """
from collections import OrderedDict
d = OrderedDict([("a", 1), ("b", 2)])
d["c"] = 3
d.move_to_end("a")
order = list(d)
d.move_to_end("c", last=False)
again = list(d.items())
popped = d.popitem(), d.popitem(last=False)
made = OrderedDict(x=1), OrderedDict({"p": 1}), OrderedDict(zip("ab", [1, 2]))
kind = isinstance(d, dict), len(d), "b" in d, isinstance(d, OrderedDict), isinstance({}, OrderedDict)
copied = d.copy()
copied["z"] = 9
layers = OrderedDict()
for i in range(3):
    layers["conv%d" % i] = i
keys = "-".join(layers.keys())
""",
    "defaultdict": """
from collections import defaultdict
groups = defaultdict(list)
for w in ["aa", "b", "cc"]:
    groups[len(w)].append(w)
counts = defaultdict(int)
for c in "hello":
    counts[c] += 1
nested = defaultdict(lambda: defaultdict(int))
nested["a"]["b"] += 2
fixed = defaultdict(lambda: 7, {"x": 1})
values = fixed["x"], fixed["y"], len(fixed), "z" in fixed, fixed.get("q"), sorted(fixed.items())
plain = dict(groups), dict(counts)
sets = defaultdict(set)
sets["k"].add(1)
factory = counts.default_factory is int
isdict = isinstance(counts, dict), isinstance(counts, defaultdict)
""",
    "Counter": """
from collections import Counter
c = Counter("hello")
basics = c["l"], c["zz"], sum(c.values()), len(c), sorted(c.items())
common = c.most_common(1), c.most_common()[0]
d = Counter(a=2, b=1)
d.update(["a", "c"])
d.subtract({"b": 1})
elements = sorted(d.elements())
added = Counter("ab") + Counter("b"), Counter("aab") - Counter("a"), Counter(a=1) | Counter(a=3), Counter("aab") & Counter("ab")
made = Counter({"x": 3}), Counter([1, 1, 2])
total = d.total()
c["new"] += 1
kept = c["new"]
equal = Counter("ab") == Counter("ba")
""",
    "deque": """
from collections import deque
q = deque([1, 2, 3], maxlen=4)
q.append(4)
q.append(5)
q.appendleft(0)
ends = q[0], q[-1], len(q), q.maxlen
popped = q.pop(), q.popleft()
q.extend([7, 8])
q.rotate(1)
listed = list(q)
q.extendleft("ab")
after = list(q)
e = deque()
while len(e) < 3:
    e.append(len(e))
drained = []
while e:
    drained.append(e.popleft())
inside = 7 in q, q.count(7), bool(e), list(reversed(q))
q.clear()
copied = deque([1]).copy()
try:
    deque().popleft()
except IndexError:
    empty = True
""",
    "abstract collections": """
from collections.abc import Iterable, Mapping, Sequence, Callable
checks = isinstance([], Iterable), isinstance({}, Mapping), isinstance("a", Sequence), isinstance(len, Callable), isinstance(3, Iterable), isinstance((), Sequence), isinstance({1}, Sequence)
""",
    "itertools": """
import itertools
from itertools import chain, product, islice, count, cycle, repeat, accumulate, zip_longest, combinations, permutations, groupby, takewhile, dropwhile, starmap, tee
chained = list(chain([1], "ab", (2,))), list(chain.from_iterable([[1], [2, 3]])), list(chain(*[[1], [2]]))
products = list(product("ab", [1, 2])), list(product([0, 1], repeat=2)), len(list(product(range(3), range(4))))
endless = list(islice(count(5, 2), 3)), list(islice(cycle("ab"), 5)), list(repeat(7, 3)), [next(c) for c in [count()] * 3]
sums = list(accumulate([1, 2, 3])), list(accumulate([1, 2, 3], lambda a, b: a * b)), list(accumulate([1, 2], initial=10))
longest = list(zip_longest([1], [2, 3], fillvalue=0)), list(zip(count(), "ab")), list(zip("ab", repeat(0)))
combos = list(combinations([1, 2, 3], 2)), list(permutations([1, 2, 3], 2)), list(itertools.combinations_with_replacement("ab", 2)), len(list(permutations(range(4))))
grouped = [(k, list(g)) for k, g in groupby([1, 1, 2, 1])], [(k, list(g)) for k, g in groupby(["a", "bb", "cc"], key=len)]
whiles = list(takewhile(lambda v: v < 3, count())), list(dropwhile(lambda v: v < 3, [1, 3, 2]))
stars = list(starmap(pow, [(2, 3), (3, 2)])), list(itertools.pairwise("abc")), list(itertools.filterfalse(lambda v: v % 2, range(5))), list(itertools.compress("abc", [1, 0, 1]))
a, b = tee([1, 2])
teed = list(a), list(b)
sliced = list(islice("abcdef", 1, 5, 2)), list(islice([1, 2, 3], 2)), list(islice("abc", 1, None))
strides = [s for _, s in zip(range(4), chain([1], repeat(2)))]
""",
    "operator": """
import operator
from operator import itemgetter, attrgetter, methodcaller, add, mul
from functools import reduce
class P:
    def __init__(self, x):
        self.x = x
        self.inner = self
basic = add(1, 2), mul(3, 4), operator.sub(5, 2), operator.truediv(7, 2), operator.floordiv(7, 2), operator.mod(7, 3), operator.neg(3), operator.pow(2, 3), operator.abs(-2), operator.not_(0), operator.xor(5, 1), operator.inv(5), operator.lshift(1, 3)
compare = operator.eq(1, 1), operator.lt(1, 2), operator.ge(2, 2), operator.is_(None, None), operator.contains([1], 1), operator.truth([]), operator.is_not(1, None)
getters = itemgetter(1)([5, 6]), itemgetter("a", "b")({"a": 1, "b": 2}), attrgetter("x")(P(4)), attrgetter("inner.x")(P(5)), methodcaller("upper")("a"), methodcaller("split", ",")("a,b")
ordered = sorted([(1, "b"), (0, "c")], key=itemgetter(0)), max([P(1), P(3)], key=attrgetter("x")).x
product = reduce(mul, [2, 3, 4], 1), operator.getitem([1, 2], 0), operator.concat([1], [2]), operator.index(5), operator.countOf([1, 1], 1)
table = {"+": operator.add, "<": operator.lt}
applied = table["+"](1, 2), table["<"](1, 2)
d = {}
operator.setitem(d, "k", 1)
l = [1]
operator.iadd(l, [2])
""",
    "re": """
import re
m = re.match(r"layer(\\d+)\\.(\\w+)", "layer12.conv")
groups = m.group(1), m.groups(), m.group(0), m[2], m.start(), m.end()
found = re.search(r"\\d+", "ab12cd3").group(), re.findall(r"\\d+", "a1b22"), re.split(r"[,;]", "a,b;c"), re.sub(r"\\d", "#", "a1b2"), re.fullmatch("a+", "aab")
named = re.match(r"(?P<k>\\w+)=(?P<v>\\d+)", "x=5").groupdict()
pattern = re.compile(r"^(r|k|s|e)(\\d+)")
options = [pattern.match(p).groups() for p in "r2_k3_s1".split("_")], bool(pattern.search("zz"))
replaced = re.sub(r"(\\w)(\\d)", r"\\2\\1", "a1 b2"), re.sub("a", lambda m: m.group().upper(), "banana"), pattern.sub("", "r2x")
split = re.split(r"(\\d)", "a1b"), re.split("-", "a-b-c", maxsplit=1)
flags = re.match("ABC", "abc", re.IGNORECASE) is not None, re.escape("a.b")
spans = [m.span() for m in re.finditer("o", "foo")]
none = re.match("x", "y")
""",
    "argparse gives defaults": """
import argparse
parser = argparse.ArgumentParser(description="train")
parser.add_argument("--width", type=int, default=64)
parser.add_argument("--name", default="net")
parser.add_argument("--fast", action="store_true")
parser.add_argument("--no-norm", dest="norm", action="store_false")
parser.add_argument("-d", "--depth", type=int, default="3")
parser.add_argument("--blocks", nargs="+", type=int, default=[1, 2])
parser.add_argument("--missing")
_group = parser.add_argument_group("more")
_group.add_argument("--batch-size", type=int, default=8)
parser.set_defaults(extra=1)
args = parser.parse_args([])
values = args.width, args.name, args.fast, args.norm, args.blocks, args.missing, args.batch_size, args.extra
config = vars(args)["width"]
args.width = 3
changed = args.width, getattr(args, "name")
typed = args.depth
""",
    "typing at run time": """
from __future__ import annotations
import typing
from typing import Any, Callable, Dict, List, Optional, Tuple, Type, Union, cast, TYPE_CHECKING, NewType, TypeVar, Literal, Final, TypedDict, overload
if TYPE_CHECKING:
    import nothing
UserId = NewType("UserId", int)
T = TypeVar("T", bound=int)
Sizes = Union[int, Tuple[int, ...]]
MAX: Final[int] = 3
untyped: int
class Movie(TypedDict):
    name: str
class Total(TypedDict, total=False):
    size: int
def f(x: Optional[List[int]] = None, *rest: Any, y: Dict[str, "Later"] = None) -> Callable[..., T]:
    z: int = 5
    w: str
    return x, y, z
@overload
def g(x: int) -> int: ...
@overload
def g(x: str) -> str: ...
def g(x):
    return x
made = cast(int, "x"), UserId(5), f([1]), g(3), Movie(name="a"), Movie(name="b")["name"], Total(size=3)
def annotated(a: int, b: "str" = 1) -> None: ...
notes = sorted(annotated.__annotations__)
""",
    "copy, warnings, logging, os": """
import copy, logging, os, sys, warnings, string, time, random
from os import path
from pathlib import Path
logger = logging.getLogger(__name__)
logger.info("x %s", 1)
warnings.filterwarnings("ignore")
warnings.warn("careful")
joined = os.path.join("a", "b", "c.py"), path.basename("/x/y.txt"), os.path.splitext("m.tar.gz"), os.path.dirname("/a/b")
letters = string.ascii_lowercase[:3], string.digits
python = sys.version_info >= (3, 8), sys.version_info[0], sys.maxsize > 0
env = os.environ.get("SURELY_NOT_SET_ANYWHERE", "default")
same = copy.deepcopy(os) is os if False else True
""",
    "types": """
import types
ns = types.SimpleNamespace(width=3, depth=[1])
ns.extra = ns.width * 2
values = ns.width, ns.extra, hasattr(ns, "nope"), vars(ns)["depth"]
def f(): ...
checks = isinstance(f, types.FunctionType), isinstance(lambda: 0, types.LambdaType), isinstance(3, types.FunctionType)
_proxy = types.MappingProxyType({"a": 1})
looked = _proxy["a"], list(_proxy)
class A:
    pass
def method(self):
    return self.v
a = A()
a.v = 4
a.m = types.MethodType(method, a)
called = a.m()
""",
    "contextlib and inspect": """
import inspect
from contextlib import contextmanager, ExitStack, closing, redirect_stdout
class R:
    def __init__(self, name):
        self.name = name
    def __enter__(self):
        log.append("in " + self.name)
        return self.name
    def __exit__(self, *exc):
        log.append("out " + self.name)
log = []
with ExitStack() as stack:
    names = [stack.enter_context(R(n)) for n in "ab"]
    stack.callback(log.append, "callback")
    log.append("body")
def f(a, b=2, *args, c=3, **kw): ...
parameters = list(inspect.signature(f).parameters)
defaults = {k: v.default for k, v in inspect.signature(f).parameters.items() if v.default is not inspect.Parameter.empty}
kinds = inspect.isfunction(f), inspect.isclass(R), inspect.ismethod(R("x").__enter__)
""",
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_as_python(title, tmp_path):
    outcome = outcome_of(PROGRAMS[title], tmp_path)
    assert outcome.compared
    assert outcome.different + outcome.unknown == []
