"""A model class with a gate on its channels, in the cells of a notebook."""

# %%
import keras
from keras import layers


# %%
class Gate(layers.Layer):
    def __init__(self, channels, ratio=4):
        super().__init__()
        self.squeeze = layers.GlobalAveragePooling2D(keepdims=True)
        self.down = layers.Conv2D(channels // ratio, 1, activation="relu")
        self.up = layers.Conv2D(channels, 1, activation="sigmoid")

    def call(self, x):
        return x * self.up(self.down(self.squeeze(x)))


# %%
class GatedNet(keras.Model):
    def __init__(self, classes=7):
        super().__init__()
        self.stem = layers.Conv2D(16, 3, strides=2, padding="same")
        self.gate = Gate(16)
        self.conv = layers.Conv2D(24, kernel_size=3)
        self.pool = layers.MaxPooling2D(3, strides=2)
        self.flatten = layers.Reshape((6 * 6 * 24,))
        self.head = layers.Dense(classes)

    def call(self, images):
        x = self.gate(self.stem(images))
        x = self.pool(self.conv(x))
        return self.head(self.flatten(x))
