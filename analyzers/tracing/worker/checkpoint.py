"""A checkpoint that a person names: a state dict, read without running anything of it (``weights_only``)."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import nn

from analyzers.tracing.worker.building import Impossible
from analyzers.tracing.worker.failures import first_sentence

WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "module", "params", "weights")
"""Under which programs keep a state dict beside other things."""
PREFIXES = ("module.", "model.", "net.", "_orig_mod.")
"""What wrappers of a model put before every name."""


def read(path: str) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint by name. Raises :class:`Impossible`, with the reason in one sentence."""
    name = os.path.basename(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise Impossible(f"there is no checkpoint {path}") from None
    except Exception as error:
        said = f"{name} cannot be read as a checkpoint of tensors alone (weights_only=True)"
        raise Impossible(f"{said}: {first_sentence(error)}") from None
    state = _state_in(found)
    if state is None:
        raise Impossible(f"{name} holds no state dict: nothing in it is a dict of tensors")
    return state


def _state_in(found: Any) -> dict[str, torch.Tensor] | None:
    if not isinstance(found, dict):
        return None
    tensors = {str(key): value for key, value in found.items() if isinstance(value, torch.Tensor)}
    if tensors:
        return tensors
    inner = [found[name] for name in WRAPPERS if name in found]
    return next((state for one in inner if (state := _state_in(one)) is not None), None)


def fill(model: nn.Module, state: dict[str, torch.Tensor]) -> dict[str, Any]:
    """Load what fits. The answer says how many tensors were ``loaded``, which names of the model are ``missing`` in the
    checkpoint, which of the checkpoint are ``unexpected``, and which have another shape (``mismatched``)."""
    own = model.state_dict()
    state = _without_prefix(state, set(own))
    mismatched = [
        {"name": name, "checkpoint": list(state[name].shape), "model": list(own[name].shape)}
        for name in own
        if name in state and state[name].shape != own[name].shape
    ]
    fitting = {name: state[name] for name in own if name in state and state[name].shape == own[name].shape}
    with torch.no_grad():
        for name, tensor in own.items():
            if name in fitting:
                tensor.copy_(fitting[name])
    return {
        "loaded": len(fitting),
        "missing": [name for name in own if name not in state],
        "unexpected": [name for name in state if name not in own],
        "mismatched": mismatched,
    }


def _without_prefix(state: dict[str, torch.Tensor], own: set[str]) -> dict[str, torch.Tensor]:
    """As wrappers of the model have named it: the names with which most of the model's are met."""
    best, most = state, len(own & state.keys())
    for prefix in PREFIXES:
        shorter = {name[len(prefix) :] if name.startswith(prefix) else name: value for name, value in state.items()}
        longer = {prefix + name: value for name, value in state.items()}
        for other in (shorter, longer):
            if len(own & other.keys()) > most:
                best, most = other, len(own & other.keys())
    return best
