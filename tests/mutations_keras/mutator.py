"""One-token slips in Keras programs: those of any program, and Keras' own misremembered keywords."""

from __future__ import annotations

import ast

from tests.mutations.mutator import Edits, Mutant, callee, mutants

RENAMED = {
    "kernel_size": "filter_size",
    "filters": "num_filters",
    "strides": "stride",
    "padding": "pad",
    "units": "output_dim",
    "activation": "activation_function",
    "dilation_rate": "dilation",
    "use_bias": "bias",
    "pool_size": "kernel_size",
    "return_sequences": "return_sequence",
    "num_heads": "heads",
    "input_shape": "input_size",
    "axis": "dim",
    "keepdims": "keepdim",
}
"""Keyword → what it is called elsewhere, or misremembered as."""
VALUES = {"same": "valid", "valid": "same", "causal": "valid", "relu": "rellu", "softmax": "soft_max"}
"""String argument → what it is confused with."""
INERT = ("compile", "Dropout", "Input", "name", "format")


def keras_mutants(source: str) -> list[Mutant]:
    """Every mutant of a Keras program, in source order."""
    edits = Edits(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and callee(node) not in INERT:
            rename_keywords(node, edits)
            change_strings(node, edits)
    kept = [m for m in mutants(source) if not is_inert(m)]
    return sorted([*kept, *edits.found], key=lambda mutant: (mutant.line, mutant.kind, mutant.after))


def is_inert(mutant: Mutant) -> bool:
    """A change of something that neither Keras nor rf-lsp looks at."""
    return any(part in mutant.kind for part in ("metrics", "optimizer", "loss", "name of", "epsilon"))


def rename_keywords(node: ast.Call, edits: Edits) -> None:
    for keyword in node.keywords:
        if keyword.arg in RENAMED:
            start = (keyword.lineno, keyword.col_offset)
            edits.add(start, (start[0], start[1] + len(keyword.arg)), "keyword", RENAMED[keyword.arg])


def change_strings(node: ast.Call, edits: Edits) -> None:
    for value in [*node.args, *(k.value for k in node.keywords)]:
        if isinstance(value, ast.Constant) and value.value in VALUES:
            start, end = (value.lineno, value.col_offset), (value.end_lineno or 0, value.end_col_offset or 0)
            edits.add(start, end, f"string of {callee(node)}", f'"{VALUES[value.value]}"')
