"""ResNet-20 on 32x32x3 with batch norm and 1x1 shortcuts where sizes change, cross entropy, batch 32."""
import numpy

from workloads.parts import conv_flops, conv_parameters, dense_parameters, jax_conv, jax_cross_entropy

BATCH = 32
# Blocks: name, channels, filters, stride.
BLOCKS = ([("block%d" % i, 16, 16, 1) for i in (1, 2, 3)] + [("halving1", 16, 32, 2)] +
          [("block%d" % i, 32, 32, 1) for i in (4, 5)] + [("halving2", 32, 64, 2)] +
          [("block%d" % i, 64, 64, 1) for i in (6, 7)])


def count_flops():
    """Of the convolutions: forward and two gradients, but for that of the image."""
    size = 32
    flops = 2 * conv_flops(BATCH, 3, size, 3, 16)
    for _, channels, filters, stride in BLOCKS:
        size //= stride
        flops += 3 * conv_flops(BATCH, 3, size, channels, filters) + 3 * conv_flops(BATCH, 3, size, filters, filters)
        if stride != 1:
            flops += 3 * conv_flops(BATCH, 1, size, channels, filters)
    return flops


FLOPS = count_flops()


def norm_names(name, stride):
    """The norms of a block's two convolutions, and of its shortcut where it has one."""
    first = 1 if stride == 1 else 2
    return ("%s.batch_norm%d" % (name, first), "%s.batch_norm%d" % (name, first + 1), name + ".batch_norm1")


def batch(rng, size=BATCH):
    return {"image": rng.standard_normal((size, 32, 32, 3), numpy.float32),
            "label": rng.integers(0, 10, size, numpy.int32)}


def torch_model(torch):
    nn, relu = torch.nn, torch.nn.functional.relu

    def convolution(channels, filters, stride, kernel=3):
        return nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False)

    class Block(nn.Module):
        def __init__(self, channels, filters, stride):
            super().__init__()
            self.first, self.norm1 = convolution(channels, filters, stride), nn.BatchNorm2d(filters)
            self.second, self.norm2 = convolution(filters, filters, 1), nn.BatchNorm2d(filters)
            self.shortcut = self.norm3 = None
            if stride != 1:
                self.shortcut, self.norm3 = convolution(channels, filters, stride, 1), nn.BatchNorm2d(filters)

        def forward(self, x):
            y = self.norm2(self.second(relu(self.norm1(self.first(x)))))
            return relu(y + (self.norm3(self.shortcut(x)) if self.shortcut else x))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.norm = convolution(3, 16, 1), nn.BatchNorm2d(16)
            self.blocks = nn.ModuleList([Block(*sizes) for _, *sizes in BLOCKS])
            self.dense = nn.Linear(64, 10)

        def forward(self, image):
            x = relu(self.norm(self.stem(image.permute(0, 3, 1, 2))))
            for block in self.blocks:
                x = block(x)
            return self.dense(x.mean((2, 3)))

    net = Net().to(memory_format=torch.channels_last)
    return net, lambda image: net(image), lambda logits, image, label: torch.nn.functional.cross_entropy(logits, label)


def torch_parameters(net):
    found = conv_parameters([net.stem], ["conv3x31"])

    def add_norm(norm, name):
        found[name + ".scale"], found[name + ".shift"] = (norm.weight, (0,)), (norm.bias, (0,))

    add_norm(net.norm, "batch_norm1")
    for block, (name, _, _, stride) in zip(net.blocks, BLOCKS):
        found.update(conv_parameters([block.first, block.second], [name + ".conv3x31", name + ".conv3x32"]))
        norms = norm_names(name, stride)
        add_norm(block.norm1, norms[0])
        add_norm(block.norm2, norms[1])
        if stride != 1:
            found.update(conv_parameters([block.shortcut], [name + ".conv2d1"]))
            add_norm(block.norm3, norms[2])
    return {**found, **dense_parameters([net.dense], ["dense1"])}


def jax_loss(jax, p, image, label):
    def norm(x, name):
        mean = x.mean((0, 1, 2))
        centred = x - mean
        variance = (centred**2).mean((0, 1, 2))
        return centred * jax.lax.rsqrt(variance + 1e-5) * p[name + ".scale"] + p[name + ".shift"]

    x = jax.nn.relu(norm(jax_conv(jax, image, p["conv3x31.weight"], padding=1), "batch_norm1"))
    for name, _, _, stride in BLOCKS:
        norms = norm_names(name, stride)
        y = jax.nn.relu(norm(jax_conv(jax, x, p[name + ".conv3x31.weight"], stride, 1), norms[0]))
        y = norm(jax_conv(jax, y, p[name + ".conv3x32.weight"], padding=1), norms[1])
        if stride != 1:
            x = norm(jax_conv(jax, x, p[name + ".conv2d1.weight"], stride), norms[2])
        x = jax.nn.relu(x + y)
    return jax_cross_entropy(jax, x.mean((1, 2)) @ p["dense1.weight"] + p["dense1.bias"], label)
