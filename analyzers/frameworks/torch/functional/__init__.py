"""torch.nn.functional: every function with torch's own signature, raising where torch raises.

One file per family; this package reaches them all, as ``torch.nn.functional`` does. What layers call is listed here
by name; what only programs call is registered by being in a file of this folder.
"""

from __future__ import annotations

from analyzers.frameworks import tables
from analyzers.frameworks.torch.functional.activation import (
    celu as celu,
)
from analyzers.frameworks.torch.functional.activation import (
    elu as elu,
)
from analyzers.frameworks.torch.functional.activation import (
    elu_ as elu_,
)
from analyzers.frameworks.torch.functional.activation import (
    gelu as gelu,
)
from analyzers.frameworks.torch.functional.activation import (
    glu as glu,
)
from analyzers.frameworks.torch.functional.activation import (
    gumbel_softmax as gumbel_softmax,
)
from analyzers.frameworks.torch.functional.activation import (
    hardshrink as hardshrink,
)
from analyzers.frameworks.torch.functional.activation import (
    hardsigmoid as hardsigmoid,
)
from analyzers.frameworks.torch.functional.activation import (
    hardswish as hardswish,
)
from analyzers.frameworks.torch.functional.activation import (
    hardtanh as hardtanh,
)
from analyzers.frameworks.torch.functional.activation import (
    hardtanh_ as hardtanh_,
)
from analyzers.frameworks.torch.functional.activation import (
    leaky_relu as leaky_relu,
)
from analyzers.frameworks.torch.functional.activation import (
    leaky_relu_ as leaky_relu_,
)
from analyzers.frameworks.torch.functional.activation import (
    log_softmax as log_softmax,
)
from analyzers.frameworks.torch.functional.activation import (
    logsigmoid as logsigmoid,
)
from analyzers.frameworks.torch.functional.activation import (
    mish as mish,
)
from analyzers.frameworks.torch.functional.activation import (
    prelu as prelu,
)
from analyzers.frameworks.torch.functional.activation import (
    relu as relu,
)
from analyzers.frameworks.torch.functional.activation import (
    relu6 as relu6,
)
from analyzers.frameworks.torch.functional.activation import (
    relu_ as relu_,
)
from analyzers.frameworks.torch.functional.activation import (
    rrelu as rrelu,
)
from analyzers.frameworks.torch.functional.activation import (
    rrelu_ as rrelu_,
)
from analyzers.frameworks.torch.functional.activation import (
    selu as selu,
)
from analyzers.frameworks.torch.functional.activation import (
    sigmoid as sigmoid,
)
from analyzers.frameworks.torch.functional.activation import (
    silu as silu,
)
from analyzers.frameworks.torch.functional.activation import (
    softmax as softmax,
)
from analyzers.frameworks.torch.functional.activation import (
    softmin as softmin,
)
from analyzers.frameworks.torch.functional.activation import (
    softplus as softplus,
)
from analyzers.frameworks.torch.functional.activation import (
    softshrink as softshrink,
)
from analyzers.frameworks.torch.functional.activation import (
    softsign as softsign,
)
from analyzers.frameworks.torch.functional.activation import (
    tanh as tanh,
)
from analyzers.frameworks.torch.functional.activation import (
    tanhshrink as tanhshrink,
)
from analyzers.frameworks.torch.functional.activation import (
    threshold as threshold,
)
from analyzers.frameworks.torch.functional.activation import (
    threshold_ as threshold_,
)
from analyzers.frameworks.torch.functional.adaptive_pooling import (
    adaptive_avg_pool1d as adaptive_avg_pool1d,
)
from analyzers.frameworks.torch.functional.adaptive_pooling import (
    adaptive_avg_pool2d as adaptive_avg_pool2d,
)
from analyzers.frameworks.torch.functional.adaptive_pooling import (
    adaptive_avg_pool3d as adaptive_avg_pool3d,
)
from analyzers.frameworks.torch.functional.adaptive_pooling import (
    adaptive_max_pool1d as adaptive_max_pool1d,
)
from analyzers.frameworks.torch.functional.adaptive_pooling import (
    adaptive_max_pool2d as adaptive_max_pool2d,
)
from analyzers.frameworks.torch.functional.adaptive_pooling import (
    adaptive_max_pool3d as adaptive_max_pool3d,
)
from analyzers.frameworks.torch.functional.adaptive_pooling import (
    fractional_max_pool2d as fractional_max_pool2d,
)
from analyzers.frameworks.torch.functional.adaptive_pooling import (
    fractional_max_pool3d as fractional_max_pool3d,
)
from analyzers.frameworks.torch.functional.classification_loss import (
    cross_entropy as cross_entropy,
)
from analyzers.frameworks.torch.functional.classification_loss import (
    ctc_loss as ctc_loss,
)
from analyzers.frameworks.torch.functional.classification_loss import (
    linear_cross_entropy as linear_cross_entropy,
)
from analyzers.frameworks.torch.functional.classification_loss import (
    multi_margin_loss as multi_margin_loss,
)
from analyzers.frameworks.torch.functional.classification_loss import (
    multilabel_margin_loss as multilabel_margin_loss,
)
from analyzers.frameworks.torch.functional.classification_loss import (
    multilabel_soft_margin_loss as multilabel_soft_margin_loss,
)
from analyzers.frameworks.torch.functional.classification_loss import (
    nll_loss as nll_loss,
)
from analyzers.frameworks.torch.functional.convolution import (
    conv1d as conv1d,
)
from analyzers.frameworks.torch.functional.convolution import (
    conv2d as conv2d,
)
from analyzers.frameworks.torch.functional.convolution import (
    conv3d as conv3d,
)
from analyzers.frameworks.torch.functional.convolution import (
    conv_tbc as conv_tbc,
)
from analyzers.frameworks.torch.functional.convolution import (
    conv_transpose1d as conv_transpose1d,
)
from analyzers.frameworks.torch.functional.convolution import (
    conv_transpose2d as conv_transpose2d,
)
from analyzers.frameworks.torch.functional.convolution import (
    conv_transpose3d as conv_transpose3d,
)
from analyzers.frameworks.torch.functional.distance_loss import (
    cosine_embedding_loss as cosine_embedding_loss,
)
from analyzers.frameworks.torch.functional.distance_loss import (
    margin_ranking_loss as margin_ranking_loss,
)
from analyzers.frameworks.torch.functional.distance_loss import (
    triplet_margin_loss as triplet_margin_loss,
)
from analyzers.frameworks.torch.functional.distance_loss import (
    triplet_margin_with_distance_loss as triplet_margin_with_distance_loss,
)
from analyzers.frameworks.torch.functional.dropout import (
    alpha_dropout as alpha_dropout,
)
from analyzers.frameworks.torch.functional.dropout import (
    dropout as dropout,
)
from analyzers.frameworks.torch.functional.dropout import (
    dropout1d as dropout1d,
)
from analyzers.frameworks.torch.functional.dropout import (
    dropout2d as dropout2d,
)
from analyzers.frameworks.torch.functional.dropout import (
    dropout3d as dropout3d,
)
from analyzers.frameworks.torch.functional.dropout import (
    feature_alpha_dropout as feature_alpha_dropout,
)
from analyzers.frameworks.torch.functional.embedding import (
    embedding as embedding,
)
from analyzers.frameworks.torch.functional.embedding import (
    embedding_bag as embedding_bag,
)
from analyzers.frameworks.torch.functional.embedding import (
    one_hot as one_hot,
)
from analyzers.frameworks.torch.functional.linear import (
    bilinear as bilinear,
)
from analyzers.frameworks.torch.functional.linear import (
    cosine_similarity as cosine_similarity,
)
from analyzers.frameworks.torch.functional.linear import (
    linear as linear,
)
from analyzers.frameworks.torch.functional.linear import (
    pairwise_distance as pairwise_distance,
)
from analyzers.frameworks.torch.functional.linear import (
    pdist as pdist,
)
from analyzers.frameworks.torch.functional.linear import (
    scaled_dot_product_attention as scaled_dot_product_attention,
)
from analyzers.frameworks.torch.functional.loss import (
    binary_cross_entropy as binary_cross_entropy,
)
from analyzers.frameworks.torch.functional.loss import (
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
)
from analyzers.frameworks.torch.functional.loss import (
    gaussian_nll_loss as gaussian_nll_loss,
)
from analyzers.frameworks.torch.functional.loss import (
    hinge_embedding_loss as hinge_embedding_loss,
)
from analyzers.frameworks.torch.functional.loss import (
    huber_loss as huber_loss,
)
from analyzers.frameworks.torch.functional.loss import (
    kl_div as kl_div,
)
from analyzers.frameworks.torch.functional.loss import (
    l1_loss as l1_loss,
)
from analyzers.frameworks.torch.functional.loss import (
    mse_loss as mse_loss,
)
from analyzers.frameworks.torch.functional.loss import (
    poisson_nll_loss as poisson_nll_loss,
)
from analyzers.frameworks.torch.functional.loss import (
    smooth_l1_loss as smooth_l1_loss,
)
from analyzers.frameworks.torch.functional.loss import (
    soft_margin_loss as soft_margin_loss,
)
from analyzers.frameworks.torch.functional.normalization import (
    batch_norm as batch_norm,
)
from analyzers.frameworks.torch.functional.normalization import (
    group_norm as group_norm,
)
from analyzers.frameworks.torch.functional.normalization import (
    instance_norm as instance_norm,
)
from analyzers.frameworks.torch.functional.normalization import (
    layer_norm as layer_norm,
)
from analyzers.frameworks.torch.functional.normalization import (
    local_response_norm as local_response_norm,
)
from analyzers.frameworks.torch.functional.normalization import (
    normalize as normalize,
)
from analyzers.frameworks.torch.functional.normalization import (
    rms_norm as rms_norm,
)
from analyzers.frameworks.torch.functional.padding import (
    pad as pad,
)
from analyzers.frameworks.torch.functional.pooling import (
    avg_pool1d as avg_pool1d,
)
from analyzers.frameworks.torch.functional.pooling import (
    avg_pool2d as avg_pool2d,
)
from analyzers.frameworks.torch.functional.pooling import (
    avg_pool3d as avg_pool3d,
)
from analyzers.frameworks.torch.functional.pooling import (
    lp_pool1d as lp_pool1d,
)
from analyzers.frameworks.torch.functional.pooling import (
    lp_pool2d as lp_pool2d,
)
from analyzers.frameworks.torch.functional.pooling import (
    lp_pool3d as lp_pool3d,
)
from analyzers.frameworks.torch.functional.pooling import (
    max_pool1d as max_pool1d,
)
from analyzers.frameworks.torch.functional.pooling import (
    max_pool1d_with_indices as max_pool1d_with_indices,
)
from analyzers.frameworks.torch.functional.pooling import (
    max_pool2d as max_pool2d,
)
from analyzers.frameworks.torch.functional.pooling import (
    max_pool2d_with_indices as max_pool2d_with_indices,
)
from analyzers.frameworks.torch.functional.pooling import (
    max_pool3d as max_pool3d,
)
from analyzers.frameworks.torch.functional.pooling import (
    max_pool3d_with_indices as max_pool3d_with_indices,
)
from analyzers.frameworks.torch.functional.rearranging import (
    channel_shuffle as channel_shuffle,
)
from analyzers.frameworks.torch.functional.rearranging import (
    fold as fold,
)
from analyzers.frameworks.torch.functional.rearranging import (
    pixel_shuffle as pixel_shuffle,
)
from analyzers.frameworks.torch.functional.rearranging import (
    pixel_unshuffle as pixel_unshuffle,
)
from analyzers.frameworks.torch.functional.rearranging import (
    unfold as unfold,
)
from analyzers.frameworks.torch.functional.resize import (
    interpolate as interpolate,
)
from analyzers.frameworks.torch.functional.resize import (
    upsample as upsample,
)
from analyzers.frameworks.torch.functional.resize import (
    upsample_bilinear as upsample_bilinear,
)
from analyzers.frameworks.torch.functional.resize import (
    upsample_nearest as upsample_nearest,
)
from analyzers.frameworks.torch.functional.sampling import (
    affine_grid as affine_grid,
)
from analyzers.frameworks.torch.functional.sampling import (
    grid_sample as grid_sample,
)
from analyzers.frameworks.torch.functional.unpooling import (
    max_unpool1d as max_unpool1d,
)
from analyzers.frameworks.torch.functional.unpooling import (
    max_unpool2d as max_unpool2d,
)
from analyzers.frameworks.torch.functional.unpooling import (
    max_unpool3d as max_unpool3d,
)

tables.fill("torch.functional", __path__)
