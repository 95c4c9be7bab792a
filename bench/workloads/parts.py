"""What workloads share."""


def dense_flops(batch, sizes):
    """Floating-point operations of the products of a training step: forward, and both gradients but for the first
    layer, whose input has none."""
    products = [2 * batch * a * b for a, b in zip(sizes, sizes[1:])]
    return 3 * sum(products) - products[0]


def torch_dense_net(torch, sizes, activation):
    parts = []
    for a, b in zip(sizes, sizes[1:]):
        parts += [torch.nn.Linear(a, b), activation()]
    return torch.nn.Sequential(*parts[:-1])


def dense_parameters(layers, names):
    """nnc's name of a parameter -> (PyTorch's, the axes of nnc's array in PyTorch's order)."""
    found = {}
    for layer, name in zip(layers, names):
        found[name + ".weight"] = (layer.weight, (1, 0))
        found[name + ".bias"] = (layer.bias, (0,))
    return found


def jax_cross_entropy(jax, logits, label):
    return -jax.numpy.mean(jax.numpy.take_along_axis(jax.nn.log_softmax(logits), label[..., None], axis=-1))


def conv_flops(batch, kernel, positions, channels, filters):
    """Of one product: a convolution of images with square positions, or one of its gradients."""
    return 2 * batch * positions**2 * kernel**2 * channels * filters


def conv_parameters(layers, names):
    """As dense_parameters, for convolutions with or without bias."""
    found = {}
    for layer, name in zip(layers, names):
        found[name + ".weight"] = (layer.weight, (3, 2, 0, 1))
        if layer.bias is not None:
            found[name + ".bias"] = (layer.bias, (0,))
    return found


def jax_conv(jax, x, w, stride=1, padding=0):
    return jax.lax.conv_general_dilated(x, w, (stride, stride), [(padding, padding)] * 2,
                                        dimension_numbers=("NHWC", "HWIO", "NHWC"))


def jax_max_pool(jax, x):
    return jax.lax.reduce_window(x, -jax.numpy.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
