"""Volumes: three spatial axes and a residual path."""

from keras import Input, Model, layers


def unit(x, filters, strides=1):
    y = layers.Conv3D(filters, 3, strides=strides, padding="same", activation="relu")(x)
    y = layers.Conv3D(filters, 3, padding="same")(y)
    if strides != 1 or x.shape[-1] != filters:
        x = layers.Conv3D(filters, 1, strides=strides)(x)
    return layers.ReLU()(layers.Add()([x, y]))


scan = Input((16, 32, 32, 1))
x = unit(scan, 8)
x = layers.MaxPooling3D(pool_size=(1, 2, 2))(x)
x = unit(x, 16, strides=2)
skip = layers.Cropping3D(((1, 1), (0, 0), (0, 0)))(x)
x = layers.Conv3DTranspose(8, (3, 1, 1))(skip)
x = layers.GroupNormalization(groups=4)(x)
x = layers.GlobalAveragePooling3D()(x)
model = Model(scan, layers.Dense(3, activation="softmax")(layers.UnitNormalization()(x)))
