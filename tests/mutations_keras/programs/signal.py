"""A causal network over a signal."""

# %%
import keras
from keras import layers

# %%
model = keras.Sequential()
model.add(keras.Input(shape=(128, 4)))
for rate in (1, 2, 4, 8):
    model.add(layers.Conv1D(16, 3, padding="causal", dilation_rate=rate, activation="relu"))

# %%
model.add(layers.AveragePooling1D(4))
model.add(layers.LSTM(24, return_sequences=True))
model.add(layers.GRU(12))
model.add(layers.Dense(3))
