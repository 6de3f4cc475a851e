"""``tf.keras`` and Keras 2 programs, served by Keras 3: what they import of TensorFlow is found here.

TensorFlow itself is never imported, also where it is installed: one backend is enough to confirm a model.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable
from typing import Any

OTHER_NAMES = {
    "concat": "concatenate", "reduce_mean": "mean", "reduce_sum": "sum", "reduce_max": "max", "reduce_min": "min",
    "reduce_prod": "prod", "pow": "power", "range": "arange", "argsort": "argsort", "gather": "take", "div": "divide",
    "truediv": "divide", "rsqrt": "rsqrt", "unstack": "unstack", "batch_to_space": "batch_to_space", "mod": "mod",
    "l2_normalize": "normalize", "conv2d": "conv", "conv1d": "conv", "math.reduce_mean": "mean",
}  # fmt: skip
"""Of functions that are called otherwise in ``keras.ops``."""
OTHER_ARGUMENTS = {
    "perm": "axes",
    "keep_dims": "keepdims",
    "paddings": "pad_width",
    "input": "x",
    "input_tensor": "x",
    "tensor": "x",
}
DTYPES = frozenset("float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 bool".split())
NAMESPACES = frozenset(
    "nn math image linalg random signal data io initializers losses metrics compat v1 experimental".split()
)
OLD_MODULES = frozenset(
    "convolutional core merge merging normalization pooling recurrent embeddings noise local wrappers advanced_activations experimental preprocessing".split()
)
"""Of ``keras.layers``, from which Keras 2 let layers be imported."""


class Shim(types.ModuleType):
    """``tensorflow`` or a part of it; what is read of it is made when it is asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []
        self.__version__ = "2.16.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _made(self.__name__, name)
        setattr(self, name, made)
        return made


def _made(parent: str, name: str) -> Any:
    import keras  # type: ignore[import-not-found]

    if parent == "tensorflow" and name == "keras":
        return keras
    if parent == "tensorflow" and name == "function":
        return _identity
    if parent == "tensorflow" and name == "Module":
        return object
    if name in DTYPES:
        return name
    if name in NAMESPACES:
        return importlib.import_module(f"{parent}.{name}")
    if name in ("Tensor", "Variable", "TensorShape", "TensorSpec"):
        return keras.KerasTensor
    return _function(parent.rpartition(".")[2], name)


def _function(group: str, name: str) -> Callable[..., Any]:
    import keras  # type: ignore[import-not-found]

    places = {
        "random": [keras.random],
        "image": [keras.ops.image],
        "linalg": [keras.ops.linalg, keras.ops],
        "nn": [keras.ops.nn, keras.ops],
    }
    for place in places.get(group, [keras.ops]):
        found = getattr(place, OTHER_NAMES.get(name, name), None)
        if found is not None:
            return _renaming(found)
    if name == "constant":
        return keras.ops.convert_to_tensor
    return Missing(f"tf.{group}.{name}" if group != "tensorflow" else f"tf.{name}")


class Missing:
    """Something of TensorFlow that Keras 3 has no counterpart of; importing it is no harm yet."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"{self._name} has no counterpart in Keras 3, with which tf.keras programs are traced"
        )

    def __getattr__(self, name: str) -> Missing:
        return Missing(f"{self._name}.{name}")


def _renaming(function: Callable[..., Any]) -> Callable[..., Any]:
    def renamed(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("name", None)
        return function(*args, **{OTHER_ARGUMENTS.get(name, name): value for name, value in kwargs.items()})

    return renamed


def _identity(function: Any = None, **kwargs: Any) -> Any:
    return function if function is not None else _identity


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """``tensorflow…`` is a shim or the module of Keras that it stands for; old names in Keras are their new ones."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        first, *others = fullname.split(".")
        is_old = fullname.startswith("keras.layers.") and others[-1] in OLD_MODULES
        if first in ("tensorflow", "tf_keras") or is_old:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> Any:
        name = spec.name
        if name.startswith("keras.layers."):
            return _copied(name, importlib.import_module("keras.layers"))
        for prefix in ("tensorflow.keras", "tensorflow.python.keras", "tf_keras"):
            if name == prefix or name.startswith(prefix + "."):
                return _copied(name, importlib.import_module("keras" + name[len(prefix) :]))
        return Shim(name)

    def exec_module(self, module: Any) -> None:
        pass


def _copied(name: str, original: Any) -> types.ModuleType:
    """A module of another name with the same content."""
    made = types.ModuleType(name)
    made.__dict__.update({key: value for key, value in vars(original).items() if not key.startswith("__")})
    made.__path__ = []
    made.__getattr__ = lambda attribute: getattr(original, attribute)  # type: ignore[method-assign]
    return made


def install() -> None:
    """From now on, in this process."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
