"""What arguments were called in Keras 1 and 2 that have another name today, where the value may stay as it is."""

from __future__ import annotations

OLDER_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "output_dim": ("units",),
    "nb_filter": ("filters",),
    "nb_filters": ("filters",),
    "filter_length": ("kernel_size",),
    "filter_size": ("kernel_size",),
    "border_mode": ("padding",),
    "subsample": ("strides",),
    "subsample_length": ("strides",),
    "stride": ("strides",),
    "atrous_rate": ("dilation_rate",),
    "pool_length": ("pool_size",),
    "length": ("size",),
    "p": ("rate",),
    "sigma": ("stddev",),
    "init": ("kernel_initializer", "embeddings_initializer"),
    "inner_init": ("recurrent_initializer",),
    "inner_activation": ("recurrent_activation",),
    "dropout_W": ("dropout",),
    "dropout_U": ("recurrent_dropout",),
    "W_regularizer": ("kernel_regularizer", "embeddings_regularizer"),
    "U_regularizer": ("recurrent_regularizer",),
    "b_regularizer": ("bias_regularizer",),
    "W_constraint": ("kernel_constraint", "embeddings_constraint"),
    "U_constraint": ("recurrent_constraint",),
    "b_constraint": ("bias_constraint",),
    "bias": ("use_bias",),
    "beta_init": ("beta_initializer",),
    "gamma_init": ("gamma_initializer",),
    "concat_axis": ("axis",),
    "nb_epoch": ("epochs",),
    "nb_val_samples": ("validation_steps",),
}
"""Former name → what a layer (or ``fit``) may call it now."""
ARGUMENTS_OF_KERAS_2 = ("batch_input_shape", "batch_size", "dynamic")
"""What any layer took in Keras 2 and none takes in Keras 3."""
METHODS_OF_KERAS_2 = {
    "fit_generator": "fit",
    "evaluate_generator": "evaluate",
    "predict_generator": "predict",
    "predict_classes": "predict",
    "predict_proba": "predict",
}
"""Method of models that Keras 3 has no more → what does it now."""
