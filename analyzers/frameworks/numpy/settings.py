"""What of numpy has no bearing on arrays: files that are written, printing, warnings, tests."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.no_ops import nothing, scope
from analyzers.frameworks.numpy.registration import function
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.values import TypingForm
from analyzers.unknown import Unknown

for _name in (
    "save savez savez_compressed savetxt set_printoptions setbufsize show_config testing.assert_equal "
    "testing.assert_allclose testing.assert_almost_equal testing.assert_array_equal "
    "testing.assert_array_almost_equal testing.assert_array_less testing.assert_raises"
).split():
    NAMES[f"numpy.{_name}"] = nothing
for _name in ("errstate", "printoptions"):
    NAMES[f"numpy.{_name}"] = scope
for _name in ("ArrayLike", "NDArray", "DTypeLike"):
    NAMES[f"numpy.typing.{_name}"] = TypingForm(_name)


@function("seterr", "geterr", "get_printoptions", "vectorize", "frompyfunc", "apply_along_axis", "apply_over_axes")
def not_followed(*_: Any, **__: Any) -> Unknown:
    return Unknown("what a function of numpy makes of another function, or its settings")
