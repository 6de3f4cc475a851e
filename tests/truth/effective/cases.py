"""Which maps of which networks are measured: three depths each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.truth.confirm import installed

OWN = Path(__file__).with_name("networks.py")


@dataclass(frozen=True)
class Network:
    """``file`` is below torchvision's models, None for one of ours."""

    name: str
    kind: str
    file: str | None
    expression: str
    input: str
    layers: tuple[str, str, str]
    seeds: int = 10
    """Where hardly any path is long, many initialisations are needed."""

    @property
    def target(self) -> str | None:
        """None where torchvision is not installed."""
        folder = installed("torchvision")
        if self.file is None:
            return f"{OWN}::{self.expression}"
        return f"{folder / 'models' / self.file}::{self.expression}" if folder is not None else None


def of_torchvision(name: str, kind: str, *layers: str, file: str | None = None, size: int = 224) -> Network:
    call = f"{name}()"
    return Network(name, kind, f"{file or name}.py", call, f"1x3x{size}x{size}", layers)  # type: ignore[arg-type]


NETWORKS = (
    of_torchvision("alexnet", "plain", "features.3", "features.8", "features.12"),
    of_torchvision("vgg16", "plain", "features.7", "features.17", "features.30", file="vgg"),
    of_torchvision("resnet18", "residual", "layer1.1.relu", "layer3.1.relu", "layer4.1.relu", file="resnet"),
    of_torchvision(
        "resnet50", "residual, bottlenecks", "layer1.2.relu", "layer3.5.relu", "layer4.2.relu", file="resnet"
    ),
    of_torchvision(
        "densenet121",
        "dense",
        "features.transition1.pool",
        "features.transition3.pool",
        "features.norm5",
        file="densenet",
    ),
    of_torchvision(
        "squeezenet1_1", "concatenations, no norms", "features.5", "features.8", "classifier.1", file="squeezenet"
    ),
    of_torchvision("googlenet", "inception", "maxpool3", "maxpool4", "inception5b.branch1.conv"),
    of_torchvision(
        "inception_v3",
        "inception, 1×7 and 7×1",
        "Mixed_6b.branch1x1.conv",
        "Mixed_6e.branch1x1.conv",
        "Mixed_7c.branch1x1.conv",
        file="inception",
        size=299,
    ),
    of_torchvision(
        "mobilenet_v2",
        "depthwise, inverted residuals",
        "features.4.conv.0.0",
        "features.11.conv.0.0",
        "features.18.2",
        file="mobilenetv2",
    ),
    of_torchvision(
        "mobilenet_v3_large",
        "depthwise, gates",
        "features.4.block.0.0",
        "features.10.block.0.0",
        "features.16.2",
        file="mobilenetv3",
    ),
    of_torchvision("convnext_tiny", "layer scale", "features.2.1", "features.4.1", "features.6.1", file="convnext"),
    Network("Dilated", "dilated", None, "Dilated()", "1x3x128x128", ("context.1.2", "context.3.2", "head")),
    Network("UNet, transposed", "U-Net", None, "UNet(False)", "1x3x160x160", ("down.2.1.2", "join.1.1.2", "head"), 40),
    Network("UNet, bilinear", "U-Net", None, "UNet(True)", "1x3x160x160", ("down.4.1.2", "join.2.1.2", "head"), 40),
    Network("Hybrid", "attention", None, "Hybrid()", "1x3x192x192", ("first.1.relu", "second.1.relu", "third.relu")),
    Network(
        "Temporal",
        "1-D, causal",
        None,
        "Temporal()",
        "1x8x600",
        ("blocks.1.relu", "blocks.3.relu", "blocks.5.relu"),
        150,
    ),
    Network("Volume", "3-D", None, "Volume()", "1x1x24x64x64", ("stages.6", "stages.13", "stages.20")),
    Network(
        "Spectrogram",
        "anisotropic, average pooling",
        None,
        "Spectrogram()",
        "1x1x64x256",
        ("layers.3", "layers.9", "layers.13"),
    ),
)
