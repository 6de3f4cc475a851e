"""A frozen backbone with a new head."""

import keras
from keras import layers

base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(96, 96, 3), alpha=0.35)
base.trainable = False

model = keras.Sequential(
    [
        base,
        layers.Conv2D(32, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(20, activation="relu"),
        layers.Dense(4),
    ]
)
