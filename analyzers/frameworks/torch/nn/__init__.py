"""The layers of ``torch.nn``: every file of this folder, registered when it is imported."""

from analyzers.frameworks import tables

tables.fill("torch.nn", __path__)
