"""A variational autoencoder with a sampling layer."""

# %%
import keras
from keras import layers, ops

# %%
LATENT = 4


# %%
class Sampling(layers.Layer):
    def call(self, inputs):
        mean, log_variance = inputs
        noise = keras.random.normal(shape=ops.shape(mean))
        return mean + ops.exp(0.5 * log_variance) * noise


# %%
class VAE(keras.Model):
    def __init__(self, latent=LATENT):
        super().__init__()
        self.encode = keras.Sequential(
            [
                layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
                layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
                layers.Flatten(),
                layers.Dense(16, activation="relu"),
            ]
        )
        self.mean = layers.Dense(latent)
        self.log_variance = layers.Dense(latent)
        self.sample = Sampling()
        self.decode = keras.Sequential(
            [
                layers.Dense(7 * 7 * 32, activation="relu"),
                layers.Reshape((7, 7, 32)),
                layers.UpSampling2D(2),
                layers.Conv2D(16, 3, padding="same", activation="relu"),
                layers.UpSampling2D(size=(2, 2), interpolation="bilinear"),
                layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
            ]
        )

    def call(self, x):
        features = self.encode(x)
        mean, log_variance = self.mean(features), self.log_variance(features)
        return self.decode(self.sample([mean, log_variance])) - x
