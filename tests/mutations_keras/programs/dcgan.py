"""Generator and discriminator of a GAN, one after the other."""

# %%
from keras import Sequential, layers

# %%
generator = Sequential(
    [
        layers.Input((100,)),
        layers.Dense(7 * 7 * 64, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Reshape((7, 7, 64)),
        layers.Conv2DTranspose(32, 5, strides=2, padding="same"),
        layers.BatchNormalization(momentum=0.8),
        layers.ReLU(),
        layers.Conv2DTranspose(1, (5, 5), strides=(2, 2), padding="same", activation="tanh"),
    ],
    name="generator",
)

# %%
discriminator = Sequential(name="discriminator")
discriminator.add(layers.Input(shape=(28, 28, 1)))
discriminator.add(layers.Conv2D(32, kernel_size=3, strides=2, padding="same"))
discriminator.add(layers.LeakyReLU(0.2))
discriminator.add(layers.ZeroPadding2D(padding=((0, 1), (0, 1))))
discriminator.add(layers.Conv2D(64, kernel_size=4, strides=2, padding="valid"))
discriminator.add(layers.Flatten())
discriminator.add(layers.Dense(1, activation="sigmoid"))

# %%
gan = Sequential([generator, discriminator])
