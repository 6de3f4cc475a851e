"""A subclassed model with residual blocks in a list."""

# %%
import keras
from keras import layers


# %%
class Block(layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = layers.Conv2D(filters, 3, strides=strides, padding="same")
        self.conv2 = layers.Conv2D(filters, 3, padding="same")
        self.project = layers.Conv2D(filters, 1, strides=strides) if strides > 1 else None

    def call(self, x, training=None):
        y = keras.activations.relu(self.conv1(x))
        y = self.conv2(y)
        if self.project is not None:
            x = self.project(x)
        return keras.ops.relu(x + y)


# %%
class Net(keras.Model):
    def __init__(self, classes=10):
        super().__init__()
        self.stem = layers.Conv2D(16, 3, padding="same")
        self.blocks = [Block(16), Block(32, strides=2), Block(64, strides=2)]
        self.norm = layers.BatchNormalization()
        self.pool = layers.GlobalAveragePooling2D()
        self.head = layers.Dense(classes)

    def call(self, inputs, training=False):
        x = self.stem(inputs)
        for block in self.blocks:
            x = block(x, training=training)
        x = self.norm(x, training=training)
        return self.head(self.pool(x))
