"""Segmentation with dilated convolutions at several rates and a decoder."""

from keras import Input, Model, layers


def block(x, filters, rate=1, kernel=3):
    x = layers.Conv2D(filters, kernel, dilation_rate=rate, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x)


def pyramid(x):
    height, width = x.shape[1], x.shape[2]
    pooled = layers.AveragePooling2D(pool_size=(height, width))(x)
    pooled = block(pooled, 16, kernel=1)
    pooled = layers.UpSampling2D(size=(height, width), interpolation="bilinear")(pooled)
    rates = [block(x, 16, rate=rate) for rate in (1, 6, 12)]
    return block(layers.Concatenate(axis=-1)([pooled, *rates]), 24, kernel=1)


def build(classes=5):
    image = Input((64, 64, 3))
    low = block(layers.MaxPooling2D(2)(block(image, 8)), 16)
    high = block(layers.MaxPooling2D(pool_size=4)(low), 32)
    x = layers.UpSampling2D(size=4)(pyramid(high))
    x = layers.concatenate([x, block(low, 8, kernel=1)])
    x = layers.Conv2DTranspose(16, 3, strides=2, padding="same")(block(x, 24))
    x = layers.add([x, block(image, 16)])
    return Model(image, layers.Conv2D(classes, 1, activation="softmax")(x))
