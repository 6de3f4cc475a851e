"""A text classifier with three filter widths."""

from keras import Input, Model, layers

words = Input(shape=(40,), dtype="int32")
x = layers.Embedding(input_dim=500, output_dim=32)(words)
x = layers.SpatialDropout1D(0.2)(x)
branches = []
for width in (2, 3, 4):
    branch = layers.Conv1D(24, width, padding="valid", activation="relu")(x)
    branch = layers.GlobalMaxPooling1D()(branch)
    branches.append(branch)
x = layers.Concatenate(axis=-1)(branches)
x = layers.Dense(24, activation="relu")(x)
x = layers.Dropout(rate=0.5)(x)
model = Model(inputs=words, outputs=layers.Dense(4, activation="softmax")(x))
