"""What a person does, from the accelerations a phone measured: a function adds the layers and returns the model."""

# %%
from keras.layers import LSTM, Conv1D, Dense, Dropout, Input, MaxPooling1D, Reshape
from keras.models import Sequential


# %%
def activity_model(steps=96, sensors=6, activities=5):
    net = Sequential()
    net.add(Input(shape=(steps, sensors)))
    net.add(Conv1D(24, 5, strides=2, activation="relu"))
    net.add(MaxPooling1D(pool_size=2))
    net.add(Conv1D(filters=32, kernel_size=4, padding="valid", activation="relu"))
    net.add(Reshape((5, 128)))
    net.add(LSTM(20, return_sequences=True))
    net.add(LSTM(12))
    net.add(Dropout(0.2))
    net.add(Dense(activities, activation="softmax"))
    net.compile("adam", "sparse_categorical_crossentropy")
    return net
