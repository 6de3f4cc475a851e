"""Inputs and arguments that nobody gives: what is only a guess is never a finding."""

from __future__ import annotations

import pytest

from .analysed import HEADER, facts_of, inputs_of, model_of, outputs_of

FRAMES = """class Frames(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x):
        b, t, c, h, w = x.size()
        middle = x[:, 0, :, :, :].contiguous()
        return self.conv(x.view(-1, c, h, w)).view(b, t, -1, h, w) + middle.sum(1, keepdim=True).unsqueeze(1)
"""
DECODER = """class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.rnn = nn.LSTM(16, 32, 2)
        self.out = nn.Linear(32, 50)

    def forward(self, token, hidden, cell):
        embedded = self.embedding(token.unsqueeze(0))
        output, (hidden, cell) = self.rnn(embedded, (hidden, cell))
        return self.out(output.squeeze(0)), hidden, cell
"""
SPECTROGRAM = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(*[nn.Conv2d(1 if i == 0 else 8, 8, 3, 2, 1) for i in range(4)])
        self.fc = nn.Linear(8 * 6 * 4, 5)

    def forward(self, x):
        return self.fc(self.conv(x).transpose(1, 3).contiguous().flatten(1))
"""
TOKENS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 16, 16)
        self.positions = nn.Parameter(torch.zeros(1, 576, 8))

    def forward(self, x):
        return self.patches(x).flatten(2).transpose(1, 2) + self.positions
"""


def test_as_many_dimensions_as_names(tmp_path):
    model = model_of(tmp_path, HEADER + FRAMES)
    assert (inputs_of(model), model.problems) == ([("x", "NxTx3x224x224", "default")], [])


def test_states_of_a_recurrent_layer(tmp_path):
    model = model_of(tmp_path, HEADER + DECODER)
    assert [i[:2] for i in inputs_of(model)] == [("token", "N"), ("hidden", "2xNx32"), ("cell", "2xNx32")]
    assert (outputs_of(model), model.problems) == (["Nx50", "2xNx32", "2xNx32"], [])


def test_a_state_that_is_handed_on_whole(tmp_path):
    source = DECODER.replace("token, hidden, cell", "token, state").replace(
        "embedded, (hidden, cell)", "embedded, state"
    )
    model = model_of(tmp_path, HEADER + source)
    assert model.layers[1].output_shape is not None and model.problems == []


def test_maps_that_are_not_square(tmp_path):
    model = model_of(tmp_path, HEADER + SPECTROGRAM)
    assert (inputs_of(model), outputs_of(model), model.problems) == ([("x", "Nx1x96x64", "solved")], ["Nx5"], [])


def test_twice_the_features_are_a_finding(tmp_path):
    model = model_of(tmp_path, HEADER + SPECTROGRAM.replace("8 * 6 * 4", "2 * 8 * 8 * 8"))
    assert [p.rule for p in model.problems] == ["feature-size-mismatch"]


def test_as_many_tokens_as_positions(tmp_path):
    assert inputs_of(model_of(tmp_path, HEADER + TOKENS)) == [("x", "Nx3x384x384", "solved")]


def test_defaults_that_do_not_work_where_the_code_gives_others(tmp_path):
    source = """class Net(nn.Module):
    def __init__(self, size=3, classes=None):
        super().__init__()
        self.conv = nn.Conv2d(size, 4, 3)
        self.fc = nn.Linear(4, classes)

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))


if __name__ == "__main__":
    Net(classes=7)(torch.zeros(1, 3, 8, 8))
"""
    model = model_of(tmp_path, HEADER + source)
    assert (outputs_of(model), model.problems) == (["1x7"], [])


def test_arguments_that_are_handed_on(tmp_path):
    source = """class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)


def net(**options):
    return Net(**options)
"""
    assert [p for m in facts_of(tmp_path, HEADER + source).models for p in m.problems] == []


def test_an_empty_list_of_modules_that_is_filled_later(tmp_path):
    source = """class Ensemble(nn.ModuleList):
    def forward(self, x):
        return torch.cat([module(x) for module in self], 1)
"""
    assert [p for m in facts_of(tmp_path, HEADER + source).models for p in m.problems] == []


def test_a_class_of_the_file_that_is_called_as_a_layer(tmp_path):
    source = """class LayerNorm(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))

    def forward(self, x):
        return self.weight * x / x.std(-1, keepdim=True)


class Sub(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = LayerNorm(8)

    def forward(self, x):
        return x + self.norm(x)
"""
    assert [p for m in facts_of(tmp_path, HEADER + source).models for p in m.problems] == []


def test_channels_that_are_not_known(tmp_path):
    source = """from settings import widths


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(widths[0])

    def forward(self, x):
        return self.norm(x)
"""
    (model,) = facts_of(tmp_path, HEADER + source).models
    assert inputs_of(model)[0][1].endswith("x224x224") and model.problems == []


def test_the_number_of_modules_of_a_file_that_is_not_there(tmp_path):
    source = """def read(path):
    with open(path) as file:
        lines = file.read().split("\\n")
    blocks = []
    for line in lines:
        if line.startswith("["):
            blocks.append({})
        else:
            key, value = line.split("=")
            blocks[-1][key] = value
    return blocks


class Net(nn.Module):
    def __init__(self, path="net.cfg"):
        super().__init__()
        blocks = read(path)
        blocks.pop(0)
        self.layers = nn.ModuleList([nn.Conv2d(int(b["in"]), int(b["out"]), 3) for b in blocks])

    def forward(self, x):
        seen = []
        for layer in self.layers:
            x = layer(x)
            seen.append((x, x))
        first, second = zip(*seen)
        return torch.cat(first, 1)
"""
    (model,) = facts_of(tmp_path, HEADER + source).models
    assert model.problems == [] and model.unknowns


SIZED = """class Net(nn.Module):
    def __init__(self, img_size=224):
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 16, 16)
        self.positions = nn.Parameter(torch.zeros(1, (img_size // 16) ** 2, 8))

    def forward(self, x):
        return self.patches(x).flatten(2).transpose(1, 2) + self.positions


def small():
    return Net(224)


def large():
    return Net(384)


if __name__ == "__main__":
    print(small()(torch.randn(1, 3, 224, 224)).shape)
"""


def test_what_another_model_of_the_class_is_called_with(tmp_path):
    models = {m.name: m for m in facts_of(tmp_path, HEADER + SIZED).models}
    assert inputs_of(models["small"]) == [("x", "1x3x224x224", "usage")]
    assert inputs_of(models["large"]) == [("x", "Nx3x384x384", "solved")]
    assert models["large"].problems == models["small"].problems == []


def test_what_an_equal_model_is_called_with_counts(tmp_path):
    source = HEADER + SIZED.replace("(1, 3, 224, 224)", "(1, 3, 240, 240)")
    models = {m.name: m for m in facts_of(tmp_path, source).models}
    assert [p.rule for p in models["small"].problems] == ["broadcast-mismatch"]


def test_an_input_that_is_a_list(tmp_path):
    source = """class Concat(nn.Module):
    def forward(self, x):
        return torch.cat(x, 1)
"""
    assert [p for m in facts_of(tmp_path, HEADER + source).models for p in m.problems] == []


def test_an_input_that_only_a_second_trial_looks_at_ends_nothing(tmp_path) -> None:
    source = HEADER + (
        "from elsewhere import Conv\n"
        "class Gather(nn.Module):\n"
        "    def forward(self, feats, probs):\n"
        "        b, k, h, w = probs.size()\n"
        "        return torch.matmul(probs.view(b, k, -1), feats.view(b, feats.size(1), -1))\n"
        "class Head(nn.Module):\n"
        "    def __init__(self, channels, *, classes, index=-1):\n"
        "        super().__init__()\n"
        "        self.index, self.neck = index, Conv(channels, channels, 3)\n"
        "        self.out, self.gather = nn.Conv2d(channels, classes, 1), Gather()\n"
        "    def forward(self, inputs, prev):\n"
        "        return self.out(self.gather(self.neck(inputs[self.index]), prev))\n"
    )
    assert [problem.rule for model in facts_of(tmp_path, source).models for problem in model.problems] == []


STAND_INS = {
    "a class that needs more": """class Block(nn.Module):
    def __init__(self, channels, convolution=nn.Conv2d):
        super().__init__()
        self.conv = convolution(channels, channels)

    def forward(self, x):
        return self.conv(x)
""",
    "None for a size": """class Block(nn.Module):
    def __init__(self, classes=None):
        super().__init__()
        self.fc = nn.Linear(8, classes)

    def forward(self, x):
        return self.fc(x)
""",
    "a number that fits no width": """class Block(nn.Module):
    def __init__(self, width, longest=1):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.parts = nn.ParameterList(nn.Parameter(torch.zeros(1, width)) for _ in range(longest - 1))

    def forward(self, x):
        return self.fc(x) + torch.cat([part for part in self.parts], 0).sum(0)
""",
    "more that is handed on": """class Base(nn.Module):
    def forward(self, x, train=True, **kwargs):
        return self.forward_train(x, **kwargs)


class Net(Base):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward_train(self, x, target):
        return self.conv(x)
""",
    "layers that are not known": """from elsewhere import Unit


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.units = nn.Sequential(*[Unit(3, 4), Unit(4, 4)])
        self.units[1] = Unit(4, 5)
        self.scaled = nn.utils.weight_norm(Unit(3, 4))

    def forward(self, x):
        return self.units(x)
""",
    "arguments that are the same object": """class Mixing(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, query, key):
        assert query is key
        return self.fc(query)
""",
}


@pytest.mark.parametrize("name", STAND_INS)
def test_defaults_that_stand_in_for_what_a_caller_gives(tmp_path, name):
    facts = facts_of(tmp_path, HEADER + STAND_INS[name])
    assert [problem for model in facts.models for problem in model.problems] + facts.problems == []


def test_a_default_that_a_call_relies_on(tmp_path):
    """torch: TypeError: empty(): argument 'size' failed to unpack … got NoneType."""
    facts = facts_of(tmp_path, HEADER + STAND_INS["None for a size"] + "\n\nnet = Block()\nnet(torch.zeros(2, 8))\n")
    problems = [problem for model in facts.models for problem in model.problems] + facts.problems
    assert {problem.rule for problem in problems} == {"invalid-argument"}


SIGNALS = """class Pooling(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(16, 4, 1)

    def forward(self, x):
        signal = self.conv(x).squeeze(-2)
        return torch.bmm(signal, signal.transpose(1, 2))
"""


def test_a_picture_of_one_row(tmp_path):
    """Only with height 1 does the squeeze leave the three dims that bmm wants."""
    model = model_of(tmp_path, HEADER + SIGNALS)
    assert model.problems == [] and outputs_of(model) == ["Nx4x4"]


STEPS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.emb = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(16, 8)

    def forward(self, x, steps):
        angles = steps[:, None].float() * torch.arange(16)[None]
        return self.conv(x) + self.emb(torch.cos(angles))[:, :, None, None]
"""


def test_a_vector_of_time_steps(tmp_path):
    model = model_of(tmp_path, HEADER + STEPS)
    assert [i[1] for i in inputs_of(model)] == ["Nx3x224x224", "N"] and outputs_of(model) == ["Nx8x224x224"]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("a = torch.zeros(2, 3)\nb = torch.ones(4, 5)\nsum_of_both = a + b\n", "broadcast-mismatch"),
        ("conv = nn.Conv1d(8, 4, 3)\nx = torch.rand(1, 7, 20)\ny = conv(x)\nprint(y.shape)\n", "channel-mismatch"),
    ],
)
def test_tensors_and_layers_on_their_own(tmp_path, source, rule):
    """torch: RuntimeError for both, without any model in the file."""
    facts = facts_of(tmp_path, HEADER + source)
    problems = [problem for model in facts.models for problem in model.problems] + facts.problems
    assert [problem.rule for problem in problems if problem.place is not None] == [rule]


def test_a_layer_of_a_model_is_told_with_the_model(tmp_path):
    source = "net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(4, 8, 3))\ny = net(torch.zeros(1, 3, 9, 9))\n"
    facts = facts_of(tmp_path, HEADER + source)
    problems = [problem for model in facts.models for problem in model.problems] + facts.problems
    assert [problem.message for problem in problems] == ["layer 1 (Conv2d) expects 4 input channels, gets 8"]
