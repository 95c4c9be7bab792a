"""28-300-300-300-300-2, tanh, cross entropy, batch 1024."""
import numpy

from workloads.parts import dense_flops, dense_parameters, jax_cross_entropy, torch_dense_net

BATCH = 1024
SIZES = (28, 300, 300, 300, 300, 2)
LAYERS = ("dense1", "dense2", "dense3", "dense4", "dense5")
FLOPS = dense_flops(BATCH, SIZES)


def batch(rng, size=BATCH):
    return {"features": rng.standard_normal((size, SIZES[0]), numpy.float32),
            "label": rng.integers(0, 2, size, numpy.int32)}


def torch_model(torch):
    net = torch_dense_net(torch, SIZES, torch.nn.Tanh)
    return net, lambda features: net(features), \
        lambda logits, features, label: torch.nn.functional.cross_entropy(logits, label)


def torch_parameters(net):
    return dense_parameters(net[::2], LAYERS)


def jax_loss(jax, p, features, label):
    x = features
    for name in LAYERS[:-1]:
        x = jax.numpy.tanh(x @ p[name + ".weight"] + p[name + ".bias"])
    return jax_cross_entropy(jax, x @ p[LAYERS[-1] + ".weight"] + p[LAYERS[-1] + ".bias"], label)
