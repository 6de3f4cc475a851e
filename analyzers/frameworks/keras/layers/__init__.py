"""Keras' layers: every file of this folder, registered when it is imported."""

from analyzers.frameworks import tables

tables.fill("keras.layers", __path__)
