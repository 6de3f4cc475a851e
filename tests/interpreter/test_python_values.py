"""Numbers, text, lists, dictionaries, sets, slices, matching and formatting."""

from __future__ import annotations

import pytest

from .agreement import outcome_of

PROGRAMS = {
    "integer arithmetic": """
pairs = [(7, 2), (-7, 2), (7, -2), (-7, -2), (0, 3)]
floor = [a // b for a, b in pairs]
modulo = [a % b for a, b in pairs]
both = [divmod(a, b) for a, b in pairs]
true = 7 / 2, -7 / 2, 6 / 3, 1e3 // 7, -7.5 % 2
power = 2 ** 10, 2 ** -1, (-2) ** 3, 2 ** 0.5, 10 ** 20, pow(3, 4, 5), 4 ** -0.5
bits = 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 10, -17 >> 2, 0xFF, 0b101, 0o17, 1_000
rounding = round(2.5), round(3.5), round(-2.5), round(2.567, 2), round(1234, -2), int(-3.7), int("  42 ")
absolute = abs(-3), abs(-2.5), abs(3 + 4j), +5, -(-5)
bools = True + True, True * 3, sum([True, False, True]), bool([]), bool("0"), not 0, int(True), True & False, True == 1
conversions = float("1.5"), int("ff", 16), int("101", 2), str(3.0), float(3), complex(1, 2), bin(10), hex(255), oct(8)
special = float("inf") > 10 ** 100, float("-inf"), 1e400 == float("inf"), 0.1 + 0.2, 1e-7, 1 / 3
methods = (10).bit_length(), (3.0).is_integer(), (2.5).as_integer_ratio(), (255).to_bytes(2, "big"), int.from_bytes(b"\\x01\\x00", "big")
minmax = min(3, 1, 2), max([4, 9, 2]), max("a", "b", key=ord), min([], default=None), max(-1, 1.5), min((2, "b"), (2, "a"))
sums = sum([1, 2.5]), sum([[1], [2]], []), sum(range(5), 10)
errors = []
for f in (lambda: 1 / 0, lambda: 1 // 0, lambda: 5 % 0, lambda: int("x"), lambda: "a" + 1, lambda: [] < 3, lambda: -"a", lambda: max([])):
    try:
        f()
    except Exception as error:
        errors.append(type(error).__name__)
""",
    "comparison and logic": """
chained = 1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 3 > 2 >= 2 != 1, 1 < 2 > 0
identity = None is None, [] is [], () == (), "a" is not None
logic = 0 or "x", 1 and [], None or 0 or False, "a" and "b", not (1 and 0)
sequences = [1, 2] < [1, 3], (1, 2) < (1, 2, 0), "abc" < "abd", [1, [2]] == [1, [2]], {1: 2} == {1: 2.0}, {1, 2} <= {1, 2, 3}
membership = 2 in [1, 2], "b" in "abc", "k" in {"k": 1}, 3 not in (1, 2), 5 in range(0, 10, 5), "" in "x", None in [None]
ternary = "a" if 0 else "b" if 1 else "c"
calls = []
def note(x):
    calls.append(x)
    return x
short = note(0) and note(1), note(2) or note(3), note(1) < note(0) < note(9)
mixed = [1, "a", None, 2.0].count(2), [True, 1, 1.0].index(1.0)
_nan = float("nan")
nans = _nan == _nan, _nan != _nan, _nan in [_nan]
types = type(1) is int, type("") == str, type([]).__name__, type(None).__name__, type(1.5) in (int, float)
instances = isinstance(True, int), isinstance(1, (str, int)), isinstance([], (tuple, dict)), issubclass(bool, int), isinstance(int, type), isinstance(None, type(None)), isinstance(3, object)
union = isinstance(3, int | str), isinstance("x", int | None)
""",
    "text methods": """
s = "Hello, World"
cases = s.upper(), s.lower(), s.title(), s.swapcase(), s.capitalize(), s.casefold()
tests = s.startswith("He"), s.endswith(("x", "ld")), "12".isdigit(), "a1".isalnum(), "ab".isalpha(), " ".isspace(), "a_b".isidentifier(), "AB".isupper(), s.startswith("l", 2)
search = s.find("o"), s.rfind("o"), s.find("zz"), s.index("W"), s.count("l"), s.find("o", 5)
strips = "  x ".strip(), "xxaxx".lstrip("x"), "a..".rstrip("."), "prefix_name".removeprefix("prefix_"), "f.py".removesuffix(".py")
splits = "a,b,,c".split(","), " a  b ".split(), "a-b-c".rsplit("-", 1), "k=v=w".partition("="), "a.b.c".rpartition("."), "l1\\nl2\\r\\nl3".splitlines(), "a b c".split(None, 1), "a b c".split(maxsplit=1)
joins = "-".join(["a", "b"]), "".join(sorted("cab")), ", ".join({"x": 1, "y": 2})
replace = s.replace("l", "L"), s.replace("l", "", 1), "aaa".replace("aa", "b")
pad = "7".zfill(3), "x".center(5, "*"), "ab".ljust(4) + "|", "ab".rjust(4, "."), "-5".zfill(4), "a\\tb".expandtabs(4)
index = s[0], s[-1], s[1:4], s[::-1], s[-5:], s[::3], s[10:2], s[:-1]
encode = "é".encode(), b"abc".decode(), "abc".encode("ascii"), list(b"ab"), b"ab"[0], b"a" + b"b", b"x" * 2, b"a,b".split(b",")
translate = "hello".translate(str.maketrans("el", "ip")), "abc".translate({97: None, 98: "B"})
chars = ord("a"), chr(98), [c for c in "abc"], list(map(str.upper, "ab")), str.join("-", ["p", "q"])
escapes = "tab\\tnew\\nline", r"raw\\n", "uni\\u00e9", 'q"uote', "con" "cat", '''triple
line'''
multiply = "ab" * 3, 2 * "x", "" * 5, "-" * 0
compare = "apple" < "banana", "a" == 'a', max("hello"), sorted("hello", reverse=True)
numbers = "3.14".replace(".", "").isdigit(), "x1y22".count("2"), "layer1.0.conv2".split(".")[-1], "layer10"[5:]
reprs = repr("it's"), repr('say "hi"'), str(["a", 1]), str({"a": (1,)}), repr(None), str(b"x"), str({1, }), str(range(3))
""",
    "f-strings": """
name, value, width, items = "conv", 3.14159, 8, [1, 2]
plain = f"{name}", f"{name}_{1 + 1}", f"{{literal}}", f"{items}", f"{items[0]}", f"{None} {True}"
specs = f"{value:.2f}", f"{value:8.3f}|", f"{5:03d}", f"{255:#x}", f"{255:b}", f"{1234567:,}", f"{0.256:.1%}", f"{12345.678:e}", f"{1e10:g}", f"{5:+d}", f"{-5: d}"
align = f"{name:>6}", f"{name:<6}|", f"{name:^8}|", f"{name:*^8}", f"{7:<3}|", f"{7:>3}", f"{7:^3}", f"{True:>6}"
nested = f"{value:{width}.{2}f}", f"{name:>{width}}", f"{f'{name}!'}"
conversion = f"{name!r}", f"{'é'!a}", f"{3!s:>4}", f"{items!r:>8}"
debug = f"{width=}", f"{width + 1 = }", f"{name=!s}", f"{value=:.1f}"
calls = f"{name.upper()}", f"{max(items)}", f"{'yes' if width else 'no'}", f"{dict(a=1)['a']}", f"{[i * 2 for i in items]}", f"{(lambda x: x + 1)(2)}"
multi = f"a{1}" f"b{2}" "c", f'''line1 {name}
line2'''
raw = rf"{name}\\d", f"tab\\t{name}"
class P:
    def __format__(self, spec):
        return f"P<{spec}>"
class Q:
    def __str__(self):
        return "Q!"
    def __repr__(self):
        return "Q?"
formatted = f"{P():abc}", f"{P()}", f"{Q()}", f"{Q()!r}", f"{[Q()]}", format(P(), "z"), format(3.5, ".2f"), format("a", ">3"), format(Q())
floats = f"{1.0}", f"{100000000000000000.0}", f"{1e16}", f"{0.00001}", str(1.10), f"{2.50:.0f}", f"{float('inf')}"
""",
    "percent and format": """
percent = "%d items" % 3, "%s-%s" % ("a", 1), "%5.2f|" % 3.14159, "%03d" % 7, "%x" % 255, "%%", "%-5s|" % "ab", "%r" % "q", "%s" % [1], "%s" % None, "%(a)s %(b)d" % {"a": "x", "b": 2}, "%s" % (1,), "%e" % 12345.678, "%i%%" % 50, "%c" % "z", "%+d" % 3
formats = "{} {}".format(1, "a"), "{1}{0}".format("x", "y"), "{a}-{b:>3}".format(a=1, b=2), "{:.3f}".format(2 / 3), "{0[1]} {1[k]}".format([1, 2], {"k": 3}), "{:<5}|{:^5}|{:>5}".format("a", "b", "c"), "{!r}".format("s"), "{{}}".format(), "{:,}".format(10 ** 6), "{:{w}}|".format("x", w=4), "{0.real}".format(3), "{:05.1f}".format(3.14159)
mapped = "{x}/{y}".format_map({"x": 1, "y": 2}), "{a}".format(**{"a": "kw"}), "layer{}".format(3), "{}.{}".format(*"ab")
class Shape:
    name = "square"
    def __str__(self):
        return "<shape>"
objects = "{0.name}".format(Shape()), "{}".format(Shape()), "%s" % Shape(), "{:>9}".format(str(Shape()))
""",
    "list methods": """
a = [3, 1, 2]
a.append(4)
a.extend([5, 6])
a.extend(x for x in (7, 8))
a.insert(0, 0)
a.insert(-1, 99)
a.remove(99)
popped = a.pop(), a.pop(0), a.pop(-2)
a.sort()
ascending = a.copy()
a.sort(reverse=True)
a.sort(key=lambda v: v % 3)
a.reverse()
found = a.index(3), a.count(1), 3 in a, len(a)
b = a[:]
b.clear()
c = [0] * 3 + [1]
c += (2, 3)
c *= 2
del c[0], c[-1]
nested = [[0] * 2] * 2
nested[0][0] = 1
independent = [[0] * 2 for _ in range(2)]
independent[0][0] = 1
words = sorted(["b", "A", "c"], key=str.lower), sorted([(1, "b"), (1, "a")]), sorted({3: 1, 1: 2}), sorted("cab", reverse=True)
joined = [1] + [2], [1, 2] * 2, list("ab"), list(range(3)), list({"a": 1}), list((1, 2)), list(zip([1], [2]))
stable = sorted([(2, "x"), (1, "y"), (2, "a")], key=lambda p: p[0])
compare = [1, 2] == [1, 2], [] or "empty", [1] != [2]
alias = a
alias.append("end")
same = a is alias, a[-1]
extended = []
for i in range(3):
    extended += [i] * i
result_of_sort = [2, 1].sort()
matrix = [[1, 2, 3], [4, 5, 6]]
transposed = [list(r) for r in zip(*matrix)]
flat = sum(matrix, [])
try:
    [1].remove(5)
except ValueError:
    removed = False
try:
    [].pop()
except IndexError as error:
    empty = str(error)
""",
    "slices": """
a = list(range(10))
reads = a[2:5], a[:3], a[-3:], a[::2], a[::-1], a[5:1:-2], a[1:-1], a[100:], a[-100:2], a[:], a[8:2]
a[1:3] = ["x"]
a[:0] = [-1]
a[len(a):] = [10]
a[::3] = [0] * len(a[::3])
b = list(range(10))
del b[2:4]
del b[::3]
b[-1] = "last"
c = [1, 2, 3]
c[1:1] = [7, 8]
c[:] = c[::-1]
d = [1, 2, 3, 4]
d[1:3] = []
t = (1, 2, 3, 4)[1:3], "hello"[1:3], range(10)[2:8:2], range(5)[-1]
s = slice(1, 3)
sliced = [0, 1, 2, 3][s], s.start, s.stop, slice(None, None, -1), "abc"[slice(2)], s.indices(2)
e = [0, 1, 2, 3]
e[1] += 10
e[-1] *= 5
try:
    [1, 2][5]
except IndexError as error:
    message = str(error)
try:
    e[::2] = [1]
except ValueError:
    refused = True
""",
    "dictionary methods": """
d = {"a": 1, "b": 2}
d["c"] = 3
gets = d["a"], d.get("x"), d.get("x", 0), d.setdefault("a", 9), d.setdefault("n", []), "a" in d, "z" not in d
popped = d.pop("b"), d.pop("zz", None), d.popitem()
d.update({"e": 5}, f=6)
d.update([("g", 7)])
keys, values, items = list(d), list(d.values()), list(d.items())
views = list(d.keys()), len(d), sorted(d, key=d.get, reverse=True), max(d, key=d.get)
merged = {**d, "a": 0}, d | {"z": 1}, dict(d, q=1), dict([("x", 1)]), dict(zip("ab", [1, 2])), dict(a=1)
d |= {"h": 8}
copy = d.copy()
copy["new"] = 1
keyed = dict.fromkeys("ab", 0), dict.fromkeys([1, 2]), {(1, 2): "t", 1.5: "f", None: "n", True: "b"}
del d["a"]
nested = {"l": {"m": [1]}}
nested["l"]["m"].append(2)
nested.setdefault("x", {})["y"] = 1
counts = {}
for ch in "hello":
    counts[ch] = counts.get(ch, 0) + 1
groups = {}
for w in ["aa", "b", "cc"]:
    groups.setdefault(len(w), []).append(w)
for k, v in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])):
    top = k, v
    break
overlap = d.keys() & {"c", "h"}, {"c"} - d.keys(), d.keys() | {"zz"}
equal = {"a": 1, "b": 2} == {"b": 2, "a": 1}
first, last = next(iter(d)), list(d)[-1]
inverse = {v: k for k, v in d.items()}
filtered = {k: v for k, v in d.items() if k > "c"}
try:
    d["missing"]
except KeyError as error:
    missing = error.args
reordered = list(reversed({"a": 1, "b": 2}))
bool_key = {1: "a"}[True], {1: "a", 1.0: "b", True: "c"}
emptied = dict(d)
emptied.clear()
unpacked = [k + str(v) for k, v in {"p": 1}.items()]
items_view = ("c", 3) in {"c": 3}.items(), 3 in {"c": 3}.values()
""",
    "sets": """
a, b = {1, 2, 3}, {3, 4}
operations = a & b, a | b, a - b, a ^ b, a.union([9]), a.intersection(b), a.difference(b), a.symmetric_difference(b)
tests = a <= {1, 2, 3, 4}, {1} < a, a.isdisjoint({7}), a.issubset(a), a.issuperset({1}), a == {3, 2, 1}, a >= b
a.add(5)
a.discard(99)
a.remove(1)
a.update([7], (8,))
b -= {3}
b |= {6}
b &= {4, 6, 7}
size, inside, empty = len(a), 5 in a, set()
frozen = frozenset([1, 2]), frozenset("aab") | {"c"}, {frozenset({1}): "x"}[frozenset([1])]
made = set("hello"), {x % 3 for x in range(10)}, set(range(3)), sorted(set([3, 1, 3]))
unique = list(dict.fromkeys([3, 1, 3, 2]))
total, largest = sum({1, 2}), max({4, 9})
try:
    {1}.remove(2)
except KeyError:
    missing = True
c = {1, 2}
c ^= {2, 3}
copy = c.copy()
copy.add(9)
""",
    "tuples": """
t = (1, 2, 3)
basics = t[0], t[-1], len(t), t + (4,), t * 2, 2 in t, t.index(2), t.count(1), tuple([1, 2]), tuple("ab"), (1,) == (1,)
a, b, c = t
swapped = (b, a)
nested = ((1, 2), (3, (4, 5)))
deep = nested[1][1][0]
compare = (1, 2) < (1, 3), (1, 2) == (1, 2), max((1, 5), (2, 0)), sorted([(2, 1), (1, 2)])
try:
    t[0] = 5
    mutable = True
except TypeError:
    mutable = False
keys = {(0, 1): "a"}[0, 1]
zipped = tuple(zip((1, 2), (3, 4)))
kernel = (3, 3) if isinstance(3, int) else 3
same = tuple(x // 2 for x in (7, 7))
conditional = () or (0,)
""",
    "iteration helpers": """
e = list(enumerate("ab")), list(enumerate("ab", 1)), list(enumerate("ab", start=5))
z = list(zip([1, 2, 3], "ab")), list(zip()), list(zip([1], [2], [3])), dict(zip("ab", range(2)))
r = list(range(5)), list(range(2, 8, 3)), list(range(5, 0, -2)), list(range(0)), len(range(1, 10, 4)), range(3) == range(0, 3)
rev = list(reversed([1, 2])), list(reversed("ab")), list(reversed(range(3))), "".join(reversed("abc"))
s = sorted([3, 1, 2]), sorted([3, 1, 2], reverse=True), sorted("bca"), sorted([1, -2, 3], key=abs, reverse=True)
m = list(map(str, [1, 2])), list(map(lambda a, b: a * b, [1, 2], [3, 4])), list(map(int, "12"))
f = list(filter(None, [0, 1, "", "a"])), list(filter(lambda v: v > 1, [1, 2, 3]))
q = any([0, 1]), all([]), any([]), all([1, 0]), any(x > 2 for x in [1, 2, 3])
mm = min([3, 1]), max(3, 9), min("b", "a"), max([1, -5], key=abs), min([], default=0), max({"a": 1, "b": 3}.items(), key=lambda kv: kv[1])
total = sum([1, 2]), sum((0.5, 0.5)), sum([[1], [2]], []), sum(x for x in range(4))
it = iter([1, 2, 3])
steps = next(it), next(it), next(it), next(it, "end")
chunks = [list(range(6))[i:i + 2] for i in range(0, 6, 2)]
pairs = list(zip([1, 2, 3], [1, 2, 3][1:]))
grouped = list(zip(*[iter(range(6))] * 2))
sentinel = list(iter([3, 2, 0, 1].pop, 0))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError:
    strict = True
dims = [8, 16, 32]
layers = [f"{a}->{b}" for a, b in zip(dims[:-1], dims[1:])]
unzipped = list(zip(*[(1, "a"), (2, "b")]))
total_len = len(list(enumerate(range(100))))
try:
    next(iter([]))
except StopIteration:
    stopped = True
""",
    "match statements": """
class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


class Mode:
    TRAIN = "train"


def kind(v):
    match v:
        case 0 | 1:
            return "bit"
        case -1:
            return "minus"
        case int(n) if n > 100:
            return "large", n
        case int() | float():
            return "number"
        case "a":
            return "letter a"
        case Mode.TRAIN:
            return "mode"
        case str() as text:
            return "text", text
        case None:
            return "none"
        case True:
            return "never"
        case []:
            return "empty"
        case [x]:
            return "one", x
        case [1, *rest]:
            return "starts", rest
        case [first, *_, last]:
            return "ends", first, last
        case {"type": "conv", "k": k, **more}:
            return "conv", k, more
        case {"type": t}:
            return "typed", t
        case {}:
            return "mapping"
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=yy):
            return "on y", yy
        case Point(a, b) if a == b:
            return "diagonal"
        case Point():
            return "point"
        case _:
            return "other"


cases = [0, -1, 500, 5, 2.5, "a", "train", "zz", None, [], [7], [1, 2, 3], (4, 5, 6), [2, 3], {"type": "conv", "k": 3, "s": 1},
         {"type": "fc"}, {"z": 1}, Point(0, 0), Point(0, 4), Point(3, 3), Point(1, 2), {1, 2}, True]
results = [kind(c) for c in cases]


def nested(v):
    match v:
        case {"layers": [{"n": n}, *others], "act": ("relu" | "gelu") as act}:
            return n, len(others), act
        case (("a", x), [y, (z,)]):
            return x, y, z
        case str(x) | [x]:
            return x
    return "fell through"


deep = nested({"layers": [{"n": 4}, 1], "act": "gelu"}), nested((("a", 1), [2, (3,)])), nested(["s"]), nested(9)
match 3, 4:
    case x, y:
        captured = x + y
""",
    "deletion, truth and conversion of containers": """
empties = [bool(v) for v in ([], (), {}, set(), "", 0, 0.0, None, range(0), b"")]
full = [bool(v) for v in ([0], (None,), {0: 0}, {0}, " ", -1, 0.1, range(1))]
converted = list({"a": 1}), tuple([1]), set([1, 1]), dict([(1, 2)]), list("ab"), str([1]), sorted({2, 1}), int("3"), float(2), bool("x")
x = [1, 2, 3]
y = {"a": {"b": 1}}
del x[0], y["a"]["b"]
z = 5
del z
try:
    z
    alive = True
except NameError:
    alive = False
copy_of = [*x], {**y}, x[:] is x
hashes = hash(1) == hash(1.0), hash("a") == hash("a"), {1: "x"}.get(1.0)
try:
    {[]: 1}
except TypeError:
    unhashable = True
lengths = len("abc"), len({}), len(range(0, 10, 3)), len((1,)), len({1, 1})
ids = id(x) == id(x)
""",
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_as_python(title, tmp_path):
    outcome = outcome_of(PROGRAMS[title], tmp_path)
    assert outcome.compared
    assert outcome.different + outcome.unknown == []
