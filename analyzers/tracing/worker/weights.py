"""Random weights only: loaders that are known leave a model as it was made, and initialisation takes no time."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

notes: list[str] = []
"""What was left out, in words."""
initialising = [False]
"""Whether weights are initialised; only numbers need it."""


class NoWeights(OrderedDict):
    """A state that nobody has loaded: whatever is read of it is the same again."""

    def __missing__(self, key: Any) -> Any:
        return self

    def __delitem__(self, key: Any) -> None:
        pass

    def pop(self, key: Any, default: Any = None) -> Any:  # type: ignore[override]
        return self

    def get(self, key: Any, default: Any = None) -> Any:
        return self


def leave_out_weights() -> None:
    """Must come before anything imports these functions by name."""
    torch.hub.load_state_dict_from_url = _nothing_loaded  # type: ignore[assignment]
    import torch.utils.model_zoo as zoo

    zoo.load_url = _nothing_loaded  # type: ignore[assignment]
    load = nn.Module.load_state_dict

    def load_state_dict(self: nn.Module, state_dict: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(state_dict, NoWeights) or not state_dict:
            return nn.modules.module._IncompatibleKeys([], [])
        return load(self, state_dict, *args, **kwargs)

    nn.Module.load_state_dict = load_state_dict  # type: ignore[method-assign]
    _leave_out_initialisation()
    sys.meta_path.insert(0, AfterImport())


def _note(text: str) -> None:
    if text not in notes:
        notes.append(text)


def _nothing_loaded(url: Any = "", *args: Any, **kwargs: Any) -> NoWeights:
    _note(f"weights are random, not those of {url}")
    return NoWeights()


def _leave_out_initialisation() -> None:
    for name in dir(nn.init):
        function = getattr(nn.init, name)
        if name.endswith("_") and not name.startswith("_") and callable(function):
            setattr(nn.init, name, _idle(function))


def _idle(function: Callable[..., Any]) -> Callable[..., Any]:
    def initialise(tensor: Any, *args: Any, **kwargs: Any) -> Any:
        return function(tensor, *args, **kwargs) if initialising[0] else tensor

    initialise.__name__ = function.__name__
    return initialise


# -- libraries that load weights, changed as they are imported ------------------------------------


def _timm(module: Any) -> None:
    def load_pretrained(model: Any, *args: Any, **kwargs: Any) -> None:
        _note("weights are random, not those that timm calls pretrained")

    module.load_pretrained = load_pretrained


def _transformers_model(module: Any) -> None:
    @classmethod
    def from_pretrained(cls: Any, name: Any, *args: Any, config: Any = None, **kwargs: Any) -> Any:
        _note(f"weights are random, not those of {name}")
        config = cls.config_class.from_pretrained(name) if config is None else config
        return cls(config)

    module.PreTrainedModel.from_pretrained = from_pretrained


def _transformers_auto(module: Any) -> None:
    @classmethod
    def from_pretrained(cls: Any, name: Any, *args: Any, config: Any = None, **kwargs: Any) -> Any:
        from transformers import AutoConfig  # type: ignore[import-not-found]

        _note(f"weights are random, not those of {name}")
        return cls.from_config(AutoConfig.from_pretrained(name) if config is None else config)

    module._BaseAutoModelClass.from_pretrained = from_pretrained


NO_FILE = "rf-lsp-random-weights.weights.h5"


def _keras_files(module: Any) -> None:
    def get_file(fname: Any = None, origin: Any = None, *args: Any, **kwargs: Any) -> str:
        _note(f"weights are random, not those of {origin or fname}")
        return NO_FILE

    module.get_file = get_file


def _keras_model(module: Any) -> None:
    load = module.Model.load_weights

    def load_weights(self: object, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        return None if str(filepath) == NO_FILE else load(self, filepath, *args, **kwargs)

    module.Model.load_weights = load_weights


CHANGES: dict[str, Callable[[Any], None]] = {
    "timm.models._builder": _timm,
    "timm.models.helpers": _timm,
    "transformers.modeling_utils": _transformers_model,
    "transformers.models.auto.auto_factory": _transformers_auto,
    "keras.src.utils.file_utils": _keras_files,
    "keras.src.models.model": _keras_model,
}


class AfterImport(importlib.abc.MetaPathFinder):
    """Changes a module of :data:`CHANGES` as soon as it has been imported."""

    def __init__(self) -> None:
        self._looking = False

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if self._looking or fullname not in CHANGES:
            return None
        self._looking = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._looking = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Changing(spec.loader, CHANGES[fullname])
        return spec


class _Changing(importlib.abc.Loader):
    def __init__(self, loader: Any, change: Callable[[Any], None]) -> None:
        self._loader = loader
        self._change = change

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self._loader.exec_module(module)
        self._change(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
