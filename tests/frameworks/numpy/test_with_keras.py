"""Arrays that Keras gives and takes; shapes and dtypes from Keras 3.15."""

from __future__ import annotations

import analyzers.frameworks
from analyzers.analysis import with_deep_stack
from analyzers.frameworks.numpy.array import Array
from analyzers.tensors.tensor import Tensor
from tests.interpreter.agreement import module_of
from tests.models.analysed import inputs_of, model_of, outputs_of

assert analyzers.frameworks

PROGRAM = """import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
images = np.expand_dims(x_train.astype("float32") / 255.0, -1)
flat = x_test.reshape(len(x_test), -1)
labels = keras.utils.to_categorical(y_train, 10)
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(10)])
predicted = model.predict(np.zeros((5, 8, 8, 3)))
classes = predicted.argmax(axis=-1)
called = model(np.zeros((5, 8, 8, 3)))
weights = [w.shape for w in model.get_weights()]
back = keras.ops.convert_to_numpy(called)
reshaped = keras.ops.reshape(np.zeros((2, 6)), (-1, 3))
filters = layers.Conv2D(np.int64(3), 3)
"""
EXPECTED = {
    "images": (Array, (60_000, 28, 28, 1), "float32"),
    "flat": (Array, (10_000, 784), "uint8"),
    "labels": (Array, (60_000, 10), "float32"),
    "predicted": (Array, (5, 10), "float32"),
    "classes": (Array, (5,), "int64"),
    "called": (Tensor, (5, 10), "float32"),
    "back": (Array, (5, 10), "float32"),
    "reshaped": (Tensor, (4, 3), "float64"),
}


def test_arrays_and_tensors(tmp_path):
    path = tmp_path / "main.py"
    path.write_text(PROGRAM, encoding="utf-8")

    def names():
        _, module = module_of(path)
        module.run_all()
        return module.scope.names

    found = with_deep_stack(names)
    kinds = {name: (type(found[name]), found[name].shape, found[name].dtype) for name in EXPECTED}
    assert kinds == EXPECTED
    assert found["weights"] == [(3, 3, 3, 4), (4,), (144, 10), (10,)]


USED = """import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

data = np.random.uniform(size=(32, 20, 6)).astype(np.float32)
targets = np.eye(4)[np.random.randint(0, 4, len(data))]
model = keras.Sequential([layers.LSTM(16), layers.Dense(targets.shape[1])])
model.fit(data, targets)
"""


def test_arrays_are_the_use_of_a_model(tmp_path):
    model = model_of(tmp_path, USED, "model")
    assert [shape for _, shape, _ in inputs_of(model)] == ["Nx20x6"]
    assert (model.status, model.problems, outputs_of(model)) == ("complete", [], ["Nx4"])
    assert model.parameters == 1540


SYMBOLIC = """import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((8,))
x = layers.Dense(4)(inputs)
x = np.sqrt(x)
model = keras.Model(inputs, x)
"""


def test_a_symbolic_tensor_is_no_array(tmp_path):
    model = model_of(tmp_path, SYMBOLIC, "model")
    assert [(p.rule, p.place.line + 1) for p in model.problems][:1] == [("invalid-argument", 7)]
