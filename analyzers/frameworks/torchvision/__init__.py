"""Pictures, what torchvision's transforms make of them, and its data sets: what goes into a model that is trained on them.

Everything else of torchvision and Pillow is read from its source, where it is installed.
"""

from analyzers.frameworks.torchvision import datasets, feature_extraction, pictures, transforms
from analyzers.interpreter import overlays

for _root in ("torchvision", "PIL"):
    overlays.SOURCED[_root] = str
    overlays.PARTLY_KNOWN.add(_root)

__all__ = ["datasets", "feature_extraction", "pictures", "transforms"]
