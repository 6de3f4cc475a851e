"""One encoder for two images."""

# %%
import keras
from keras import layers, ops


# %%
def make_encoder():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(8, 5, activation="tanh")(inputs)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="tanh")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10)(x), name="encoder")


# %%
encoder = make_encoder()
left = keras.Input((28, 28, 1))
right = keras.Input((28, 28, 1))
distance = layers.Lambda(lambda pair: ops.sum(ops.square(pair[0] - pair[1]), axis=1, keepdims=True))(
    [encoder(left), encoder(right)]
)
model = keras.Model([left, right], layers.Dense(1, activation="sigmoid")(distance))
