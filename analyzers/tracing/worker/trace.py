"""One model: imported, built, run and measured."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from typing import Any

import torch

from analyzers.tracing.worker import tensorflow_shim, weights
from analyzers.tracing.worker.building import Impossible
from analyzers.tracing.worker.channel import Channel
from analyzers.tracing.worker.checkpoint import fill, read
from analyzers.tracing.worker.devices import (
    answer_for_accelerators,
    answer_for_processes,
    everything_on,
    missing_device,
)
from analyzers.tracing.worker.effective import EffectiveFields
from analyzers.tracing.worker.failures import sentence, where
from analyzers.tracing.worker.fields import Fields
from analyzers.tracing.worker.keras_models import KerasModels
from analyzers.tracing.worker.loading import Loaded, forget, load, tolerating_operators
from analyzers.tracing.worker.torch_models import TorchModels, give_numbers


def prepare() -> None:
    """Before any code of the user's: what it may find changed."""
    weights.leave_out_weights()
    answer_for_accelerators()
    answer_for_processes()


def framework_named(name: str) -> Any:
    """Raises :class:`Impossible` where the interpreter does not have it."""
    if name != "keras":
        return TorchModels()
    tensorflow_shim.install()
    try:
        return KerasModels()
    except ImportError as error:
        raise Impossible(f"this interpreter cannot import Keras 3 on torch: {type(error).__name__}: {error}") from None


class Trace:
    """One request; its results as far as they come."""

    def __init__(self, request: dict[str, Any], channel: Channel) -> None:
        self.request = request
        self.channel = channel
        self.path = os.path.abspath(request["path"])
        self.found: dict[str, Any] = {"seconds": {}, "notes": []}
        self.stage = "import"

    def run(self) -> dict[str, Any]:
        """Never raises what the program raises."""
        try:
            self._run()
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self._fail(error)
        self.found["notes"] = [*self.found["notes"], *dict.fromkeys(self._weights())]
        return self.found

    def _weights(self) -> list[str]:
        notes, weights.notes[:] = list(weights.notes), []
        return notes

    def _fail(self, error: BaseException) -> None:
        self.found["failure"] = str(error) if isinstance(error, Impossible) else sentence(self.stage, error, self.path)
        self.found["failed_at"] = where(error, self.path)
        self.found["stage"] = self.stage

    @contextlib.contextmanager
    def _staged(self, stage: str) -> Iterator[None]:
        self.stage = stage
        self.channel.send({"event": "stage", "id": self.request.get("id"), "stage": stage})
        start = time.perf_counter()
        try:
            yield
        finally:
            seconds = self.found["seconds"]
            seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start

    def _run(self) -> None:
        framework = framework_named(self.request.get("framework") or "torch")
        self.found.update(framework=framework.name, framework_version=framework.version)
        with self._staged("import"):
            forget()
            loaded = self._loaded()
        if loaded.failure is not None:
            self._after_failed_import(loaded)
        namespace = vars(loaded.module)
        model = self._shapes(framework, namespace)
        if model is None:
            return
        state = self._checkpoint(framework, namespace)
        if self.request.get("fields"):
            self._fields(framework, namespace)
        if self.request.get("erf"):
            self._erf(framework, state)

    def _after_failed_import(self, loaded: Loaded) -> None:
        """What stands before the line that failed is there: the model may be."""
        assert loaded.failure is not None
        name = self.request["expression"].split("(")[0].split(".")[0].strip()
        if name not in vars(loaded.module):
            raise loaded.failure
        self.found["notes"].append(sentence("import", loaded.failure, self.path))

    # -- shapes ---------------------------------------------------------------------------------------

    def _shapes(self, framework: Any, namespace: dict[str, Any]) -> Any:
        """The model, after a forward pass on the device that is asked for, or on the first that can."""
        wanted = self.request.get("device")
        reason = missing_device(wanted) if wanted else None
        if reason is not None:
            raise Impossible(reason)
        *tried, last = [wanted] if wanted else framework.devices()
        for device in tried:
            try:
                return self._shapes_on(framework, namespace, device)
            except Exception:
                continue
        return self._shapes_on(framework, namespace, last)

    def _shapes_on(self, framework: Any, namespace: dict[str, Any], device: str) -> Any:
        with self._staged("build"):
            model = tolerating_operators(lambda: framework.build(self.request, namespace, device))
        with self._staged("forward"):
            calls, output = framework.forward(model, self.request, device)
        total, trained = framework.parameters(model)
        self.found.update(
            device=device,
            parameters=total,
            trainable_parameters=trained,
            outputs=framework.outputs(output),
            layers=[
                {
                    "name": name,
                    "type": type(call.module).__name__,
                    "call": number,
                    "output_shape": call.shape,
                    "parameters": framework.own_parameters(call.module),
                }
                for name, number, call in framework.leaves(calls, model)
            ],
        )
        return model

    def _checkpoint(self, framework: Any, namespace: dict[str, Any]) -> dict[str, torch.Tensor] | None:
        """The tensors of the checkpoint that a person names; how they fit is told. Raises :class:`Impossible`."""
        path = self.request.get("checkpoint")
        if not path:
            return None
        with self._staged("checkpoint"):
            state = read(path)
            self.found["checkpoint"] = {"file": path, **fill(framework.build(self.request, namespace, "cpu"), state)}
        return state

    # -- fields ---------------------------------------------------------------------------------------

    def _fields(self, framework: Any, namespace: dict[str, Any]) -> None:
        """A failure here takes nothing away from the shapes."""
        try:
            with self._staged("fields"):
                model = framework.build(self.request, namespace, "cpu")
                give_numbers(model)
                fields = Fields(model, self.request, framework, self._progress)
                self.found["fields"] = fields.measured()
                self.found["notes"] += fields.notes
        except Exception as error:
            self.found["notes"].append(sentence("measuring receptive fields", error, self.path))

    def _anew(self, framework: Any) -> Any:
        """The model with other random weights, also where it is built as its file is imported."""
        forget()
        return framework.build(self.request, vars(self._loaded().module), "cpu")

    def _loaded(self) -> Loaded:
        with everything_on("cpu"):
            return load(self.path, self.request.get("text"), self.request.get("folders") or [])

    def _erf(self, framework: Any, state: dict[str, torch.Tensor] | None) -> None:
        try:
            with self._staged("erf"):
                fields = EffectiveFields(framework, self.request, lambda: self._anew(framework), state)
                self.found["erf"] = fields.measured(self._progress)
        except Impossible as error:
            self.found["notes"].append(str(error))
        except Exception as error:
            self.found["notes"].append(sentence("measuring the effective field", error, self.path))

    def _progress(self, text: str) -> None:
        self.channel.send({"event": "progress", "id": self.request.get("id"), "text": text})
