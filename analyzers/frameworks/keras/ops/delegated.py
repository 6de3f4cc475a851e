"""Functions that do to shapes what torch's function of another name does: Keras on torch calls just those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.ops.registration import dotted_names, tensor
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.parameters import unknown_argument
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

TABLE = """
cholesky        tf.linalg.cholesky       linalg.cholesky   x upper
inv             tf.linalg.inv            linalg.inv        x
pinv            tf.linalg.pinv           linalg.pinv       x
det             tf.linalg.det            linalg.det        x
logdet          tf.linalg.logdet         logdet            x
slogdet         tf.linalg.slogdet        linalg.slogdet    x
eig             tf.linalg.eig            linalg.eig        x
eigh            tf.linalg.eigh           linalg.eigh       x
matrix_rank     tf.linalg.matrix_rank    linalg.matrix_rank x
qr              -                        linalg.qr         x mode
solve           tf.linalg.solve          linalg.solve      a b
kron            tf.experimental.numpy.kron kron            x1 x2
inner           tf.experimental.numpy.inner inner          x1 x2
vdot            tf.experimental.numpy.vdot vdot            x1 x2
diagflat        tf.experimental.numpy.diagflat diagflat    x k:offset
diff            tf.experimental.numpy.diff diff            a n axis:dim
rot90           tf.experimental.numpy.rot90 rot90          array k axes:dims
cross           tf.linalg.cross          linalg.cross      x1 x2 axis:dim
cdist           -                        cdist             x y
isin            -                        isin              x1 x2
polar           -                        polar             abs_ angle
view_as_complex -                        view_as_complex   x
view_as_real    -                        view_as_real      x
fold            -                        nn.functional.fold x output_size kernel_size dilation padding stride
unfold          -                        nn.functional.unfold x kernel_size dilation padding stride
bincount        tf.math.bincount         bincount          x weights minlength
"""
"""keras.ops name, TensorFlow's, torch's, then the arguments by Keras' names (``:`` torch's, where it differs)."""


def _delegated(torch_name: str, parameters: Sequence[str]) -> Any:
    own = [p.partition(":")[0] for p in parameters]
    theirs = {p.partition(":")[0]: p.partition(":")[2] or p for p in parameters}

    def function(*args: Any, machine: Machine, **kwargs: Any) -> Any:
        wrong = next((k for k in kwargs if k not in own and k != "name"), None)
        if wrong is not None:
            raise unknown_argument("{subject}", wrong, own)
        given = {**dict(zip(own, args)), **{k: v for k, v in kwargs.items() if k in own}}
        tensors = [tensor(given.pop(name)) for name in own[: _tensors(own)] if name in given]
        if not tensors:
            raise UnknownUsed(Unknown(f"{torch_name} without its tensor"))
        named = {theirs[k]: v for k, v in given.items() if v is not None}
        return machine.call(NAMES[f"torch.{torch_name}"], tensors, named)

    function.__name__ = function.__qualname__ = torch_name.rpartition(".")[2]
    return function


def _tensors(own: list[str]) -> int:
    """How many of the arguments are tensors: two for ``x1 x2``, ``x y``, ``a b`` and ``abs_ angle``."""
    return 2 if own[:2] in (["x1", "x2"], ["x", "y"], ["a", "b"], ["abs_", "angle"]) else 1


for _row in TABLE.split("\n")[1:-1]:
    _keras, _tensorflow, _torch, *_parameters = _row.split()
    _spellings = [_keras] if _tensorflow == "-" else [_keras, _tensorflow]
    for _dotted in dotted_names(_spellings):
        NAMES[_dotted] = _delegated(_torch, _parameters)
