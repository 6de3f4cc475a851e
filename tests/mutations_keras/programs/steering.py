"""The angle of a wheel from a camera and the speed: the functional way, in the cells of a notebook."""

# %%
from keras import Input, Model, layers

# %%
camera = Input(shape=(48, 96, 3), name="camera")
speed = Input(shape=(4,), name="speed")

# %%
x = layers.Rescaling(1 / 127.5, offset=-1.0)(camera)
for filters in (8, 16, 24):
    x = layers.Conv2D(filters, 5, strides=(2, 2), activation="relu")(x)
x = layers.Conv2D(32, kernel_size=3, activation="relu")(x)
x = layers.Flatten()(x)

# %%
s = layers.Dense(16, activation="relu")(speed)
joined = layers.Concatenate(axis=1)([x, s])
gate = layers.Dense(16, activation="sigmoid")(joined)
hidden = layers.Multiply()([layers.Dense(16)(joined), gate])
angle = layers.Dense(1, name="angle")(hidden)

# %%
model = Model(inputs=[camera, speed], outputs=angle)
model.compile(optimizer="adam", loss="mse")
