"""Which names a block binds and mentions, found by regular expressions without parsing.

The answers may name too much (a name bound in a branch never taken), never too little for code as
people write it; walrus assignments and ``global`` statements are not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from analyzers.source.lexical import COMMENT, IDENTIFIER, STRING, without_strings

COMPOUND = frozenset(("if", "for", "while", "with", "try", "match", "else", "elif", "except", "finally"))
_SIMPLE = frozenset(("return", "raise", "pass", "del", "assert", "global", "nonlocal", "break", "continue", "yield"))

_RESERVED = "|".join((*(COMPOUND - {"match"}), *_SIMPLE, "lambda", "not", "await", "True", "False", "None"))
_SPACE = r"(?:[ \t\f]|\\(?:\r\n|\n|\r))*"
_SUBSCRIPT = r"\[(?:[^\[\]=\r\n]|\[[^\[\]\r\n]*\])*\]"
_TARGETS = re.compile(
    rf"({_SPACE}(?!(?:{_RESERVED})\b)"
    rf"(?:[\w.,* \t)]|(?<![\w)\]])\((?:[^()=]*\)|(?![^()=]*\)))|{_SUBSCRIPT})+?)"
    r"(?P<operator>=(?!=)|:(?!=)|(?:\*\*|//|>>|<<|[-+*/%@&|^])=)"
)
_SUBSCRIPTED = re.compile(rf"(?<=[\w)\]]){_SPACE}{_SUBSCRIPT}")
_TARGET = re.compile(rf"[ \t\f\\\r\n(\[*]*({IDENTIFIER})[ \t\f\\\r\n)\]]*")
_CHANGED_TARGET = re.compile(rf"[ \t\f\\\r\n(\[*]*({IDENTIFIER})[ \t]*\.")
_DEFINITION = re.compile(rf"(?:async[ \t]+)?(?:def|class)[ \t]+({IDENTIFIER})")
_LAZY = re.compile(r"lazy[ \t]+(?=(?:import|from)\b)")
_IMPORT = re.compile(r"import\b(.*)", re.DOTALL)
_FROM = re.compile(r"from\b([^;#()]*?)\bimport\b(.*)", re.DOTALL)
_IMPORTED = re.compile(
    rf"[ \t\r\n\\(]*({IDENTIFIER})(?:[ \t]*\.[ \t]*{IDENTIFIER})*"
    rf"(?:[ \t\\\r\n]+as[ \t\\\r\n]+({IDENTIFIER}))?"
)
_HEADER_DEFINITION = re.compile(r"(?:^|(?:\r\n|\n|\r))(?:async[ \t]+)?(?:def|class)\b")
_FOR = re.compile(r"(?:async[ \t]+)?for\b(.*?)\bin\b", re.DOTALL)
_AS = re.compile(rf"\bas[ \t]+(\([^()]*\)|{IDENTIFIER})")
_CASE_CAPTURE = re.compile(IDENTIFIER)
_IDENTIFIER = re.compile(IDENTIFIER)
_WITHIN = rf"(?:[ \t]*(?:\.[ \t]*{IDENTIFIER}|\[(?:[^\[\]\r\n]|\[[^\[\]\r\n]{{0,99}}\]){{0,99}}\]|\([^()\r\n]{{0,99}}\))){{0,9}}?"
"""What leads from a name to something that it holds: attributes, items, calls of methods."""
_MUTATION = re.compile(
    rf"\b({IDENTIFIER}){_WITHIN}[ \t]*\.[ \t]*(?:append|extend|insert|remove|pop|popitem|popleft|appendleft|clear|update|setdefault"
    r"|add|discard|sort|reverse)[ \t]*\("
)
_HEADER = re.compile(rf"(?:async[ \t]+)?def[ \t]+{IDENTIFIER}[ \t]*(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))")
_SET_WITHIN = re.compile(rf"^[ \t]*({IDENTIFIER})[ \t]*[.\[][^\r\n=(]*=(?!=)", re.MULTILINE)
_DELETED_WITHIN = re.compile(rf"^[ \t]*del[ \t]+({IDENTIFIER})[ \t]*[.\[]", re.MULTILINE)
_CODE = re.compile(rf"(?P<prefix>\b[A-Za-z]{{1,2}})?(?P<string>{STRING})|{COMMENT}")
_LINE = re.compile(r"[^\r\n]+")
_INLINE_BODY = re.compile(r"^(?:if|for|while|with|try|else|elif|except|finally|case)\b[^\r\n]*?:[ \t]*(?=[^\W\d])")


class Bound(NamedTuple):
    """What a block does to a namespace.

    ``names`` it binds, ``stars`` are the modules it imports everything from, ``changed`` the names whose
    value it changes in place: ``name += …``, ``name.attribute = …``, ``name[…] = …``.
    """

    names: tuple[str, ...] = ()
    stars: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def kind_of(keyword: str, text: str) -> str:
    """The kind of a block by its first word."""
    if keyword in ("def", "class"):
        return keyword
    if keyword in ("import", "from") or (keyword == "lazy" and _LAZY.match(text)):
        return "import"
    if keyword == "#":
        return "comment"
    if (keyword in COMPOUND and not _is_soft_name(keyword, text)) or keyword in _SIMPLE:
        return "other"
    return "assign" if _TARGETS.match(text) else "other"


def _is_soft_name(keyword: str, text: str) -> bool:
    return keyword == "match" and re.match(r"match[ \t]*(?:[=.,:]|[-+*/%@&|^]+=)", text) is not None


def bound_by(kind: str, keyword: str, text: str) -> Bound:
    """What a block of this kind binds in the namespace it runs in."""
    if kind in ("def", "class"):
        match = _DEFINITION.search(text if not text.startswith("@") else _undecorated(text))
        return Bound((match[1],)) if match else Bound()
    if kind == "comment":
        return Bound()
    if kind == "import" or kind == "assign":
        return _collect([text] if ";" not in text else without_strings(text).split(";"))
    return _collect(_inner_statements(without_strings(text)) if keyword in COMPOUND else [text])


def _undecorated(text: str) -> str:
    match = _HEADER_DEFINITION.search(text)
    return text[match.start() :] if match else ""


def _collect(statements: list[str]) -> Bound:
    bounds = [_simple(statement.lstrip(" \t\f\r\n")) for statement in statements]
    if len(bounds) == 1:
        return bounds[0]
    found = dict.fromkeys(name for bound in bounds for name in bound.names)
    changed = dict.fromkeys(name for bound in bounds for name in bound.changed)
    return Bound(tuple(found), tuple(star for bound in bounds for star in bound.stars), tuple(changed))


def _simple(text: str) -> Bound:
    """What one statement without a body (or only its header) binds."""
    if text.startswith("lazy"):
        text = _LAZY.sub("", text, count=1)
    if text.startswith("import") and (match := _IMPORT.match(text)):
        return Bound(tuple(_imported(match[1])))
    if text.startswith("from") and (match := _FROM.match(text)):
        return _from_import(match[1], match[2])
    if match := _DEFINITION.match(text):
        return Bound((match[1],))
    return _assigned(text)


def _from_import(module: str, imported: str) -> Bound:
    module = re.sub(r"[\s\\]", "", module)
    if imported.lstrip(" \t\r\n\\(").startswith("*"):
        return Bound((), (module,))
    return Bound(tuple(_imported(imported)))


def _imported(text: str) -> Iterator[str]:
    text = re.sub(COMMENT, "", text).partition(";")[0]
    for part in text.split(","):
        if match := _IMPORTED.match(part):
            yield match[2] or match[1]


def _assigned(text: str) -> Bound:
    """What ``a = b, (c, *d) = value``, ``a: T``, ``a += 1``, ``a.b[0] = 1`` bind and change."""
    bound: dict[str, None] = {}
    changed: dict[str, None] = {}
    at = 0
    while match := _TARGETS.match(text, at):
        for target in _SUBSCRIPTED.sub(".item", match[1]).split(","):
            if name := _TARGET.fullmatch(target):
                bound[name[1]] = None
            elif name := _CHANGED_TARGET.match(target):
                changed[name[1]] = None
        if match["operator"] == "=":
            at = match.end()
            continue
        if match["operator"] != ":":
            changed.update(bound)
        break
    return Bound(tuple(bound), (), tuple(changed))


def _inner_statements(text: str) -> list[str]:
    """The lines of a compound statement that run in its own namespace, headers as what they bind."""
    statements: list[str] = []
    hidden_below: int | None = None
    behind = 0
    for match in _LINE.finditer(text):
        if match.start() < behind:
            continue
        line = match[0].expandtabs(8)
        stripped = line.lstrip()
        indent = len(line) - len(stripped)
        if hidden_below is not None and indent > hidden_below:
            continue
        hidden_below = indent if _DEFINITION.match(stripped) else None
        if stripped.startswith(("import", "from")):
            end = text.find(")", match.start()) if "(" in stripped else -1
            if end >= 0:
                behind, stripped = end, text[match.start() : end].lstrip()
        statements += _line_statements(stripped)
    return statements


def _line_statements(line: str) -> list[str]:
    header = [f"{targets}=0" for targets in _header_targets(line)]
    body = _INLINE_BODY.sub("", line)
    return header + [part.strip() for part in body.split(";")]


def _header_targets(line: str) -> list[str]:
    if match := _FOR.match(line):
        return [match[1]]
    if line.startswith(("with", "async", "except")):
        return [match[1] for match in _AS.finditer(line)]
    if line.startswith("case"):
        return [name for name in _CASE_CAPTURE.findall(line.partition(":")[0][4:]) if name not in ("if", "as", "_")]
    return []


def mutated(text: str) -> frozenset[str]:
    """The names before a method that changes a container in place, be it their own or one that they hold."""
    return frozenset(_MUTATION.findall(text))


def changed_parameters(text: str) -> frozenset[str]:
    """The parameters of a function that its body changes in place, items and attributes of theirs included."""
    header = _HEADER.match(text)
    if header is None:
        return frozenset()
    body = text[header.end() :]
    return frozenset(_IDENTIFIER.findall(header[1])) & {
        *mutated(body),
        *_SET_WITHIN.findall(body),
        *_DELETED_WITHIN.findall(body),
    }


def identifiers(text: str) -> frozenset[str]:
    """Every identifier in code; an f-string's text counts as code, other strings and comments do not."""
    return frozenset(_IDENTIFIER.findall(_CODE.sub(_kept, text)))


def _kept(match: re.Match[str]) -> str:
    prefix = match["prefix"] or ""
    if match["string"] is None:
        return ""
    return f" {match['string']} " if "f" in prefix.lower() or "t" in prefix.lower() else "''"
