"""Which models a file holds, and the analysis of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analyzers.facts import FileFacts, InputFact, ModelFact, Place, UnknownFact
from analyzers.imports.resolver import workspace_root
from analyzers.imports.workspace import files_that_build
from analyzers.interpreter.budget import BudgetExceeded, Enough
from analyzers.interpreter.expressions import evaluate
from analyzers.interpreter.framework import FRAMEWORKS, framework_of, is_model, is_model_class, is_module, walk
from analyzers.interpreter.iteration import is_exception
from analyzers.interpreter.machine import Machine
from analyzers.interpreter.modules import Module, Modules, describe, outside
from analyzers.interpreter.scope import Frame
from analyzers.interpreter.values import MISSING, Class, Function, Instance, Raised, Site
from analyzers.models.extraction import fill, place_of
from analyzers.models.inputs.solver import InputError, Usage, find_inputs
from analyzers.models.placeholder_arguments import placeholder_arguments
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.analysis import Analyzer
    from analyzers.request import Request

STEPS_PER_MODEL = 300_000
"""Six times what a network of a thousand layers takes."""
STEPS_PER_CANDIDATE = 200_000
STEPS_PER_USAGE = 100_000
MAXIMUM_BUILDERS = 5
MAXIMUM_CANDIDATES = 600
"""Classes, functions and assignments of one file that are looked at as models."""
MAXIMUM_MODELS = 300
"""Models of one file that are run."""
MAXIMUM_EXHAUSTED = 1
"""Candidates that may use up their budget; then the rest of the file is left alone."""
MAXIMUM_TRIALS = 5
OF_DATA = frozenset(
    "broadcast-mismatch concat-mismatch matmul-mismatch reshape-mismatch dimension-out-of-range rank-mismatch "
    "invalid-argument".split()
)
"""Findings that say something of values, which a notebook's own code outside its models computes from data."""
USE = re.compile(
    r"\b(?:rand|randn|randint|zeros|ones|empty|full|arange|rand_like|Tensor|FloatTensor|summary|export|trace|profile|"
    r"get_model_complexity_info|FlopCountAnalysis|flop_count|add_graph)[ \t]*\("
)
"""Making a tensor to try a model with, or giving a model to a tool that runs it."""
TRIAL = re.compile(r"_?(?:test|main|demo|example|run|try|check|sanity|debug|smoke)")


class Discovery:
    """One file: finds its models, runs each, and collects the facts."""

    def __init__(self, analyzer: Analyzer, request: Request) -> None:
        self.analyzer = analyzer
        self.request = request
        modules = Modules(analyzer.project_for(request.path))
        modules.declared = {name: entry.get("like", "") for name, entry in analyzer.options.layers.items()}
        self.machine = Machine(modules)
        self.module = self.machine.modules.load(request.path)
        self.facts = FileFacts(request.path)
        self.used: set[Any] = set()
        self.exhausted = 0
        """Models that took all their steps."""
        self.endless = 0
        """Pieces of the file's own code that did."""
        self.kept_parts = frozenset().union(*request.kept.values())
        self.target = ""
        if request.stop is not None:
            self.machine.budget.stop = request.stop

    def run(self) -> FileFacts:
        source = self.module.source
        if self.request.expressions:
            if not self.request.inputs and not self.request.inputs_of:
                self._run_usages(source)
            for expression in self.request.expressions:
                self._of_expression(expression)
        else:
            self._of_file(source)
        self.facts.broken_blocks = [
            (Place(self.request.path, line, 0, line, 0), message)
            for block in source.blocks
            for line, message in (block.errors if block.is_parsed else ())
        ]
        return self.facts

    # -- one expression --------------------------------------------------------------------------

    def _of_expression(self, expression: str) -> None:
        from analyzers.request import TargetError

        node, block = self._parsed(expression)
        self.machine.budget.left = STEPS_PER_MODEL
        frame = Frame(self.module, self.module.scope, block)
        self.machine.frames.append(frame)
        failure: str | None = None
        value: Any = None
        try:
            value = evaluate(self.machine, frame, node)
            value = self._built(value)
        except Raised as raised:
            is_here = raised.site is None or raised.site.block is block
            if is_here and is_exception(raised.value, "AttributeError"):
                sentence = f"{self.request.path} has no {expression!r}: {describe(raised).partition(': ')[2]}"
                raise TargetError(sentence, self._held()) from None
            self.machine.recorder.escaped(raised)
            failure = f"{expression} raises {describe(raised)}"
        except BudgetExceeded as error:
            failure = error.reason
        except UnknownUsed as used:
            value = used.unknown
        finally:
            self.machine.frames.pop()
        if isinstance(value, Unknown):
            if value.reason == f"the name {expression.partition('(')[0].strip()} is not found":
                raise TargetError(f"{self.request.path} has no {expression!r}", self._held())
            failure = failure or value.reason
        target = f"{self.request.path}::{expression}"
        self.facts.models.append(self._model(target, expression, value, failure))

    def _parsed(self, expression: str) -> tuple[Any, Any]:
        import libcst

        from analyzers.request import TargetError
        from analyzers.source.blocks import split

        blocks = split(expression + "\n")
        tree = blocks[0].tree() if len(blocks) == 1 and not blocks[0].broken else None
        statement = tree.body[0] if tree is not None and tree.body else None
        small = statement.body[0] if isinstance(statement, libcst.SimpleStatementLine) else None
        alone = isinstance(statement, libcst.SimpleStatementLine) and len(statement.body) == 1
        if not alone or not isinstance(small, libcst.Expr) or (blocks[0].is_parsed and blocks[0].errors):
            raise TargetError(f"{expression!r} is not a Python expression")
        return small.value, blocks[0]

    def _held(self) -> list[str]:
        return [name for block in self.module.source.blocks if block.kind != "import" for name in block.binds]

    def _built(self, value: Any) -> Any:
        """A class or a function named as target is called without arguments."""
        for framework in FRAMEWORKS:
            framework.before_build(self.machine)
        if isinstance(value, Class) and is_model_class(value):
            return self._instance_of(value)
        if isinstance(value, Function) and not required_parameters(value):
            return self.machine.call(value)
        return value

    def _instance_of(self, value: Class) -> Any:
        """An instance; what nobody gives its constructor is stood in for."""
        names = constructor_parameters(value)
        try:
            return self.machine.call(value, (), placeholder_arguments(self.machine, self.module, value, names))
        except Raised:
            if not names:
                raise
            return self.machine.call(value, (), {name: Unknown(f"nobody says what {name} is") for name in names})

    # -- a whole file ----------------------------------------------------------------------------

    def _of_file(self, source: Any) -> None:
        for expression in self._declared():
            self._of_expression(expression)
        self._run_usages(source)
        blocks = [block for block in source.blocks if block.kind in ("class", "def", "assign")]
        chosen = sorted(blocks, key=self._turn)[:MAXIMUM_CANDIDATES]
        # Whatever the file makes of an object comes before it is tried with a guessed input, which may build it.
        assigned = {b.index: self._candidate(b) for b in sorted(chosen, key=_index) if b.kind == "assign"}
        for block in chosen:
            for name, value, site in assigned[block.index] if block.kind == "assign" else self._candidate(block):
                if not (isinstance(value, Class) and self._is_part(value)):
                    self._of_candidate(name, value, site)
            if self.exhausted >= MAXIMUM_EXHAUSTED or len(self.facts.models) >= MAXIMUM_MODELS:
                break
        self.facts.models.sort(key=_line_of)
        self._problems_outside_models()

    def _turn(self, block: Any) -> tuple[bool, bool, int]:
        """What is wanted first comes first; classes after what may be made of them, and from the end of the
        file, since parts are written before what they are parts of."""
        is_class = block.kind == "class"
        return (
            not any(n in self.request.first for n in block.binds),
            is_class,
            -block.index if is_class else block.index,
        )

    def _is_part(self, value: Class) -> bool:
        return value in self.used or value.qualified_name in self.kept_parts

    def _declared(self) -> list[str]:
        """Models named by ``# rf: model=…`` comments and by the settings."""
        comments = [d.value for d in self.module.source.comments if d.kind == "model" and d.error is None]
        settings = [
            entry["target"].partition("::")[2]
            for entry in self.analyzer.options.models
            if entry.get("target", "").partition("::")[0] == self.request.path and "::" in entry.get("target", "")
        ]
        return comments + settings

    def _candidate(self, block: Any) -> list[tuple[str, Any, Site | None]]:
        """(name, value) of what a block binds that may be or make a model."""
        if block.kind == "assign" and "(" not in block.text:
            return []
        if block.kind == "def" and "return" not in block.text:
            return []
        found = []
        for name in block.binds:
            if name in self.request.kept:
                continue
            value = self._followed(lambda name=name: self.module.look_up(name), STEPS_PER_CANDIDATE)
            if block.kind == "class" and not (isinstance(value, Class) and is_model_class(value)):
                continue
            if block.kind == "def" and not (isinstance(value, Function) and not required_parameters(value)):
                continue
            if block.kind == "assign" and not is_model(value):
                continue
            found.append((name, value, self._definition(block)))
        return found

    def _definition(self, block: Any) -> Site | None:
        """The function that a block defines: what its decorators make of it may stand elsewhere."""
        tree = block.tree() if block.kind == "def" else None
        return Site(block, tree.body[0], self.request.path) if tree is not None and tree.body else None

    def _followed(self, work: Any, steps: int) -> Any:
        """The file's own code, within ``steps``. A training loop has no end in sight: that says nothing of the
        models, but each time the steps run out the next code gets a quarter of them."""
        before = self.exhausted
        value = self._guarded(work, steps >> 2 * self.endless)
        self.endless += self.exhausted - before
        self.exhausted = before
        return value

    def _guarded(self, work: Any, steps: int) -> Any:
        self.machine.budget.left = steps
        try:
            return work()
        except Raised as raised:
            self.machine.recorder.escaped(raised)
            return Unknown(f"raises {describe(raised)}", raised.site)
        except BudgetExceeded as error:
            self.exhausted += 1
            return Unknown(error.reason)
        except UnknownUsed as used:
            return used.unknown

    def _of_candidate(self, name: str, value: Any, site: Site | None) -> None:
        machine = self.machine
        recorded_errors, machine.recorder.recorded_errors = machine.recorder.recorded_errors, []
        instance, build = value, None
        if not isinstance(value, Instance):
            build = self._workspace_instance(value) if self._has_symbols(value) else None
            instance = build or self._guarded(lambda: self._built(value), STEPS_PER_MODEL)
        if not is_model(instance):
            machine.recorder.recorded_errors = recorded_errors
            return
        target = f"{self.request.path}::{name}" + ("" if isinstance(value, Instance) else "()")
        if any(model.target == target for model in self.facts.models):
            machine.recorder.recorded_errors = recorded_errors
            return
        fact = self._model(target, name, instance, None, value)
        if fact.problems and isinstance(value, Class) and instance is not build:
            fact = self._as_made(target, name, value) or fact
        fact.place = place_of(site) or fact.place
        machine.recorder.recorded_errors = recorded_errors
        unused = (self._has_symbols(value) and instance is not build) or self._is_made_otherwise(value, fact)
        if unused or _is_empty_list(instance) or (instance is not build and _waits_for_items(value)):
            fact.problems = []
        if _hands_on(value):
            fact.problems = [p for p in fact.problems if p.rule != "missing-argument"]
        if fact.status != "failed" or fact.problems:
            self.facts.models.append(fact)
            if self.request.done is not None:
                self.request.done(fact)

    def _as_made(self, target: str, name: str, value: Class) -> ModelFact | None:
        """The class as the code makes it, with arguments of its own, where its bare defaults do not work."""
        made = self._workspace_instance(value)
        self.machine.recorder.recorded_errors = []
        return self._model(target, name, made, None, value) if made is not None else None

    def _is_made_otherwise(self, value: Any, fact: ModelFact) -> bool:
        """A class that functions of the file make with arguments of their own; its bare defaults nobody uses."""
        makers = (m for m in self.facts.models if m.class_name == fact.class_name and not m.problems)
        return isinstance(value, Class) and next(makers, None) is not None

    def _has_symbols(self, value: Any) -> bool:
        """A class whose constructor gets symbols, since nobody says what it is given."""
        return isinstance(value, Class) and bool(constructor_parameters(value))

    def _workspace_instance(self, value: Class) -> Any:
        """An instance of the class as the file itself, or else another file of the workspace, builds it."""
        made = self._instance_built(value)
        if made is None:
            for path in self._builders(value):
                self._follow(path, value.name)
                made = self._instance_built(value)
                if made is not None:
                    break
        return made

    def _instance_built(self, value: Class) -> Any:
        whole = (
            i for i in self.machine.recorder.built if i.class_ is value and i.unknown_because is None and is_module(i)
        )
        return next(whole, None)

    def _builders(self, value: Class) -> list[str]:
        root = workspace_root(self.request.path)
        if "site-packages" in root or value.site is None or value.site.path != self.request.path:
            return []
        return list(files_that_build(self.analyzer.sources, root, value.name, self.request.path))[:MAXIMUM_BUILDERS]

    def _follow(self, path: str, name: str) -> None:
        """Run what another file does with the class: its top-level code, then its functions without arguments."""
        machine = self.machine
        saved, machine.recorder.recorded_errors = machine.recorder.recorded_errors, []
        module = machine.modules.load(path)
        for block in module.source.blocks:
            if block.kind not in ("def", "class", "import", "comment") and block.mentions(name):
                self._guarded(lambda block=block: self._run_block(block, module), STEPS_PER_USAGE)
        for block in module.source.blocks:
            if block.kind == "def" and block.mentions(name) and f"{name}(" in block.text:
                self._guarded(lambda block=block: self._call_function(module, block.binds[0]), STEPS_PER_USAGE)
        machine.recorder.recorded_errors = saved

    def _call_function(self, module: Module, name: str) -> None:
        function = module.look_up(name)
        if isinstance(function, Function) and not required_parameters(function) and not _hands_on(function):
            with outside(self.machine):
                self.machine.call(function)

    def _problems_outside_models(self) -> None:
        from analyzers.models.extraction import Extraction

        extraction = Extraction(self.machine, None, [])
        recorded_errors = self.machine.recorder.recorded_errors
        if self.module.source.offsets:  # Cells give a name new meanings, and loops fill it between them.
            recorded_errors = [t for t in recorded_errors if t.error.rule not in OF_DATA]
        self.facts.problems = extraction.problems(recorded_errors)

    # -- how the file uses its models ----------------------------------------------------------------

    def _run_usages(self, source: Any) -> None:
        """Follow the ``__main__`` block and top-level calls, to see which models are called with what."""
        self._usages: list[Usage] = []
        machine = self.machine
        saved, machine.recorder.recorded_errors = machine.recorder.recorded_errors, []
        for block in source.blocks:
            if block in source.main_blocks or _is_top_level_use(block):
                self._followed(lambda block=block: self._run_block(block, self.module), STEPS_PER_USAGE)
        if not machine.recorder.usages:
            for block in _trials(source):
                self._followed(lambda block=block: self._call_function(self.module, block.binds[0]), STEPS_PER_USAGE)
        # What building refuses is certain; what a call runs into comes up again with the model itself.
        machine.recorder.recorded_errors = saved + [t for t in machine.recorder.recorded_errors if t.record is None]
        self._usages = [Usage(*u) for u in machine.recorder.usages]

    def _run_block(self, block: Any, module: Module) -> None:
        names = module.scope.names
        before = names.get("__name__")
        names["__name__"] = "__main__"
        try:
            if block.index not in module.executed:
                module.run_in_turn(self.machine, block)
        finally:
            names["__name__"] = before

    # -- one model -----------------------------------------------------------------------------------

    def _model(self, target: str, name: str, value: Any, failure: str | None, origin: Any = None) -> ModelFact:
        self.target = target.partition("::")[2]
        fact = ModelFact(
            target=target,
            name=name,
            framework=_framework_name(value),
            place=self._place(value, origin),
            status="failed",
        )
        if isinstance(value, Instance) and not isinstance(origin, Instance) and origin is not None:
            fact.name = value.class_.name if isinstance(origin, Class) else name
        if failure is not None or not is_module(value):
            reason = failure or f"{name} is not a model"
            place = place_of(value.place) if isinstance(value, Unknown) else None
            fact.unknowns.append(UnknownFact(place, reason))
            self._keep_problems(fact)
            return fact
        classes = {m.class_ for _, m in walk(value) if m is not value}
        self.used.update(classes)
        fact.class_name = value.class_.qualified_name
        fact.parts = frozenset(c.qualified_name for c in classes)
        self._forward(fact, value)
        return fact

    def _keep_problems(self, fact: ModelFact) -> None:
        from analyzers.models.extraction import Extraction

        fact.problems = Extraction(self.machine, None, []).problems(self.machine.recorder.recorded_errors)
        self.machine.recorder.recorded_errors = []

    def _place(self, value: Any, origin: Any) -> Place | None:
        subject = origin if isinstance(origin, (Class, Function)) else value
        site = getattr(subject, "site", None)
        if isinstance(subject, Instance) and subject.class_.site is not None and origin is None:
            site = subject.class_.site
        return place_of(site)

    def _forward(self, fact: ModelFact, root: Instance) -> None:
        machine = self.machine
        built = machine.recorder.recorded_errors
        usages = getattr(self, "_usages", [])
        self._finalize(root)
        try:
            found = find_inputs(self, root, usages, built)
        except InputError as error:
            fact.unknowns.append(UnknownFact(None, str(error)))
            found = error.partial
        self._finalize(root)
        fact.inputs = [InputFact(i.name, i.shape, i.origin) for i in found.inputs]
        machine.recorder.recorded_errors = built + found.recorded_errors
        fill(fact, machine, root, found.result)
        machine.recorder.recorded_errors = []
        for reason, site in found.failures:
            fact.unknowns.append(UnknownFact(place_of(site), reason))
            fact.status = "partial" if fact.layers else "failed"

    def _finalize(self, root: Instance) -> None:
        """What the framework does to a model before it is looked at; code of the user's that takes part in it
        (an own ``train``) may not fit, which is no finding."""
        framework, recorder = framework_of(root), self.machine.recorder
        assert framework is not None
        recorded_errors = recorder.recorded_errors
        recorder.recorded_errors = []
        with outside(self.machine):
            self._followed(lambda: framework.finalize_model(root), STEPS_PER_CANDIDATE)
        recorder.recorded_errors = recorded_errors

    def forward_once(self, root: Instance, args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, list[Any]]:
        """One recorded forward pass: (result, [(reason, site) of what ended it])."""
        machine = self.machine
        machine.recorder.reset()
        machine.recorder.suspended_depth = 0
        machine.budget.left = STEPS_PER_MODEL
        try:
            return machine.call(root, args, kwargs), []
        except Raised as raised:
            machine.recorder.escaped(raised)
            return Unknown(f"forward raises {describe(raised)}", raised.site), [
                (f"forward raises {describe(raised)}", raised.site)
            ]
        except Enough as end:
            return Unknown(end.reason), []
        except BudgetExceeded as error:
            self.exhausted += 1
            return Unknown(error.reason), [(error.reason, None)]
        except UnknownUsed as used:
            return used.unknown, [(used.unknown.reason, used.unknown.place)]


def _framework_name(value: Any) -> str:
    framework = framework_of(value)
    return framework.name if framework is not None else "torch"


def _line_of(model: ModelFact) -> int:
    return model.place.line if model.place is not None else 0


def _index(block: Any) -> int:
    return block.index


def _is_top_level_use(block: Any) -> bool:
    """A call, or any other top-level code that makes tensors or hands a model to a tool."""
    if block.kind == "other" and block.keyword not in ("if", "for", "while", "with", "try"):
        return "(" in block.text
    return block.kind in ("other", "assign") and USE.search(block.text) is not None


def _trials(source: Any) -> list[Any]:
    """Functions that try the file's models out: tests, ``main`` and the like, where nothing else does."""
    found = (b for b in source.blocks if b.kind == "def" and TRIAL.match(b.binds[0] if b.binds else ""))
    return [block for block in found if USE.search(block.text)][:MAXIMUM_TRIALS]


def _is_empty_list(value: Any) -> bool:
    """A list of modules that nobody has put one into yet."""
    bases = {c.name for c in value.class_.mro if isinstance(c, Class) and c.host is not None}
    return bool(bases & {"ModuleList", "ModuleDict", "Sequential"}) and not value.attributes.get("_modules")


def _waits_for_items(value: Any) -> bool:
    """A class whose constructor has an empty tuple, list or dict as a default: nobody means to leave it empty."""
    initialiser = value.find("__init__") if isinstance(value, Class) else None
    defaults = initialiser.defaults.values() if isinstance(initialiser, Function) else ()
    return any(isinstance(default, (tuple, list, dict)) and not default for default in defaults)


def _hands_on(value: Any) -> bool:
    """Whether a function or a constructor takes any arguments, to hand them on: called without, it may lack some."""
    if isinstance(value, Class):
        value = next(
            (c.namespace["__init__"] for c in value.mro if isinstance(c, Class) and "__init__" in c.namespace), None
        )
    if not isinstance(value, Function):
        return False
    return value.parameters.rest is not None or value.parameters.keywords is not None


def required_parameters(function: Function) -> list[str]:
    """Parameters without a default, in order (``self`` included)."""
    parameters = function.parameters
    every = [*parameters.positional, *parameters.keyword_only]
    return [p for p in every if p not in function.defaults]


def constructor_parameters(class_: Class) -> list[str]:
    """What a constructor must be given: its parameters without a default, and those of the base's
    constructor where it takes ``**kwargs`` to hand on."""
    names: list[str] = []
    for base in class_.mro:
        initialiser = base.namespace.get("__init__") if isinstance(base, Class) else None
        if initialiser is None:
            continue
        if not isinstance(initialiser, Function):
            break
        names += required_parameters(initialiser)[1:]
        if initialiser.parameters.keywords is None:
            break
    return list(dict.fromkeys(names))


__all__ = ["MISSING", "Discovery", "Module", "outside"]
