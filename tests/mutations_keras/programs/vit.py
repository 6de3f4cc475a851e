"""A vision transformer in classes."""

import keras
from keras import layers, ops


class Patches(layers.Layer):
    def __init__(self, patch_size, dim):
        super().__init__()
        self.project = layers.Conv2D(dim, patch_size, strides=patch_size)
        self.dim = dim

    def call(self, images):
        x = self.project(images)
        batch, height, width = ops.shape(x)[0], x.shape[1], x.shape[2]
        return ops.reshape(x, (batch, height * width, self.dim))


class Encoder(layers.Layer):
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.attention = layers.MultiHeadAttention(num_heads=heads, key_dim=dim // heads)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.mlp = keras.Sequential([layers.Dense(hidden, activation="gelu"), layers.Dense(dim)])

    def call(self, x):
        y = self.norm1(x)
        x = x + self.attention(y, y)
        return x + self.mlp(self.norm2(x))


class ViT(keras.Model):
    def __init__(self, size=32, patch_size=8, dim=24, depth=2, heads=3, classes=10):
        super().__init__()
        self.patches = Patches(patch_size, dim)
        count = (size // patch_size) ** 2
        self.position = layers.Embedding(count, dim)
        self.count = count
        self.encoders = [Encoder(dim, heads, 2 * dim) for _ in range(depth)]
        self.norm = layers.LayerNormalization()
        self.head = layers.Dense(classes)

    def call(self, images):
        x = self.patches(images)
        x = x + self.position(ops.arange(self.count))
        for encoder in self.encoders:
            x = encoder(x)
        x = self.norm(x)
        return self.head(ops.mean(x, axis=1))
