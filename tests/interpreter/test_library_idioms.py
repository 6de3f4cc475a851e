"""How libraries build their models: registries, block strings, lazy packages, wrapped constructors.

Each program is small and complete. The facts (parameters, output shape, types of the leaves) were written down
after running the very same text under torch 2.13: built in evaluation mode, called once with zeros.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import FileFacts, ModelFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources


class Program(NamedTuple):
    """Files by name; the model is ``model`` of ``main.py``."""

    files: dict[str, str]
    input: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int
    leaves: tuple[str, ...]


REGISTERED_BY_DECORATOR = Program(
    {
        "zoo/__init__.py": "from .registry import create_model\nfrom .small import *\n",
        "zoo/registry.py": """
import sys
_entrypoints = {}
_module_of = {}

def register_model(fn):
    module = sys.modules[fn.__module__]
    module.__all__ = [*getattr(module, "__all__", []), fn.__name__]
    if fn.__name__ in _entrypoints:
        raise ValueError("registered twice")
    _entrypoints[fn.__name__] = fn
    _module_of[fn.__name__] = fn.__module__.split(".")[-1]
    return fn

def create_model(name, **kwargs):
    if name not in _entrypoints:
        raise RuntimeError(f"Unknown model ({name})")
    return _entrypoints[name](**kwargs)
""",
        "zoo/small.py": """
from torch import nn
from .registry import register_model

@register_model
def tiny(width=4):
    return nn.Sequential(nn.Conv2d(3, width, 3), nn.ReLU())

@register_model
def wide(width=8):
    return tiny(2 * width)
""",
        "main.py": "import zoo\nmodel = zoo.create_model('wide', width=5)\n",
    },
    (1, 3, 8, 8),
    (1, 10, 6, 6),
    280,
    ("Conv2d", "ReLU"),
)

EXPORTED_BY_DECORATOR = Program(
    {
        **{k: v for k, v in REGISTERED_BY_DECORATOR.files.items() if k != "main.py"},
        "zoo/small.py": "__all__ = ['Nothing']\nclass Nothing: pass\n" + REGISTERED_BY_DECORATOR.files["zoo/small.py"],
        "main.py": "from zoo.small import *\nmodel = wide(width=5)\n",
    },
    *REGISTERED_BY_DECORATOR[1:],
)

REGISTERED_BY_CLASS_NAME = Program(
    {
        "boxes/__init__.py": "",
        "boxes/builder.py": """
class Registry:
    def __init__(self, name):
        self._name = name
        self._module_dict = dict()

    def get(self, key):
        return self._module_dict.get(key)

    def register_module(self, name=None):
        def _register(cls):
            self._module_dict[name or cls.__name__] = cls
            return cls
        return _register

    def build(self, cfg):
        args = cfg.copy()
        return self.get(args.pop("type"))(**args)

NECKS = Registry("neck")
""",
        "boxes/necks.py": """
from torch import nn
from .builder import NECKS

@NECKS.register_module()
class Squeeze(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv1d(channels, 2, 1)

    def forward(self, x):
        return self.conv(x)

@NECKS.register_module(name="Twice")
class Double(Squeeze):
    def forward(self, x):
        return self.conv(x).repeat(1, 2, 1)
""",
        "main.py": """
import boxes.necks
from boxes.builder import NECKS
model = NECKS.build(dict(type='Twice', channels=6))
""",
    },
    (1, 6, 9),
    (1, 4, 9),
    14,
    ("Conv1d",),
)

REGISTERED_BY_CALL = Program(
    {
        "blocks.py": """
from torch import nn
_blocks = dict(plain=nn.ReLU)

def register_block(name, fn):
    _blocks[name] = fn

def create_block(name):
    assert name in _blocks, f"Unknown block type ({name})"
    return _blocks[name]()
""",
        "main.py": """
from torch import nn
from blocks import create_block, register_block

class Scale(nn.Module):
    def forward(self, x):
        return 2 * x

register_block('scale', Scale)

def build():
    return nn.Sequential(create_block('scale'), create_block('plain'))

model = build()
""",
    },
    (1, 5),
    (1, 5),
    0,
    ("Scale", "ReLU"),
)

BLOCK_STRINGS = Program(
    {
        "main.py": """
import re
from torch import nn

def decode(text):
    options = {}
    for part in text.split('_')[1:]:
        found = re.split(r'(\\d.*)', part)
        if len(found) >= 2:
            options[found[0]] = found[1]
    return options

layers = []
channels = 3
for text in ['cn_r2_k3_s1_c8', 'cn_r1_k5_s2_c12']:
    options = decode(text)
    for _ in range(int(options['r'])):
        layers.append(nn.Conv2d(channels, int(options['c']), int(options['k']), int(options['s'])))
        channels = int(options['c'])
match = re.match(r'(?P<kind>[a-z]+)(\\d+)', 'relu6')
layers.append({'relu': nn.ReLU6}[match.group('kind')]() if match[2] == '6' else nn.ReLU())
model = nn.Sequential(*layers)
"""
    },
    (1, 3, 20, 20),
    (1, 12, 6, 6),
    3220,
    ("Conv2d", "Conv2d", "Conv2d", "ReLU6"),
)

ASKS_WHAT_THERE_IS = Program(
    {
        "main.py": """
import functools, types
import torch.nn.functional
from torch import nn

class OwnSiLU(nn.Module):
    def forward(self, x):
        return x * x.sigmoid()

_has_silu = 'silu' in dir(torch.nn.functional)
SiLU = nn.SiLU if _has_silu else OwnSiLU

def norm_of(layer):
    kwargs = {}
    if isinstance(layer, functools.partial):
        kwargs.update(layer.keywords)
        layer = layer.func
    if isinstance(layer, types.FunctionType):
        return layer
    known = {nn.BatchNorm2d, nn.GroupNorm}
    return functools.partial(layer, **kwargs) if layer in known else nn.Identity

model = nn.Sequential(
    norm_of(functools.partial(nn.GroupNorm, 2))(4), norm_of(lambda n: nn.BatchNorm2d(2 * n))(2), SiLU(),
) if False else nn.Sequential(
    norm_of(functools.partial(nn.BatchNorm2d, eps=1e-3))(4), norm_of(lambda n: nn.BatchNorm2d(2 * n))(2), SiLU(),
)
"""
    },
    (1, 4, 3, 3),
    (1, 4, 3, 3),
    16,
    ("BatchNorm2d", "BatchNorm2d", "SiLU"),
)

LAZY_PACKAGE = Program(
    {
        "lazy/__init__.py": """
import importlib

def _attach(package, where):
    def __getattr__(name):
        if name in where:
            return getattr(importlib.import_module(f'{package}.{where[name]}'), name)
        raise AttributeError(name)
    return __getattr__

__getattr__ = _attach(__name__, {'Mixin': 'mixins'})
""",
        "lazy/mixins.py": """
class Mixin:
    def __init_subclass__(cls, *, tags=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.tags = tags or []

    def __new__(cls, *args, **kwargs):
        made = super().__new__(cls)
        made.width = kwargs.keys() & {'width', 'depth'}
        return made
""",
        "main.py": """
from functools import wraps
from torch import nn
from lazy import Mixin

def logged(func):
    @wraps(func)
    def wrapper(self, *args, **kwargs):
        return func(self, *args, **kwargs)
    return wrapper

class Net(nn.Module, Mixin, tags=['a']):
    @logged
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, len(self.width) + len(self.tags))

    def forward(self, x):
        return self.fc(x)

model = Net(width=7)
""",
    },
    (2, 7),
    (2, 2),
    16,
    ("Linear",),
)

OWN_OPERATIONS = Program(
    {
        "main.py": """
import numpy as np
import torch
from torch import nn
from torch.autograd import Variable

class Config(dict):
    def __init__(self, *args, **kwargs):
        super(Config, self).__init__(*args, **kwargs)
        self.__dict__ = self

class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, i):
        ctx.save_for_backward(i)
        return i * torch.sigmoid(i)

class Net(nn.Module):
    def __init__(self, h):
        super().__init__()
        self.h = h
        widths, counts = torch.unique(torch.tensor([8, 4, 8, 8]), return_counts=True)
        pairs = zip(widths.tolist(), counts.tolist())
        self.layers = nn.ModuleList([nn.Linear(h.size, w) for w, c in pairs for _ in range(c)])
        self.cache = {}

    def forward(self, x):
        key = str(x.device)
        if key not in self.cache:
            self.cache[key] = Variable(torch.from_numpy(np.eye(3).flatten().astype(np.float32))).view(1, 9)
        x = Swish.apply(x)
        return torch.cat([layer(x) for layer in self.layers] + [self.cache[key].repeat(x.size()[0], 1)], 1)

model = Net(Config({'size': 3}, depth=2))
"""
    },
    (2, 3),
    (2, 37),
    112,
    ("Linear", "Linear", "Linear", "Linear"),
)

PROGRAMS = {name.lower(): value for name, value in list(globals().items()) if isinstance(value, Program)}


def analysed(files: dict[str, str], folder: Path, expression: str | None, shape: tuple[int, ...]) -> FileFacts:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    analyzer = Analyzer(Sources(), WorkspaceOptions(roots=[str(folder)]))
    request = Request(str(folder / "main.py"), [expression] if expression else [])
    request.inputs = [(None, shape)] if shape else []
    return analyzer.analyze(request)


@pytest.mark.parametrize("name", PROGRAMS)
def test_is_followed_completely(name: str, tmp_path: Path) -> None:
    program = PROGRAMS[name]
    facts = analysed(program.files, tmp_path, "model", program.input)
    (model,) = facts.models
    assert [u.reason for u in model.unknowns] == []
    assert [p.message for p in [*model.problems, *facts.problems]] == []
    assert [o.shape for o in model.outputs] == [program.output]
    assert model.parameters == program.parameters
    leaves = tuple(layer.type.rpartition(".")[2] for layer in model.layers if not layer.functional)
    assert leaves == program.leaves


def messages(text: str, folder: Path) -> list[str]:
    facts = analysed({"main.py": text}, folder, None, ())
    return [p.message for p in [*facts.problems, *(p for m in facts.models for p in m.problems)]]


def test_a_class_that_hands_its_arguments_on_is_not_blamed(tmp_path: Path) -> None:
    text = """
from torch import nn

class Base(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

class Quantizable(Base):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(super().forward(x))

def small(*args, **kwargs):
    return Quantizable(*args, **kwargs)
"""
    assert messages(text, tmp_path) == []


def test_a_class_called_wrongly_is_one_finding(tmp_path: Path) -> None:
    text = """
from torch import nn

class Base(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

class Net(Base):
    def __init__(self):
        super().__init__()
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.fc(x))

model = Net()
"""
    assert messages(text, tmp_path) == ["Net(…) needs the argument width"]


def test_the_input_need_not_suit_the_first_layer(tmp_path: Path) -> None:
    text = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Conv2d(12, 4, 1)
        self.register_buffer('mean', torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1))

    def forward(self, x):
        x = x.sub(self.mean)
        return self.inner(torch.cat([x, x, x, x], 1))
"""
    assert messages(text, tmp_path) == []


def test_bare_defaults_that_nobody_uses_are_not_blamed(tmp_path: Path) -> None:
    """``Net()`` itself raises in torch (LayerNorm gets 3 features); what the file builds does not."""
    text = """
from torch import nn

class Net(nn.Module):
    def __init__(self, flat=False):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 30, 30)
        self.flat = flat
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        x = self.conv(x)
        return self.norm(x.flatten(2).transpose(1, 2) if self.flat else x)

def flat_net():
    return Net(flat=True)
"""
    assert messages(text, tmp_path) == []


def test_an_expression_that_backtracks_is_not_followed(tmp_path: Path) -> None:
    text = """
import re
from torch import nn
model = nn.Linear(2, 3 if re.match(r'(a+)+$', 'a' * 60 + 'b') else 4)
"""
    facts = analysed({"main.py": text}, tmp_path, "model", (1, 2))
    assert not isinstance(facts.models[0].parameters, int)


def test_a_loop_that_ends_by_chance_is_left_after_one_turn(tmp_path: Path) -> None:
    text = """
import torch
from torch import nn

class Crop(nn.Module):
    def forward(self, x):
        while True:
            scale = torch.rand(1).item()
            for _ in range(40):
                if torch.rand(1).item() < scale:
                    continue
                return x

class Same(nn.Module):
    def forward(self, x):
        return x
"""
    facts = analysed({"main.py": text}, tmp_path, None, ())
    assert not any("steps" in u.reason for m in facts.models for u in m.unknowns)


def test_what_an_installed_library_writes_out_is_all_there_is(tmp_path: Path) -> None:
    """Also where the name is bound again later, to what a function makes of it. In Python the layer has 3·12 + 12."""
    library = tmp_path / "site-packages" / "zoo"
    library.mkdir(parents=True)
    text = """
from torch import nn

def made(configs):
    return {name: dict(config) for name, config in configs.items()}

CONFIGS = {"small": {"width": 4}, "wide": {"width": 8}}
for name in [name for name, config in CONFIGS.items() if config.get("width") == 8]:
    CONFIGS[f"{name}r"] = {"width": 12}
CONFIGS = made(CONFIGS)

def layer(name):
    return nn.Linear(3, CONFIGS[name]["width"])
"""
    (library / "__init__.py").write_text(text, encoding="utf-8")
    main = tmp_path / "work" / "main.py"
    main.parent.mkdir()
    main.write_text("import zoo\nmodel = zoo.layer('wider')\n", encoding="utf-8")
    options = WorkspaceOptions(roots=[str(main.parent)], site_packages=[str(library.parent)])
    (model,) = Analyzer(Sources(), options).analyze(Request(str(main), ["model"], [])).models
    assert (model.status, model.parameters) == ("complete", 48)


def test_a_registry_asked_for_its_names_while_it_is_filled_gets_the_later_entries(tmp_path: Path) -> None:
    """A factory counts what it holds with every entry; the entries behind that statement are made by decorators."""
    library = tmp_path / "site-packages" / "zoo"
    library.mkdir(parents=True)
    text = """
from torch import nn

class Factory:
    def __init__(self):
        self.components = {}
        self.about = ""

    @property
    def names(self):
        return tuple(self.components)

    def add(self, name, made):
        self.components[name.upper()] = made
        self.about += ", " if len(self.names) > 1 else " "

    def entry(self, name):
        def register(function):
            self.add(name, function)
            return function
        return register

Layer = Factory()
Layer.add("narrow", lambda: nn.Linear(3, 4))

@Layer.entry("wide")
def wide():
    return nn.Linear(3, 12)

def layer(name):
    key = name.upper()
    if key not in Layer.components:
        raise ValueError(set(Layer.components))
    return Layer.components[key]()
"""
    (library / "__init__.py").write_text(text, encoding="utf-8")
    main = tmp_path / "work" / "main.py"
    main.parent.mkdir()
    main.write_text("import zoo\nmodel = zoo.layer('wide')\n", encoding="utf-8")
    options = WorkspaceOptions(roots=[str(main.parent)], site_packages=[str(library.parent)])
    (model,) = Analyzer(Sources(), options).analyze(Request(str(main), ["model"], [])).models
    assert (model.status, model.parameters) == ("complete", 48)


def zoo_model(files: dict[str, str], text: str, tmp_path: Path) -> ModelFact:
    """``model`` of a file that uses the package ``zoo``, installed with these files."""
    for name, content in files.items():
        path = tmp_path / "site-packages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    main = tmp_path / "work" / "main.py"
    main.parent.mkdir()
    main.write_text(text, encoding="utf-8")
    options = WorkspaceOptions(roots=[str(main.parent)], site_packages=[str(tmp_path / "site-packages")])
    (model,) = Analyzer(Sources(), options).analyze(Request(str(main), ["model"], [])).models
    return model


def test_a_lazy_package_decides_by_what_is_installed_beside_it(tmp_path: Path) -> None:
    """Its names stand behind `TYPE_CHECKING or …`, in the `else` of a `try`, in one long list; stand-ins go by the same names."""
    many = "".join(f"            Part{n:04},\n" for n in range(600))
    text = f"""
import importlib.metadata
import importlib.util
import logging
from typing import TYPE_CHECKING

for known in logging.getLogger(__name__).filters:
    raise ValueError(known)

def is_there(package):
    if importlib.util.find_spec(package) is None:
        return False
    try:
        return importlib.metadata.version(package) >= "1.0"
    except importlib.metadata.PackageNotFoundError:
        return False

SLOW = False
if TYPE_CHECKING or SLOW:
    try:
        if not is_there("other"):
            raise ImportError
    except ImportError:
        from .dummies import *
    else:
        from .parts import (
{many}            Net,
        )
else:
    import sys
    sys.modules[__name__] = object()

from .parts import Net as Real
from . import dummies

def chosen():
    return Real(5) if is_there("other") and not is_there("third") else None

NAMES = [name for name in dir(dummies) if not name.startswith("_")]
"""
    files = {
        "zoo/__init__.py": text,
        "zoo/parts.py": "from torch import nn\n\nclass Net(nn.Linear):\n    def __init__(self, n):\n        super().__init__(n, 2)\n",
        "zoo/dummies.py": "class Net:\n    pass\n",
        "other/__init__.py": "",
        "other-1.2.dist-info/METADATA": "",
    }
    assert zoo_model(files, "import zoo\nmodel = zoo.Net(3)\n", tmp_path).parameters == 8
    main = tmp_path / "work" / "main.py"
    main.write_text("import zoo\nmodel = zoo.chosen()\n", encoding="utf-8")
    options = WorkspaceOptions(roots=[str(main.parent)], site_packages=[str(tmp_path / "site-packages")])
    (model,) = Analyzer(Sources(), options).analyze(Request(str(main), ["model"], [])).models
    assert model.parameters == 12


def test_a_model_that_tries_itself_while_it_is_built_is_not_used_by_that(tmp_path: Path) -> None:
    text = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.width = self(torch.zeros(1, 3, 32, 32)).shape[-1]

    def forward(self, x):
        return self.conv(x)

model = Net()
model(torch.rand(2, 3, 16, 16))
"""
    main = tmp_path / "main.py"
    main.write_text(text, encoding="utf-8")
    options = WorkspaceOptions(roots=[str(tmp_path)], site_packages=[])
    (model,) = Analyzer(Sources(), options).analyze(Request(str(main), ["model"], [])).models
    assert [tuple(output.shape or ()) for output in model.outputs] == [(2, 4, 14, 14)]
