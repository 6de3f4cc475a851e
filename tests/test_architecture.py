"""The invariants of ARCHITECTURE.md, read off the source."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trees import ENGINE, FRONT, ROOT, called, imports, nodes, tree_of

TRACING = ROOT / "analyzers" / "tracing"

FORBIDDEN_IN_ENGINE = {"rf_lsp", "lsprotocol", "pygls", "rich", "torch", "torchvision", "keras", "tensorflow"}
EXECUTION = {"eval", "exec", "__import__", "compile", "import_module", "run_path", "run_module"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def engine_files() -> list[Path]:
    """All of the engine but the tracing worker, which runs in a process of its own."""
    return [path for path in ENGINE if TRACING not in path.parents]


def test_the_engine_knows_neither_front_end_nor_frameworks():
    found = [
        f"{relative(path)}: {name}"
        for path in engine_files()
        for name in imports(path)
        if name.split(".")[0] in FORBIDDEN_IN_ENGINE
    ]
    assert found == []


def test_protocol_types_stay_in_the_server():
    found = [
        f"{relative(path)}: {name}"
        for path in FRONT
        for name in imports(path)
        if name.split(".")[0] in {"lsprotocol", "pygls"} and ROOT / "rf_lsp" / "server" not in path.parents
    ]
    assert found == []


def test_trees_of_libcst_stay_in_source_and_fixes():
    """The interpreter runs programs alone."""
    found = [
        f"{relative(path)}: {name}"
        for path in (*ENGINE, *FRONT)
        for name in imports(path)
        if name.split(".")[0] == "libcst" and not relative(path).startswith(("analyzers/source/", "analyzers/fixes/"))
    ]
    assert found == []


def test_rich_stays_in_the_module_that_draws_with_it():
    found = {relative(path) for path in FRONT for name in imports(path) if name.split(".")[0] == "rich"}
    assert found == {"rf_lsp/output/with_rich.py"}


OPTIONAL = {
    "anyio": {"rf_lsp/agents/asking.py", "rf_lsp/agents/server.py"},
    "distributed": {"rf_lsp/dask_executor.py"},
    "mcp": {"rf_lsp/agents/server.py"},
}


@pytest.mark.parametrize("library", OPTIONAL)
def test_optional_libraries_stay_at_their_edge(library: str):
    found = {relative(path) for path in FRONT for name in imports(path) if name.split(".")[0] == library}
    assert found == OPTIONAL[library]


def executions(path: Path) -> Iterator[str]:
    """Calls that could run source: by bare name, or as ``importlib.import_module`` and the like."""
    for node in nodes(path, ast.Call):
        name = called(node)
        if name in EXECUTION or name in {f"{module}.import_module" for module in ("importlib",)}:
            own = node.args and ast.unparse(node.args[0]).startswith(("f'analyzers.", "f'rf_lsp.", "'analyzers."))
            if not (name == "import_module" and own):
                yield f"{relative(path)}:{node.lineno} {name}"


def test_user_code_is_never_executed():
    """``import_module`` is for the project's own modules, named by a literal prefix."""
    assert [found for path in (*engine_files(), *FRONT) for found in executions(path)] == []


FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(floor.split())
    for floor in (
        "facts geometry request signature stop tiling unknown vocabulary",
        "source",
        "tensors imports",
        "interpreter",
        "frameworks",
        "models",
        "rules fixes tracing ignores incremental",
        "watchdog",
        "analysis",
    )
)
"""The parts of the engine from the ground up: a part imports what lies below it, and parts of its own floor nothing of
each other but what :data:`BESIDE` names."""
BESIDE = {
    *(("facts", "geometry"), ("facts", "signature"), ("facts", "vocabulary")),
    *(("request", "facts"), ("request", "stop"), ("tiling", "facts"), ("fixes", "rules")),
}
PLAIN = {"rules": FLOORS[0]}
"""Parts that read plain data only, wherever they stand."""


def part_of(name: str) -> str:
    return name.split(".")[1]


def parts() -> set[str]:
    return {path.stem if path.is_file() else path.name for path in (ROOT / "analyzers").iterdir()} - {
        "__init__",
        "__pycache__",
        "py",
    }


def test_every_part_of_the_engine_has_its_floor():
    standing = {part for floor in FLOORS for part in floor} - {"tracing"}
    assert {part for part in parts() if part != "tracing"} - {"py.typed"} == standing


def may_import(part: str, other: str) -> bool:
    level = next(i for i, floor in enumerate(FLOORS) if part in floor)
    below = {name for floor in FLOORS[:level] for name in floor}
    allowed = PLAIN.get(part, below)
    return other == part or other in allowed or (part, other) in BESIDE


def test_imports_go_down_only():
    """Also those inside functions; what only the type checker reads may look up."""
    found = [
        f"{relative(path)}: {name}"
        for path in engine_files()
        if path.parent != ROOT / "analyzers" or path.stem != "__init__"
        for name in imports(path, at_run_time=True)
        if name.startswith("analyzers.") and not may_import(part_of(dotted(path)), part_of(name))
    ]
    assert found == []


def dotted(path: Path) -> str:
    return relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def import_graph() -> dict[str, set[str]]:
    """Module → modules of the project that it imports when it runs."""
    files = {dotted(path): path for path in (*ENGINE, *FRONT)}
    graph = {}
    for module, path in files.items():
        named = {name for name in imports(path, at_run_time=True) if name in files}
        graph[module] = {name for name in named if not any(other.startswith(f"{name}.") for other in named)}
    return graph


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Sets of modules that import each other, directly or around corners."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        queue = [start]
        while queue:
            fresh = graph[queue.pop()] - seen
            seen |= fresh
            queue.extend(fresh)
        return seen

    after = {module: reached(module) for module in graph}
    groups = {frozenset(m for m in after[module] if module in after[m]) for module in graph if module in after[module]}
    return [set(group) for group in groups]


def test_only_parts_of_the_evaluator_import_each_other():
    """Evaluating an expression may call anything, and calling evaluates: those few files form circles."""
    found = circles(import_graph())
    assert [group for group in found if not all(m.startswith("analyzers.interpreter.") for m in group)] == []
    assert not any("library" in module for group in found for module in group)


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import analyzers.source.sources, analyzers.source.comments",
        "import analyzers.rules.support.registry",
        "import rf_lsp.settings, rf_lsp.files, rf_lsp.cache, rf_lsp.engine, rf_lsp.check_run",
    ],
)
def test_what_a_cached_check_needs_is_light(statement: str):
    loaded = loaded_after(statement)
    assert "libcst" not in loaded
    assert not any(name.startswith("analyzers.interpreter") for name in loaded)


def test_the_engine_reads_files_in_one_place():
    """The gate opens files; only ``Sources`` and the search for environments list folders."""
    readers = {"analyzers/source/gate.py", "analyzers/source/sources.py", "analyzers/imports/folders.py"}
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in engine_files()
        for node in nodes(path, ast.Call)
        if called(node) in {"open", "os.listdir", "os.scandir", "io.open", "Path"}
    ]
    assert [place for place in found if place.split(":")[0] not in readers] == []


def rule_names_used() -> set[str]:
    """The rule names that operations raise and the interpreter reports, where they are literals."""
    found = set()
    for path in engine_files():
        for node in nodes(path, ast.Call):
            named = called(node).split(".")[-1] in {"OperationError", "Problem"}
            first = node.args[0] if named and node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def test_every_problem_has_a_rule():
    from analyzers.rules.support.registry import RULES

    assert rule_names_used() - {rule.name for rule in RULES.values()} == set()


def test_rules_are_one_file_each_named_after_the_rule():
    from analyzers.rules.support.registry import MODULES

    for code, module in MODULES.items():
        rule = module.RULE
        assert Path(str(getattr(module, "__file__", ""))).stem == rule.name.replace("-", "_")
        assert rule.code == code and rule.summary and rule.why and rule.how_to_fix
        assert rule.level in {"error", "warning", "information", "off"}


def capabilities() -> dict[str, type]:
    """Method → the class that says the machine may ask for it."""
    from analyzers.interpreter import capabilities

    kinds = [value for value in vars(capabilities).values() if isinstance(value, type)]
    return {name: kind for kind in kinds for name in vars(kind) if not name.startswith("_")}


def defined_classes(path: Path) -> Iterator[type]:
    module = importlib.import_module(dotted(path))
    named = [node.name for node in tree_of(path).body if isinstance(node, ast.ClassDef)]
    yield from (found for found in (getattr(module, name) for name in named) if isinstance(found, type))


def test_what_the_machine_asks_of_values_is_declared():
    """The machine asks by class: a hook of a class that does not derive from its capability is never called."""
    found = [
        f"{relative(path)}: {kind.__name__}.{name}"
        for path in engine_files()
        for kind in defined_classes(path)
        for name, capability in capabilities().items()
        if name in vars(kind) and not issubclass(kind, capability)
    ]
    assert found == []


def test_the_machine_looks_for_no_attributes_but_those_of_python():
    """An object of the program has whatever attributes the program gives it."""
    found = [
        f"{relative(path)}:{node.lineno} {ast.unparse(node)}"
        for path in engine_files()
        if ROOT / "analyzers" / "interpreter" in path.parents
        for node in nodes(path, ast.Call)
        if called(node) == "hasattr"
        for name in [node.args[1]]
        if isinstance(name, ast.Constant) and not str(name.value).startswith("__")
    ]
    assert found == []


def test_the_checker_knows_the_machine_and_what_a_method_belongs_to():
    """A misspelt attribute of either is an error of the type checker."""
    found = [
        f"{relative(path)}:{node.lineno} {node.arg}: {ast.unparse(node.annotation)}"
        for path in (*ENGINE, *FRONT)
        for node in nodes(path, ast.arg)
        if node.arg in ("self", "machine") and node.annotation is not None
        if ast.unparse(node.annotation).strip("'\"") == "Any"
    ]
    assert found == []


LONGEST_FILE = 500
LONGEST = {ast.ClassDef: 250, ast.FunctionDef: 40, ast.AsyncFunctionDef: 40}
"""Lines with decorators and docstring: what is longer holds more than one thing, and can be split where they meet."""


def length(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = min(part.lineno for part in (node, *node.decorator_list))
    return (node.end_lineno or node.lineno) - first + 1


def test_classes_and_functions_can_be_seen_whole():
    found = [
        f"{relative(path)}:{node.lineno} {node.name} has {length(node)} lines"
        for path in (*ENGINE, *FRONT)
        for kind, most in LONGEST.items()
        for node in nodes(path, kind)
        if length(node) > most
    ]
    assert found == []


GRAMMAR = "analyzers/source/program.py"
"""One table of all kinds of nodes, which is read from top to bottom."""


def test_files_hold_one_thing():
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in (*ENGINE, *FRONT)}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}.keys() <= {GRAMMAR}
