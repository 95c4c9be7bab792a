"""784-128-64-10, relu, cross entropy, batch 64."""
import numpy

from workloads.parts import dense_flops, dense_parameters, jax_cross_entropy, torch_dense_net

BATCH = 64
SIZES = (784, 128, 64, 10)
LAYERS = ("dense1", "dense2", "dense3")
INFERENCE_BATCHES = (1, 64)
FLOPS = dense_flops(BATCH, SIZES)


def batch(rng, size=BATCH):
    return {"image": rng.random((size, SIZES[0]), numpy.float32), "label": rng.integers(0, 10, size, numpy.int32)}


def torch_model(torch):
    net = torch_dense_net(torch, SIZES, torch.nn.ReLU)
    return net, lambda image: net(image), lambda logits, image, label: torch.nn.functional.cross_entropy(logits, label)


def torch_parameters(net):
    return dense_parameters(net[::2], LAYERS)


def jax_loss(jax, p, image, label):
    x = image
    for name in LAYERS[:-1]:
        x = jax.nn.relu(x @ p[name + ".weight"] + p[name + ".bias"])
    return jax_cross_entropy(jax, x @ p[LAYERS[-1] + ".weight"] + p[LAYERS[-1] + ".bias"], label)
