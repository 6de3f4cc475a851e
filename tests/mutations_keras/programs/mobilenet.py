"""Depthwise separable blocks with inverted residuals."""

import keras
from keras import layers


def inverted_residual(x, expansion, filters, strides):
    channels = x.shape[-1]
    y = layers.Conv2D(channels * expansion, 1, use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU(max_value=6)(y)
    y = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU(6.0)(y)
    y = layers.Conv2D(filters, 1, use_bias=False)(y)
    if strides == 1 and channels == filters:
        y = layers.Add()([x, y])
    return y


inputs = keras.Input(shape=(64, 64, 3))
x = layers.Conv2D(8, 3, strides=2, padding="same")(inputs)
for expansion, filters, strides in [(1, 8, 1), (4, 16, 2), (4, 16, 1), (4, 24, 2)]:
    x = inverted_residual(x, expansion, filters, strides)
x = layers.GlobalAveragePooling2D(keepdims=True)(x)
x = layers.Conv2D(10, 1)(x)
x = layers.Reshape((10,))(x)
model = keras.Model(inputs, x)
