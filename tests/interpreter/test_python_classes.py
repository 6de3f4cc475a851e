"""Classes: inheritance, descriptors, dataclasses, named tuples, enumerations, metaclasses, operators."""

from __future__ import annotations

import pytest

from .agreement import outcome_of

PROGRAMS = {
    "inheritance and overriding": """
class Base:
    kind = "base"
    count = 0

    def __init__(self, size):
        self.size = size
        self.label = self.describe()

    def describe(self):
        return self.kind + str(self.size)


class Derived(Base):
    kind = "derived"

    def describe(self):
        return super().describe() + "!"


class Third(Derived):
    def __init__(self, size, *, extra=None):
        super().__init__(size * 2)
        self.extra = extra


base, derived, third = Base(1), Derived(2), Third(3, extra=[1])
kinds = [Base.kind, Derived.kind, third.kind]
is_base = isinstance(third, Base), issubclass(Third, Derived), isinstance(base, Derived)
name = type(third).__name__, third.__class__.__name__, Third.__mro__[1].__name__
""",
    "two-argument super and calls through the class": """
class A:
    def __init__(self, x):
        self.x = x

    def value(self):
        return self.x


class B(A):
    def __init__(self, x):
        super(B, self).__init__(x + 1)

    def value(self):
        return super(B, self).value() * 10


class C(B):
    def __init__(self, x):
        A.__init__(self, x)

    def value(self):
        return super(B, self).value(), B.value(self), A.value(self)


b, c = B(1), C(5)
values = b.value(), c.value()
""",
    "diamond": """
order = []


class Root:
    def __init__(self, **kwargs):
        order.append("Root")
        self.left_over = kwargs


class Left(Root):
    def __init__(self, left, **kwargs):
        order.append("Left")
        super().__init__(**kwargs)
        self.left = left


class Right(Root):
    def __init__(self, right, **kwargs):
        order.append("Right")
        super().__init__(**kwargs)
        self.right = right


class Bottom(Left, Right):
    def __init__(self, **kwargs):
        order.append("Bottom")
        super().__init__(**kwargs)


bottom = Bottom(left=1, right=2, other=3)
mro = [c.__name__ for c in Bottom.__mro__]
bases = [c.__name__ for c in Bottom.__bases__]
""",
    "mixins": """
class Named:
    def name(self):
        return "named:" + self.base_name()


class Sized:
    size = 3

    def area(self):
        return self.size ** 2


class Block(Named, Sized):
    def base_name(self):
        return type(self).__name__.lower()


class Big(Block):
    size = 5


results = Block().name(), Block().area(), Big().name(), Big().area()
""",
    "class attributes shared and shadowed": """
class Counter:
    total = 0
    seen = []

    def __init__(self):
        Counter.total += 1
        self.seen.append(Counter.total)
        self.mine = type(self).total


class Special(Counter):
    total = 100


first, second, third = Counter(), Counter(), Special()
third.total += 5
totals = Counter.total, Special.total, third.total, first.total
seen = Counter.seen, Special.seen is Counter.seen
Special.extra = "x"
has = hasattr(first, "extra"), hasattr(third, "extra")
""",
    "class body code": """
class Config:
    base = 16
    widths = [m * 16 for m in (base, 2, 4)]
    if base > 8:
        wide = True
    else:
        wide = False
    for depth in range(3):
        pass
    table = {}
    for _i in range(2):
        table[_i] = base + _i

    class Inner:
        value = 7

        def get(self):
            return self.value


widths, wide, depth = Config.widths, Config.wide, Config.depth
table, inner = Config.table, Config.Inner().get()
""",
    "properties": """
class Temperature:
    def __init__(self, celsius):
        self._celsius = celsius
        self.log = []

    @property
    def celsius(self):
        return self._celsius

    @celsius.setter
    def celsius(self, value):
        self.log.append(("set", value))
        if value < -273:
            raise ValueError("too cold")
        self._celsius = value

    @property
    def fahrenheit(self):
        return self.celsius * 9 / 5 + 32

    area = property(lambda self: self._celsius ** 2)


class Warm(Temperature):
    @property
    def celsius(self):
        return 100 + super().celsius


t = Temperature(20)
t.celsius = 25
t.celsius += 1
values = t.celsius, t.fahrenheit, t.area
try:
    t.celsius = -300
    failed = False
except ValueError as error:
    failed = str(error)
try:
    t.fahrenheit = 3
    readonly = False
except AttributeError:
    readonly = True
warm = Warm(1).celsius, Warm(1).fahrenheit
""",
    "property with deleter and getattr": """
class P:
    def __init__(self):
        self._x = 1

    @property
    def x(self):
        return self._x

    @x.setter
    def x(self, value):
        self._x = value * 2

    @x.deleter
    def x(self):
        self._x = None


p = P()
setattr(p, "x", 5)
first = getattr(p, "x")
del p.x
second = p.x
""",
    "static and class methods": """
class Shape:
    registry = {}
    sides = 0

    @staticmethod
    def double(x):
        return 2 * x

    @classmethod
    def make(cls, *args, **kwargs):
        made = cls(*args, **kwargs)
        cls.registry.setdefault(cls.__name__, []).append(made.size)
        return made

    @classmethod
    def describe(cls):
        return f"{cls.__name__}:{cls.sides}"

    def __init__(self, size=1):
        self.size = self.double(size)


class Square(Shape):
    sides = 4

    @classmethod
    def describe(cls):
        return "<" + super().describe() + ">"

    @staticmethod
    def double(x):
        return Shape.double(x) + 1


a, b = Shape.make(2), Square.make(size=5)
c = b.make()
descriptions = Shape.describe(), Square.describe(), b.describe()
registry = Shape.registry
doubled = Shape.double(4), Square.double(4), b.double(1)
bound = Square.describe
later = bound()
""",
    "dataclass defaults and methods": """
from dataclasses import dataclass, field, replace, asdict, astuple, fields


@dataclass
class Stage:
    channels: int
    depth: int = 2
    tags: list = field(default_factory=list)
    ratio: float = field(default=0.5)

    def total(self):
        return self.channels * self.depth


a = Stage(3)
b = Stage(4, depth=5, tags=["x"])
a.tags.append("y")
c = Stage(1)
totals = a.total(), b.total()
r = replace(b, channels=9)
d, t = asdict(a), astuple(b)
names = [f.name for f in fields(Stage)]
equal = Stage(1, 2) == Stage(1, 2), Stage(1) == Stage(2), a == b
shown = repr(Stage(1)), str(b)
""",
    "dataclass inheritance, __post_init__, frozen, order": """
from dataclasses import dataclass, field, replace, asdict, FrozenInstanceError
from typing import ClassVar, Optional


@dataclass
class Base:
    a: int
    b: int = 2
    kind: ClassVar[str] = "base"


@dataclass
class Child(Base):
    c: Optional[int] = None
    total: int = field(init=False)
    hidden: int = field(default=3, repr=False)

    def __post_init__(self):
        self.total = self.a + self.b
        if self.c is None:
            self.c = self.total * 2


@dataclass(frozen=True)
class Point:
    x: int = 0
    y: int = 0

    @property
    def norm(self):
        return self.x ** 2 + self.y ** 2


@dataclass(order=True)
class Version:
    major: int
    minor: int = 0


child = Child(1)
other = Child(1, 5, c=7)
point = replace(Point(1), y=3)
norm = point.norm
try:
    point.x = 5
    frozen = False
except FrozenInstanceError:
    frozen = True
versions = sorted([Version(2, 1), Version(1, 9), Version(1)])
compare = Version(1) < Version(1, 1), max(Version(3), Version(2)), Version(1, 2) >= Version(1, 2)
in_set = len({Point(1, 2), Point(1, 2), Point()})
lookup = {Point(1, 2): "here"}[Point(1, 2)]
nested = asdict(Child(2))
""",
    "dataclass nested, keyword only, eq off": """
from dataclasses import dataclass, field, asdict, is_dataclass
from typing import List


@dataclass
class Layer:
    width: int


@dataclass(eq=False)
class Plain:
    a: int = 1


@dataclass(kw_only=True)
class Options:
    a: int
    b: int = 4


@dataclass
class Net:
    layers: List[Layer] = field(default_factory=lambda: [Layer(1), Layer(2)])
    table: dict = field(default_factory=dict)

    def __len__(self):
        return len(self.layers)


net = Net()
net.layers.append(Layer(3))
other = Net()
as_dict = asdict(net)
size = len(net), len(other)
same = Plain() == Plain(), Layer(1) == Layer(1), Layer(1) != Layer(2)
options = Options(a=1, b=2)
known = is_dataclass(Net), is_dataclass(net), is_dataclass(3)
""",
    "NamedTuple classes": """
from typing import NamedTuple, Optional


class Conv(NamedTuple):
    channels: int
    kernel: int = 3
    name: Optional[str] = None

    @property
    def area(self):
        return self.kernel ** 2

    def wider(self, factor):
        return self._replace(channels=self.channels * factor)


a, b = Conv(8), Conv(16, kernel=5, name="b")
area, wide = b.area, a.wider(4)
channels, kernel, name = b
first, last, length = b[0], b[-1], len(b)
as_dict, fields = b._asdict(), Conv._fields
equal = a == (8, 3, None), a == Conv(8), isinstance(a, tuple), a < b
joined = [x for x in a], a + (1,), a[1:]
shown = repr(a)
made = Conv._make([1, 2, 3])
total = sum(c.channels for c in [a, b])
""",
    "namedtuple": """
from collections import namedtuple

Point = namedtuple("Point", ["x", "y"])
Block = namedtuple("Block", "depth units stride", defaults=[1])


class Named(namedtuple("Named", "scope unit args")):
    "A subclass, as in slim."

    def size(self):
        return len(self.args)


p = Point(1, y=2)
x, y = p
block = Block(3, 4)
many = [Block(d, u) for d, u in ((1, 2), (3, 4))]
named = Named("s", 1, [1, 2])
size = named.size(), named.scope
replaced = p._replace(x=10)
fields = Block._fields, p._asdict()
by_index = p[0] + p[1], {p: 1}[Point(1, 2)]
shown = str(p)
defaulted = Block._field_defaults
starred = max(*p), [*p, 3]
""",
    "Enum": """
from enum import Enum, IntEnum, auto


class Color(Enum):
    RED = 1
    GREEN = "g"
    BLUE = auto()

    def lower(self):
        return self.name.lower()

    @classmethod
    def default(cls):
        return cls.RED

    @property
    def first(self):
        return self.name[0]
""".replace('"g"', "2")
    + """

class Size(IntEnum):
    SMALL = 1
    LARGE = 10


class Mode(str, Enum):
    TRAIN = "train"
    EVAL = "eval"


class Planet(Enum):
    EARTH = (5.97, 6.37)
    MARS = (0.64, 3.39)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius


names = [c.name for c in Color]
values = [c.value for c in Color]
looked = Color(2), Color["RED"], Color.default()
same = Color.RED is Color(1), Color.RED == Color.RED, Color.RED == 1, Color.RED != Color.GREEN
lower = Color.GREEN.lower(), Color.BLUE.first
arithmetic = Size.LARGE + 1, Size.SMALL < Size.LARGE, Size.SMALL == 1, max(Size), int(Size.LARGE) * 2
listed = [0] * Size.SMALL, list(range(Size.LARGE))[-1]
mode = Mode.TRAIN == "train", Mode("eval"), Mode.TRAIN.value.upper(), {"train": 1}[Mode.TRAIN], Mode.EVAL.upper()
mass = Planet.EARTH.mass, Planet.MARS.radius, Planet.MARS.value
try:
    Color(99)
    missing = False
except ValueError:
    missing = True
inside = Color.RED in Color, isinstance(Color.RED, Color), len(Color), Color.RED in [Color.GREEN]
table = {Color.RED: "r", Color.GREEN: "g"}
found = table[Color.GREEN]
members = list(Color.__members__)
text = str(Color.RED), repr(Color.RED), f"{Size.LARGE:d}"
try:
    Color["PINK"]
except KeyError as error:
    key = error.args
""",
    "enum aliases, functional form and flags": """
from enum import Enum, IntEnum, IntFlag, unique


@unique
class Kind(Enum):
    A = "a"
    B = "b"


class Alias(Enum):
    ONE = 1
    UNO = 1
    TWO = 2


class Perm(IntFlag):
    R = 4
    W = 2


Animal = Enum("Animal", "CAT DOG")
alias = Alias.UNO is Alias.ONE, len(Alias), [a.name for a in Alias], Alias.UNO.name
animal = Animal.DOG.value, [a.name for a in Animal]
flags = int(Perm.R | Perm.W), bool(Perm.R & Perm.W)
kinds = {k.value: k for k in Kind}
""",
    "__getattr__, __setattr__, __delattr__": """
class Lazy:
    def __init__(self):
        self.made = []

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        self.made.append(name)
        return name * 2


class Strict:
    def __init__(self):
        object.__setattr__(self, "data", {})

    def __setattr__(self, name, value):
        self.data[name] = value

    def __getattr__(self, name):
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(name) from None

    def __delattr__(self, name):
        del self.data[name]


class Plain:
    def __setattr__(self, name, value):
        super().__setattr__(name.upper(), value)


lazy = Lazy()
values = lazy.a, lazy.made, lazy.bb
private = hasattr(lazy, "_x"), getattr(lazy, "_y", 3)
strict = Strict()
strict.a, strict.b = 1, 2
strict.a += 10
del strict.b
state = strict.data, hasattr(strict, "b"), getattr(strict, "c", None), strict.a
plain = Plain()
plain.size = 4
try:
    strict.missing
except AttributeError as error:
    caught = type(error).__name__
""",
    "AttrDict": """
class AttrDict(dict):
    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self[name] = value


config = AttrDict(width=64, depth=[1, 2])
config.extra = AttrDict(x=1)
config["more"] = 5
values = config.width, config.depth[1], config.extra.x, config.more
keys, size = list(config), len(config)
missing = hasattr(config, "nothing"), config.get("nothing", 0), "width" in config
merged = {**config, "width": 1}
config.width *= 2
config.update(depth=3)
items = sorted((k, str(v)) for k, v in config.items() if k != "extra")
""",
    "__call__, __getitem__, __len__, __iter__, __contains__": """
class Grid:
    def __init__(self, rows):
        self.rows = rows

    def __call__(self, scale=1):
        return [[v * scale for v in row] for row in self.rows]

    def __getitem__(self, key):
        if isinstance(key, tuple):
            i, j = key
            return self.rows[i][j]
        if isinstance(key, slice):
            return Grid(self.rows[key])
        return self.rows[key]

    def __setitem__(self, key, value):
        self.rows[key[0]][key[1]] = value

    def __delitem__(self, key):
        del self.rows[key]

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        for row in self.rows:
            yield from row

    def __contains__(self, item):
        return any(item in row for row in self.rows)

    def __reversed__(self):
        return iter(self.rows[::-1])


grid = Grid([[1, 2], [3, 4]])
called, item, row, part = grid(2), grid[1, 0], grid[0], grid[1:]
grid[0, 1] = 9
size, flat, inside = len(grid), list(grid), (9 in grid, 2 in grid)
grid[0, 0] += 100
total, best = sum(grid), max(grid)
backwards = list(reversed(grid))
del grid[0]
a, b = grid
empty = bool(Grid([])), not Grid([[1]])
unpacked = [*Grid([[5], [6]])]
looped = [x for x in grid if x > 3]
""",
    "old sequence protocol and iterators": """
class Squares:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError(i)
        return i * i


class Countdown:
    def __init__(self, start):
        self.value = start

    def __iter__(self):
        return self

    def __next__(self):
        if self.value <= 0:
            raise StopIteration
        self.value -= 1
        return self.value + 1


class Letters:
    def __getitem__(self, i):
        return "abc"[i]


squares, down = list(Squares(4)), list(Countdown(3))
inside = 9 in Squares(4), 10 in Squares(4)
pairs = list(zip(Squares(3), Countdown(3)))
it = iter(Countdown(5))
first, second, rest = next(it), next(it), list(it)
letters = list(Letters()), "b" in Letters()
total = sum(x for x in Countdown(4))
""",
    "operators": """
class Vec:
    def __init__(self, *xs):
        self.xs = list(xs)

    def __add__(self, other):
        if not isinstance(other, Vec):
            return NotImplemented
        return Vec(*[a + b for a, b in zip(self.xs, other.xs)])

    def __radd__(self, other):
        return Vec(*[other + a for a in self.xs])

    def __sub__(self, other):
        return Vec(*[a - b for a, b in zip(self.xs, other.xs)])

    def __mul__(self, k):
        return Vec(*[a * k for a in self.xs])

    __rmul__ = __mul__

    def __matmul__(self, other):
        return sum(a * b for a, b in zip(self.xs, other.xs))

    def __neg__(self):
        return self * -1

    def __abs__(self):
        return sum(abs(a) for a in self.xs)

    def __invert__(self):
        return Vec(*self.xs[::-1])

    def __iadd__(self, other):
        self.xs.extend(other.xs)
        return self

    def __eq__(self, other):
        return isinstance(other, Vec) and self.xs == other.xs

    def __lt__(self, other):
        return sum(self.xs) < sum(other.xs)

    def __hash__(self):
        return hash(tuple(self.xs))

    def __bool__(self):
        return any(self.xs)

    def __repr__(self):
        return "Vec(" + ", ".join(map(str, self.xs)) + ")"

    def __or__(self, other):
        return ("or", self.xs, other)

    def __ror__(self, other):
        return ("ror", other)

    def __pow__(self, n):
        return [x ** n for x in self.xs]

    def __floordiv__(self, n):
        return [x // n for x in self.xs]

    def __rshift__(self, f):
        return f(self)

    def __int__(self):
        return int(sum(self.xs))

    def __index__(self):
        return len(self.xs)


a, b = Vec(1, 2), Vec(3, 4)
added, radded, subtracted, scaled, rscaled = a + b, 10 + a, b - a, a * 3, 3 * a
dot, negative, size, inverted = a @ b, -a, abs(Vec(-1, 2)), ~a
equal = a == Vec(1, 2), a != b, a == 3, a in [b, Vec(1, 2)]
less = a < b, a > b, sorted([b, a])[0], max(a, b)
truth = bool(Vec(0)), not a, (Vec(0) or b)
shown = repr(a), str(b), f"{a}", "%s" % b
ored, rored, powered, floored = a | 1, 1 | a, a ** 2, b // 2
piped, number, index = a >> repr, int(a), [10, 20, 30][a]
summed = sum([a, b], Vec(0, 0))
kept = a
a += b
same = kept is a
hashed = len({Vec(1), Vec(1), Vec(2)}), {Vec(1): "x"}[Vec(1)]
try:
    b + 1
    refused = False
except TypeError:
    refused = True
""",
    "comparison protocol": """
from functools import total_ordering


@total_ordering
class Version:
    def __init__(self, text):
        self.parts = [int(p) for p in text.split(".")]

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


class Plain:
    pass


a, b = Version("1.2"), Version("1.10")
results = a < b, a <= b, a > b, a >= b, a == b, a != b, a == Version("1.2")
ordered = [v.parts for v in sorted([b, a])], max(a, b).parts, min([a, b]).parts
p, q = Plain(), Plain()
identity = p == p, p == q, p != q, p is p, p in [q, p], [p, q].index(q), [p, q, p].count(p)
chained = Version("1.0") < a < b
""",
    "subclassing list, dict, int, str, tuple": """
class Stack(list):
    def push(self, item):
        self.append(item)
        return self

    @property
    def top(self):
        return self[-1]

    def append(self, item):
        super().append(item * 2)


class Registry(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.misses = 0

    def __missing__(self, key):
        self.misses += 1
        return key.upper()

    def register(self, name):
        def decorate(f):
            self[name] = f
            return f
        return decorate


class Meters(int):
    def __add__(self, other):
        return Meters(int(self) + other)

    def double(self):
        return self * 2


class Name(str):
    def shout(self):
        return self.upper() + "!"


class Pair(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))

    @property
    def swapped(self):
        return Pair(self[1], self[0])


stack = Stack([1])
stack.push(2).push(3)
top, size, total, rev, sliced = stack.top, len(stack), sum(stack), list(reversed(stack)), stack[1:]
registry = Registry(a=1)


@registry.register("f")
def f():
    return 5


found = registry["a"], registry["zz"], registry["f"](), registry.misses, "f" in registry, sorted(registry)
m = Meters(3) + 4
meters = m.double(), m > 5, type(m).__name__, isinstance(m, int), m // 2, [0] * Meters(2)
name = Name("bob").shout(), Name("x") + "y", len(Name("abc")), Name("a b").split(), Name("q") == "q"
pair = Pair(1, 2).swapped
first, second = Pair(3, 4)
plain = list(stack), dict(Registry(b=2)), isinstance(stack, list), tuple(Pair(5, 6))
""",
    "__new__ and singletons": """
class Single:
    _instance = None

    def __new__(cls, *args):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance.log = []
        return cls._instance

    def __init__(self, value):
        self.log.append(value)


class Factory:
    def __new__(cls, kind):
        if kind == "list":
            return [1, 2]
        return object.__new__(cls)

    def __init__(self, kind):
        self.kind = kind


one, two = Single(1), Single(2)
same, log = one is two, one.log
listed, made = Factory("list"), Factory("x")
""",
    "metaclass": """
class Meta(type):
    registry = {}

    def __new__(mcs, name, bases, namespace, **kwargs):
        namespace["tag"] = name.lower()
        cls = super().__new__(mcs, name, bases, namespace)
        mcs.registry[name] = cls
        return cls

    def __call__(cls, *args, **kwargs):
        made = super().__call__(*args, **kwargs)
        made.stamped = True
        return made

    def describe(cls):
        return "meta:" + cls.__name__


class Base(metaclass=Meta):
    def __init__(self, x=1):
        self.x = x


class Child(Base):
    pass


names = sorted(Meta.registry)
tags = Base.tag, Child.tag
made = Child(5)
described = Child.describe()
kind = type(Child).__name__, isinstance(Child, Meta)
""",
    "metaclass with __init__": """
class Registered(type):
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        if not hasattr(cls, "items"):
            cls.items = []
        else:
            cls.items.append(cls.__name__)

    @property
    def size(cls):
        return len(cls.items)

    def __len__(cls):
        return 42

    def __iter__(cls):
        return iter(cls.items)


class Plugin(metaclass=Registered):
    pass


class One(Plugin):
    pass


class Two(Plugin):
    pass


items, size, length, listed = Plugin.items, Plugin.size, len(Plugin), list(Plugin)
""",
    "__init_subclass__ and __set_name__": """
class Plugin:
    registry = []

    def __init_subclass__(cls, /, kind="plain", **kwargs):
        super().__init_subclass__(**kwargs)
        cls.kind = kind
        Plugin.registry.append(cls.__name__)


class A(Plugin):
    pass


class B(Plugin, kind="special"):
    pass


class Field:
    def __set_name__(self, owner, name):
        self.name = name
        self.owner = owner.__name__

    def __get__(self, instance, owner=None):
        if instance is None:
            return "class"
        return instance.__dict__.get(self.name, "default:" + self.name)

    def __set__(self, instance, value):
        instance.__dict__[self.name] = value * 10


class Model:
    width = Field()
    depth = Field()


registry, kinds = Plugin.registry, (A.kind, B.kind)
model = Model()
before = model.width, Model.width
model.width = 4
after = model.width, model.depth, Model.__dict__["depth"].owner
""",
    "type with three arguments": """
def hello(self):
    return "hello " + self.name


Dynamic = type("Dynamic", (), {"name": "d", "hello": hello})


class Base:
    def __init__(self, x):
        self.x = x


Made = type("Made", (Base,), dict(extra=lambda self: self.x + 1))
greeting = Dynamic().hello()
made = Made(4)
extra = made.extra(), Made.__name__, isinstance(made, Base)
classes = {n: type(n, (Base,), {"index": i}) for i, n in enumerate(["P", "Q"])}
indices = [c.index for c in classes.values()], classes["Q"](3).x
""",
    "class decorators": """
registry = {}


def register(cls):
    registry[cls.__name__] = cls
    return cls


def tagged(tag, **more):
    def decorate(cls):
        cls.tag = tag
        for key, value in more.items():
            setattr(cls, key, value)
        return cls
    return decorate


def wrapped(cls):
    class Wrapper(cls):
        def value(self):
            return super().value() * 2
    Wrapper.__name__ = cls.__name__
    return Wrapper


@register
@tagged("first", size=3)
class A:
    def value(self):
        return 10


@wrapped
class B(A):
    pass


values = A().value(), B().value(), A.tag, B.size, B.__name__
names = list(registry)
made = registry["A"]()
""",
    "computed attribute names": """
class Net:
    def __init__(self, n):
        for i in range(n):
            setattr(self, f"layer{i}", i * i)
        self.names = [name for name in vars(self)]

    def total(self):
        return sum(getattr(self, f"layer{i}") for i in range(len(self.names)))

    def stage_a(self):
        return "a"

    def stage_b(self):
        return "b"


net = Net(4)
total = net.total()
has = [hasattr(net, f"layer{i}") for i in (0, 3, 4)]
default = getattr(net, "layer9", None), getattr(net, "stage_" + "b")()
delattr(net, "layer0")
left = sorted(net.__dict__)
net.__dict__["extra"] = 1
extra = net.extra
methods = [getattr(net, n)() for n in dir(net) if n.startswith("stage_")]
vars(net).update(more=2)
more = net.more
""",
    "slots, __class__ and private names": """
class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1
        self.__class__.count = getattr(self.__class__, "count", 0) + 1


class Private:
    __secret = 3

    def __init__(self):
        self.__own = 4

    def reveal(self):
        return self.__secret, self.__own

    def __hidden(self):
        return "hidden"

    def call(self):
        return self.__hidden()


class Sub(Private):
    def __init__(self):
        super().__init__()
        self.__own = 5


count = (Slotted(), Slotted().count)[1]
a = Slotted().a
revealed, called = Private().reveal(), Private().call()
sub = Sub().reveal()
mangled = Private()._Private__own
""",
    "methods as values": """
class Op:
    def __init__(self, k):
        self.k = k
        self.table = {"add": self.add, "mul": self.mul}

    def add(self, x):
        return x + self.k

    def mul(self, x):
        return x * self.k

    def run(self, name, *args):
        return self.table[name](*args)


op = Op(3)
results = op.run("add", 4), op.run("mul", 4), Op.add(op, 1), op.add.__name__
mapped = list(map(op.mul, [1, 2]))
method = Op(10).add
later = method(1), method.__self__.k
op.add = lambda x: "replaced"
replaced = op.add(1), op.run("add", 1)
Op.extra = lambda self, y: self.k - y
extra = op.extra(1)
same = op.mul == op.mul, Op.mul is Op.mul
""",
    "abstract base classes": """
from abc import ABC, abstractmethod
from typing import Generic, TypeVar, Protocol

T = TypeVar("T")


class Shape(ABC):
    @abstractmethod
    def area(self):
        ...

    @property
    @abstractmethod
    def name(self):
        raise NotImplementedError

    def describe(self):
        return f"{self.name} {self.area()}"


class Square(Shape):
    name = "square"

    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side ** 2


class Box(Generic[T]):
    def __init__(self, item: T):
        self.item = item


class Closer(Protocol):
    def close(self): ...


class IntBox(Box[int]):
    def get(self) -> int:
        return self.item


described = Square(3).describe()
box, got = Box("x"), IntBox(4).get()
typed = Box[int](5).item
try:
    Shape()
    abstract = False
except TypeError:
    abstract = True
""",
    "copy and deepcopy": """
import copy


class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next
        self.items = [value]


class Custom:
    def __init__(self, x):
        self.x = x

    def __deepcopy__(self, memo):
        return Custom(self.x + 100)

    def __copy__(self):
        return Custom(self.x + 1)


shared = [1, 2]
nested = {"a": shared, "b": shared, "c": (shared, 3)}
deep, shallow = copy.deepcopy(nested), copy.copy(nested)
shared.append(3)
sharing = deep["a"] is deep["b"], shallow["a"] is shared, deep["c"][0] is deep["a"]
node = Node(1)
node.next = node
clone = copy.deepcopy(node)
node.items.append(5)
cyclic, items = clone.next is clone, clone.items
flat = copy.copy(Node(2, [1]))
custom = copy.deepcopy(Custom(1)).x, copy.copy(Custom(1)).x
blocks = [copy.deepcopy(Node(7)) for _ in range(3)]
blocks[0].items.append(1)
sizes = [len(b.items) for b in blocks]
listed = copy.copy([1, [2]]), copy.deepcopy({1, 2})
""",
    "module-level instances and late definitions": """
def make():
    return Later(CONSTANT)


CONSTANT = 5


class Later:
    def __init__(self, x):
        self.x = x
        self.other = helper(x)


def helper(x):
    return x * FACTOR


FACTOR = 3
made = make()
FACTOR = 4
again = make()
""",
    "attribute chains and augmented assignment": """
class Box:
    pass


root = Box()
root.child = Box()
root.child.items = {"n": [1, 2]}
root.child.items["n"][0] += 5
root.child.items["n"] += [9]
root.child.count = 0
root.child.count -= 3
root.child.count **= 2
root.text = "a"
root.text *= 3
root.mask = 0b1100
root.mask |= 1
root.mask &= ~4
root.mask ^= 8
root.mask <<= 3
root.mask >>= 1
root.value = 17
root.value //= 3
root.value %= 4
root.ratio = 3
root.ratio /= 2
a = b = []
a += [1]
same = a is b, b
t = (1,)
u = t
t += (2,)
tuples = t, u
""",
    "exceptions as classes": """
class NetError(Exception):
    code = 1

    def __init__(self, message, detail=None):
        super().__init__(message)
        self.detail = detail

    def __str__(self):
        return f"{self.args[0]} ({self.detail})"


class DeepError(NetError, ValueError):
    code = 2


results = []
for kind in (NetError, DeepError):
    try:
        raise kind("bad", detail=kind.__name__)
    except ValueError as error:
        results.append(("value", str(error), error.code, error.detail))
    except NetError as error:
        results.append(("net", str(error), error.code, error.detail))
kept = NetError("x")
args = kept.args, isinstance(DeepError("y"), ValueError)
""",
    "instances in containers and recursion": """
class Tree:
    def __init__(self, value, *children):
        self.value = value
        self.children = list(children)

    def total(self):
        return self.value + sum(c.total() for c in self.children)

    def depth(self):
        return 1 + max((c.depth() for c in self.children), default=0)

    def walk(self):
        yield self.value
        for child in self.children:
            yield from child.walk()

    def map(self, f):
        return Tree(f(self.value), *[c.map(f) for c in self.children])


tree = Tree(1, Tree(2, Tree(4)), Tree(3))
total, depth, walked = tree.total(), tree.depth(), list(tree.walk())
mapped = list(tree.map(lambda v: v * v).walk())
index = {t.value: len(t.children) for t in [tree, *tree.children]}
""",
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_as_python(title, tmp_path):
    outcome = outcome_of(PROGRAMS[title], tmp_path)
    assert outcome.compared
    assert outcome.different + outcome.unknown == []
