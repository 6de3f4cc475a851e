"""The parameters of the functions of ``keras.ops`` in their order (Keras 3.15), for those with a fixed list."""

from __future__ import annotations

TABLE = """
x: abs absolute angle arccos arccosh arcsin arcsinh arctan arctanh bartlett bitwise_invert bitwise_not
x: blackman cbrt ceil conj conjugate convert_to_numpy copy corrcoef cos cosh deg2rad det dtype eig eigh
x: erf erfc erfinv exp exp2 expm1 fabs fft fft2 fliplr flipud floor hamming hanning hard_sigmoid
x: hard_silu hard_swish hard_tanh i0 ifft2 imag inv is_tensor isfinite isinf isnan isneginf isposinf
x: isreal log log10 log1p log2 log_sigmoid logdet logical_not lu_factor ndim negative nonzero rad2deg
x: ravel real reciprocal relu relu6 rsqrt selu shape sigmoid sign signbit silu sin sinc sinh size
x: slogdet softplus softsign sparse_plus sparse_sigmoid sqrt square swish tan tanh tanh_shrink trunc
x: view_as_complex view_as_real
x1 x2: add arctan2 divide divide_no_nan dot equal floor_divide fmax fmin fmod gcd greater greater_equal
x1 x2: heaviside hypot inner kron lcm ldexp less less_equal logaddexp logaddexp2 logical_and logical_or
x1 x2: logical_xor matmul maximum minimum mod multiply nextafter not_equal outer power subtract true_divide
x1 x2: vdot
x axis keepdims: all amax amin any argmax argmin logsumexp mean median nanargmax nanargmin nanmax nanmean nanmedian
x axis keepdims: nanmin nanprod nanstd nansum nanvar ptp std sum var
x axis: argsort count_nonzero expand_dims flip glu log_softmax softmax sort sparsemax squeeze stack
x y: bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor cdist left_shift
x y: right_shift
x dtype: array cast empty_like ones_like saturate_cast view zeros_like
x axis dtype: cumprod cumsum nancumprod nancumsum
x k: diag diagflat tril triu
images data_format: image.hsv_to_rgb image.rgb_to_grayscale image.rgb_to_hsv image.sobel_edges
x q axis method keepdims: nanpercentile nanquantile percentile quantile
data segment_ids num_segments sorted: segment_max segment_min segment_prod segment_sum
x indices_or_sections: dsplit hsplit vsplit
xs: dstack hstack vstack
shape dtype: empty ones zeros
inputs output_size data_format: adaptive_average_pool adaptive_max_pool
x1 x2 rtol atol equal_nan: allclose isclose
x indices_or_sections axis: array_split split
inputs pool_size strides padding data_format: average_pool max_pool
target output from_logits axis: categorical_crossentropy sparse_categorical_crossentropy
x alpha: celu elu
x upper: cholesky cholesky_inverse
inputs kernel strides padding data_format dilation_rate: conv depthwise_conv
x block_size data_format: depth_to_space space_to_depth
x offset axis1 axis2: diagonal trace
N M k dtype: eye tri
x threshold: hard_shrink soft_shrink
x fft_length: irfft rfft
x axis keepdims initial: max min
x indices axis: take take_along_axis
x1 x2 axis: append
start stop step dtype: arange
x kth axis: argpartition
f elems reverse axis: associative_scan
x axis weights: average
x mean variance axis offset scale epsilon: batch_normalization
target output from_logits: binary_crossentropy
x weights minlength sparse: bincount
x shape: broadcast_to
x x_min x_max: clip
xs axis: concatenate
pred true_fn false_fn: cond
inputs kernel strides padding output_padding data_format dilation_rate: conv_transpose
x dtype sparse ragged: convert_to_tensor
x1 x2 mode: correlate
x1 x2 axisa axisb axisc axis: cross
inputs sequence_lengths strategy beam_width top_paths merge_repeated mask_index: ctc_decode
target output target_length output_length mask_index: ctc_loss
f: custom_gradient
a n axis: diff
x bins: digitize
query key value bias mask scale is_causal flash_attention attn_logits_soft_cap: dot_product_attention
x sequence_length sequence_stride: extract_sequences
x output_size kernel_size dilation padding stride: fold
lower upper body_fun init_val: fori_loop
shape fill_value dtype: full
x fill_value dtype: full_like
x approximate: gelu
start stop num endpoint dtype axis: geomspace
x key: get_item
x bins range: histogram
n dtype: identity
images transform interpolation fill_mode fill_value data_format: image.affine_transform
images top_cropping left_cropping bottom_cropping right_cropping target_height target_width data_format:\
    image.crop_images
images alpha sigma interpolation fill_mode fill_value seed data_format: image.elastic_transform
images size strides dilation_rate padding data_format: image.extract_patches
volumes size strides dilation_rate padding data_format: image.extract_patches_3d
images kernel_size sigma data_format: image.gaussian_blur
inputs coordinates order fill_mode fill_value: image.map_coordinates
images top_padding left_padding bottom_padding right_padding target_height target_width data_format: image.pad_images
images start_points end_points interpolation fill_value data_format: image.perspective_transform
images size interpolation antialias crop_to_aspect_ratio pad_to_aspect_ratio fill_mode fill_value data_format:\
    image.resize
images output_shape scale translation spatial_dims method antialias: image.scale_and_translate
image1 image2 max_val filter_size filter_sigma k1 k2 data_format: image.ssim
targets predictions k: in_top_k
x1 x2 assume_unique invert: isin
x sequence_length sequence_stride fft_length length window center: istft
fun primals tangents has_aux: jvp
x beta: kaiser
x negative_slope: leaky_relu
start stop num endpoint retstep dtype axis: linspace
start stop num endpoint base dtype axis: logspace
a b rcond: lstsq
f xs: map
x tol: matrix_rank
x axes keepdims synchronized: moments
x source destination: moveaxis
x nan posinf neginf: nan_to_num
x ord axis keepdims: norm
x axis order epsilon: normalize
x num_classes axis dtype sparse: one_hot
x pad_width mode constant_values: pad
x rcond: pinv
abs_ angle: polar
x axis keepdims dtype: prod
x1 x2 max_val: psnr
x mode: qr
x repeats axis: repeat
x newshape: reshape
x scale axis epsilon: rms_normalization
x shift axis: roll
array k axes: rot90
x decimals: round
f init xs length reverse unroll: scan
indices values shape: scatter
inputs indices updates reduction: scatter_update
sorted_sequence values side: searchsorted
condlist choicelist default: select
inputs depthwise_kernel pointwise_kernel strides padding data_format dilation_rate: separable_conv
inputs start_indices shape: slice
inputs start_indices updates: slice_update
a b: solve
a b lower: solve_triangular
x b: squareplus
x sequence_length sequence_stride fft_length window center: stft
variable: stop_gradient
x full_matrices compute_uv: svd
x axis1 axis2: swapaxes
x1 x2 axes: tensordot
x threshold default_value: threshold
x repeats: tile
x k sorted: top_k
x axes: transpose
y x dx axis: trapezoid
x kernel_size dilation padding stride: unfold
x sorted return_index return_inverse return_counts axis size fill_value: unique
indices shape: unravel_index
x num axis: unstack
x N increasing: vander
pyfunc excluded signature: vectorize
function elements: vectorized_map
condition x1 x2: where
cond body loop_vars maximum_iterations: while_loop
"""
"""Parameters, a colon, the functions that have just these."""

PARAMETERS: dict[str, tuple[str, ...]] = {}
for _line in TABLE.replace("\\\n", "").split("\n")[1:-1]:
    _parameters, _, _functions = _line.partition(":")
    PARAMETERS.update(dict.fromkeys(_functions.split(), tuple(_parameters.split())))
