"""Digits in a notebook: a list of layers, the sizes in a cell of their own."""

# %%
import keras
from keras.layers import AveragePooling2D, Conv2D, Dense, Dropout, Flatten, Input

# %%
rows, columns = 28, 28
classes = 10

# %%
model = keras.models.Sequential(
    [
        Input((rows, columns, 1)),
        Conv2D(6, 5, padding="same", activation="tanh"),
        AveragePooling2D(2),
        Conv2D(16, kernel_size=5, activation="tanh"),
        AveragePooling2D(pool_size=2, strides=2),
        Flatten(),
        Dense(120, activation="tanh"),
        Dropout(0.25),
        Dense(units=classes, activation="softmax"),
    ]
)
model.summary()

# %%
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
