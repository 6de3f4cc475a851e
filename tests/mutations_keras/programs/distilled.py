"""A small network taught by a larger one; both in a model with steps of its own."""

import keras
from keras import layers


def network(width, depth):
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for index in range(depth):
        model.add(layers.Conv2D(width * 2**index, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.GlobalMaxPooling2D())
    model.add(layers.Dense(10))
    return model


class Distiller(keras.Model):
    def __init__(self):
        super().__init__()
        self.teacher = network(16, 3)
        self.student = network(8, 2)
        self.join = layers.Average()
        self.probabilities = layers.Softmax(axis=-1)

    def call(self, images, training=None):
        taught = self.student(images, training=training)
        both = self.join([taught, self.teacher(images)])
        return self.probabilities(both)

    def train_step(self, data):
        x, y = data
        return {"loss": self.compute_loss(x, y, self(x, training=True))}
