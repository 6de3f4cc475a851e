"""Photographs of flowers in a notebook: layers added one by one, over several cells."""

# %%
import keras
from keras.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D

# %%
model = keras.Sequential()

# %% the features
model.add(Conv2D(16, (3, 3), strides=2, input_shape=(64, 64, 3)))
model.add(BatchNormalization())
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Conv2D(filters=32, kernel_size=(3, 3), padding="valid", activation="relu"))
model.add(MaxPooling2D(pool_size=(3, 3), strides=2))
model.add(Conv2D(32, 4, padding="valid"))

# %% the classifier
model.add(Flatten())
model.add(Dense(48, activation="relu"))
model.add(Dropout(0.4))
model.add(Dense(5, activation="softmax"))
model.summary()

# %%
model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(1e-3), metrics=["accuracy"])
