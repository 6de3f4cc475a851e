"""Models built from a configuration file: what is read is plain data of the workspace, and nothing else is read."""

from __future__ import annotations

from tests.models.analysed import HEADER, facts_of, model_of, outputs_of

YAML = """
nc: 10
width: 0.5
backbone:
  # [number, module, args]
  - [1, nn.Conv2d, [3, 32, 3, 2, 1]]
  - [2, Block, [32, nn.LeakyReLU(0.1)]]
head:
  - [1, nn.Conv2d, [32, nc, 1]]
  - [1, nn.Upsample, [None, 2, 'nearest']]
"""
FROM_YAML = """import yaml
from pathlib import Path


class Block(nn.Module):
    def __init__(self, width, act):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.act = act

    def forward(self, x):
        return self.act(self.conv(x))


def parse(config):
    nc, layers = config["nc"], []
    for number, kind, args in config["backbone"] + config["head"]:
        kind = eval(kind) if isinstance(kind, str) else kind
        for i, arg in enumerate(args):
            try:
                args[i] = eval(arg) if isinstance(arg, str) else arg
            except NameError:
                pass
        layers.append(nn.Sequential(*[kind(*args) for _ in range(number)]) if number > 1 else kind(*args))
    return nn.Sequential(*layers)


class Net(nn.Module):
    def __init__(self, path="configs/small.yaml"):
        super().__init__()
        self.name = Path(path).stem
        with open(path, encoding="ascii") as file:
            self.model = parse(yaml.safe_load(file))

    def forward(self, x):
        return self.model(x)
"""


def test_a_network_described_in_yaml(tmp_path):
    """torch: 19,722 parameters, 1×10×32×32 of 1×3×32×32."""
    files = {"configs/small.yaml": YAML}
    model = model_of(tmp_path, HEADER + FROM_YAML, "Net()", inputs=("1x3x32x32",), files=files)
    assert (model.status, model.parameters, outputs_of(model)) == ("complete", 19722, ["1x10x32x32"])
    assert [row.name for row in model.layers if not row.functional][:3] == [
        "model.0",
        "model.1.0.conv",
        "model.1.0.act",
    ]


def test_a_file_outside_the_workspace_is_not_read(tmp_path):
    (tmp_path / "secret.yaml").write_text(YAML, encoding="utf-8")
    inside = tmp_path / "project"
    inside.mkdir()
    for path in ("../secret.yaml", str(tmp_path / "secret.yaml"), "missing.yaml", "~/secret.yaml"):
        source = HEADER + FROM_YAML.replace("configs/small.yaml", path)
        model = model_of(inside, source, "Net()", inputs=("1x3x32x32",))
        assert model.status != "complete" and model.problems == []


def test_a_network_described_line_by_line(tmp_path):
    source = """class Net(nn.Module):
    def __init__(self, path="net.cfg"):
        super().__init__()
        file = open(path, "r")
        lines = [line.strip() for line in file.read().split("\\n") if line and not line.startswith("#")]
        blocks = []
        for line in lines:
            if line.startswith("["):
                blocks.append({"type": line[1:-1]})
            else:
                key, value = line.split("=")
                blocks[-1][key.strip()] = value.strip()
        blocks.pop(0)
        self.layers = nn.ModuleList()
        width = 3
        for block in blocks:
            self.layers.append(nn.Conv2d(width, int(block["filters"]), int(block["size"]), padding=1))
            width = int(block["filters"])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
    text = "[net]\nbatch=1\n# comment\n[convolutional]\nfilters = 8\nsize=3\n\n[convolutional]\nfilters=5\nsize=3\n"
    model = model_of(tmp_path, HEADER + source, "Net()", inputs=("1x3x9x9",), files={"net.cfg": text})
    assert (model.status, outputs_of(model), model.parameters) == ("complete", ["1x5x9x9"], 224 + 365)


def test_what_is_evaluated_stands_where_the_text_is_evaluated(tmp_path):
    source = 'net = nn.Sequential(\n    eval("nn.Conv2d(3, 8, 3)"),\n)\n'
    (model,) = facts_of(tmp_path, HEADER + source).models
    assert model.layers[0].definition is not None
    assert model.layers[0].definition.line == HEADER.count("\n") + 1


def test_a_text_that_is_no_expression(tmp_path):
    source = 'try:\n    eval("a b")\nexcept SyntaxError:\n    net = nn.Conv2d(3, 8, 3)\n'
    assert model_of(tmp_path, HEADER + source, "net").status == "complete"
