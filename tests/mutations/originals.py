"""The programs that are mutated: realistic models, each with the expression and input that run it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.mutations.mutator import Mutant, mutants

LINES = 1000
"""More than a file has."""
FOLDER = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True)
class Original:
    """A program file, the expression that builds its model, the shapes of its inputs (batch first), how it is written."""

    folder: ClassVar[Path] = FOLDER
    package: ClassVar[str] = "torch"
    array: ClassVar[str] = "torch.zeros({shape})"

    file: str
    expression: str
    inputs: tuple[tuple[int, ...], ...]
    style: str = "subclassed"
    text: str = ""
    """The program itself, where it is no file of the folder."""
    otherwise: tuple[str, ...] = ()
    """Other arguments with which its model may be built."""
    files: tuple[str, ...] = ()
    """All files of its folder, in an order in which they can be run, where it is one of several; the last has the model."""

    @property
    def source(self) -> str:
        return self.text or (self.folder / self.file).read_text(encoding="utf-8")

    def beside(self) -> dict[str, str]:
        """The texts of the other files."""
        own = Path(self.file)
        names = [name for name in self.files if name != own.name]
        return {name: (self.folder / own.parent / name).read_text(encoding="utf-8") for name in names}

    @property
    def main(self) -> str:
        """The file that has the model."""
        return str(Path(self.file).parent / self.files[-1]) if self.files else self.file

    def first_line(self, name: str) -> int:
        """How many lines are counted before those of a file of the folder, so that each line is there once."""
        own = Path(self.file).name
        return 0 if name == own else LINES * (1 + self.files.index(name))

    def modules(self, source: str) -> list[dict[str, Any]]:
        """What the judge is told of the files, this one with another text."""
        texts = {**self.beside(), Path(self.file).name: source}
        return [
            {"name": name.removesuffix(".py"), "text": texts[name], "first": self.first_line(name)}
            for name in self.files
        ]

    @property
    def input_lists(self) -> list[list[int]]:
        return [list(shape) for shape in self.inputs]

    @property
    def static_inputs(self) -> list[list[int]]:
        """The inputs that rf-lsp is told."""
        return self.input_lists

    def run_by_itself(self, source: str) -> str:
        """The program, with the call of its model as a last line where nothing else says the inputs."""
        if not self.static_inputs:
            return source
        inputs = ", ".join(self.array.format(shape=tuple(shape)) for shape in self.static_inputs)
        return f"{source}\n\n# %%\nimport {self.package}\n\nnetwork = {self.expression}\noutput = network({inputs})\n"

    def mutants(self) -> list[Mutant]:
        return mutants(self.source)


PYRAMID = ("blocks.py", "net.py")
SPEECH = ("layers.py", "model.py", "train.py")
DENOISE = ("parts.py", "unet.py")

ORIGINALS = (
    Original("lenet.py", "LeNet()", ((4, 1, 32, 32),)),
    Original("vgg.py", "VGG()", ((2, 3, 32, 32),)),
    Original(
        "resnet.py",
        "ResNet(BasicBlock, [2, 1, 2])",
        ((2, 3, 64, 64),),
        otherwise=("ResNet(BasicBlock, [1, 1, 1])", "ResNet(BasicBlock, [2, 2, 2])", "ResNet(BasicBlock, [3, 4, 6])"),
    ),
    Original(
        "unet.py",
        "UNet(n_channels=3, n_classes=2)",
        ((1, 3, 72, 60),),
        otherwise=("UNet(1, 1)", "UNet(16, 16)", "UNet(3, 2, bilinear=True)"),
    ),
    Original("inception.py", "Net()", ((2, 3, 64, 64),)),
    Original("squeeze_excite.py", "SENet()", ((2, 3, 32, 32),)),
    Original("mobilenet.py", "MobileNet()", ((2, 3, 64, 64),)),
    Original("vit.py", "VisionTransformer()", ((2, 3, 64, 64),)),
    Original("autoencoder.py", "ConvAutoencoder()", ((3, 1, 28, 28),)),
    Original("tcn.py", "TemporalConvNet()", ((2, 12, 40),)),
    Original("tagger.py", "Tagger()", ((2, 11, 40), (2, 7, 10))),
    Original("volume.py", "C3D()", ((1, 3, 8, 32, 32),)),
    Original("gan.py", "GAN()", ((4, 64),)),
    Original("siamese.py", "Siamese()", ((2, 1, 28, 28), (2, 1, 28, 28))),
    Original("densenet.py", "DenseNet()", ((2, 3, 64, 64),)),
    Original("aspp.py", "Segmenter()", ((1, 3, 64, 48),)),
    Original("text_encoder.py", "TextClassifier()", ((2, 13, 30),)),
    Original("superres.py", "SuperResolution()", ((1, 1, 20, 24),)),
    Original("config_net.py", "create_model()", ((2, 1, 64, 64),), "builder"),
    Original("contrastive.py", "SimCLR()", ((4, 3, 32, 32), (4, 3, 32, 32))),
    Original("audio_net.py", "AudioNet()", ((2, 1, 1600),)),
    Original("segmenter.py", "LitSegmenter()", ((2, 3, 36, 44),)),
    Original("recommender.py", "main()", ((4, 10), (4, 5, 14))),
    Original("crop_unet.py", "CropUNet(options([]))", ((1, 1, 92, 92),)),
    Original("points.py", "PointLabels()", ((2, 3, 20),)),
    Original("video.py", "FramePredictor()", ((1, 2, 3, 16, 16),)),
    Original("detector.py", "build(classes=4)", ((1, 3, 64, 96),), "builder"),
    Original("windows.py", "WindowNet()", ((2, 3, 32, 32),)),
    Original("list_of_layers.py", "model", ((2, 1, 28, 28),), "list"),
    Original("added_layers.py", "net", ((2, 2, 160),), "add chain"),
    Original("perceptron.py", "model", ((2, 3, 8, 8),), "builder"),
    Original("functions.py", "Plain()", ((2, 3, 32, 32),), "functional"),
    Original("classifier_script.py", "run()", ((4, 1, 28, 28),), "training"),
)
CALLED_ONCE = [original for original in ORIGINALS if original.style != "training"]
"""Those that torch runs only with the inputs it is given: of others it records what their own loop does as well."""
PACKAGES = (
    *[Original(f"pyramid/{name}", "build_model()", ((2, 3, 64, 64),), "package", files=PYRAMID) for name in PYRAMID],
    *[Original(f"speech/{name}", "train(epochs=1)", ((2, 40, 64),), "package", files=SPEECH) for name in SPEECH],
    *[Original(f"denoise/{name}", "Denoiser()", ((2, 1, 16, 16), (2,)), "package", files=DENOISE) for name in DENOISE],
)
"""Programs of several files, each of which is mutated: blocks whose model stands elsewhere."""
