"""Imports across files: relative, star, circular, lazy, conditional, re-exported."""

from __future__ import annotations

import pytest

from .agreement import outcome_of

PROGRAMS = {
    "package with re-exports": {
        "main.py": """
import pkg
import pkg.deep.leaf as leaf
from pkg import Alpha, helper as h, VERSION
from pkg.sub import beta
from pkg.deep import *
made = Alpha(3).value, h(2), VERSION, beta.BETA, pkg.sub.beta.twice(4), leaf.LEAF, exported
names = pkg.__name__, leaf.__name__, Alpha.__name__
hidden = "_private" in globals(), "unlisted" in globals()
""",
        "pkg/__init__.py": """
from .sub.alpha import Alpha
from .sub import beta
from .tools import helper
from . import tools as _tools
VERSION = "1." + str(_tools.MINOR)
""",
        "pkg/tools.py": "MINOR = 4\n\n\ndef helper(x):\n    return x * MINOR\n",
        "pkg/sub/__init__.py": "",
        "pkg/sub/alpha.py": """
from ..tools import helper
from .beta import twice


class Alpha:
    def __init__(self, x):
        self.value = helper(twice(x))
""",
        "pkg/sub/beta.py": "BETA = 'b'\n\n\ndef twice(x):\n    return 2 * x\n",
        "pkg/deep/__init__.py": """
from .leaf import *
from .leaf import _private

__all__ = ["exported"]
exported = "e" + LEAF
unlisted = 1
""",
        "pkg/deep/leaf.py": "LEAF = 'leaf'\n_private = 5\n",
    },
    "circular imports": {
        "main.py": """
from a import A, make_b
from b import B
made = A().name, make_b().name, B().other().name
""",
        "a.py": """
from __future__ import annotations
import b


class A:
    name = "a"


def make_b():
    return b.B()
""",
        "b.py": """
import a


class B:
    name = "b"

    def other(self):
        return a.A()
""",
    },
    "lazy and conditional imports": {
        "main.py": """
try:
    import surely_not_installed as fast
    HAS_FAST = True
except ImportError:
    fast = None
    HAS_FAST = False
try:
    from missing_module.inner import thing
except (ImportError, AttributeError):
    thing = "fallback"
try:
    from helper import nothing_like_it
except ImportError:
    nothing_like_it = None
else:
    nothing_like_it = "else"
try:
    import helper
except ModuleNotFoundError:
    helper = None


def lazily(x):
    from helper import double
    import helper as again
    return double(x), again.FACTOR


class Net:
    def build(self):
        from pkg.late import Late
        return Late().value


if HAS_FAST:
    chosen = "fast"
else:
    from helper import FACTOR as chosen
results = lazily(3), Net().build(), helper.FACTOR
""",
        "helper.py": "FACTOR = 2\n\n\ndef double(x):\n    return x * FACTOR\n",
        "pkg/__init__.py": "",
        "pkg/late.py": "from helper import double\n\n\nclass Late:\n    value = double(21)\n",
    },
    "star imports without __all__ and overriding": {
        "main.py": """
from one import *
from two import *
value = shared, only_one, only_two
shared_now = shared
shared = "main"
after = shared
function = describe()
""",
        "one.py": "shared = 1\nonly_one = 'o'\n_hidden = 3\n\n\ndef describe():\n    return shared, _hidden\n",
        "two.py": "shared = 2\nonly_two = 't'\n",
    },
    "module state": {
        "main.py": """
import state
from state import counter, bump, CONFIG
first = bump()
second = bump()
state.extra = "set"
CONFIG["added"] = True
seen = state.counter, counter, state.extra, state.CONFIG["added"], getattr(state, "counter"), hasattr(state, "none")
state.counter = 100
third = bump()
""",
        "state.py": """
counter = 0
CONFIG = {"base": 1}


def bump():
    global counter
    counter += 1
    return counter
""",
    },
    "registries across files": {
        "main.py": """
import models
from registry import create, names
made = create("small"), create("large", 2)
known = sorted(names())
""",
        "registry.py": """
_entries = {}


def register(f):
    _entries[f.__name__] = f
    return f


def create(name, *args):
    return _entries[name](*args)


def names():
    return list(_entries)
""",
        "models/__init__.py": "from .small import *\nfrom . import large\n",
        "models/small.py": "from registry import register\n\n\n@register\ndef small():\n    return 's'\n",
        "models/large.py": "from registry import register\n\n\n@register\ndef large(n):\n    return 'l' * n\n",
    },
    "shadowing and submodules": {
        "main.py": """
from pkg import conv
from pkg.conv import conv as function
import pkg.other
import pkg.conv
used = function(2), pkg.other.NAME, callable(conv)
main = __name__ if __name__ == "__main__" else "imported"
file = __file__[-4:] if False else "ok"
""",
        "pkg/__init__.py": "from .conv import conv\n",
        "pkg/conv.py": "def conv(x):\n    return x + 1\n",
        "pkg/other.py": "NAME = __name__\n",
    },
    "inheritance across files": {
        "main.py": """
from base.core import Base
from base import core


class Child(Base):
    extra = core.DEFAULT + 1

    def build(self, *args):
        return ["child"] + super().build(*args)


built = Child(2).build(7), Child.extra, Child(1).size, isinstance(Child(0), core.Base)
core.DEFAULT = 50
later = core.get_default()
""",
        "base/__init__.py": "",
        "base/core.py": """
DEFAULT = 10


def get_default():
    return DEFAULT


class Base:
    def __init__(self, n):
        self.size = n * DEFAULT

    def build(self, *args):
        return ["base", *args, get_default()]
""",
    },
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_as_python(title, tmp_path):
    files = dict(PROGRAMS[title])
    outcome = outcome_of(files.pop("main.py"), tmp_path, files)
    assert outcome.compared
    assert outcome.different + outcome.unknown == []
