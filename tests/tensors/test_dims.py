"""Symbolic dims: normal forms, what is provable, and how they read."""

from __future__ import annotations

import random

import pytest

from analyzers.tensors.dim_text import counted, shape_text
from analyzers.tensors.dims import (
    Dim,
    as_json,
    bare_symbol,
    conv_out,
    exact_quotient,
    has_unknown,
    ideal,
    less,
    product,
    require,
    same,
    substitute,
    symbol,
    symbols,
    text,
    unknown_dim,
)
from analyzers.unknown import UnknownUsed

N, C, H, W = (symbol(name) for name in ("N", "C", "H", "W"))


# normal form ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((2 * H) // 2, H),
        ((H // 2) // 2, H // 4),
        ((H - 1) // 2 + 1, (H + 1) // 2),
        (((H + 1) // 2 + 1) // 2, (H + 3) // 4),
        ((H - 4) // 2 + 1, (H - 2) // 2),
        (-(-H // 7) * 7, H + (7 - H % 7) % 7),
        ((6 * H + 5) // 4, (3 * H + 2) // 2),
        (H * W // W, H),
        (N * H % N, 0),
        ((H + W) * (H - W), H * H - W * W),
        (H**2, H * H),
        (H - H, 0),
        (3 * H - 2 * H, H),
        (0 - (0 - H), H),
        (divmod(H, 2), (H // 2, H - 2 * (H // 2))),
        ((H * W + W) // (H + 1), W),
    ],
)
def test_equal_for_all_values_is_equal(left: Dim, right: Dim) -> None:
    assert left == right
    assert hash(left) == hash(right)


def test_constants_collapse_to_int() -> None:
    assert type(H - H + 3) is int
    assert type((2 * H) // H) is int


def test_two_symbols_of_one_name_are_different() -> None:
    assert symbol("H") != H


def test_symbols_are_not_equal_to_numbers() -> None:
    assert H != 224
    assert H != 1.5
    assert H not in {1, 2, 3}


@pytest.mark.parametrize("seed", range(3))
def test_arithmetic_agrees_with_integers(seed: int) -> None:
    """Random formulas of + − · // %, evaluated with numbers and by substitution."""
    rng = random.Random(seed)
    names = {found: rng.randint(1, 40) for dim in (H, W) for found in symbols(dim)}
    for _ in range(300):
        symbolic: Dim = rng.choice([H, W])
        number = substitute(symbolic, names)
        for _ in range(rng.randint(1, 6)):
            operand: Dim = rng.choice([1, 2, 3, 4, 7, -1, -3, H, W])
            value = substitute(operand, names)
            operation = rng.choice(["+", "-", "*", "//", "%"])
            if operation in "//%" and value <= 0:  # type: ignore[operator]
                continue
            symbolic = OPERATIONS[operation](symbolic, operand)
            number = OPERATIONS[operation](number, value)
        assert substitute(symbolic, names) == number


OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}


def test_substitution_of_some_symbols() -> None:
    height = bare_symbol(H)
    assert height is not None
    assert substitute(N * (H // 2), {height: 7}) == 3 * N
    assert substitute((H + 1) // 2, {height: 2 * W}) == W


def test_quotients_that_come_out_even() -> None:
    assert exact_quotient(12, 4) == 3
    assert exact_quotient(12, 5) is None
    assert exact_quotient(12, 0) is None
    assert exact_quotient(4 * N * H * W, 2 * H * W) == 2 * N
    assert exact_quotient(N * (H // 2) * C, (H // 2) * N) == C
    assert exact_quotient(H * W + W, H + 1) == W
    assert exact_quotient(H, 2) is None
    assert exact_quotient(H, W) is None
    assert exact_quotient(0, H) == 0


def test_ideal_forms_take_divisions_to_come_out_even() -> None:
    assert ideal(7 * (H // 7)) == ideal(H)
    assert ideal(2 * ((H + 1) // 2)) == H
    assert ideal(6 * (H // 7)) != ideal(H)


@pytest.mark.parametrize(
    "grow",
    [
        lambda n: n * n,
        lambda n: n * 3 * n,
        lambda n: (n * 3 + 1) // 7,
        lambda n: n * (symbol("a") + symbol("b")),
        lambda n: 3 // n + n,
    ],
)
def test_expressions_that_grow_without_end_become_unknown(grow) -> None:
    dim: Dim = H
    for _ in range(60):
        dim = grow(dim)
    assert has_unknown(dim)
    assert text(dim) == "?"


# sizes ----------------------------------------------------------------------------------------


def test_convolution_sizes() -> None:
    assert conv_out(224, 7, 2, 6) == 112
    assert conv_out(10, 3, 1, 0, 4) == 2
    assert conv_out(2, 3, 1, 0) == 0
    assert conv_out(H, 3, 1, 2) == H
    assert conv_out(conv_out(H, 2, 2, 0), 2, 2, 0) == H // 4


@pytest.mark.parametrize(
    ("n", "kernel", "stride", "padding", "size"),
    [(7, 2, 2, 0, 4), (8, 3, 2, 0, 4), (4, 1, 2, 0, 2), (5, 2, 3, 2, 2)],
)
def test_ceil_mode_drops_windows_that_begin_outside(n: int, kernel: int, stride: int, padding: int, size: int) -> None:
    assert conv_out(n, kernel, stride, padding, ceil=True) == size
    height = bare_symbol(H)
    assert height is not None
    assert substitute(conv_out(H, kernel, stride, padding, ceil=True), {height: n}) == size


def test_product_of_ints_is_an_int() -> None:
    assert product([2, 3, 4]) == 24
    assert product([]) == 1
    assert product([2, N, 4]) == 8 * N


# comparing ------------------------------------------------------------------------------------


def test_same() -> None:
    assert same(3, 3) is True
    assert same(3, 4) is False
    assert same(2 * H // 2, H) is True
    assert same(H, H + 1) is False
    assert same(2 * H, 7) is False
    assert same(4 * H + 2 * W, 2 * N + 1) is False
    assert same(H, 7) is None
    assert same(H, W) is None
    assert same(H * W, 0) is False


def test_require_remembers_what_was_wanted_of_a_solvable_symbol() -> None:
    channels = symbol("C", solvable=True)
    assert require(channels, 64) is None
    assert require(channels, 64) is None
    assert require(channels * 2, 64) is None
    assert require(64, channels) is None
    assert bare_symbol(channels).wanted == [64]  # type: ignore[union-attr]
    assert require(H, 64) is None
    assert bare_symbol(H).wanted == []  # type: ignore[union-attr]


def test_orderings_that_hold_for_every_size() -> None:
    assert H >= 1
    assert H > 0
    assert not H < 1
    assert H + 1 > H
    assert H // 2 <= H
    assert 2 * (H // 2) <= H
    assert H * W >= W
    assert H % 7 >= 0
    assert H % 7 < 7
    assert bool(H)
    assert less(H // 2, 0) is False


def test_orderings_that_depend_on_the_size_are_unknown() -> None:
    assert less(H, 7) is None
    with pytest.raises(UnknownUsed, match="H"):
        bool(H > 7)
    with pytest.raises(UnknownUsed):
        bool(H - 4)


@pytest.mark.parametrize(
    "use", [int, float, range, lambda n: [0] * n, lambda n: n / 2, lambda n: n * 0.5, lambda n: n < 1.5]
)
def test_use_as_a_number_is_unknown(use) -> None:
    with pytest.raises(UnknownUsed, match="H"):
        use(H)


def test_unknown_dims_carry_their_reason() -> None:
    with pytest.raises(UnknownUsed, match="read from a file"):
        int(unknown_dim("read from a file"))


def test_division_by_zero_is_what_python_says() -> None:
    with pytest.raises(ZeroDivisionError):
        H // 0


# text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dim", "written"),
    [
        (224, "224"),
        (N, "N"),
        (64 * N, "64·N"),
        (N * H * W, "N·H·W"),
        (H // 2, "H/2"),
        ((H - 1) // 2 + 1, "H/2"),
        (((H + 1) // 2 + 3) // 2, "(H+7)/4"),
        ((H + 2) // 4, "H/4"),
        (H // 2 - 1, "(H-2)/2"),
        (conv_out(H, 3, 2, 0), "(H-1)/2"),
        (conv_out(conv_out(H, 7, 2, 6), 3, 2, 2), "H/4"),
        (H - 2, "H-2"),
        (2 * H + 1, "2·H+1"),
        (2 * (H // 2), "2·(H/2)"),
        (-H, "-H"),
        (H * W + N, "H·W+N"),
        (H // W, "H/W"),
        (3 // H, "3/H"),
        (unknown_dim("?") * 3, "?"),
    ],
)
def test_text(dim: Dim, written: str) -> None:
    assert text(dim) == written
    assert str(dim) == written


def test_text_of_shapes() -> None:
    assert shape_text((64, H // 2, W - 1)) == "64×H/2×W-1"
    assert shape_text(()) == "()"


def test_json() -> None:
    assert as_json(224) == 224
    assert as_json(H // 2) == "H/2"
    assert as_json(unknown_dim("computed") + 1) is None
    assert has_unknown(unknown_dim("computed") // 2)
    assert not has_unknown(H // 2)


def test_what_is_counted_is_one_or_several():
    texts = [counted(count, "input channel") for count in (0, 1, 2, symbol("C"))]
    assert texts == ["0 input channels", "1 input channel", "2 input channels", "C input channels"]
