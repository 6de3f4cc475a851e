"""A layer that routes its inputs with weights of its own."""

import keras
from keras import layers, ops


class Capsules(layers.Layer):
    def __init__(self, count, size, rounds=2, **kwargs):
        super().__init__(**kwargs)
        self.count, self.size, self.rounds = count, size, rounds

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[1], self.count, input_shape[2], self.size))

    def call(self, x):
        votes = ops.einsum("nid,icde->nice", x, self.w)
        logits = ops.zeros_like(votes[..., 0])
        for _ in range(self.rounds):
            shares = ops.expand_dims(ops.softmax(logits, axis=2), axis=-1)
            out = ops.sum(shares * votes, axis=1, keepdims=True)
            logits = logits + ops.sum(out * votes, axis=-1)
        return ops.squeeze(out, axis=1)


def build():
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 9, activation="relu")(image)
    x = layers.Conv2D(16, 9, strides=4)(x)
    x = layers.Reshape((-1, 4))(x)
    x = Capsules(10, 6)(x)
    lengths = layers.Lambda(lambda v: ops.sqrt(ops.sum(ops.square(v), axis=-1)))(x)
    return keras.Model(image, lengths)
