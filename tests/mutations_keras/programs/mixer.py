"""Patches whose tokens and channels are mixed in turn."""

import keras
from keras import layers, ops


class Mixer(layers.Layer):
    def __init__(self, hidden, **kwargs):
        super().__init__(**kwargs)
        self.hidden = hidden
        self.before = layers.LayerNormalization(epsilon=1e-6)
        self.between = layers.LayerNormalization(epsilon=1e-6)

    def build(self, input_shape):
        _, tokens, channels = input_shape
        self.tokens = keras.Sequential([layers.Dense(self.hidden, activation="gelu"), layers.Dense(tokens)])
        self.channels = keras.Sequential([layers.Dense(self.hidden, activation="gelu"), layers.Dense(channels)])

    def call(self, x):
        y = ops.transpose(self.before(x), (0, 2, 1))
        x = x + ops.transpose(self.tokens(y), axes=(0, 2, 1))
        return x + self.channels(self.between(x))


class Net(keras.Model):
    def __init__(self, depth=2, width=32, patch=8):
        super().__init__()
        self.stem = layers.Conv2D(width, patch, strides=patch)
        self.flat = layers.Reshape((-1, width))
        self.blocks = [Mixer(48) for _ in range(depth)]
        self.head = layers.Dense(10, activation="softmax")

    def call(self, image):
        x = self.flat(self.stem(image))
        for block in self.blocks:
            x = block(x)
        return self.head(ops.mean(x, axis=1))
