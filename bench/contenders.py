"""The contenders of step.py: one class per framework, all with the same interface.

A contender lives in a process of its own and imports its framework there. `parameters` are float32 arrays under
the names nnc gives them; `run(first, count)` does that many training steps on consecutive batches and returns the
seconds each took and the losses. Batches lie in memory beforehand in the framework's own form: only the step is timed.
"""
import os
import time

LAYERS = ("dense1", "dense2", "dense3")
LEARNING_RATE = 1e-3


class Contender:
    def __init__(self, images, labels, threads):
        self.images, self.labels, self.threads = images, labels, threads

    def run(self, first, count):
        seconds, losses = [], []
        for index in range(first, first + count):
            begin = time.perf_counter()
            loss = self.step(index % len(self.images))
            seconds.append(time.perf_counter() - begin)
            losses.append(loss)
        return seconds, [float(loss) for loss in losses]


class Nnc(Contender):
    """The compiled library through its C interface; it also computes the accuracy, which the others do not."""

    def __init__(self, library, images, labels, threads):
        super().__init__(images, labels, threads)
        import nnc

        self.library = nnc.Library(library)
        self.library.set_threads(threads)
        self.version = self.library.raw.compiler.decode()
        self.net = self.library.model().create(seed=1)
        self.call = nnc.Call(self.net, "train_step", image=images[0], label=labels[0])
        self.position = {value.name: i for i, value in enumerate(self.call.function.inputs)}
        self.addresses = [(x.ctypes.data, y.ctypes.data) for x, y in zip(images, labels)]

    def get_parameters(self):
        return {name + part: self.net[name + part] for name in LAYERS for part in (".weight", ".bias")}

    def set_parameters(self, parameters):
        for name, value in parameters.items():
            self.net[name] = value

    def step(self, index):
        x, y = self.addresses[index]
        self.call.inputs[self.position["image"]] = x
        self.call.inputs[self.position["label"]] = y
        self.call.step()
        return self.call.report[0]


class Torch(Contender):
    """Eager PyTorch with its fused Adam."""

    def __init__(self, images, labels, threads):
        super().__init__(images, labels, threads)
        import torch

        torch.set_num_threads(threads)
        self.version = "PyTorch " + torch.__version__.split("+")[0]
        self.torch = torch
        sizes = (784, 128, 64, 10)
        self.layers = [torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
        relu = torch.nn.ReLU()
        self.net = torch.nn.Sequential(self.layers[0], relu, self.layers[1], relu, self.layers[2])
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=LEARNING_RATE, fused=True)
        self.data = [(torch.from_numpy(x), torch.from_numpy(y).long()) for x, y in zip(images, labels)]

    def set_parameters(self, parameters):
        with self.torch.no_grad():
            for name, layer in zip(LAYERS, self.layers):
                layer.weight.copy_(self.torch.from_numpy(parameters[name + ".weight"].T.copy()))
                layer.bias.copy_(self.torch.from_numpy(parameters[name + ".bias"]))

    def step(self, index):
        x, y = self.data[index]
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.net(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


class Jax(Contender):
    """JAX: the whole step in one jit, its state donated."""

    def __init__(self, images, labels, threads):
        super().__init__(images, labels, threads)
        os.environ["JAX_PLATFORMS"] = "cpu"  # its thread pool takes the size of the affinity mask
        import jax
        import jax.numpy as jnp

        self.version = "JAX " + jax.__version__
        self.jax = jax
        self.data = [(jnp.asarray(x), jnp.asarray(y)) for x, y in zip(images, labels)]

        def loss_of(parameters, x, y):
            for name in LAYERS[:-1]:
                x = jax.nn.relu(x @ parameters[name + ".weight"] + parameters[name + ".bias"])
            logits = x @ parameters[LAYERS[-1] + ".weight"] + parameters[LAYERS[-1] + ".bias"]
            return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1))

        def step(state, x, y):
            parameters, first, second, count = state
            loss, gradients = jax.value_and_grad(loss_of)(parameters, x, y)
            count = count + 1
            tree = jax.tree_util.tree_map
            first = tree(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
            second = tree(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
            rate = LEARNING_RATE / (1 - 0.9**count)
            root = jnp.sqrt(1 - 0.999**count)
            update = lambda w, m, v: w - rate * m / (jnp.sqrt(v) / root + 1e-8)
            return (tree(update, parameters, first, second), first, second, count), loss

        self.jitted = jax.jit(step, donate_argnums=0)

    def set_parameters(self, parameters):
        jnp = self.jax.numpy
        parameters = {name: jnp.array(value) for name, value in parameters.items()}
        zeros = lambda: {name: jnp.zeros_like(value) for name, value in parameters.items()}
        self.state = (parameters, zeros(), zeros(), jnp.zeros((), jnp.float32))

    def step(self, index):
        self.state, loss = self.jitted(self.state, *self.data[index])
        self.jax.block_until_ready(self.state)
        return loss
