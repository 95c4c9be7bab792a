"""28x28x1, Conv 32 3x3, relu, pool, Conv 64 3x3, relu, pool, Dense 128, Dense 10, cross entropy, batch 64."""
import numpy

from workloads.parts import (conv_flops, conv_parameters, dense_flops, dense_parameters, jax_conv, jax_cross_entropy,
                             jax_max_pool)

BATCH = 64
CONVOLUTIONS = ((26, 1, 32), (11, 32, 64))  # positions along a side, channels, filters
SIZES = (1600, 128, 10)
INFERENCE_BATCHES = (1, 64)
# The first convolution's input has no gradient; the dense layers' has one.
FLOPS = (conv_flops(BATCH, 3, *CONVOLUTIONS[0]) * 2 + conv_flops(BATCH, 3, *CONVOLUTIONS[1]) * 3 +
         dense_flops(BATCH, SIZES) + 2 * BATCH * SIZES[0] * SIZES[1])


def batch(rng, size=BATCH):
    return {"image": rng.random((size, 28, 28, 1), numpy.float32), "label": rng.integers(0, 10, size, numpy.int32)}


def torch_model(torch):
    relu, pool = torch.nn.functional.relu, torch.nn.functional.max_pool2d

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.convolutions = torch.nn.ModuleList([torch.nn.Conv2d(1, 32, 3), torch.nn.Conv2d(32, 64, 3)])
            self.dense = torch.nn.ModuleList([torch.nn.Linear(1600, 128), torch.nn.Linear(128, 10)])

        def forward(self, image):
            x = image.permute(0, 3, 1, 2)
            for convolution in self.convolutions:
                x = pool(relu(convolution(x)), 2)
            x = x.permute(0, 2, 3, 1).flatten(1)
            return self.dense[1](relu(self.dense[0](x)))

    net = Net().to(memory_format=torch.channels_last)
    return net, lambda image: net(image), lambda logits, image, label: torch.nn.functional.cross_entropy(logits, label)


def torch_parameters(net):
    return {**conv_parameters(net.convolutions, ("conv2d1", "conv2d2")),
            **dense_parameters(net.dense, ("dense1", "dense2"))}


def jax_loss(jax, p, image, label):
    x = image
    for name in ("conv2d1", "conv2d2"):
        x = jax_max_pool(jax, jax.nn.relu(jax_conv(jax, x, p[name + ".weight"]) + p[name + ".bias"]))
    x = x.reshape(x.shape[0], -1)
    x = jax.nn.relu(x @ p["dense1.weight"] + p["dense1.bias"])
    return jax_cross_entropy(jax, x @ p["dense2.weight"] + p["dense2.bias"], label)
