"""RF406 in the programs that people train with: where the loss stands, and what it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.request import Request
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings
from tests.server.client import LspClient

HEADER = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\nfrom my_data import loader\n\n\n"
NET = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.fc1(x.view(-1, 28 * 28)))
        return {end}


"""
SOFTMAX = NET.format(end="F.softmax(self.fc2(x), dim=1)")
LOOP = """net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(20):
    for images, labels in loader:
        optimizer.zero_grad()
        out = net(images)
        loss = criterion(out, labels)  # here
        loss.backward()
        optimizer.step()
"""
FUNCTION = """def train(model, batches, device):
    model.train()
    for images, labels in batches:
        out = model(images.to(device))
        F.cross_entropy(out, labels.to(device)).backward()  # here


if __name__ == "__main__":
    train(Net().to("cpu"), loader, torch.device("cpu"))
"""
MAPS = """class Maps(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 1)

    def forward(self, x):
        return torch.softmax(self.conv(x), 1)


scores = Maps()(torch.randn(2, 3, 8, 8)).permute(0, 2, 3, 1).reshape(-1, 5)
loss = F.cross_entropy(scores, torch.zeros(128, dtype=torch.long))  # here
"""
SUBCLASSED = """import keras
from keras import layers


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(16, activation="relu")
        self.scores = layers.Dense(4, activation="softmax")

    def call(self, x, training=None):
        return self.scores(self.hidden(x))


model = Net()
model.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))  # here
model.build((None, 8))
"""
OWN_LOOP = """import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(4), layers.Softmax()])
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
value = loss_of(keras.ops.zeros((2,)), model(keras.ops.zeros((2, 8))))  # here
"""
INSIDE = """class Judged(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, x, target):
        return self.criterion(self.fc(x).log_softmax(-1), target)  # here


Judged()(torch.randn(2, 8), torch.zeros(2, dtype=torch.long))
"""


def told(folder: Path, source: str) -> list[int]:
    """The zero-based lines at which the rule says something."""
    path = folder / "train.py"
    path.write_text(source, encoding="utf-8")
    facts = Engine(ProjectSettings(Settings(), str(folder))).facts(Request(str(path)))
    return [finding.place.line for finding in check(facts, RuleSettings()) if finding.code == "RF406"]


@pytest.mark.parametrize(
    "source",
    [
        HEADER + SOFTMAX + LOOP,
        HEADER + NET.format(end="nn.LogSoftmax(dim=1)(self.fc2(x))") + LOOP,
        HEADER + SOFTMAX + FUNCTION,
        HEADER + MAPS,
        HEADER + INSIDE,
        SUBCLASSED,
        OWN_LOOP,
    ],
    ids=["loop", "log", "function", "maps", "inside", "keras-class", "keras-loop"],
)
def test_where_the_loss_is_applied(source: str, tmp_path: Path) -> None:
    (line,) = [number for number, text in enumerate(source.split("\n")) if text.endswith("# here")]
    assert told(tmp_path, source) == [line]


OTHERWISE = """net = Net()
head = nn.Linear(10, 4)
mixing = torch.randn(10, 4)
ce = nn.CrossEntropyLoss()
for images, labels in loader:
    out = net(images)
    loss = {loss}
    loss.backward()
"""


@pytest.mark.parametrize(
    "loss",
    [
        "ce(head(out), labels)",
        "ce(out @ mixing, labels)",
        "ce(out[:, :2], labels)",
        "ce(1 - out, labels)",
        "F.nll_loss(out.log(), labels)",
        "ce(head(images), out)",
    ],
)
def test_what_is_made_of_probabilities_may_be_logits(loss: str, tmp_path: Path) -> None:
    assert told(tmp_path, HEADER + SOFTMAX + OTHERWISE.format(loss=loss)) == []


def test_a_softmax_for_evaluation_alone(tmp_path: Path) -> None:
    end = "self.fc2(x) if self.training else F.softmax(self.fc2(x), dim=1)"
    assert told(tmp_path, HEADER + NET.format(end=end) + LOOP) == []


def test_a_loss_that_takes_probabilities(tmp_path: Path) -> None:
    assert told(tmp_path, SUBCLASSED.replace("from_logits=True", "")) == []


def test_another_loss_in_the_editor_takes_the_warning_away(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    text = HEADER + SOFTMAX + LOOP
    with LspClient(tmp_path) as client:
        uri = client.open("train.py", text)
        assert "RF406" in codes(client, uri)
        client.change(uri, 2, {"text": text.replace("nn.CrossEntropyLoss()", "nn.NLLLoss()")})
        assert "RF406" not in codes(client, uri)
        client.change(uri, 3, {"text": text.replace("lr=0.1", "lr=0.2")})
        assert "RF406" in codes(client, uri)


def codes(client: LspClient, uri: str) -> list[str]:
    client.settled(uri)
    return [found["code"] for found in client.diagnostics(uri)]
