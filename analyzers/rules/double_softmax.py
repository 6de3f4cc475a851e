"""RF406: a softmax before a loss that applies its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from analyzers.facts import FileFacts, Finding, LayerFact, LossFact, ModelFact
from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings

RULE = Rule(
    code="RF406",
    name="double-softmax",
    level="warning",
    confidence="high",
    summary="The output of a softmax is given to a loss that expects logits.",
    why=(
        "CrossEntropyLoss (and Keras' from_logits=True) applies a softmax itself: the gradient "
        "becomes small and training slow or stuck. A log_softmax before it is merely done twice."
    ),
    how_to_fix=(
        "Return the logits; apply the softmax only where probabilities are shown. "
        "For the result of a log_softmax, NLLLoss is the loss."
    ),
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
)

_in_code = from_problems(RULE)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model, loss in _applied(facts):
        if model.probabilities is not None:
            message = f"{loss.loss} expects logits, gets the result of a {model.probabilities} from {model.name}"
            yield RULE.finding(loss.place, message, _softmax(model), model.target)
    yield from _in_code(facts, settings)


def _applied(facts: FileFacts) -> Iterator[tuple[ModelFact, LossFact]]:
    """Every loss with the model it is applied to; a model without a name, with any of its class."""
    for loss in facts.losses:
        named = [model for model in facts.models if model.target.rpartition("::")[2] == loss.model]
        alike = [model for model in facts.models if model.class_name == loss.class_name]
        found = next(iter(named or alike), None)
        if found is not None:
            yield found, loss
    yield from ((model, loss) for model in facts.models for loss in model.losses)


def _softmax(model: ModelFact) -> list:
    """Where the last softmax stands."""
    last = list(takewhile(_is_softmax, reversed(model.layers)))[-1:]
    places = [layer.definition or layer.call for layer in last]
    return [("the softmax is here", place) for place in places if place is not None]


def _is_softmax(layer: LayerFact) -> bool:
    """Whether its output consists of a softmax' numbers: the first such layer makes them, those behind it keep them."""
    return layer.first.probabilities is not None


GOOD: tuple[Example, ...] = (
    Example(
        """
import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 4))
criterion = nn.CrossEntropyLoss()
loss = criterion(net(torch.randn(2, 8)), torch.randint(4, (2,)))
"""
    ),
    Example(
        """
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return F.log_softmax(self.fc(x), dim=1)


net = Net()
loss = F.nll_loss(net(torch.randn(2, 8)), torch.randint(4, (2,)))
"""
    ),
    Example(
        """
import torch.nn.functional as F
from torch import nn
from data import loader


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = self.fc(x)
        return x if self.training else F.softmax(x, dim=1)


net = Net()
for images, labels in loader:
    F.cross_entropy(net(images), labels).backward()
"""
    ),
    Example(
        """
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="softmax")])
model.compile(loss=keras.losses.SparseCategoricalCrossentropy())
"""
    ),
)

BAD: tuple[Example, ...] = (
    Example(
        """
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return F.softmax(self.fc(x), dim=1)


net = Net()
criterion = nn.CrossEntropyLoss()
for step in range(3):
    loss = criterion(net(torch.randn(2, 8)), torch.randint(4, (2,)))
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ CrossEntropyLoss expects logits
    loss.backward()
"""
    ),
    Example(
        """
from torch import nn
from data import loader

net = nn.Sequential(nn.Linear(8, 4), nn.LogSoftmax(dim=1))
criterion = nn.CrossEntropyLoss()
for images, labels in loader:
    loss = criterion(net(images), labels)
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ gets the result of a log_softmax from net
    loss.backward()
"""
    ),
    Example(
        """
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x, target):
        probabilities = self.fc(x).softmax(1)
        return F.cross_entropy(probabilities, target)
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cross_entropy expects logits, gets the result of a softmax


Net()(torch.randn(2, 8), torch.randint(4, (2,)))
"""
    ),
    Example(
        """
import keras
from keras import layers


def build():
    model = keras.Sequential()
    model.add(layers.Dense(4, activation="softmax", input_shape=(8,)))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ gets the result of a softmax from build
    return model
"""
    ),
)
