"""Functions: arguments, closures, lambdas, decorators, functools, generators, context managers."""

from __future__ import annotations

import pytest

from .agreement import outcome_of

PROGRAMS = {
    "arguments of every kind": """
def every(a, b=2, /, c=3, *rest, d, e=5, **more):
    return a, b, c, rest, d, e, more


def only(*, key=1):
    return key


def positional(a, b, /):
    return a - b


def clash(a, /, **kw):
    return a, kw


one = every(1, d=4)
two = every(1, 20, 30, 40, 50, d=4, z=9)
args, kwargs = [1, 2, 3, 4], {"d": 0, "x": 1}
three = every(*args, 5, **kwargs, e=6)
four = every(*args[:1], *"ab", d=None)
five = only(key=3), only(), positional(5, 3), clash(1, a=2)
errors = []
for call in (lambda: every(1), lambda: only(3), lambda: positional(a=1, b=2), lambda: every(), lambda: only(k=2)):
    try:
        call()
        errors.append(None)
    except TypeError:
        errors.append("TypeError")
""",
    "defaults are evaluated once": """
base = 10


def collect(item, into=[]):
    into.append(item)
    return into


def scaled(x, by=base * 2, f=lambda v: v + 1):
    return f(x) * by


base = 100
lists = collect(1), collect(2), collect(3, [])
value = scaled(1), scaled(1, by=3), scaled(1, f=abs)
same = lists[0] is lists[1]
""",
    "closures, nonlocal and global": """
total = 0
log = []


def counter(start=0):
    count = start

    def step(by=1):
        nonlocal count
        count += by
        return count

    def reset():
        nonlocal count
        count = start

    return step, reset


def add(n):
    global total, created
    total += n
    created = True
    log.append(total)


def outer():
    x = 1

    def middle():
        def inner():
            nonlocal x
            x *= 10
            return x
        return inner
    f = middle()
    return f(), f(), x


step, reset = counter(5)
values = [step(), step(2)]
reset()
values.append(step())
add(3)
add(4)
nested = outer()
other, _ = counter()
independent = other(), step()
""",
    "late binding": """
late = [lambda: i for i in range(3)]
bound = [lambda i=i: i for i in range(3)]
functions = []
for k in range(3):
    def f(x):
        return x + k
    functions.append(f)
results = [g() for g in late], [g() for g in bound], [g(10) for g in functions]


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


recursion = even(10), odd(7)
fact = lambda n: 1 if n < 2 else n * fact(n - 1)
factorial = fact(10)
compose = lambda *fs: lambda x: fs[0](compose(*fs[1:])(x)) if fs else x
composed = compose(lambda x: x + 1, lambda x: x * 2)(5)
table = {"relu": lambda x: max(x, 0), "neg": lambda x: -x}
looked = table["relu"](-3), table["neg"](4), (lambda: "called")()
sort = sorted(["bb", "a", "ccc"], key=lambda s: (-len(s), s))
""",
    "functools": """
import functools
from functools import partial, reduce, wraps, lru_cache, cached_property, cache


def conv(cin, cout, k=3, *, stride=1, bias=True):
    return cin, cout, k, stride, bias


conv1 = partial(conv, k=1, bias=False)
down = partial(conv1, stride=2)
first = partial(conv, 3)
made = conv1(8, 16), down(8, 16), first(64), down(1, 2, stride=4), functools.partial(conv, 1, 2)()
keywords = down.keywords, first.args, down.func is conv
product = reduce(lambda a, b: a * b, [1, 2, 3, 4]), reduce(lambda a, b: a + b, [], 5)
calls = []


@lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@cache
def slow(n):
    calls.append(n)
    return n * 2


def logged(f):
    @wraps(f)
    def wrapper(*args, **kwargs):
        calls.append((f.__name__, args))
        return f(*args, **kwargs)
    return wrapper


@logged
def area(w, h=2):
    "The area."
    return w * h


class Net:
    def __init__(self):
        self.computed = 0

    @cached_property
    def size(self):
        self.computed += 1
        return 42


net = Net()
results = fib(15), slow(3), slow(3), area(3), area(2, h=5), area.__name__, area.__doc__
sizes = net.size, net.size, net.computed
methods = [partial(pow, 2), partial(int, base=2)]
called = methods[0](5), methods[1]("101")
is_partial = isinstance(conv1, partial), callable(conv1)
""",
    "partialmethod, singledispatch and cmp_to_key": """
from functools import partialmethod, singledispatch, cmp_to_key


class Cell:
    def set(self, state, extra=0):
        self.state = state, extra
        return self.state

    on = partialmethod(set, True)
    off = partialmethod(set, False, extra=1)


@singledispatch
def show(value):
    return "other"


@show.register(int)
def _(value):
    return "int"


@show.register
def _(value: list):
    return "list" + str(len(value))


cell = Cell()
states = cell.on(), cell.off()
shown = show(1), show([1, 2]), show("x")
ordered = sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a))
""",
    "decorators with and without arguments": """
order = []


def plain(f):
    order.append("plain")
    return lambda *a, **k: ("plain", f(*a, **k))


def repeat(times, *, join=list):
    order.append("repeat")

    def decorate(f):
        order.append("decorate")

        def wrapper(*args):
            return join(f(*args) for _ in range(times))
        return wrapper
    return decorate


def optional(f=None, *, tag="none"):
    def decorate(f):
        f.tag = tag
        return f
    return decorate(f) if f is not None else decorate


@plain
@repeat(2)
def double(x):
    return x * 2


@repeat(times=3, join=tuple)
def name():
    return "n"


@optional
def a():
    pass


@optional(tag="b")
def b():
    pass


class Decorated:
    def __init__(self, f):
        self.f = f
        self.count = 0

    def __call__(self, *args):
        self.count += 1
        return self.f(*args)


@Decorated
def counted(x):
    return x + 1


class Model:
    def checked(f):
        def inner(self, x):
            return f(self, x) + 1000
        return inner

    @checked
    def forward(self, x):
        return x

    @plain
    def other(self, x):
        return x


results = double(2), name(), a.tag, b.tag
counts = counted(1), counted(2), counted.count
model = Model().forward(1), Model().other(2)
""",
    "function attributes and introspection": """
def block(x: int, y: "str" = "a", *args, flag=True) -> list:
    "Docstring."
    block.calls += 1
    return [x, y]


block.calls = 0
block.kind = "residual"
results = block(1), block(2, "b"), block.calls
info = block.__name__, block.__doc__, block.kind, hasattr(block, "nothing"), callable(block)
registry = {f.__name__: f for f in (block, len)}
names = sorted(registry)
defaults = block.__defaults__
""",
    "registry decorators": """
_MODELS = {}


def register(name=None):
    def decorate(f):
        key = name if name is not None else f.__name__
        if key in _MODELS:
            raise KeyError(key)
        _MODELS[key] = f
        return f
    return decorate


@register()
def small(width=1):
    return ("small", width)


@register("big-model")
def big(**kwargs):
    return ("big", small(**kwargs))


def create(name, *args, **kwargs):
    if name not in _MODELS:
        raise ValueError(f"unknown {name}, have {sorted(_MODELS)}")
    return _MODELS[name](*args, **kwargs)


made = create("small", 3), create("big-model", width=9)
names = list(_MODELS)
try:
    create("nope")
except ValueError as error:
    message = str(error)
""",
    "generators": """
def numbers(n):
    for i in range(n):
        if i % 2:
            continue
        yield i
    return "done"


def chained(*sources):
    for source in sources:
        result = yield from source
        if result:
            yield result


def forever(start=0):
    while True:
        yield start
        start += 1


def pairs(items):
    it = iter(items)
    for a in it:
        yield a, next(it, None)


listed = list(numbers(6))
chain = list(chained(numbers(4), [7], "ab"))
it = forever(3)
some = next(it), next(it), [next(it) for _ in range(3)]
zipped = list(zip(forever(), "abc"))
paired = list(pairs([1, 2, 3]))
total = sum(numbers(9))
taken = []
for value in forever(10):
    if value > 13:
        break
    taken.append(value)
exhausted = list(it for it in [])
g = numbers(3)
partly = next(g), list(g), list(g), next(g, "end")
first = next(x for x in forever() if x * x > 50)
unpacked = [*numbers(5)]
a, *b = numbers(7)
""",
    "generator laziness and order": """
log = []


def source():
    log.append("start")
    for i in range(3):
        log.append(("make", i))
        yield i
    log.append("end")


def doubled(items):
    for item in items:
        log.append(("double", item))
        yield item * 2


g = doubled(source())
log.append("created")
result = [x for x in g]
m = map(lambda v: log.append(("map", v)) or v, source())
log.append("mapped")
first = next(m)
e = (log.append(("exp", v)) or v for v in [1, 2])
log.append("made")
second = next(e)
""",
    "send, try/finally and state in generators": """
def averager():
    total, count, average = 0, 0, None
    while True:
        value = yield average
        if value is None:
            break
        total += value
        count += 1
        average = total / count


def guarded(log):
    try:
        yield 1
        yield 2
    finally:
        log.append("closed")


def catching():
    try:
        yield "a"
        raise ValueError("inside")
    except ValueError as error:
        yield str(error)
    else:
        yield "never"
    finally:
        yield "finally"


def nested(n):
    if n:
        yield n
        yield from nested(n - 1)
    with_tuple = yield_pair = None
    return with_tuple, yield_pair


avg = averager()
next(avg)
averages = avg.send(10), avg.send(20), avg.send(30)
log = []
items = list(guarded(log))
caught = list(catching())
down = list(nested(3))
""",
    "comprehensions": """
squares = [x * x for x in range(5)]
filtered = [x for x in range(20) if x % 2 if x % 3 == 0]
nested = [(i, j) for i in range(3) for j in range(i)]
matrix = [[r * c for c in range(3)] for r in range(2)]
flat = [v for row in matrix for v in row if v]
sets = {len(w) for w in "a bb cc d".split()}
table = {k: v for k, v in zip("abc", range(3)) if v}
inverted = {v: k for k, v in table.items()}
conditional = ["even" if x % 2 == 0 else "odd" for x in range(3)]
x = "outer"
shadow = [x for x in range(2)]
after = x
unpacking = [a + b for (a, b), c in [((1, 2), 3), ((4, 5), 6)]]
starred = [first for first, *rest in ["abc", "de"]]
summed = sum(v * 2 for v in squares), max((len(w), w) for w in ["a", "bcd", "xyz"])
walrus = [y for v in range(5) if (y := v * v) > 3]
last = y
any_all = any(v > 3 for v in squares), all(isinstance(v, int) for v in squares)
joined = ",".join(str(v) for v in squares)
inner = [[y for y in range(x)] for x in range(3)]


def local(n):
    k = 2
    return [k * i for i in range(n)], {i: k for i in range(n)}, tuple(k + i for i in range(n))


in_function = local(3)


class Body:
    items = [1, 2]
    doubled = [i * 2 for i in items]


body = Body.doubled
""",
    "context managers": """
import contextlib
from contextlib import contextmanager, nullcontext, suppress, ExitStack

log = []


class Manager:
    def __init__(self, name, swallow=False):
        self.name = name
        self.swallow = swallow

    def __enter__(self):
        log.append("enter " + self.name)
        return self

    def __exit__(self, kind, value, traceback):
        log.append(("exit", self.name, kind.__name__ if kind else None))
        return self.swallow


@contextmanager
def scope(name):
    log.append("begin " + name)
    try:
        yield name.upper()
    finally:
        log.append("end " + name)


FLAG = False


@contextmanager
def flag(value):
    global FLAG
    before = FLAG
    FLAG = value
    yield
    FLAG = before


with Manager("a") as a, Manager("b") as b:
    log.append(a.name + b.name)
with Manager("c", swallow=True):
    raise ValueError("swallowed")
try:
    with Manager("d"):
        raise KeyError("kept")
except KeyError as error:
    log.append(error.args[0])
with scope("x") as upper:
    log.append(upper)
try:
    with scope("y"):
        raise ValueError
except ValueError:
    log.append("out")
with flag(True):
    inside = FLAG
outside = FLAG
with nullcontext(5) as five, suppress(KeyError):
    {}["x"]


def returning():
    with Manager("r"):
        return "returned"


returned = returning()
for i in range(3):
    with Manager(str(i)):
        if i == 1:
            break
with suppress(ZeroDivisionError, KeyError):
    value = 1 / 0
with (Manager("p") as p, Manager("q")):
    pass
""",
    "try in all its forms": """
log = []


class Mine(Exception):
    pass


class Sub(Mine, KeyError):
    pass


def attempt(f):
    try:
        result = f()
    except (ZeroDivisionError, IndexError) as error:
        return type(error).__name__
    except Mine as error:
        return "mine", error.args
    except Exception:
        return "other"
    else:
        return "ok", result
    finally:
        log.append("finally")


def fail(error):
    raise error


results = [
    attempt(lambda: 1 / 0), attempt(lambda: [][1]), attempt(lambda: fail(Sub("a", 2))), attempt(lambda: 5),
    attempt(lambda: {}["x"]), attempt(lambda: fail(Mine)), attempt(lambda: int("x")), attempt(lambda: None.x),
]


def override():
    try:
        return "try"
    finally:
        log.append("cleanup")


def loses():
    for i in range(3):
        try:
            if i == 1:
                continue
            log.append(i)
        finally:
            log.append(("f", i))
    return "end"


def reraise():
    try:
        try:
            raise ValueError("inner")
        except ValueError as error:
            log.append("caught")
            raise RuntimeError("outer") from error
    except RuntimeError as error:
        return str(error), type(error.__cause__).__name__


def bare():
    try:
        try:
            raise KeyError("k")
        except KeyError:
            log.append("bare")
            raise
    except LookupError as error:
        return error.args


def finally_wins():
    try:
        raise ValueError
    except ValueError:
        return "except"
    finally:
        return "finally"


more = override(), loses(), reraise(), bare(), finally_wins()
try:
    undefined_name
    found = True
except NameError:
    found = False
try:
    assert 1 > 2, "message"
except AssertionError as error:
    asserted = error.args
try:
    [1, 2, 3].index(9)
except ValueError as error:
    kind = type(error) is ValueError
try:
    a, b = [1]
except ValueError:
    unpack = "failed"
try:
    raise StopIteration(3)
except StopIteration as stop:
    value = stop.value
""",
    "loops": """
def search(items, wanted):
    for i, item in enumerate(items):
        if item == wanted:
            found = i
            break
    else:
        found = -1
    return found


def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    else:
        steps = -steps
    return steps


def primes(limit):
    found = []
    for n in range(2, limit):
        for p in found:
            if n % p == 0:
                break
        else:
            found.append(n)
    return found


searched = search("abc", "b"), search([], 1)
stepped = collatz(6)
sieve = primes(30)
grid = []
for i in range(3):
    for j in range(3):
        if j == i:
            continue
        if j > 1 and i == 0:
            break
        grid.append((i, j))
while True:
    if len(grid) > 6:
        break
    grid.append(None)
n = 5
while n:
    n -= 1
    if n == 2:
        break
else:
    n = 100
for a, (b, *c) in [(1, (2, 3, 4)), (5, (6,))]:
    pass
for index in range(10, 0, -3):
    pass
table = {"a": 1, "b": 2}
for key in list(table):
    table[key + key] = table.pop(key)
for item.attribute if False else k in ():
    pass
for obj in []:
    never = 1
""".replace("for item.attribute if False else k in ():\n    pass\n", ""),
    "recursion and memo": """
def depth(tree):
    return 0 if not tree else 1 + max(map(depth, tree))


def flatten(value):
    if isinstance(value, (list, tuple)):
        return [leaf for v in value for leaf in flatten(v)]
    return [value]


def ackermann(m, n):
    if m == 0:
        return n + 1
    return ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))


def permute(items, start=0):
    if start == len(items):
        return [tuple(items)]
    out = []
    for i in range(start, len(items)):
        items[start], items[i] = items[i], items[start]
        out += permute(items, start + 1)
        items[start], items[i] = items[i], items[start]
    return out


deep = depth([[[]], [], [[[]]]])
flat = flatten([1, (2, [3, [4]]), 5])
acker = ackermann(2, 2)
perms = permute([1, 2, 3])
""",
    "globals, locals and dynamic names": """
WIDTH = 3


def set_global(name, value):
    globals()[name] = value


def use(a, b=2):
    c = a + b
    return sorted(locals().items())


set_global("MADE", 7)
got = globals()["WIDTH"], globals().get("NOPE", 0), "WIDTH" in globals()
local = use(1)
chosen = globals()["use"](5)
for _name, _value in {"alpha": 1, "beta": 2}.items():
    globals()[_name] = _value
""",
    "unpacking and walrus": """
a, b = 1, 2
a, b = b, a
(c, d), e = [3, 4], 5
first, *middle, last = range(6)
*init, final = "xyz"
x = y = [0]
[p, q] = {"k": 1, "l": 2}
i, j, *_k = 1, 2
nested, (inner, *others) = 1, ((2, 3), 4, 5)
values = [1, 2, 3]
values[0], values[2] = values[2], values[0]
k = 0
k, values[k] = 1, 99
if (n := len(values)) > 2:
    message = f"{n} values"
while (n := n - 1) > 0:
    pass
total = (m := 3) + m * 2
def f(*args, **kwargs):
    return args, kwargs
called = f(*[1], *(2,), **{"a": 1}, **dict(b=2))
merged = {**{"a": 1}, "b": 2, **{"a": 3}}
listed, tupled, setted = [*"ab", *range(2)], (*values, 4), {*"aab"}
t = 1,
empty = ()
""",
    "star arguments through layers of functions": """
def base(*args, **kwargs):
    return len(args), sorted(kwargs)


def pass_on(*args, **kwargs):
    kwargs.setdefault("extra", True)
    return base(*args, **kwargs)


def pop(name, **kwargs):
    size = kwargs.pop("size", 1)
    kwargs.update(name=name)
    return size, kwargs


def build(cls, *args, **overrides):
    defaults = dict(width=1, depth=2)
    defaults.update({k: v for k, v in overrides.items() if v is not None})
    return cls(*args, **defaults)


passed = pass_on(1, 2, a=3), pass_on(extra=False)
popped = pop("n", size=5, other=1), pop(name="m")
built = build(dict, width=5, depth=None, height=3)
""",
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_as_python(title, tmp_path):
    outcome = outcome_of(PROGRAMS[title], tmp_path)
    assert outcome.compared
    assert outcome.different + outcome.unknown == []
