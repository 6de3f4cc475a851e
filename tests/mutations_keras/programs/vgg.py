"""Stacked convolutions added one by one, input shape on the first layer."""

# %%
from keras.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPool2D, Reshape
from keras.models import Sequential


# %%
def build_model(classes=10):
    model = Sequential(name="small_vgg")
    model.add(Conv2D(16, (3, 3), padding="same", activation="relu", input_shape=(32, 32, 3)))
    model.add(Conv2D(16, (3, 3), padding="same", activation="relu"))
    model.add(MaxPool2D((2, 2)))
    for filters in (32, 64):
        model.add(Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(BatchNormalization())
        model.add(MaxPool2D(2, strides=2))
    model.add(Reshape((16, 64)))
    model.add(Flatten())
    model.add(Dense(128, activation="relu"))
    model.add(Dense(classes, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
