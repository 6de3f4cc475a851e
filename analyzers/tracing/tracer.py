"""Models of one project, traced one after the other in one worker."""

from __future__ import annotations

from dataclasses import dataclass, field

from analyzers.facts import ModelFact
from analyzers.stop import Stop
from analyzers.tracing.comparison import compare
from analyzers.tracing.effective import effective
from analyzers.tracing.interpreters import Interpreter
from analyzers.tracing.process import Limits, Progress, Worker, WorkerFailed
from analyzers.tracing.recipe import NoRecipe, Recipe, add_erf, add_fields, recipe_for
from analyzers.tracing.results import ModelResult


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asked for. ``allow`` holds ``programs`` and ``network``; ``fields`` whether receptive fields are
    measured; ``erf`` whether effective fields are, of ``layers`` (none: of the last map) over ``seeds``."""

    limits: Limits = field(default_factory=Limits)
    allow: tuple[str, ...] = ()
    fields: bool = True
    erf: bool = False
    layers: tuple[str, ...] = ()
    seeds: int = 8
    whole: bool = False
    """Whether the whole map is told, too, for a picture."""
    checkpoint: str | None = None
    """A file with the weights to measure with; ``images`` a folder with the inputs; random ones otherwise."""
    images: str | None = None
    device: str | None = None
    """Where the model runs; None: on the meta device for shapes, on the CPU for numbers."""


class Tracer:
    """Keeps the worker warm between models; ends it with :meth:`close`."""

    def __init__(self, interpreter: Interpreter, folders: list[str]) -> None:
        """``folders`` are searched for imports, the first is the working directory."""
        self.interpreter = interpreter
        self.folders = folders
        self._worker: Worker | None = None

    def trace(
        self,
        model: ModelFact,
        wishes: Wishes,
        text: str | None = None,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> ModelResult:
        """Never raises what a program may do; a failure is a result with a message."""
        try:
            recipe = recipe_for(model, model.target.partition("::")[2], text, self.folders)
            if wishes.fields:
                add_fields(recipe, model, wishes.limits.seconds * FIELDS_SHARE)
            if wishes.erf:
                add_erf(recipe, model, wishes.layers, wishes.seeds, wishes.whole)
                recipe.request["erf"]["images"] = wishes.images
            recipe.request.update(allow=list(wishes.allow), checkpoint=wishes.checkpoint, device=wishes.device)
            result = self._asked(model, recipe, wishes, stop, progress)
        except (NoRecipe, WorkerFailed) as error:
            result = ModelResult(model, "failed", message=str(error), framework=model.framework)
            result.output = self._worker.output if self._worker is not None else ""
        result.python = self.interpreter.path
        return result

    def _asked(
        self, model: ModelFact, recipe: Recipe, wishes: Wishes, stop: Stop | None, progress: Progress | None
    ) -> ModelResult:
        if self._worker is None or not self._worker.is_alive:
            self._worker = Worker(self.interpreter.path, self.folders[0])
        answer = self._worker.ask(recipe.request, wishes.limits, stop, progress)
        result = compare(model, recipe, answer)
        result.output = self._worker.output
        if "erf" in answer:
            result.erf = effective(model, recipe.request["erf"], answer["erf"])
        return result

    @property
    def is_ready(self) -> bool:
        """Whether the interpreter could be started and has torch; what fails otherwise says nothing of the model."""
        return self._worker is not None and "torch" in self._worker.greeting

    def close(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def __enter__(self) -> Tracer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


FIELDS_SHARE = 0.6
"""Of the time that a request may take: receptive fields that are not measured in it are left out."""
