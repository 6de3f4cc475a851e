"""What layers say of the dims they take and make, what follows for the inputs, and along which axes there are fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.facts import LayerFact, ModelFact
from analyzers.tensors.dims import substitute, symbols
from tests.differential.judge import NO_TORCH

from .analysed import HEADER, model_of, shape_text

SIZES = {"N": 2, "T": 7, "H": 9, "W": 8, "D": 6, "C": 4}
"""What stands for a symbol when torch is asked."""


def named(axes: tuple[str | None, ...] | None) -> str:
    """``N C H W``; a dim of which nobody says what it is is a dot."""
    return "" if axes is None else " ".join(name or "." for name in axes)


def around(layer: str, call: str = "self.layer(x)") -> str:
    return f"""class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = {layer}

    def forward(self, x):
        return {call}
"""


TORCH = [
    ("nn.Conv1d(4, 8, 3)", "N C T", "N C T"),
    ("nn.Conv2d(4, 8, 3)", "N C H W", "N C H W"),
    ("nn.Conv3d(4, 8, 3)", "N C D H W", "N C D H W"),
    ("nn.ConvTranspose1d(4, 8, 2, 2)", "N C T", "N C T"),
    ("nn.ConvTranspose2d(4, 8, 2, 2)", "N C H W", "N C H W"),
    ("nn.LazyConv2d(8, 3)", "N C H W", "N C H W"),
    ("nn.BatchNorm1d(4)", "N C", "N C"),
    ("nn.BatchNorm2d(4)", "N C H W", "N C H W"),
    ("nn.BatchNorm3d(4)", "N C D H W", "N C D H W"),
    ("nn.InstanceNorm1d(4)", "N C T", "N C T"),
    ("nn.InstanceNorm2d(4, affine=True)", "N C H W", "N C H W"),
    ("nn.InstanceNorm3d(4)", "N C D H W", "N C D H W"),
    ("nn.GroupNorm(2, 4)", "N C . .", "N C . ."),
    ("nn.PReLU(4)", "N C . .", "N C . ."),
    ("nn.LayerNorm(6)", "N . E", "N . E"),
    ("nn.RMSNorm(6)", "N . E", "N . E"),
    ("nn.LayerNorm((5, 6))", "", "N . ."),
    ("nn.Linear(6, 3)", "N E", "N E"),
    ("nn.Embedding(10, 6)", "N T", "N T E"),
    ("nn.EmbeddingBag(10, 6)", "N T", "N E"),
    ("nn.RNN(6, 5)", "T N E", "T N E"),
    ("nn.GRU(6, 5, batch_first=True)", "N T E", "N T E"),
    ("nn.LSTM(6, 5, bidirectional=True, batch_first=True)", "N T E", "N T E"),
    ("nn.GRUCell(6, 5)", "N E", "N E"),
    ("nn.TransformerEncoderLayer(6, 2)", "T N E", "T N E"),
    ("nn.TransformerEncoderLayer(6, 2, batch_first=True, norm_first=True)", "N T E", "N T E"),
]


def measured(model: ModelFact, source: str) -> tuple[int, ...]:
    """The shape that torch gives for the input that was found."""
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    (given,) = model.inputs
    shape = [substitute(d, {s: SIZES[s.name] for s in symbols(d)}) if symbols(d) else d for d in given.shape]
    space: dict[str, object] = {}
    exec(HEADER + source, space)
    net = space["Net"]().eval()  # type: ignore[operator]
    result = net(torch.zeros(shape, dtype=torch.long if "Embedding" in source else torch.float32))
    return tuple((result[0] if isinstance(result, tuple) else result).shape)


def sizes(layer: LayerFact) -> tuple[int, ...]:
    dims = layer.output_shape or ()
    return tuple(substitute(d, {s: SIZES[s.name] for s in symbols(d)}) if symbols(d) else d for d in dims)


@pytest.mark.parametrize(("layer", "taken", "made"), TORCH, ids=[row[0] for row in TORCH])
def test_a_first_layer_says_what_goes_in(tmp_path: Path, layer: str, taken: str, made: str) -> None:
    source = around(layer)
    model = model_of(tmp_path, HEADER + source, "Net()")
    assert model.status == "complete", model.unknowns
    assert (named(model.inputs[0].axes), named(model.layers[-1].axes)) == (taken, made)
    assert measured(model, source) == sizes(model.layers[-1])


@pytest.mark.parametrize(
    ("layer", "call", "taken", "made"),
    [
        ("nn.MultiheadAttention(6, 2)", "self.layer(x, x, x)[0]", "T N E", "T N E"),
        ("nn.MultiheadAttention(6, 2, batch_first=True)", "self.layer(x, x, x)[0]", "N T E", "N T E"),
        ("nn.TransformerDecoderLayer(6, 2, batch_first=True)", "self.layer(x, x)", "N T E", "N T E"),
        ("nn.Transformer(6, 2, 1, 1)", "self.layer(x, x)", "T N E", "T N E"),
    ],
)
def test_attention(tmp_path: Path, layer: str, call: str, taken: str, made: str) -> None:
    source = around(layer, call)
    model = model_of(tmp_path, HEADER + source, "Net()")
    assert (model.status, named(model.inputs[0].axes), named(model.layers[-1].axes)) == ("complete", taken, made)
    assert measured(model, source) == sizes(model.layers[-1])


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        ("nn.MaxPool2d(2)", "N C H W"),
        ("nn.AvgPool2d(2)", "N C H W"),
        ("nn.AdaptiveMaxPool2d(4)", "N C H W"),
        ("nn.LPPool2d(2, 2)", "N C H W"),
        ("nn.ZeroPad2d(1)", "N C H W"),
        ("nn.ReflectionPad2d(1)", "N C H W"),
        ("nn.Upsample(scale_factor=2, mode='bilinear')", "N C H W"),
        ("nn.UpsamplingNearest2d(scale_factor=2)", "N C H W"),
        ("nn.Softmax2d()", "N C H W"),
        ("nn.LocalResponseNorm(2)", "N C H W"),
    ],
)
def test_how_many_channels_a_layer_gets_that_does_not_mind_is_said_by_the_next(
    tmp_path: Path, first: str, taken: str
) -> None:
    source = around(f"nn.Sequential({first}, nn.Conv2d(5, 8, 1))")
    model = model_of(tmp_path, HEADER + source, "Net()")
    assert (model.status, model.inputs[0].shape[1], named(model.inputs[0].axes)) == ("complete", 5, taken)
    assert measured(model, source) == sizes(model.layers[-1])


def test_a_state_of_a_recurrent_layer(tmp_path: Path) -> None:
    source = around("nn.GRU(6, 5, num_layers=2)", "self.layer(x, h)").replace("forward(self, x)", "forward(self, x, h)")
    model = model_of(tmp_path, HEADER + source, "Net()")
    assert [shape_text(i.shape) for i in model.inputs] == ["TxNx6", "2xNx5"]


def test_a_layer_whose_constructor_never_ran_says_nothing(tmp_path: Path) -> None:
    source = """class Own(nn.Conv2d):
    def __init__(self):
        nn.Module.__init__(self)

    def forward(self, x):
        return x.relu()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.own, self.conv = Own(), nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(self.own(x))
"""
    model = model_of(tmp_path, HEADER + source, "Net()")
    assert [shape_text(o.shape) for o in model.outputs] == ["Nx4x222x222"]


KERAS = [
    ("layers.Conv1D(8, 3)", "N T C", "N T C"),
    ("layers.Conv2D(8, 3)", "N H W C", "N H W C"),
    ("layers.Conv2D(8, 3, data_format='channels_first')", "N C H W", "N C H W"),
    ("layers.DepthwiseConv2D(3)", "N H W C", "N H W C"),
    ("layers.SeparableConv1D(8, 3)", "N T C", "N T C"),
    ("layers.Conv3DTranspose(8, 3)", "N D H W C", "N D H W C"),
    ("layers.MaxPooling2D()", "N H W C", "N H W C"),
    ("layers.GlobalAveragePooling2D()", "N H W C", "N C"),
    ("layers.ZeroPadding2D(1)", "N H W C", "N H W C"),
    ("layers.UpSampling2D()", "N H W C", "N H W C"),
    ("layers.Dense(5)", "N E", "N E"),
    ("layers.Embedding(10, 6)", "N T", "N T E"),
    ("layers.LSTM(5)", "N T E", "N E"),
    ("layers.LSTM(5, return_sequences=True)", "N T E", "N T E"),
    ("layers.Bidirectional(layers.GRU(5))", "N T E", "N E"),
    ("layers.ConvLSTM2D(5, 3)", "N T H W C", "N H W C"),
    ("layers.TimeDistributed(layers.Conv2D(8, 3))", "N T H W C", "N T H W C"),
]


@pytest.mark.parametrize(("layer", "taken", "made"), KERAS, ids=[row[0] for row in KERAS])
def test_a_first_layer_of_keras(tmp_path: Path, layer: str, taken: str, made: str) -> None:
    source = f"""import keras
from keras import layers


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.layer = {layer}

    def call(self, x):
        return self.layer(x)
"""
    model = model_of(tmp_path, source, "Net()")
    assert (named(model.inputs[0].axes), named(model.layers[-1].axes)) == (taken, made)


# -- carried along -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "names"),
    [
        ("F.relu(self.layer(x))", "N C H W"),
        ("self.layer(x) + 1", "N C H W"),
        ("self.layer(x).permute(0, 2, 3, 1)", "N H W C"),
        ("self.layer(x).flatten(2)", "N C T"),
        ("self.layer(x).flatten(2).transpose(1, 2)", "N T C"),
        ("self.layer(x).flatten(1)", "N E"),
        ("self.layer(x).mean((2, 3))", "N C"),
        ("self.layer(x)[:, :, ::2]", "N C H W"),
        ("self.layer(x)[:, 0]", "N H W"),
        ("self.layer(x).unsqueeze(1)", "N . C H W"),
        ("torch.cat([self.layer(x), self.layer(x)], 1)", "N C H W"),
        ("torch.einsum('nchw->nwc', self.layer(x))", "N W C"),
        ("F.interpolate(self.layer(x), scale_factor=2)", "N C H W"),
        ("self.layer(x).softmax(1)", "N C H W"),
        ("self.layer(x).view(-1, 2, 4, 6, 6)", "N . . H W"),
    ],
)
def test_names_go_with_the_dims(tmp_path: Path, then: str, names: str) -> None:
    source = "# rf: input=2x3x8x8\n" + around("nn.Conv2d(3, 8, 3)", then)
    (output,) = model_of(tmp_path, HEADER + source, "Net()").outputs
    assert named(output.axes) == names


def test_an_input_is_called_what_the_layers_behind_a_permutation_call_it(tmp_path: Path) -> None:
    source = "# rf: input=2x84x84x4\n" + around("nn.Conv2d(4, 8, 3)", "self.layer(x.permute(0, 3, 1, 2))")
    assert named(model_of(tmp_path, HEADER + source, "Net()").inputs[0].axes) == "N H W C"


# -- along which axes there are fields ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("nn.TransformerEncoderLayer(6, 2, batch_first=True)", "2x10x6"),
        ("nn.Sequential(nn.Linear(6, 12), nn.GELU(), nn.Linear(12, 6))", "2x10x6"),
        ("nn.LSTM(6, 5, batch_first=True)", "2x10x6"),
        ("nn.Sequential(nn.Embedding(9, 6), nn.LayerNorm(6), nn.Linear(6, 9))", "2x10"),
        ("nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3))", "2x6"),
        ("nn.Sequential(nn.Linear(6, 12), nn.AdaptiveAvgPool1d(1))", "2x10x6"),
    ],
)
def test_tokens_and_features_have_no_field(tmp_path: Path, layer: str, shape: str) -> None:
    model = model_of(tmp_path, HEADER + around(layer), "Net()", inputs=(shape,))
    assert model.field is None and all(row.field is None for row in model.layers) and not model.dense


def test_tokens_that_a_convolution_moves_over_have_one(tmp_path: Path) -> None:
    """A text CNN: the rows of its picture are tokens, the columns features of the embedding."""
    source = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(100, 16)
        self.conv = nn.Conv2d(1, 8, (5, 16))

    def forward(self, x):
        return self.conv(self.words(x).unsqueeze(1))
"""
    model = model_of(tmp_path, HEADER + source, "Net()", inputs=("2x40",))
    field = model.layers[-1].field
    assert field is not None and (field.axes, field.size, field.extent) == (("T",), (5,), (40,))
    assert named(model.inputs[0].axes) == "N T"


def test_what_comes_before_the_first_layer_that_moves_has_a_field_of_one_pixel(tmp_path: Path) -> None:
    source = around("nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3))")
    norm, conv = model_of(tmp_path, HEADER + source, "Net()", inputs=("2x3x8x8",)).layers
    assert norm.field is not None and conv.field is not None
    assert (norm.field.axes, norm.field.size, conv.field.size) == (("H", "W"), (1, 1), (3, 3))
