"""An autoencoder of two Sequential models."""

# %%
import keras
from keras import layers

# %%
latent = 16

# %%
encoder = keras.Sequential(
    [
        layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(latent),
    ],
    name="encoder",
)
decoder = keras.Sequential(
    [
        layers.Dense(7 * 7 * 32, activation="relu"),
        layers.Reshape((7, 7, 32)),
        layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
    ],
    name="decoder",
)

# %%
inputs = keras.Input(shape=(28, 28, 1))
outputs = decoder(encoder(inputs))
difference = layers.Subtract()([inputs, outputs])
model = keras.Model(inputs, [outputs, difference])
