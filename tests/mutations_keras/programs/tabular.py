"""Columns of several kinds in one model."""

import keras
from keras import layers

numbers = keras.Input(shape=(7,), name="numbers")
kind = keras.Input(shape=(1,), dtype="int64", name="kind")
flags = keras.Input(shape=(4,), name="flags")
scaled = layers.Normalization(axis=-1)(numbers)
embedded = layers.Flatten()(layers.Embedding(30, 8)(kind))
deep = layers.concatenate([scaled, embedded, flags], axis=1)
for units in (64, 32):
    deep = layers.Dense(units, activation="selu")(deep)
    deep = layers.AlphaDropout(0.1)(deep)
cross = layers.Dense(units=32, use_bias=False)(layers.Concatenate()([scaled, flags]))
product = layers.Multiply()([deep, cross])
closeness = layers.Dot(axes=1, normalize=True)([deep, cross])
score = layers.Dense(1, activation="sigmoid", name="score")(layers.Concatenate(axis=-1)([product, closeness]))
model = keras.Model(inputs=[numbers, kind, flags], outputs=score)
