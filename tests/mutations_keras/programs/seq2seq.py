"""An encoder and a decoder with attention over the encoder's states."""

# %%
import keras
from keras import layers

# %%
source = keras.Input((12,), name="source")
target = keras.Input((9,), name="target")
embed = layers.Embedding(200, 24, mask_zero=False)
encoded = layers.Bidirectional(layers.LSTM(16, return_sequences=True))(embed(source))
encoded = layers.Dense(32)(encoded)
decoded, hidden, cell = layers.LSTM(32, return_sequences=True, return_state=True)(embed(target))
attended = layers.Attention()([decoded, encoded])
merged = layers.Concatenate()([decoded, attended])
merged = layers.LayerNormalization(axis=-1)(merged)
logits = layers.TimeDistributed(layers.Dense(200, activation="softmax"))(merged)
summary = layers.Add()([hidden, cell])
model = keras.Model([source, target], [logits, layers.Dense(2)(summary)])
