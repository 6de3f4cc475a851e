"""Where a model's inputs come from: every origin, in the order of docs/engine.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.request import TargetError
from tests.literate import cases_of

from .analysed import HEADER, facts_of, inputs_of, model_of, outputs_of, shape_text

NET = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        return self.fc(self.pool(self.conv(x)).flatten(1))
"""


# -- 1: given by the user ----------------------------------------------------------------------


def test_an_option_comes_first(tmp_path):
    source = HEADER + "# rf: input=2x3x16x16\n" + NET + "\nNet()(torch.randn(4, 3, 8, 8))\n"
    model = model_of(tmp_path, source, "Net()", inputs=("1x3x40x40",))
    assert inputs_of(model) == [("x", "1x3x40x40", "option")]
    assert outputs_of(model) == ["1x10"]


TWO = """class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1)
        self.b = nn.Linear(5, 8)

    def forward(self, image, code, scale=None):
        out = self.a(image).mean((2, 3)) + self.b(code)
        return out if scale is None else out * scale
"""


def test_several_inputs_in_order(tmp_path):
    model = model_of(tmp_path, HEADER + TWO, "Two()", inputs=("1x3x20x20", "1x5"))
    assert inputs_of(model) == [("image", "1x3x20x20", "option"), ("code", "1x5", "option")]
    assert outputs_of(model) == ["1x8"]


def test_one_input_by_name_the_others_found(tmp_path):
    model = model_of(tmp_path, HEADER + TWO, "Two()", inputs=("code=7x5",))
    assert ("code", "7x5", "option") in inputs_of(model)
    assert {n: o for n, _, o in inputs_of(model)}["image"] == "default"


def test_an_optional_input_by_name(tmp_path):
    model = model_of(tmp_path, HEADER + TWO, "Two()", inputs=("1x3x20x20", "1x5", "scale=1x1"))
    assert [i[0] for i in inputs_of(model)] == ["image", "code", "scale"]
    assert outputs_of(model) == ["1x8"]


def test_an_optional_input_by_position(tmp_path):
    model = model_of(tmp_path, HEADER + TWO, "Two()", inputs=("1x3x20x20", "1x5", "7x1"))
    assert inputs_of(model)[2] == ("scale", "7x1", "option")
    assert outputs_of(model) == ["7x8"]


def test_an_optional_input_that_a_call_gives_by_position(tmp_path):
    use = "\n\nnet = Two()\nnet(torch.randn(2, 3, 16, 16), torch.randn(2, 5), torch.randn(6, 1, 1))\n"
    models = facts_of(tmp_path, HEADER + TWO + use).models
    assert inputs_of(models[0])[2] == ("scale", "6x1x1", "usage")
    assert outputs_of(models[0]) == ["6x2x8"]


def test_items_of_several_sizes_say_nothing(tmp_path):
    use = """

class Growing(torch.utils.data.Dataset):
    def __len__(self):
        return 5

    def __getitem__(self, index):
        return torch.rand(3, 10 + index, 10)


net = Net()
for x in torch.utils.data.DataLoader(Growing()):
    net(x)
"""
    assert {m.inputs[0].origin for m in facts_of(tmp_path, HEADER + NET + use).models} == {"default"}


def test_more_inputs_than_the_model_takes(tmp_path):
    with pytest.raises(TargetError, match="Net takes 1 input, more are given"):
        model_of(tmp_path, HEADER + NET, "Net()", inputs=("1x3x8x8", "1x3x8x8"))


def test_a_name_the_model_does_not_have(tmp_path):
    with pytest.raises(TargetError, match=r"Net has no input 'y'.*x"):
        model_of(tmp_path, HEADER + NET, "Net()", inputs=("y=1x3x8x8",))


def test_wrong_channels_are_a_finding_that_names_the_layer(tmp_path):
    model = model_of(tmp_path, HEADER + NET, "Net()", inputs=("1x4x32x32",))
    (problem,) = model.problems
    assert (problem.rule, problem.message) == ("channel-mismatch", "conv expects 3 input channels, gets 4")
    assert problem.related[0][1].line == 8 and model.inputs[0].shape == (1, 4, 32, 32)


def test_too_small_an_input_is_a_finding(tmp_path):
    source = HEADER + "model = nn.Sequential(nn.Conv2d(3, 8, 7), nn.MaxPool2d(4), nn.Conv2d(8, 8, 5))\n"
    model = model_of(tmp_path, source, "model", inputs=("1x3x16x16",))
    assert [p.rule for p in model.problems] == ["empty-output"]


# -- 2: comments -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        HEADER + "# rf: input=1x3x48x48\n" + NET,
        HEADER + NET.replace("(nn.Module):", "(nn.Module):  # rf: input=1x3x48x48"),
        "# rf: input=1x3x48x48\n" + HEADER + NET,
        '"""Docstring."""\n# rf: input=1x3x48x48\n' + HEADER + NET,
    ],
    ids=["above the class", "on the class", "top of the file", "below the docstring"],
)
def test_comment_on_a_class(tmp_path, source):
    assert inputs_of(model_of(tmp_path, source)) == [("x", "1x3x48x48", "comment")]


FACTORY = "\n\n{above}def make():{on}\n    return nn.Sequential(nn.Conv2d(3, 4, 3))\n\n\n"


@pytest.mark.parametrize(
    "source",
    [
        FACTORY.format(above="# rf: input=1x3x48x48\n", on=""),
        FACTORY.format(above="", on="  # rf: input=1x3x48x48"),
        "\nmodel = nn.Sequential(nn.Conv2d(3, 4, 3))  # rf: input=1x3x48x48\n",
        "\n# rf: input=1x3x48x48\nmodel = nn.Sequential(nn.Conv2d(3, 4, 3))\n",
        "\nmodel = nn.Sequential(  # rf: input=1x3x48x48\n    nn.Conv2d(3, 4, 3),\n)\n",
    ],
    ids=["above a function", "on a function", "on a call", "above a call", "on a call of several lines"],
)
def test_comment_on_a_function_or_call(tmp_path, source):
    model = model_of(tmp_path, HEADER + source)
    assert inputs_of(model) == [(model.inputs[0].name, "1x3x48x48", "comment")]


def test_a_comment_speaks_of_its_own_class_only(tmp_path):
    other = NET.replace("class Net", "class Other")
    source = HEADER + "# rf: input=1x3x48x48\n" + NET + "\n\n" + other
    found = {m.name: m.inputs[0].origin for m in facts_of(tmp_path, source).models}
    assert found == {"Net": "comment", "Other": "default"}


def test_comment_with_several_inputs_and_names(tmp_path):
    source = HEADER + "# rf: input=1x3x20x20, scale=1x1, code=1x5\n" + TWO
    names = [i[0] for i in inputs_of(model_of(tmp_path, source))]
    assert sorted(names) == ["code", "image", "scale"]


def test_symbols_in_a_comment(tmp_path):
    model = model_of(tmp_path, HEADER + "# rf: input=Nx3xHxW\n" + NET)
    assert inputs_of(model) == [("x", "Nx3xHxW", "comment")]
    assert outputs_of(model) == ["Nx10"]


def test_comment_says_how_to_build_one(tmp_path):
    source = (
        HEADER
        + "# rf: model=Net(3, width=16)\n# rf: input=1x3x8x8\n"
        + NET.replace("def __init__(self):", "def __init__(self, cin, width):")
        .replace("Conv2d(3, 8", "Conv2d(cin, width")
        .replace("Linear(8", "Linear(width")
    )
    model = next(m for m in facts_of(tmp_path, source).models if m.target.endswith("Net(3, width=16)"))
    assert (model.parameters, outputs_of(model)) == (3 * 9 * 16 + 16 + 170, ["1x10"])


# -- 3: settings -------------------------------------------------------------------------------


def test_settings_name_a_target(tmp_path):
    entry = {"target": "model.py::Net()", "input": ["1x3x96x96"]}
    (model,) = (m for m in facts_of(tmp_path, HEADER + NET, models=[entry]).models if m.target.endswith("Net()"))
    assert inputs_of(model) == [("x", "1x3x96x96", "settings")]


def test_settings_of_a_whole_file(tmp_path):
    model = model_of(tmp_path, HEADER + NET, models=[{"target": "model.py", "input": "1x3x96x96"}])
    assert inputs_of(model) == [("x", "1x3x96x96", "settings")]


# -- 4: how the code uses its models -------------------------------------------------------------

USES = cases_of(Path(__file__).with_name("uses.md"))


@pytest.mark.parametrize("use", USES)
def test_use_in_the_code(tmp_path, use):
    code, shape, *origin = USES[use]["python"], *USES[use]["input"].split()
    models = [m for m in facts_of(tmp_path, HEADER + NET + "\n\n" + code).models if m.name in ("Net", "net", "traced")]
    assert models
    assert {inputs_of(m)[0] for m in models} == {("x", shape, *(origin or ["usage"]))}


def test_use_with_keywords_and_several_inputs(tmp_path):
    use = "\n\nnet = Two()\nnet(torch.randn(2, 3, 16, 16), code=torch.randn(2, 5))\n"
    models = facts_of(tmp_path, HEADER + TWO + use).models
    assert inputs_of(models[0]) == [("image", "2x3x16x16", "usage"), ("code", "2x5", "usage")]


STRUCTURED = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(8, 4, 1), nn.Conv2d(16, 4, 1)

    def forward(self, maps, scale=1, **named):
        low = F.interpolate(self.b(maps["low"][0]), scale_factor=scale)
        return self.a(maps["high"]) + low + named.get("more", 0)


class Gather(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 5), nn.Linear(4, 5)])

    def forward(self, *parts):
        return sum(layer(part) for layer, part in zip(self.layers, parts))


print(Net()({"high": torch.rand(1, 8, 32, 24), "low": (torch.rand(1, 16, 8, 6), None)}, 4).shape)
print(Gather()(torch.rand(7, 3), torch.rand(7, 4)).shape)
"""


def test_lists_dicts_and_numbers_of_a_call(tmp_path):
    models = {m.name: m for m in facts_of(tmp_path, HEADER + STRUCTURED).models}
    net, gather = models["Net"], models["Gather"]
    assert inputs_of(net) == [("maps.high", "1x8x32x24", "usage"), ("maps.low.0", "1x16x8x6", "usage")]
    assert (outputs_of(net), net.problems, net.status) == (["1x4x32x24"], [], "complete")
    assert [shape for _, shape, _ in inputs_of(gather)] == ["7x3", "7x4"]
    assert (outputs_of(gather), gather.problems, gather.status) == (["7x5"], [], "complete")


def test_several_inputs_of_summary(tmp_path):
    use = "\n\nfrom torchinfo import summary\nsummary(Two(), input_size=[(1, 3, 16, 16), (1, 5)])\n"
    model = facts_of(tmp_path, HEADER + TWO + use).models[0]
    assert inputs_of(model) == [("image", "1x3x16x16", "usage"), ("code", "1x5", "usage")]


def test_example_input_array(tmp_path):
    source = HEADER + NET.replace(
        "        self.conv =", "        self.example_input_array = torch.zeros(1, 3, 52, 52)\n        self.conv ="
    )
    assert inputs_of(model_of(tmp_path, source)) == [("x", "1x3x52x52", "usage")]


def test_use_in_another_file(tmp_path):
    train = "import torch\nfrom model import Net\n\nnet = Net()\nnet(torch.randn(6, 3, 58, 58))\n"
    model = model_of(tmp_path, HEADER + NET, files={"train.py": train})
    assert inputs_of(model) in ([("x", "6x3x58x58", "usage")], [("x", "Nx3x224x224", "default")])


def test_integer_inputs(tmp_path):
    source = (
        HEADER
        + """class Text(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, 16)
        self.rnn = nn.GRU(16, 32, batch_first=True)

    def forward(self, tokens):
        return self.rnn(self.embedding(tokens))[0]
"""
    )
    model = model_of(tmp_path, source)
    assert (model.inputs[0].name, outputs_of(model), model.problems) == ("tokens", ["NxTx32"], [])
    model = model_of(tmp_path, source, "Text()", inputs=("4x20",))
    assert (outputs_of(model), model.problems) == (["4x20x32"], [])


# -- 5: annotations and docstrings ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "shape"),
    [
        ('x: Float[Tensor, "b 3 224 192"]', "Nx3x224x192"),
        ('x: Float[Tensor, "1 3 h w"]', "1x3xhxw"),
        ('x: Annotated[torch.Tensor, "N 3 64 64"]', "Nx3x64x64"),
        ("x: \"Float[Tensor, 'b 3 30 30']\"", "Nx3x30x30"),
    ],
)
def test_annotations(tmp_path, signature, shape):
    source = HEADER + NET.replace("forward(self, x)", f"forward(self, {signature})")
    assert inputs_of(model_of(tmp_path, source)) == [("x", shape, "annotation")]


@pytest.mark.parametrize(
    "line", ["x: (N, 3, 40, 40)", "x (Tensor): images of shape (B, 3, 40, 40)", "x: input of size [batch, 3, 40, 40]"]
)
def test_docstrings(tmp_path, line):
    source = HEADER + NET.replace(
        "        return", f'        """Run it.\n\n        {line}\n        """\n        return'
    )
    assert inputs_of(model_of(tmp_path, source)) == [("x", "Nx3x40x40", "annotation")]


# -- 6: solved -----------------------------------------------------------------------------------


SOLVED = cases_of(Path(__file__).with_name("solved.md"))


@pytest.mark.parametrize("title", SOLVED)
def test_solved(tmp_path, title):
    shape = SOLVED[title]["input"].strip()
    model = model_of(tmp_path, HEADER + SOLVED[title]["python"])
    (found,) = inputs_of(model)
    size = shape.replace("Nx", "")
    assert (found[1].split("x", 1)[1], model.problems) == (size, [])
    assert found[2] in (("default", "solved") if "224" in shape else ("solved",))


def test_a_linear_layer_no_size_fits_is_a_finding(tmp_path):
    lenet = SOLVED["LeNet of the tutorial"]["python"]
    model = model_of(tmp_path, HEADER + lenet.replace("16 * 5 * 5", "16 * 5 * 5 + 1"))
    assert [p.rule for p in model.problems] == ["feature-size-mismatch"]


# -- 7: the default --------------------------------------------------------------------------------


def test_default(tmp_path):
    assert inputs_of(model_of(tmp_path, HEADER + NET)) == [("x", "Nx3x224x224", "default")]


SEQUENCE = "model = nn.Sequential(nn.Conv1d(80, 8, 3), nn.ReLU())\n"


@pytest.mark.parametrize(
    ("source", "default", "shape"),
    [
        (HEADER + NET, (1, 3, 40, 64), "Nx3x40x64"),
        (HEADER + NET, (8, 1, 40, 64), "Nx3x40x64"),
        (HEADER + NET, (1, 80, 300), "Nx3x224x224"),
        (HEADER + SEQUENCE, (1, 80, 300), "Nx80x300"),
        (HEADER + SEQUENCE, (1, 3, 40, 64), "Nx80xT"),
    ],
)
def test_the_default_of_the_settings(tmp_path, source, default, shape):
    """It counts for inputs with as many dims; what a layer says of its channels comes first, the batch stays open."""
    found = inputs_of(model_of(tmp_path, source, "model" if "model =" in source else "Net()", default_input=default))
    assert found[0][1:] == (shape, "solved" if "T" in shape else "default")


def test_a_layer_comes_before_the_default_of_the_settings(tmp_path):
    """A flatten that only one size satisfies."""
    source = HEADER + SOLVED["LeNet of the tutorial"]["python"]
    model = model_of(tmp_path, source, default_input=(1, 3, 64, 64))
    assert (inputs_of(model)[0][1], model.problems) == ("Nx3x32x32", [])


def test_without_a_size_shapes_are_symbolic_and_fields_exact(tmp_path):
    source = HEADER + "model = nn.Sequential(nn.Conv1d(2, 8, 5, stride=2, padding=2), nn.Conv1d(8, 8, 3, padding=1))\n"
    model = model_of(tmp_path, source)
    assert shape_text(model.inputs[0].shape) == "Nx2xT"
    assert model.layers[-1].field.size == (9,) and model.layers[-1].output_shape[1] == 8


POOLED_TO_ONE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=5), nn.MaxPool2d(2), nn.MaxPool2d(2), nn.MaxPool2d(2)
        )
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = self.features(x)
        return self.fc(x.view(x.size(0), -1))
"""


def test_one_size_of_many_that_fit_is_assumed(tmp_path):
    """Pictures of 29 to 60 pixels give one unit."""
    model = model_of(tmp_path, HEADER + POOLED_TO_ONE, "Net()")
    assert inputs_of(model) == [("x", "Nx3x32x32", "default")]
    assert outputs_of(model) == ["Nx10"]


PADDED = """class Padded(nn.Conv2d):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.padding_before = nn.ZeroPad2d((0, 1, 0, 1))

    def forward(self, x):
        return F.conv2d(self.padding_before(x), self.weight, self.bias, self.stride)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.norm, self.last = Padded(3, 32, 3, stride=2), nn.BatchNorm2d(32), nn.Conv2d(32, 4, 1)

    def forward(self, x):
        return self.last(self.norm(self.stem(x)))
"""
OF_A_WEIGHT = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pad, self.weight = nn.ZeroPad2d((0, 1, 0, 1)), nn.Parameter(torch.zeros(8, 5, 3, 3))
        self.norm, self.last = nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1)

    def forward(self, x):
        return self.last(self.norm(F.conv2d(self.pad(x), self.weight)))
"""


@pytest.mark.parametrize(("source", "channels", "side"), [(PADDED, 3, 112), (OF_A_WEIGHT, 5, 223)])
def test_channels_behind_padding(tmp_path, source, channels, side):
    """Padding does not mind how many channels there are; the layer behind it is not the next one in the list."""
    model = model_of(tmp_path, HEADER + source, "Net()")
    assert inputs_of(model) == [("x", f"Nx{channels}x224x224", "default")]
    assert outputs_of(model) == [f"Nx4x{side}x{side}"] and model.problems == []


TWO_TOWERS = """class Tower(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.body = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(1, 16, 5), nn.InstanceNorm2d(16), nn.ReLU())
        self.embed = nn.Linear(16 * 6 * 6, features)

    def forward(self, x):
        return self.embed(F.avg_pool2d(self.body(x), 4).flatten(1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tower, self.combine = Tower(24), nn.Bilinear(48, 48, 8)

    def forward(self, left, right):
        return self.combine(self.tower(left), self.tower(right))
"""


def test_a_doubt_about_channels_is_none_about_the_rank(tmp_path):
    """torch: bilinear(): input1 size does not match weight size: got 24 but expected 48, whatever goes in."""
    model = model_of(tmp_path, HEADER + TWO_TOWERS, "Net()")
    assert [problem.rule for problem in model.problems] == ["feature-size-mismatch"]


JOINED = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d({joined}, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 1, 4, 1, 1))

    def forward(self, real, made):
        return self.body(torch.cat((real, made), 1))
"""


@pytest.mark.parametrize(("joined", "channels"), [(6, 3), (2, 1), (10, 5)])
def test_channels_that_are_joined_make_up_what_is_asked(tmp_path, joined, channels):
    """A discriminator of pairs: each input has its part of the channels, and nothing says how large it is."""
    model = model_of(tmp_path, HEADER + JOINED.format(joined=joined), "Net()")
    shape = f"Nx{channels}x224x224"
    assert inputs_of(model) == [("real", shape, "default"), ("made", shape, "default")]
    assert outputs_of(model) == ["Nx1x111x111"] and model.problems == []


def test_channels_that_are_joined_to_an_odd_number(tmp_path):
    assert model_of(tmp_path, HEADER + JOINED.format(joined=4 + 3), "Net()").problems == []


DESCRIBED = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        '''
        x: tensor, Nx(1,3)xwxh
        '''
        return self.conv(x[:, :, : x.shape[2], : x.shape[3]])
"""


def test_a_part_of_a_description_is_no_shape(tmp_path):
    model = model_of(tmp_path, HEADER + DESCRIBED)
    assert inputs_of(model) == [("x", "Nx3x224x224", "default")] and model.problems == []


def test_what_takes_no_tensor_is_not_complete(tmp_path: Path):
    """An object of the program's goes in, of which nobody says anything."""
    source = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.row = nn.Embedding(50, 8)

    def forward(self, nested):
        height = nested.tensors.shape[-2]
        return self.row(torch.arange(height))
"""
    model = model_of(tmp_path, HEADER + source)
    assert model.status == "partial"
    assert "nobody says what the input nested is" in {unknown.reason for unknown in model.unknowns}


def test_lists_that_are_found_out_are_handed_on(tmp_path: Path):
    source = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = nn.Conv2d(16, 8, 1)
        self.high = nn.Conv2d(32, 8, 1)

    def forward(self, maps):
        return self.low(maps[0]).sum() + self.high(maps[1]).sum()
"""
    model = model_of(tmp_path, HEADER + source)
    assert [given.name for given in model.inputs] == ["maps.0", "maps.1"]
    assert model.call is not None and model.call.keywords == {"maps": [None, None]}


OF_ARGUMENTS = """class Pooled(nn.Module):
    def __init__(self, width, num_classes):
        super().__init__()
        self.conv = nn.Conv2d(width, 128, 1)
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(x, (4, 4))
        return self.fc(torch.flatten(self.conv(x), 1))
"""
OF_COLUMNS = """class Series(nn.Module):
    def __init__(self, width, hidden=64):
        super().__init__()
        self.conv = nn.Conv1d(width, hidden, 3, padding=1)
        self.hour = nn.Embedding(24, hidden)
        self.day = nn.Embedding(7, hidden)

    def forward(self, x, marks):
        x = self.conv(x.permute(0, 2, 1)).transpose(1, 2)
        marks = marks.long()
        return x + self.hour(marks[:, :, 3]) + self.day(marks[:, :, 2])
"""


@pytest.mark.parametrize(
    ("source", "inputs", "output"),
    [
        (OF_ARGUMENTS, [("x", "Nxwidthx224x224", "default")], "Nxnum_classes"),
        (OF_COLUMNS, [("x", "NxTxwidth", "default"), ("marks", "NxTxC", "default")], "NxTx64"),
    ],
)
def test_open_inputs_are_told_in_the_model_s_own_arguments(tmp_path: Path, source: str, inputs, output: str):
    model = model_of(tmp_path, HEADER + source)
    assert inputs_of(model) == inputs
    assert (outputs_of(model), model.status) == ([output], "complete")


def test_a_size_at_which_something_is_left_of_every_map(tmp_path: Path):
    """224 leaves nothing of the pooled map: the smallest size that does is taken."""
    source = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 32, stride=32)
        self.pool = nn.AvgPool2d(11, stride=1)
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        x = self.pool(self.conv(x))
        return self.fc(x.view(x.size(0), -1))
"""
    model = model_of(tmp_path, HEADER + source)
    assert inputs_of(model) == [("x", "Nx3x352x352", "solved")]
    assert (outputs_of(model), model.status, model.problems) == (["Nx10"], "complete", [])


OF_ONE_ITEM = """class Characters(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, 32)
        self.cell = nn.GRU(32, 32)

    def forward(self, x):
        x = self.embedding(x.view(1, -1)).view(1, 1, -1)
        return self.cell(x)[0]
"""


def test_a_model_that_takes_one_item_at_a_time_is_shown_with_one(tmp_path: Path):
    model = model_of(tmp_path, HEADER + OF_ONE_ITEM)
    assert inputs_of(model) == [("x", "1x1", "solved")]
    assert outputs_of(model) == ["1x1x32"]


OF_PATCHES = """from einops.layers.torch import Rearrange


class Patches(nn.Module):
    def __init__(self, image_size, patch_size, dim):
        super().__init__()
        self.embed = nn.Sequential(
            Rearrange("b c (h p1) (w p2) -> b (h w) (p1 p2 c)", p1=patch_size, p2=patch_size),
            nn.LayerNorm(3 * patch_size * patch_size),
            nn.Linear(3 * patch_size * patch_size, dim),
        )
        self.position = nn.Parameter(torch.zeros(1, (image_size // patch_size) ** 2, dim))

    def forward(self, image):
        return (self.embed(image) + self.position).mean(1)
"""


def test_channels_of_patches_of_any_size(tmp_path: Path):
    model = model_of(tmp_path, HEADER + OF_PATCHES)
    assert inputs_of(model) == [("image", "Nx3xHxH", "default")]
    assert (outputs_of(model), model.status) == (["Nxdim"], "complete")


def test_what_is_wrong_with_a_guess_is_not_said_after_all(tmp_path: Path):
    """The rank of the queries is a guess, and the transformer wants another number of items: neither is a finding."""
    source = """class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(512, 8)
        self.encoder = nn.TransformerEncoder(layer, 2)

    def forward(self, maps, mask, queries, positions):
        n, c, h, w = maps.shape
        maps = maps.flatten(2).permute(2, 0, 1)
        positions = positions.flatten(2).permute(2, 0, 1)
        queries = queries.unsqueeze(1).repeat(1, n, 1)
        return self.encoder(maps + positions, src_key_padding_mask=mask.flatten(1)) + queries.mean()
"""
    assert model_of(tmp_path, HEADER + source).problems == []
