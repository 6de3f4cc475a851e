"""An image and a row of numbers, two outputs."""

# %%
import keras
from keras import layers

# %%
image = keras.Input(shape=(32, 32, 3), name="image")
row = keras.Input(shape=(12,), name="row")

# %%
x = layers.Rescaling(1.0 / 255)(image)
x = layers.SeparableConv2D(16, 3, activation="relu")(x)
x = layers.AveragePooling2D(2)(x)
x = layers.Flatten()(x)
y = layers.Dense(24, activation="relu")(row)
both = layers.concatenate([x, y])
both = layers.Dense(32, activation="relu")(both)
gate = layers.Dense(32, activation="sigmoid")(y)
both = layers.multiply([both, gate])

# %%
model = keras.Model(
    inputs=[image, row],
    outputs=[layers.Dense(1, name="price")(both), layers.Dense(4, activation="softmax", name="kind")(both)],
)
