"""A network that keeps a few numbers of an image: a function returns the list of layers as a model."""

# %%
import keras
from keras import layers


# %%
def image_encoder(size=32, code=24):
    return keras.Sequential(
        [
            layers.Input(shape=(size, size, 3)),
            layers.Conv2D(12, 3, strides=2, activation="elu"),
            layers.Conv2D(24, kernel_size=3, strides=2, activation="elu"),
            layers.ZeroPadding2D(((0, 1), (0, 1))),
            layers.MaxPool2D(4),
            layers.Reshape((2 * 2, 24)),
            layers.LayerNormalization(axis=-1),
            layers.Permute((2, 1)),
            layers.Flatten(),
            layers.Dense(code),
        ],
        name="encoder",
    )


# %%
encoder = image_encoder()
encoder.summary()
