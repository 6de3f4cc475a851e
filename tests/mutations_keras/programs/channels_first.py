"""Channels before height and width."""

from keras import Sequential, layers

model = Sequential(
    [
        layers.Input((3, 40, 30)),
        layers.Conv2D(8, 3, data_format="channels_first"),
        layers.BatchNormalization(axis=1),
        layers.MaxPooling2D((2, 2), data_format="channels_first"),
        layers.DepthwiseConv2D(3, depth_multiplier=2, data_format="channels_first"),
        layers.Cropping2D(((1, 0), (0, 2)), data_format="channels_first"),
        layers.SeparableConv2D(24, 3, strides=2, padding="same", data_format="channels_first"),
        layers.GlobalAveragePooling2D(data_format="channels_first", keepdims=True),
        layers.Flatten(data_format="channels_first"),
        layers.Dense(units=10),
    ]
)
