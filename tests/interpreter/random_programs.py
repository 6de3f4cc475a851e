"""Seeded random programs over numbers, text, lists, dictionaries, functions and classes.

Every program ends, and an exception is part of what it computes. ``program(seed)`` is its source.
"""

from __future__ import annotations

import random

KINDS = ("int", "text", "list", "dict")


class Writer:
    """Writes one program; ``names`` are the variables of each kind that are bound at this point."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self.functions: list[tuple[str, int]] = []
        self.classes: list[str] = []
        self.objects: list[str] = []
        self.fixed: set[str] = set()
        self.count = 0

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    # -- expressions -------------------------------------------------------------------------

    def expression(self, kind: str, depth: int = 0) -> str:
        known = self.names[kind]
        if depth > 1 or self.random.random() < 0.25:
            return self.random.choice(known) if known and self.random.random() < 0.7 else self.literal(kind)
        return getattr(self, f"{kind}_expression")(depth + 1)

    def literal(self, kind: str) -> str:
        number = self.random.randint(-9, 9)
        word = self.pick("'conv'", "'a b'", "''", "'x1y2'", "'Layer'", '"it\'s"')
        return {
            "int": str(number) if number >= 0 else f"({number})",
            "text": word,
            "list": str([self.random.randint(-5, 9) for _ in range(self.random.randint(0, 4))]),
            "dict": str({c: self.random.randint(0, 9) for c in "abc"[: self.random.randint(0, 3)]}),
        }[kind]

    def int_expression(self, depth: int) -> str:
        i, j = self.expression("int", depth), self.expression("int", depth)
        text, items, table = (self.expression(k, depth) for k in ("text", "list", "dict"))
        options = [
            f"({i} + {j})",
            f"({i} - {j})",
            f"({i} * {j} % 1009)",
            f"({i} // {j})",
            f"({i} % {j})",
            f"abs({i})",
            f"({i} & {j})",
            f"({i} | {j})",
            f"({i} ^ {j})",
            f"-{i}",
            f"~{i}",
            f"({i} << (abs({j}) % 7))",
            f"({i} >> 1)",
            f"len({text})",
            f"len({items})",
            f"sum({items})",
            f"max({items}, default={i})",
            f"min({i}, {j})",
            f"{items}[{i}]",
            f"{table}['a']",
            f"{table}.get('b', {i})",
            f"({i} if {self.condition(depth)} else {j})",
            f"{text}.find('o')",
            f"{text}.count('a')",
            f"int({i} / 3)",
            f"round({i} / 4)",
            f"divmod({i}, {j})[0]",
            f"sum(x * x for x in {items} if x > {i})",
            f"(lambda a, b={i}: a - b)({j})",
            f"{items}.count({i})",
            f"next((x for x in {items} if x > {i}), {j})",
            f"functools.reduce(lambda a, b: a * 3 % 101 + b, {items}, {i})",
            f"sum({table}.values())",
            f"len(set({items}))",
            f"ord('q') + {i}",
            f"pow({i}, 3, 97)",
            f"[*{items}, {i}][-1]",
            f"int(bool({text})) + {i}",
            f"math.gcd({i}, {j})",
            f"(2 ** (abs({i}) % 9))",
        ]
        options += [
            f"{name}({', '.join(self.expression('int', depth) for _ in range(n))})" for name, n in self.functions
        ]
        options += [f"{name}.total({i})" for name in self.objects] + [f"{name}.value" for name in self.objects]
        return self.random.choice(options)

    def text_expression(self, depth: int) -> str:
        s, other = self.expression("text", depth), self.expression("text", depth)
        i, items, table = (self.expression(k, depth) for k in ("int", "list", "dict"))
        name, word = self.random.choice(self.names["int"] or ["7"]), self.random.choice(self.names["text"] or ["str"])
        return self.pick(
            f"({s} + {other})",
            f"{s}.upper()",
            f"{s}.replace('a', {other})[:20]",
            f"{s}[::-1]",
            f"{s}[{i}:]",
            f"str({i})",
            f"f'{{{name}:>4}}|'",
            f"'-'.join(str(x) for x in {items})",
            f"{s}.strip('ab')",
            f"{s}.title()",
            f"repr({s})[:20]",
            f"'{{}}:{{:02d}}'.format({s}, {i})",
            f"'%s=%d' % ({s}, {i})",
            f"str({items})",
            f"str({table})",
            f"f'{{{name}=}}{{{name} + 1 = }}'",
            f"{s}.split('b')[0]",
            f"({s} * (abs({i}) % 3))",
            f"max({s}, {other})",
            f"{s}.partition('o')[2]",
            f"f'{{{name} / 7:.3f}}'",
            f"{s}.zfill(5)",
            f"''.join(sorted({s}))",
            f"{s}[{i}]",
            f"hex({i})",
            f"({s} or {other})",
            f"f'{{{word}!r:^12}}'[:14]",
            f"type({items}).__name__",
            f"' '.join({s}.split())",
        )

    def list_expression(self, depth: int) -> str:
        a, b = self.expression("list", depth), self.expression("list", depth)
        i, text, table = (self.expression(k, depth) for k in ("int", "text", "dict"))
        return self.pick(
            f"({a} + {b})[:9]",
            f"{a}[{i}:]",
            f"{a}[::-1]",
            f"sorted({a})",
            f"sorted({a}, key=lambda x: -x % 5)",
            f"[x + {i} for x in {a}]",
            f"[x for x in {a} if x % 2]",
            f"list(map(abs, {a}))",
            f"list(range(abs({i}) % 6))",
            f"[x * y for x, y in zip({a}, {b})]",
            f"[i * x for i, x in enumerate({a})]",
            f"list({table}.values())",
            f"[ord(c) % 50 for c in {text}][:5]",
            f"list(dict.fromkeys({a}))",
            f"{a}[1:3]",
            f"[{i}, *{a}][:8]",
            f"({a} * 2)[:7]",
            f"list(itertools.accumulate({a}))",
            f"[y for x in {a} for y in (x, -x)][:8]",
            f"sorted(set({a}))",
            f"[len({text}), {i}]",
            f"[a for a, *_ in [({i}, 1), (2, 3, 4)]]",
            f"list(reversed({a}))",
            f"[x for x in {a} if x not in {b}]",
            f"copy.copy({a})",
            f"list(filter(lambda x: x > {i}, {a}))",
            f"(lambda *xs: list(xs))(*{a})",
            f"list(itertools.islice({a}, 2))",
        )

    def dict_expression(self, depth: int) -> str:
        d, e = self.expression("dict", depth), self.expression("dict", depth)
        i, text, items = (self.expression(k, depth) for k in ("int", "text", "list"))
        return self.pick(
            f"{{**{d}, 'a': {i}}}",
            f"{{k: v + {i} for k, v in {d}.items()}}",
            f"dict(zip('abc', {items}))",
            f"dict({d}, b={i})",
            f"{{c: {text}.count(c) for c in sorted(set({text}))}}",
            f"{{k: {d}[k] for k in sorted({d})}}",
            f"({d} | {e})",
            f"{{k: v for k, v in {d}.items() if v > {i}}}",
            f"copy.deepcopy({d})",
            f"dict(Counter({text}))",
            f"dict.fromkeys('ab', {i})",
            f"(lambda **kw: kw)(**{d})",
            f"{{str(x): x for x in {items}}}",
        )

    def condition(self, depth: int = 0) -> str:
        i, j = self.expression("int", depth + 1), self.expression("int", depth + 1)
        text, items, table = (self.expression(k, depth + 1) for k in ("text", "list", "dict"))
        return self.pick(
            f"{i} < {j}",
            f"{i} == {j}",
            f"{i} > 0 and {j} > 0",
            f"{i} in {items}",
            f"'a' in {table}",
            f"not {items}",
            f"{text}.startswith('c')",
            f"any(x > {i} for x in {items})",
            f"all({items})",
            f"0 <= {i} < {j}",
            f"isinstance({i}, int)",
            f"{i} or {text}",
            f"'o' not in {text}",
            f"{items} == sorted({items})",
        )

    # -- statements --------------------------------------------------------------------------

    def program(self) -> list[str]:
        lines = ["import copy, functools, itertools, math", "from collections import Counter", ""]
        for kind in KINDS:
            lines.append(self.assignment(kind))
        for _ in range(self.random.randint(3, 6)):
            kinds = (self.function, self.class_, self.statement, self.statement, self.statement)
            lines += self.random.choice(kinds)()
        return lines

    def assignment(self, kind: str) -> str:
        name = self.fresh(kind[0])
        line = f"{name} = {self.literal(kind)}"
        self.names[kind].append(name)
        return line

    def statement(self, depth: int = 0) -> list[str]:
        """A statement that may raise, its exception noted."""
        name = self.fresh("error")
        body = self.body(depth)
        return ["try:", *indented(body), "except Exception as error:", f"    {name} = type(error).__name__"]

    def body(self, depth: int) -> list[str]:
        options = [self.simple, self.simple, self.simple]
        if depth < 2:
            options += [self.if_, self.for_, self.while_, self.match, self.with_finally]
        return [line for _ in range(self.random.randint(1, 2)) for line in self.random.choice(options)(depth + 1)]

    def simple(self, depth: int) -> list[str]:
        kind = self.pick(*KINDS)
        targets = [n for n in self.names[kind] if n not in self.fixed]
        if not targets:
            return ["pass"]
        target, value = self.random.choice(targets), self.expression(kind)
        i, key = self.expression("int"), self.pick("'a'", "'b'", "'z'")
        changes = {
            "int": [
                f"{target} += {i}",
                f"{target} -= {i}",
                f"{target} = ({target} * {i}) % 997",
                f"{target} //= {i}",
                f"{target} ^= 5",
                f"{target} = (v := {i}) + v % 5",
            ],
            "text": [f"{target} = ({target} + {value})[:30]", f"{target} += 'q'"],
            "list": [
                f"{target}.append({i})",
                f"{target}.insert({i}, 1)",
                f"{target}.pop()",
                f"{target}[{i}] = 3",
                f"del {target}[:1]",
                f"{target}.sort()",
                f"{target}.remove({i})",
                f"{target}[1:2] = {value}[:3]",
                f"{target} += [{i}]",
                f"{target}.reverse()",
                f"{target}.extend(x for x in {value}[:3])",
                f"{target}[::2] = [0] * len({target}[::2])",
            ],
            "dict": [
                f"{target}[{key}] = {i}",
                f"{target}.pop({key})",
                f"{target}.update({value})",
                f"{target}.setdefault({key}, {i})",
                f"del {target}[{key}]",
                f"{target}[{key}] += {i}",
            ],
        }[kind]
        options = [f"{target} = {value}", *changes]
        options += [f"{name}.value = {i}" for name in self.objects] + [f"{name}.bump({i})" for name in self.objects]
        return [self.random.choice(options)]

    def if_(self, depth: int) -> list[str]:
        lines = [f"if {self.condition()}:", *indented(self.body(depth))]
        if self.random.random() < 0.6:
            lines += ["else:", *indented(self.body(depth))]
        return lines

    def for_(self, depth: int) -> list[str]:
        name = self.fresh("x")
        self.names["int"].append(name)
        self.fixed.add(name)
        lines = [f"{name} = 0", f"for {name} in {self.expression('list')}[:5]:", *indented(self.body(depth))]
        if self.random.random() < 0.4:
            lines += [
                f"    if {self.condition()}:",
                f"        {self.pick('break', 'continue')}",
                *indented(self.body(2)),
            ]
        if self.random.random() < 0.3:
            lines += ["else:", *indented(self.body(2))]
        return lines

    def while_(self, depth: int) -> list[str]:
        name = self.fresh("n")
        self.names["int"].append(name)
        self.fixed.add(name)
        lines = [
            f"{name} = {self.random.randint(1, 4)}",
            f"while {name} > 0:",
            f"    {name} -= 1",
            *indented(self.body(depth)),
        ]
        return lines + (["else:", *indented(self.body(2))] if self.random.random() < 0.2 else [])

    def match(self, depth: int) -> list[str]:
        name = self.fresh("m")
        lines = [f"{name} = 0", f"match {self.expression(self.pick(*KINDS))}:"]
        cases = [f"int() if {self.condition()}", "0 | 1", f"[{name}, *_]", "[]", "{'a': " + name + "}", "str()", "_"]
        for case in self.random.sample(cases[:-1], 3) + cases[-1:]:
            lines += [f"    case {case}:", *indented(indented(self.body(2)))]
        return lines

    def with_finally(self, depth: int) -> list[str]:
        kind = self.pick("ValueError", "(KeyError, IndexError)", "ZeroDivisionError", "ArithmeticError")
        lines = ["try:", *indented(self.body(depth)), f"except {kind}:", *indented(self.body(2))]
        return [*lines, "finally:", *indented(self.body(2))]

    # -- definitions -------------------------------------------------------------------------

    def function(self) -> list[str]:
        """A function of whole numbers; a generator or a memoised one now and then."""
        name, count = self.fresh("f"), self.random.randint(0, 2)
        inner = Writer(self.random.randint(0, 10**9))
        parameters = [f"p{i}" for i in range(count)]
        inner.names["int"] += parameters
        inner.names["list"].append("local")
        signature = ", ".join([*parameters, f"extra={self.random.randint(0, 5)}", "*rest"])
        lines = [f"def {name}({signature}):", "    local = [extra, *rest]"]
        lines += indented([line for _ in range(2) for line in inner.body(1)])
        if self.random.random() < 0.3:
            lines += [
                "    def each():",
                "        for item in local:",
                "            yield item",
                "        yield from rest",
            ]
            lines += ["    return sum(each())"]
        else:
            lines += [
                f"    if {inner.condition()}:",
                f"        return {inner.expression('int')}",
                f"    return {inner.expression('int')}",
            ]
        self.functions.append((name, count))
        return [*self.random.choice([[], ["@functools.lru_cache(maxsize=None)"]]), *lines]

    def class_(self) -> list[str]:
        """A class with state, maybe derived from an earlier one, and an object of it."""
        name, base = (
            self.fresh("C"),
            self.random.choice(self.classes) if self.classes and self.random.random() < 0.6 else "",
        )
        inner = Writer(self.random.randint(0, 10**9))
        inner.names["int"] += ["self.value", "step"]
        lines = [f"class {name}({base}):", f"    factor = {self.random.randint(1, 5)}", ""]
        lines += [
            "    def __init__(self, value=3):",
            f"        {'super().__init__(value + 1)' if base else 'self.value = value'}",
        ]
        lines += ["        self.log = []", "", "    def total(self, step=1):"]
        inherited = " + super().total(step)" if base else ""
        lines += [f"        return {inner.expression('int')} * self.factor % 1009{inherited}", ""]
        lines += [
            "    def bump(self, by):",
            "        self.log.append(by)",
            "        self.value += by * self.factor",
            "        return self",
            "",
        ]
        lines += [
            "    def __len__(self):",
            "        return len(self.log)",
            "",
            "    @property",
            "    def double(self):",
        ]
        lines += ["        return self.value * 2", ""]
        self.classes.append(name)
        made = self.fresh("o")
        self.objects.append(made)
        return [
            *lines,
            f"{made} = {name}({self.literal('int')})",
            f"{made}_known = len({made}), {made}.double, isinstance({made}, {name})",
        ]


def indented(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else line for line in lines]


def program(seed: int) -> str:
    return "\n".join(Writer(seed).program()) + "\n"
