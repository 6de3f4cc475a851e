"""A forecast of several series from a window of the past."""

from keras import layers, models

model = models.Sequential()
model.add(layers.Input((48, 6)))
model.add(layers.Conv1D(filters=16, kernel_size=5, padding="causal", dilation_rate=2, activation="relu"))
model.add(layers.MaxPooling1D(pool_size=2))
model.add(layers.GRU(32, return_sequences=True))
model.add(layers.LSTM(24))
model.add(layers.RepeatVector(12))
model.add(layers.GRU(24, return_sequences=True, dropout=0.1))
model.add(layers.TimeDistributed(layers.Dense(6)))
model.add(layers.Permute((2, 1)))
model.add(layers.Reshape((6, 3, 4)))
