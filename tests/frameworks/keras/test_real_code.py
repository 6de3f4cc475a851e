"""Ways of writing that real scripts and notebooks have and that Keras takes: no findings, and Keras' own numbers."""

from __future__ import annotations

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources

TAKEN = {
    "a mask made by comparing a symbolic tensor": """
        words = keras.Input((None,), dtype="int32")
        x = layers.Embedding(100, 16)(words)
        x = layers.MultiHeadAttention(2, 8)(x, x, attention_mask=(words != 0)[:, None, :])
        model = keras.Model(words, x)
    """,
    "preprocessing layers called on texts and numbers": """
        layers.StringLookup(vocabulary=["a"])("a")
        layers.TextVectorization(max_tokens=10)(["a b", "c"])
        layers.CategoryEncoding(num_tokens=3)(0)
        layers.Discretization(bin_boundaries=[1.0])([0.5])
        layers.Rescaling(2.0)(2.0)
    """,
    "a part of a model from its input layer on": """
        image, label = keras.Input((8, 8, 1), name="image"), keras.Input((None,), name="label")
        x = layers.Dense(4, name="last")(image)
        both = keras.Model([image, label], [x, label])
        model = keras.Model(both.get_layer(name="image").input, both.get_layer(name="last").output)
    """,
    "an input that is a dictionary": """
        class Tickets(keras.Model):
            def __init__(self):
                super().__init__()
                self.join, self.score = layers.Concatenate(), layers.Dense(1)
            def call(self, inputs):
                return self.score(self.join([inputs["title"], inputs["text"]]))
        model = Tickets()
        model({"title": np.ones((4, 10)), "text": np.ones((4, 20))})
    """,
    "numpy slices run backwards": """
        grid = np.linspace(-1, 1, 30)[::-1]
        table = np.zeros(shape=(2, 3))
        table[0, 0] = 1.0
        x = keras.Input((4,))[:, ::-1]
    """,
    "a model that says itself what a step of training is": """
        inputs = keras.Input((6,))
        coder = keras.Model(inputs, layers.Dense(2)(inputs))
        class Own(keras.Model):
            def __init__(self, coder):
                super().__init__()
                self.coder = coder
            def train_step(self, data):
                return {"loss": keras.ops.mean(self.coder(data))}
        own = Own(coder)
        own.compile()
        own.fit(np.zeros((4, 6)), verbose=0)
    """,
    "no activation": """
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Activation(None)])
    """,
    "an activation registered under a name": """
        keras.utils.get_custom_objects().update({"mine": layers.Activation(lambda x: x)})
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="mine")])
    """,
    "arrays times lists": """
        y = np.ones((2, 3)) * [1.0, 2.0, 3.0]
        print("%s" % y)
    """,
}


def analyzed(source: str) -> tuple[list[ModelFact], list[str]]:
    lines = source.split("\n")
    body = "\n".join(line[8:] for line in lines)
    text = f"import keras\nimport numpy as np\nfrom keras import layers\n{body}\n"
    facts = Analyzer(Sources(), WorkspaceOptions()).analyze(Request("case.py", text=text))
    return facts.models, [p.message for p in (*(p for m in facts.models for p in m.problems), *facts.problems)]


@pytest.mark.parametrize("source", TAKEN.values(), ids=TAKEN.keys())
def test_taken(source: str) -> None:
    _, problems = analyzed(source)
    assert problems == []


SEQUENTIAL = """
        inner = keras.Sequential([keras.Input((16, 32, 3)), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()])
        class Outer(keras.Model):
            def __init__(self):
                super().__init__()
                self.inner = inner
            def call(self, x):
                return self.inner(x)
"""


def test_a_sequential_takes_values_of_another_size() -> None:
    """Keras 3.15: an image of another size runs through a Sequential, a symbolic one is refused."""
    assert (
        analyzed(SEQUENTIAL + "        inner(np.ones((2, 32, 32, 3)))\n        Outer()(np.ones((2, 32, 32, 3)))\n")[1]
        == []
    )
    assert analyzed(SEQUENTIAL + "        y = inner(keras.Input((32, 32, 3)))\n")[1]


def test_numbers_go_on_behind_an_invented_keyword() -> None:
    """What Keras 3.15 gives with the right names: 80, 1168 and 5770 parameters."""
    models, problems = analyzed("""
        model = keras.Sequential([
            layers.Input((28, 28, 1)),
            layers.Conv2D(8, filter_size=3),
            layers.MaxPool2D(pool_sizes=2),
            layers.Conv2D(16, kernel_size=3, stride=2),
            layers.Flatten(),
            layers.Dense(units=10, activaton="softmax"),
        ])
    """)
    assert len(problems) == 4
    assert [row.parameters for row in models[0].layers if row.parameters] == [80, 1168, 5770]
