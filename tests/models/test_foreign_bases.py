"""Models on bases whose source is not there, and on Lightning's, which is known without it."""

from __future__ import annotations

import pytest

from .analysed import HEADER, facts_of, model_of

OWN = """
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3)
        self.rest = nn.ModuleList([nn.Conv2d(8, 8, 3) for _ in range(2)])

    def forward(self, x):
        x = self.first(x)
        for layer in self.rest:
            x = layer(x)
        return x
"""


@pytest.mark.parametrize("bases", ["nn.Module, Mixin", "Mixin, nn.Module", "Base", "nowhere.Base"])
def test_what_the_class_itself_says_is_known(tmp_path, bases):
    source = f"import nowhere\nfrom nowhere import Base, Mixin\n{HEADER}class Net({bases}):{OWN}"
    model = model_of(tmp_path, source, inputs=("1x3x16x16",))
    assert [(row.name, row.output_shape) for row in model.layers] == [
        ("first", (1, 8, 14, 14)),
        ("rest.0", (1, 8, 12, 12)),
        ("rest.1", (1, 8, 10, 10)),
    ]
    assert (model.status, model.parameters, model.problems) == ("partial", None, [])
    assert "the module nowhere is not found" in {unknown.reason for unknown in model.unknowns}


def test_what_comes_from_the_base_is_not_known(tmp_path):
    source = HEADER + (
        "from nowhere import Base\n"
        "class Net(Base):\n"
        "    def __init__(self, config=None):\n"
        "        super().__init__(config)\n"
        "        self.head = nn.Linear(self.width, 10)\n"
        "    def forward(self, x):\n"
        "        return self.head(self.embed(super().forward(x)))\n"
    )
    model = model_of(tmp_path, source)
    assert model.problems == []
    assert [row.output_shape for row in model.layers if row.name == "head"] in ([], [None], [("N", 10)])


def test_a_forward_without_torch_makes_no_model(tmp_path):
    source = "from nowhere import Base\nclass Net(Base):\n    def forward(self, x):\n        return x\n"
    with pytest.raises(AssertionError):
        model_of(tmp_path, source)


LIGHTNING = """
class Net({base}):
    def __init__(self, width=32, depth=3, classes=7, **more):
        super().__init__()
        self.save_hyperparameters()
        first = self.hparams.width
        self.layers = nn.Sequential(*[nn.Linear(first, self.hparams["width"]) for _ in range(self.hparams.depth)])
        self.last = nn.Linear(self.hparams.width, self.hparams.classes)

    def forward(self, x):
        self.log("mean", x.mean())
        return self.last(self.layers(x))
"""


@pytest.mark.parametrize("base", ["pl.LightningModule", "L.LightningModule", "LightningModule"])
def test_lightning_without_lightning(tmp_path, base):
    header = "import pytorch_lightning as pl\nimport lightning as L\nfrom lightning.pytorch import LightningModule\n"
    model = model_of(tmp_path, header + HEADER + LIGHTNING.format(base=base), inputs=("1x32",))
    assert (model.status, model.outputs[0].shape) == ("complete", (1, 7))
    assert model.parameters == 3 * (32 * 32 + 32) + 32 * 7 + 7


@pytest.mark.parametrize("base", ["types.ModuleType", "logging.Logger"])
def test_classes_of_the_library_have_constructors_of_their_own(tmp_path, base):
    source = f"import logging, types\n{HEADER}class Lazy({base}):\n    pass\n\n\nmade = Lazy('extra')\n"
    facts = facts_of(tmp_path, source + "net = nn.Linear(3, 4)\n")
    assert facts.problems == []


def test_scripted_modules_compute_what_they_say(tmp_path):
    head, body = (
        "class Net(torch.jit.ScriptModule):",
        OWN.replace("    def forward", "    @torch.jit.script_method\n    def forward"),
    )
    model = model_of(tmp_path, HEADER + head + body)
    assert (model.status, model.parameters, model.unknowns) == ("complete", 1392, [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("self.extra = nowhere.layer()", "the module nowhere is not found"),
        ("self.bias = nn.Parameter(torch.zeros(int(input())))", "what a person types"),
    ],
)
def test_it_is_said_why_nobody_knows_how_many_parameters_there_are(tmp_path, line, reason):
    source = OWN.replace("self.first =", f"{line}\n        self.first =", 1)
    model = model_of(tmp_path, f"import nowhere\n{HEADER}class Net(nn.Module):{source}", inputs=("1x3x16x16",))
    assert model.status == "partial" and model.outputs[0].shape == (1, 8, 10, 10)
    assert reason in {unknown.reason for unknown in model.unknowns}


def test_an_optimiser_is_no_module(tmp_path):
    source = OWN.replace(
        "self.first =", "self.optimiser = torch.optim.Adam(self.parameters())\n        self.first =", 1
    )
    model = model_of(tmp_path, f"{HEADER}class Net(nn.Module):{source}", inputs=("1x3x16x16",))
    assert (model.status, model.parameters, model.problems) == ("complete", 1392, [])


def test_classes_on_an_optimiser_are_not_judged(tmp_path):
    own = "class Lion(torch.optim.Optimizer):\n    pass\n\n\nmade = Lion([], {'lr': 1}).param_groups\n"
    assert facts_of(tmp_path, HEADER + own + "net = nn.Linear(3, 4)\n").problems == []


def test_a_norm_that_has_no_check_of_its_own(tmp_path):
    own = """class Norm(nn.modules.batchnorm._BatchNorm):
    def forward(self, x):
        self._check_input_dim(x)
        return F.batch_norm(x, self.running_mean, self.running_var)


# rf: input=1x4x8x8
net = Norm(4)
"""
    (problem,) = model_of(tmp_path, HEADER + own, "net").problems
    said = (
        "derives from _BatchNorm, whose _check_input_dim raises NotImplementedError; BatchNorm2d has one for 4D input"
    )
    assert problem.message.endswith(said)
