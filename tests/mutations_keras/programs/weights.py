"""Layers with weights of their own."""

import keras
from keras import ops


class Linear(keras.layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True, name="b")

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


class SqueezeExcite(keras.layers.Layer):
    def __init__(self, ratio=4):
        super().__init__()
        self.ratio = ratio

    def build(self, input_shape):
        channels = input_shape[-1]
        self.squeeze = keras.layers.Dense(channels // self.ratio, activation="relu")
        self.excite = keras.layers.Dense(channels, activation="sigmoid")

    def call(self, x):
        gate = ops.mean(x, axis=[1, 2])
        gate = self.excite(self.squeeze(gate))
        gate = ops.reshape(gate, (-1, 1, 1, x.shape[-1]))
        return x * gate


class Scaled(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = keras.layers.Conv2D(16, 3, strides=2)
        self.attention = SqueezeExcite(ratio=4)
        self.first = Linear(24)
        self.second = Linear(5)
        self.scale = self.add_weight(shape=(5,), initializer="ones")

    def call(self, x):
        x = self.attention(self.conv(x))
        x = ops.max(x, axis=(1, 2))
        return self.second(ops.relu(self.first(x))) * self.scale
