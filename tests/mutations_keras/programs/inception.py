"""Parallel branches of several sizes."""

# %%
import keras
from keras.layers import Concatenate, Conv2D, Dense, GlobalMaxPooling2D, Input, MaxPooling2D, ZeroPadding2D


# %%
def module(x, f1, f3, f5, pool):
    a = Conv2D(f1, (1, 1), activation="relu")(x)
    b = Conv2D(f3 // 2, (1, 1), activation="relu")(x)
    b = Conv2D(f3, (3, 3), padding="same", activation="relu")(b)
    c = ZeroPadding2D(2)(x)
    c = Conv2D(f5, (5, 5), activation="relu")(c)
    d = MaxPooling2D((3, 3), strides=(1, 1), padding="same")(x)
    d = Conv2D(pool, (1, 1), activation="relu")(d)
    return Concatenate(axis=3)([a, b, c, d])


# %%
image = Input(shape=(48, 48, 3))
x = Conv2D(16, 7, strides=2, padding="same")(image)
x = MaxPooling2D(3, strides=2)(x)
x = module(x, 8, 16, 4, 4)
x = module(x, 16, 24, 8, 8)
x = GlobalMaxPooling2D()(x)
model = keras.Model(image, Dense(5)(x))
