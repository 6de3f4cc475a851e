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
    "what a layer has taken from data": """
        import pandas as pd
        known, read = layers.Normalization(), layers.Normalization()
        known.adapt(np.ones((4, 6)))
        read.adapt(np.array(pd.read_csv("rows.csv")))
        print(known.mean.shape, read.mean.shape, read.variance.shape)
        class Diffusion(keras.Model):
            def __init__(self):
                super().__init__()
                self.normalizer = layers.Normalization()
            def denormalize(self, images):
                return self.normalizer.mean + images * self.normalizer.variance ** 0.5
            def call(self, x):
                return self.normalizer(x)
        model = Diffusion()
        model.normalizer.adapt(np.ones((4, 8, 8, 3)))
        model.denormalize(model(np.ones((1, 8, 8, 3))))
    """,
    "what TensorFlow says of dtypes": """
        import tensorflow as tf
        wave = np.ones((4,)) / tf.int16.max
        assert tf.int16.max == 32767 and tf.int16.min == -32768 and tf.uint8.limits == (0, 255)
        assert tf.float32.is_floating and tf.int64.size == 8 and tf.float32.name == tf.float32.base_dtype == "float32"
        model = keras.Sequential([keras.Input((4,)), layers.Dense(2, dtype=tf.float32)])
    """,
    "gradients on a tape": """
        import tensorflow as tf
        model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
        def step(x, optimizer):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = keras.ops.sum(model(x))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return [g.shape for g in gradients]
        try:
            shapes = step(tf.constant(np.ones((2, 4))), keras.optimizers.Adam())
            assert shapes == [(4, 2), (2,)]
        except TypeError as error:
            raise error
    """,
    "how many classes a folder holds": """
        flow = keras.preprocessing.image.ImageDataGenerator().flow_from_directory("images")
        model = keras.Sequential([keras.Input((256, 256, 3)), layers.Flatten(), layers.Dense(flow.num_classes)])
        model.fit(flow, steps_per_epoch=flow.samples)
    """,
    "stacks of what is not known, and of sizes": """
        import pandas as pd
        import tensorflow as tf
        frame = pd.read_csv("rows.csv")
        window = tf.stack([np.array(frame[:4]), np.array(frame[4:8])])
        print(f"{window.shape}", tf.stack([2, 3]).shape)
    """,
    "a layer that declares its shape behind one of which nothing is known": """
        import nowhere
        class Odd(layers.Layer):
            def call(self, x):
                return x if nowhere.flag else x[:, 0]
        class Scale(layers.Layer):
            def build(self, input_shape):
                self.w = self.add_weight(name="w", shape=(input_shape[-1],))
            def call(self, x):
                return x * self.w
            def compute_output_shape(self, input_shape):
                return input_shape
        inputs = keras.Input((5, 8))
        scaled = Scale()(layers.Dense(8)(Odd()(inputs)))
        model = keras.Model(inputs, layers.Add()([inputs, scaled]))
        print(scaled.shape[-1])
    """,
    "a layer for either backend": """
        class Positions(layers.Layer):
            def build(self, input_shape):
                table = np.ones(input_shape[1:])
                if hasattr(self, "register_buffer"):
                    self.register_buffer("table", keras.ops.convert_to_tensor(table), persistent=False)
                else:
                    self.table = keras.ops.convert_to_tensor(table)
            def call(self, x):
                return x + self.table
        inputs = keras.Input((5, 8))
        model = keras.Model(inputs, layers.Add()([inputs, Positions()(inputs)]))
        assert model.output_shape == (None, 5, 8)
    """,
    "what is asked of a model of which something is not known": """
        import nowhere
        inputs = keras.Input((5, 8))
        model = keras.Model(inputs, nowhere.layer(inputs))
        print(model.inputs[0].shape, model.output.shape)
    """,
    "a model of images for each image of a sequence": """
        image = keras.Input((None, None, 3))
        net = keras.Model(image, layers.Conv2D(4, 3)(image))
        model = keras.Sequential([
            layers.Rescaling(1 / 255), layers.TimeDistributed(net), layers.Dense(10), layers.GlobalAveragePooling3D(),
        ])
    """,
    "images read one by one, the first ones kept apart": """
        import os
        def load():
            test, train = [], []
            for category in os.listdir("images"):
                count = 0
                for name in os.listdir(category):
                    image = keras.utils.img_to_array(keras.utils.load_img(name))
                    if count < 10:
                        test.append(image)
                    else:
                        train.append(image)
                    count += 1
            return np.array(test), np.array(train)
        test, train = load()
        model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)])
        model.predict(train)
        model.predict(test)
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


@pytest.mark.parametrize(
    ("data", "count"),
    [("mnist.load_data()", 10), ("cifar100.load_data(label_mode='coarse')", 20), ("cifar10.load_data()", 10)],
)
def test_how_many_labels_a_data_set_has(data: str, count: int) -> None:
    models, problems = analyzed(f"""
        (x, y), _ = keras.datasets.{data}
        outputs = len(np.unique(y))
        model = keras.Sequential([keras.Input(x.shape[1:]), layers.Flatten(), layers.Dense(outputs, activation="softmax")])
        model.compile("adam", "categorical_crossentropy")
        model.fit(x, keras.utils.to_categorical(y))
    """)
    assert ((models[0].layers[-1].output_shape or ())[-1:], problems) == ((count,), [])
