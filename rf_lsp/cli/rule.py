"""``rf-lsp rule CODE|NAME|--all``"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from rf_lsp.errors import UsageError
from rf_lsp.suggestions import closest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rules", nargs="*", metavar="RULE", help="code or name, such as RF201 or channel-mismatch")
    parser.add_argument("--all", action="store_true", help="every rule")
    parser.add_argument("--list", action="store_true", help="one line for each rule")


def run(arguments: argparse.Namespace) -> int:
    from analyzers.rules.support.registry import MODULES, RULES

    if arguments.list:
        print("\n".join(f"{rule.code}  {rule.name:30} {rule.level:12} {rule.fixes}" for rule in RULES.values()))
        return 0
    if not arguments.rules and not arguments.all:
        raise UsageError("give a rule's code or name, --list or --all")
    codes = list(RULES) if arguments.all else [code_of(text) for text in arguments.rules]
    print("\n\n".join("\n".join(document(MODULES[code])) for code in codes))
    return 0


def code_of(text: str) -> str:
    """The code of a rule that is named by code or name; raises :class:`UsageError`."""
    from analyzers.rules.support.registry import RULES, by_name

    rule = by_name(text)
    if rule is not None:
        return rule.code
    names = [name for known in RULES.values() for name in (known.code, known.name)]
    near = closest(text, names, 0.6)
    hint = "" if near is None else f"; did you mean {near}?"
    raise UsageError(f"unknown rule {text!r}{hint} (rf-lsp rule --list shows all)")


def document(module) -> Iterator[str]:
    """The documentation of a rule as Markdown, line by line."""
    rule = module.RULE
    yield f"# {rule.code} {rule.name}"
    yield ""
    yield f"Level: {rule.level} · confidence: {rule.confidence} · since {rule.since} · fix: {rule.fixes}"
    for title, text in (
        ("What it finds", rule.summary),
        ("Why it matters", rule.why),
        ("How to fix", rule.how_to_fix),
    ):
        yield from ("", f"## {title}", "", text)
    for title, examples in (("Reported", module.BAD), ("Not reported", module.GOOD)):
        for example in examples[:1]:
            yield from ("", f"## {title}", "", "```python", example.source.strip("\n"), "```")
    if rule.reference:
        yield from ("", "## Reference", "", rule.reference)
