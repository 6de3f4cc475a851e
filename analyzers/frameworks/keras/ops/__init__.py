"""``keras.ops``, ``tf.*`` and ``keras.backend`` functions that carry shape, a file a topic."""

from analyzers.frameworks import tables
from analyzers.frameworks.keras.ops.registration import names_in_submodules

tables.fill("keras.ops", __path__)
names_in_submodules()
