"""A U-Net with transposed convolutions."""

import keras
from keras import layers


def double_conv(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)


def unet(size=64, classes=2):
    inputs = keras.Input((size, size, 3))
    skips = []
    x = inputs
    for filters in (8, 16):
        x = double_conv(x, filters)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = double_conv(x, 32)
    for filters, skip in zip((16, 8), reversed(skips)):
        x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = layers.Concatenate(axis=-1)([x, skip])
        x = double_conv(x, filters)
    outputs = layers.Conv2D(classes, 1, activation="softmax")(x)
    return keras.Model(inputs=inputs, outputs=outputs)
