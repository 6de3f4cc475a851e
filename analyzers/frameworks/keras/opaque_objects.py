"""Initializers, regularizers, optimizers, losses, metrics, callbacks: no bearing on shapes. And data sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.installed import is_keras_3
from analyzers.frameworks.logits import expect_logits
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.searching import LABELS
from analyzers.interpreter.capabilities import SupportsAttributeAssignment, SupportsCall
from analyzers.interpreter.hosts import HostObject
from analyzers.interpreter.overlays import NAMES, function
from analyzers.interpreter.parameters import unknown_argument
from analyzers.tensors.dims import product
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import NotModelled, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


RESULT = "what training or an optimizer computes"


class Inert(SupportsAttributeAssignment, SupportsCall):
    """An object of which only its existence matters; calling it or a method of it gives an unknown value."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return Unknown(f"an attribute of a {self.kind}") if name.startswith("_") else NotModelled(RESULT)

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        return None

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return Unknown(f"what a {self.kind} computes")


def _maker(kind: str) -> Any:
    def make(*args: Any, **kwargs: Any) -> Inert:
        return Inert(kind)

    make.__name__ = make.__qualname__ = kind
    return make


LOSSES = {
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}


class CrossEntropy(Inert):
    """A loss over classes; ``from_logits``: it applies the softmax itself."""

    def __init__(self, name: str, from_logits: bool) -> None:
        super().__init__("loss")
        self.loss_name = LOSSES[name]
        self.title = f"{name}(from_logits=True)"
        self.from_logits = from_logits

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if self.from_logits:
            expect_logits(machine, kwargs.get("y_pred", args[1] if len(args) > 1 else None), self.title)
        return super().call_value(machine, args, kwargs)


@function("keras.losses.CategoricalCrossentropy")
def categorical_crossentropy(from_logits: Any = False, *args: Any, **kwargs: Any) -> CrossEntropy:
    return CrossEntropy("CategoricalCrossentropy", from_logits is True)


@function("keras.losses.SparseCategoricalCrossentropy")
def sparse_categorical_crossentropy(from_logits: Any = False, *args: Any, **kwargs: Any) -> CrossEntropy:
    return CrossEntropy("SparseCategoricalCrossentropy", from_logits is True)


class Initializer(Inert):
    """Called with a shape, it gives a tensor of that shape."""

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        shape = kwargs.get("shape", args[0] if args else None)
        return Tensor(tuple(shape)) if isinstance(shape, (tuple, list)) else Unknown("an initial value")


def _initializer(*args: Any, **kwargs: Any) -> Initializer:
    return Initializer("initializer")


INITIALIZERS = (
    "Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling Orthogonal Identity GlorotNormal "
    "GlorotUniform HeNormal HeUniform LecunNormal LecunUniform zeros ones constant random_normal random_uniform "
    "truncated_normal variance_scaling orthogonal identity glorot_normal glorot_uniform he_normal he_uniform "
    "lecun_normal lecun_uniform Initializer IdentityInitializer OrthogonalInitializer STFT STFTInitializer get"
).split()
for _name in INITIALIZERS:
    NAMES[f"keras.initializers.{_name}"] = _initializer
    NAMES[f"tensorflow.initializers.{_name}"] = _initializer
for _name in "constant zeros ones random_normal random_uniform truncated_normal".split():
    NAMES[f"tensorflow.{_name}_initializer"] = _initializer

KINDS = {
    "regularizers": "L1 L2 L1L2 l1 l2 l1_l2 OrthogonalRegularizer orthogonal_regularizer Regularizer get",
    "constraints": "MaxNorm NonNeg UnitNorm MinMaxNorm max_norm non_neg unit_norm min_max_norm Constraint get",
    "optimizers": (
        "Adam SGD RMSprop Adagrad Adadelta Adamax Nadam Ftrl AdamW Adafactor Lion Lamb LossScaleOptimizer Muon "
        "Optimizer "
        "get adam sgd rmsprop"
    ),
    "optimizers.schedules": (
        "ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay CosineDecay CosineDecayRestarts "
        "LearningRateSchedule"
    ),
    "optimizers.legacy": "Adam SGD RMSprop Adagrad Adadelta Adamax Nadam Ftrl Optimizer",
    "losses": (
        "BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy MeanSquaredError MeanAbsoluteError "
        "MeanAbsolutePercentageError MeanSquaredLogarithmicError Huber LogCosh Hinge SquaredHinge CategoricalHinge "
        "KLDivergence Poisson CosineSimilarity BinaryFocalCrossentropy CategoricalFocalCrossentropy Dice Tversky "
        "CTC Circle "
        "Reduction get deserialize Loss mse mae mean_squared_error mean_absolute_error binary_crossentropy "
        "categorical_crossentropy sparse_categorical_crossentropy kl_divergence huber cosine_similarity"
    ),
    "metrics": (
        "Mean Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy "
        "SparseTopKCategoricalAccuracy AUC Precision Recall MeanSquaredError RootMeanSquaredError MeanAbsoluteError "
        "MeanIoU OneHotMeanIoU OneHotIoU IoU BinaryIoU F1Score FBetaScore CosineSimilarity KLDivergence Sum "
        "MeanMetricWrapper "
        "BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy TruePositives TrueNegatives "
        "FalsePositives FalseNegatives R2Score Metric get deserialize PrecisionAtRecall SensitivityAtSpecificity "
        "SpecificityAtSensitivity RecallAtPrecision MeanAbsolutePercentageError Poisson Hinge LogCoshError"
    ),
    "callbacks": (
        "EarlyStopping ModelCheckpoint ReduceLROnPlateau TensorBoard LearningRateScheduler CSVLogger TerminateOnNaN "
        "LambdaCallback BackupAndRestore History RemoteMonitor CallbackList ProgbarLogger SwapEMAWeights Callback"
    ),
    "preprocessing.image": (
        "load_img img_to_array array_to_img smart_resize save_img random_rotation NumpyArrayIterator"
    ),
    "preprocessing.text": "Tokenizer one_hot text_to_word_sequence",
    "preprocessing": "text_dataset_from_directory timeseries_dataset_from_array",
    "utils": (
        "text_dataset_from_directory timeseries_dataset_from_array Sequence PyDataset "
        "Progbar load_img img_to_array array_to_img save_img model_to_dot split_dataset audio_dataset_from_directory "
        "FeatureSpace get_custom_objects"
    ),
    "distribution": "DataParallel ModelParallel DeviceMesh TensorLayout LayoutMap list_devices",
    "dtype_policies": "DTypePolicy FloatDTypePolicy get",
    "mixed_precision": "Policy LossScaleOptimizer DTypePolicy",
    "wrappers": "SKLearnClassifier SKLearnRegressor SKLearnTransformer KerasClassifier KerasRegressor",
    "random": "SeedGenerator shuffle categorical",
    "quantizers": "AbsMaxQuantizer Quantizer get",
}
for _package, _names in KINDS.items():
    for _name in (*_names.split(), "serialize", "deserialize"):
        NAMES.setdefault(f"keras.{_package}.{_name}", _maker(_package.rstrip("s")))


def _optimizer(*args: Any, machine: Machine, **kwargs: Any) -> Inert:
    """Keras 3 has no ``lr``."""
    if "lr" in kwargs and is_keras_3(machine):
        machine.problem(unknown_argument("the optimizer", "lr", ["learning_rate"], older={"lr": ("learning_rate",)}))
    return Inert("optimizer")


for _name in "Adam SGD RMSprop Adagrad Adadelta Adamax Nadam Ftrl AdamW Adafactor Lion".split():
    NAMES[f"keras.optimizers.{_name}"] = _optimizer


class Subclassed(HostObject):
    """A base class of the user's own losses, metrics, callbacks: without behaviour of its own."""

    qualified_name = "keras.Subclassed"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        return None

    if not TYPE_CHECKING:  # What is not declared is a mistake to the type checker.

        def __getattr__(self, name: str) -> Any:
            return Unknown(f"the attribute {name} of a loss, metric or callback")


class InputSpec(Inert):
    """``keras.layers.InputSpec``."""


@function("keras.layers.InputSpec", "keras.InputSpec")
def input_spec(*args: Any, **kwargs: Any) -> Inert:
    return Inert("input specification")


def _bases() -> None:
    for dotted, name in (
        ("keras.losses.Loss", "Loss"),
        ("keras.metrics.Metric", "Metric"),
        ("keras.callbacks.Callback", "Callback"),
        ("keras.initializers.Initializer", "Initializer"),
        ("keras.regularizers.Regularizer", "Regularizer"),
        ("keras.constraints.Constraint", "Constraint"),
        ("keras.optimizers.Optimizer", "Optimizer"),
        ("keras.optimizers.schedules.LearningRateSchedule", "LearningRateSchedule"),
        ("keras.utils.Sequence", "Sequence"),
        ("keras.utils.PyDataset", "PyDataset"),
    ):
        NAMES[dotted] = type(name, (Subclassed,), {"qualified_name": dotted})


_bases()
for _name in ("Loss", "Metric", "Optimizer", "Initializer", "Regularizer", "Constraint"):
    for _package in ("losses", "metrics", "optimizers", "initializers", "regularizers", "constraints"):
        if f"keras.{_package}.{_name}" in NAMES:
            NAMES[f"keras.{_name}"] = NAMES[f"keras.{_package}.{_name}"]


@function("keras.Variable")
def variable(
    initializer: Any = None, shape: Any = None, dtype: Any = None, trainable: Any = True, **kwargs: Any
) -> Any:
    from analyzers.frameworks.keras.weights import weight_of

    if isinstance(initializer, Tensor):
        return weight_of(initializer.shape, initializer.dtype, trainable is not False)
    return weight_of(() if shape is None else shape, dtype, trainable is not False)


# -- data sets -------------------------------------------------------------------------------------

DATASETS = {
    "mnist": ((60_000, 10_000), (28, 28), (), 10),
    "fashion_mnist": ((60_000, 10_000), (28, 28), (), 10),
    "cifar10": ((50_000, 10_000), (32, 32, 3), (1,), 10),
    "cifar100": ((50_000, 10_000), (32, 32, 3), (1,), 100),
    "boston_housing": ((404, 102), (13,), (), None),
    "california_housing": ((16_512, 4_128), (8,), (), None),
}
"""Name → (examples to train and to test), shape of one, shape of its label, how many different labels there are."""
COARSE = 20
"""Labels of CIFAR-100 with ``label_mode="coarse"``."""


def _loader(counts: tuple[int, int], shape: tuple[int, ...], label: tuple[int, ...], classes: int | None) -> Any:
    def load_data(label_mode: Any = "fine", *args: Any, **kwargs: Any) -> tuple:
        dtype = "uint8" if product(shape) > 100 else "float32"
        known = COARSE if label_mode == "coarse" else classes
        trait = None if known is None or isinstance(label_mode, Unknown) else f"{LABELS}{known}"
        return tuple((Array((n, *shape), dtype=dtype), Array((n, *label), dtype="uint8", trait=trait)) for n in counts)

    return load_data


for _name, _entry in DATASETS.items():
    NAMES[f"keras.datasets.{_name}.load_data"] = _loader(*_entry)


def _texts(*args: Any, **kwargs: Any) -> Any:
    return ((Unknown("texts"), Unknown("labels")), (Unknown("texts"), Unknown("labels")))


NAMES["keras.datasets.imdb.load_data"] = NAMES["keras.datasets.reuters.load_data"] = _texts
