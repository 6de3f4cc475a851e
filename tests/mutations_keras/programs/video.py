"""Frames of a video: the same network on each, then a recurrent layer."""

import keras
from keras import layers

frames = keras.Input(shape=(5, 24, 24, 3))
x = layers.ConvLSTM2D(8, 3, padding="same", return_sequences=True)(frames)
x = layers.TimeDistributed(layers.MaxPooling2D(2))(x)
y = layers.Conv3D(8, (3, 3, 3), padding="same")(frames)
y = layers.MaxPooling3D((1, 2, 2))(y)
x = layers.Average()([x, y])
x = layers.TimeDistributed(layers.Flatten())(x)
x = layers.Bidirectional(layers.LSTM(16))(x)
x = layers.RepeatVector(3)(x)
x = layers.Permute((2, 1))(x)
model = keras.Model(frames, layers.Dense(6)(x))
