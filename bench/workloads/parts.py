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
