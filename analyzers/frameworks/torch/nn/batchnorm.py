"""Batch normalisation, and the base that instance normalisation shares with it."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.padding import check_rank
from analyzers.frameworks.torch.nn.weights import check_size, length, on, register_optional
from analyzers.tensors.dims import same
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.layout import MAPS, Layout, Layouts, channels_first
from analyzers.tensors.operations.concat_split import select
from analyzers.tensors.operations.reshape import unsqueeze
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

FEATURES = ("num_features",)


def register_affine(module: Module, affine: Any, bias: Any, *shape: Any) -> None:
    """The learned scale and shift of a normalisation, each None when absent."""
    register_optional(module, "weight", affine, *shape)
    wanted = bias if on(affine) and not isinstance(affine, Unknown) else affine
    register_optional(module, "bias", wanted, *shape)


def register_statistics(module: Module, tracked: Any, num_features: Any) -> None:
    """The running statistics, buffers that are None when they are not tracked."""
    mean = Tensor((num_features,)) if on(tracked) else None
    variance = Tensor((num_features,)) if on(tracked) else None
    batches = Tensor((), dtype="int64") if on(tracked) else None
    module.register_buffer("running_mean", mean)
    module.register_buffer("running_var", variance)
    module.register_buffer("num_batches_tracked", batches)


@nn_layer("batchnorm", FEATURES)
class _NormBase(Module):
    """Scale, shift and running statistics of ``num_features`` channels."""

    weight: Tensor | None
    bias: Tensor | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: Any,
        eps: Any = 1e-5,
        momentum: Any = 0.1,
        affine: Any = True,
        track_running_stats: Any = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: Any = True,
    ) -> None:
        num_features = length(num_features)
        if on(affine) or on(track_running_stats):
            check_size(num_features)
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        register_affine(self, affine, bias, num_features)
        register_statistics(self, track_running_stats, num_features)

    def reset_running_stats(self) -> None:
        """Forgets the statistics; shapes stay."""

    def reset_parameters(self) -> None:
        """Sets scale 1 and shift 0; shapes stay."""

    def _check_input_dim(self, input: Tensor) -> None:
        kind = {4: "BatchNorm2d", 5: "BatchNorm3d"}.get(input.rank, "BatchNorm1d")
        raise OperationError(
            "rank-mismatch",
            "{subject} derives from _BatchNorm, whose _check_input_dim raises NotImplementedError; "
            f"{kind} has one for {input.rank}D input",
            exception="NotImplementedError",
        )

    def extra_repr(self) -> str:
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}"


@nn_layer("batchnorm", FEATURES)
class _BatchNorm(_NormBase):
    """Normalises every channel (dim 1) by statistics over all other dims; at inference by the stored ones."""

    def __init__(
        self,
        num_features: Any,
        eps: Any = 1e-5,
        momentum: Any = 0.1,
        affine: Any = True,
        track_running_stats: Any = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: Any = True,
    ) -> None:
        _NormBase.__init__(self, num_features, eps, momentum, affine, track_running_stats, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        tracked = not self.training or self.track_running_stats
        mean, variance = (self.running_mean, self.running_var) if tracked else (None, None)
        training = self.training or (self.running_mean is None and self.running_var is None)
        momentum = 0.0 if self.momentum is None else self.momentum
        return F.batch_norm(input, mean, variance, self.weight, self.bias, training, momentum, self.eps)


@nn_layer("batchnorm", FEATURES)
class BatchNorm1d(_BatchNorm):
    """N×C or N×C×L; ValueError for other ranks, channel-mismatch unless C is num_features."""

    def input_layouts(self, place: int) -> Layouts:
        return Layout.of("N C", C=self.num_features), channels_first(1, self.num_features)

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 2, 3)


@nn_layer("batchnorm", FEATURES)
class BatchNorm2d(_BatchNorm):
    """N×C×H×W; ValueError for other ranks, channel-mismatch unless C is num_features."""

    def input_layouts(self, place: int) -> Layouts:
        return (channels_first(2, self.num_features),)

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 4)


@nn_layer("batchnorm", FEATURES)
class BatchNorm3d(_BatchNorm):
    """N×C×D×H×W; ValueError for other ranks, channel-mismatch unless C is num_features."""

    def input_layouts(self, place: int) -> Layouts:
        return (channels_first(3, self.num_features),)

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 5)


@nn_layer("batchnorm", FEATURES)
class SyncBatchNorm(_BatchNorm):
    """N×C×…; as batch normalisation on one device."""

    def __init__(
        self,
        num_features: Any,
        eps: Any = 1e-5,
        momentum: Any = 0.1,
        affine: Any = True,
        track_running_stats: Any = True,
        process_group: Any = None,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: Any = True,
    ) -> None:
        _BatchNorm.__init__(self, num_features, eps, momentum, affine, track_running_stats, bias=bias)
        self.process_group = process_group

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("N C ...", rest=MAPS, C=self.num_features),)

    def _check_input_dim(self, input: Tensor) -> None:
        if input.rank < 2:
            message = f"{{subject}} expects at least 2D input, gets {input.rank}D"
            raise OperationError("rank-mismatch", message, exception="ValueError", actual=input.rank)

    @classmethod
    def convert_sync_batchnorm(cls, module: Any, process_group: Any = None) -> Any:
        """The module itself: a synchronised copy of a batch normalisation computes the same shapes."""
        return module


def _check_features(self: _NormBase, input: Tensor, unbatched_rank: int) -> None:
    """ValueError when the channels differ and there is a scale of that size."""
    dim = input.rank - unbatched_rank
    actual = input.shape[dim]
    if self.affine and same(actual, self.num_features) is False:
        message = f"{{subject}} expects {self.num_features} channels at dim {dim}, gets {actual}"
        numbers = {"expected": self.num_features, "actual": actual, "argument": "num_features"}
        raise OperationError("channel-mismatch", message, input.with_(), "ValueError", **numbers)


@nn_layer("instancenorm", FEATURES)
class _InstanceNorm(_NormBase):
    """Normalises every channel of every sample by its own statistics over space."""

    def __init__(
        self,
        num_features: Any,
        eps: Any = 1e-5,
        momentum: Any = 0.1,
        affine: Any = False,
        track_running_stats: Any = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: Any = True,
    ) -> None:
        _NormBase.__init__(self, num_features, eps, momentum, affine, track_running_stats, bias=bias)

    def _get_no_batch_dim(self) -> int:
        """How many dims an input without a batch has."""
        raise PythonError("NotImplementedError", f"{self.class_.name} does not say which ranks it takes")

    def _apply_instance_norm(self, input: Tensor) -> Tensor:
        own = self.training or not self.track_running_stats
        momentum = 0.0 if self.momentum is None else self.momentum
        statistics = self.running_mean, self.running_var
        return F.instance_norm(input, *statistics, self.weight, self.bias, own, momentum, self.eps)

    def _handle_no_batch_input(self, input: Tensor) -> Tensor:
        return select(self._apply_instance_norm(unsqueeze(input, 0)), 0, 0)

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        unbatched_rank = self._get_no_batch_dim()
        _check_features(self, input, unbatched_rank)
        if input.rank == unbatched_rank:
            return self._handle_no_batch_input(input)
        return self._apply_instance_norm(input)


@nn_layer("instancenorm", FEATURES)
class InstanceNorm1d(_InstanceNorm):
    """N×C×L or C×L."""

    def input_layouts(self, place: int) -> Layouts:
        return (channels_first(1, self.num_features),)

    def _get_no_batch_dim(self) -> int:
        return 2

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 2, 3)


@nn_layer("instancenorm", FEATURES)
class InstanceNorm2d(_InstanceNorm):
    """N×C×H×W or C×H×W."""

    def input_layouts(self, place: int) -> Layouts:
        return (channels_first(2, self.num_features),)

    def _get_no_batch_dim(self) -> int:
        return 3

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 3, 4)


@nn_layer("instancenorm", FEATURES)
class InstanceNorm3d(_InstanceNorm):
    """N×C×D×H×W or C×D×H×W."""

    def input_layouts(self, place: int) -> Layouts:
        return (channels_first(3, self.num_features),)

    def _get_no_batch_dim(self) -> int:
        return 4

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 4, 5)
