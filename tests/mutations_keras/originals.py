"""The programs that are mutated: what to build in them and what to feed it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.mutations import originals
from tests.mutations.mutator import Mutant
from tests.mutations_keras.mutator import keras_mutants


@dataclass(frozen=True, slots=True)
class Original(originals.Original):
    """A Keras program."""

    folder: ClassVar[Path] = Path(__file__).parent / "programs"
    package: ClassVar[str] = "keras"
    array: ClassVar[str] = "keras.ops.zeros({shape})"

    @property
    def static_inputs(self) -> list[list[int]]:
        """Nothing where the program declares the input of the model itself."""
        declared = ("Input(" in self.source or "input_shape=" in self.source) and not self.expression[0].isupper()
        return [] if declared else self.input_lists

    def mutants(self) -> list[Mutant]:
        return keras_mutants(self.source)


ORIGINALS = (
    Original("lenet.py", "model", ((2, 28, 28, 1),), "list"),
    Original("vgg.py", "build_model()", ((2, 32, 32, 3),), "builder"),
    Original("signal.py", "model", ((2, 128, 4),), "add chain"),
    Original("autoencoder.py", "model", ((2, 28, 28, 1),), "list"),
    Original("resnet.py", "build()", ((2, 32, 32, 3),), "functional"),
    Original("unet.py", "unet()", ((2, 64, 64, 3),), "functional"),
    Original("inception.py", "model", ((2, 48, 48, 3),), "functional"),
    Original("two_inputs.py", "model", ((2, 32, 32, 3), (2, 12)), "functional"),
    Original("siamese.py", "model", ((2, 28, 28, 1), (2, 28, 28, 1)), "functional"),
    Original("mobilenet.py", "model", ((2, 64, 64, 3),), "functional"),
    Original("transfer.py", "model", ((2, 96, 96, 3),), "list"),
    Original("video.py", "model", ((2, 5, 24, 24, 3),), "functional"),
    Original("residual_class.py", "Net()", ((2, 32, 32, 3),)),
    Original("weights.py", "Scaled()", ((2, 32, 32, 3),)),
    Original("vit.py", "ViT()", ((2, 32, 32, 3),)),
    Original("dcgan.py", "gan", ((2, 100),), "list"),
    Original("vae.py", "VAE()", ((2, 28, 28, 1),)),
    Original("text_cnn.py", "model", ((2, 40),), "functional"),
    Original("seq2seq.py", "model", ((2, 12), (2, 9)), "functional"),
    Original("forecast.py", "model", ((2, 48, 6),), "add chain"),
    Original("deeplab.py", "build()", ((2, 64, 64, 3),), "functional"),
    Original("channels_first.py", "model", ((2, 3, 40, 30),), "list"),
    Original("mixer.py", "Net()", ((2, 32, 32, 3),)),
    Original("tabular.py", "model", ((2, 7), (2, 1), (2, 4)), "functional"),
    Original("super_resolution.py", "model", ((2, 24, 24, 3),), "functional"),
    Original("capsule.py", "build()", ((2, 28, 28, 1),), "functional"),
    Original("volume.py", "model", ((2, 16, 32, 32, 1),), "functional"),
    Original("distilled.py", "Distiller()", ((2, 32, 32, 3),)),
    Original("digits.py", "model", ((2, 28, 28, 1),), "list"),
    Original("flowers.py", "model", ((2, 64, 64, 3),), "add chain"),
    Original("activity.py", "activity_model()", ((2, 96, 6),), "builder"),
    Original("encoder.py", "encoder", ((2, 32, 32, 3),), "builder"),
    Original("steering.py", "model", ((2, 48, 96, 3), (2, 4)), "functional"),
    Original("gated_class.py", "GatedNet()", ((2, 32, 32, 3),)),
)
