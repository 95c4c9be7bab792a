"""The contenders: one class per framework, all with the same interface.

A contender lives in a process of its own and imports its framework there. `parameters` are float32 arrays under
the names nnc gives them; `run(first, count)` does that many training steps (or predictions) on consecutive batches
and returns the seconds each took and the losses. Batches lie in memory beforehand in the framework's own form: only
the step is timed. All train with Adam at the same rate.
"""
import os
import time

LEARNING_RATE = 1e-3


class Contender:
    """`workload`: a module of workloads/; `batches`: a list of {input: array}."""

    trains = True

    def __init__(self, workload, batches, threads):
        self.workload, self.batches, self.threads = workload, batches, threads

    def run(self, first, count):
        seconds, losses = [], []
        for index in range(first, first + count):
            begin = time.perf_counter()
            loss = self.step(index % len(self.batches))
            seconds.append(time.perf_counter() - begin)
            losses.append(loss)
        return seconds, [float(loss) for loss in losses] if self.trains else []

    def peak_memory(self):
        """Bytes of the process at its largest."""
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


class Nnc(Contender):
    """The compiled library through its C interface."""

    function = "train_step"

    def __init__(self, workload, batches, threads, library):
        super().__init__(workload, batches, threads)
        import nnc

        self.library = nnc.Library(library)
        self.library.set_threads(threads)
        self.version = self.library.raw.compiler.decode()
        self.net = self.library.model().create(seed=1)
        names = self.input_names()
        self.call = nnc.Call(self.net, self.function, **{name: batches[0][name] for name in names})
        position = {value.name: i for i, value in enumerate(self.call.function.inputs)}
        self.addresses = [[(position[name], b[name].ctypes.data) for name in names] for b in batches]

    def input_names(self):
        return list(self.batches[0])

    def get_parameters(self):
        return {name: self.net[name] for name in self.net.parameter_names()}

    def least_traffic(self):
        """Bytes that a training step cannot do without: each parameter and number of the optimizer once in, once out."""
        return 2 * self.library.model().raw.variable_bytes

    def set_parameters(self, parameters):
        for name, value in parameters.items():
            self.net[name] = value

    def step(self, index):
        for position, address in self.addresses[index]:
            self.call.inputs[position] = address
        self.call.step()
        return self.call.report[0]


class NncPredict(Nnc):
    function = "predict"
    trains = False

    def input_names(self):
        return [name for name in self.batches[0] if name not in ("label", "target")]

    def step(self, index):
        for position, address in self.addresses[index]:
            self.call.inputs[position] = address
        self.call.step()


class Torch(Contender):
    """Eager PyTorch with its fused Adam."""

    compiled = False

    def __init__(self, workload, batches, threads):
        super().__init__(workload, batches, threads)
        import torch

        torch.set_num_threads(threads)
        self.version = "PyTorch %s %s" % (torch.__version__.split("+")[0], "compile" if self.compiled else "eager")
        self.torch = torch
        self.net, self.forward, self.loss = workload.torch_model(torch)
        self.parameters = workload.torch_parameters(self.net)
        trained = {id(parameter) for parameter, _ in self.parameters.values()}
        for parameter in self.net.parameters():
            parameter.requires_grad_(id(parameter) in trained)
        self.optimizer = torch.optim.Adam([p for p, _ in self.parameters.values()], lr=LEARNING_RATE, fused=True)
        self.data = [{name: self.tensor(value) for name, value in b.items()} for b in batches]
        self.inputs = [name for name in batches[0] if name not in ("label", "target")]
        self.compute = self.loss_of
        if self.compiled:
            self.compute = torch.compile(self.loss_of)

    def tensor(self, array):
        tensor = self.torch.from_numpy(array)
        return tensor.long() if array.dtype.kind == "i" else tensor

    def loss_of(self, batch):
        return self.loss(self.forward(*(batch[name] for name in self.inputs)), **batch)

    def set_parameters(self, parameters):
        with self.torch.no_grad():
            for name, (parameter, axes) in self.parameters.items():
                parameter.copy_(self.torch.from_numpy(parameters[name].transpose(axes).copy()))

    def get_parameters(self):
        back = lambda axes: [axes.index(i) for i in range(len(axes))]
        return {name: parameter.detach().numpy().transpose(back(axes)).copy()
                for name, (parameter, axes) in self.parameters.items()}

    def step(self, index):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.compute(self.data[index])
        loss.backward()
        self.optimizer.step()
        return loss.detach()


class TorchCompile(Torch):
    compiled = True


class Jax(Contender):
    """JAX: the whole step in one jit, its state donated."""

    def __init__(self, workload, batches, threads):
        super().__init__(workload, batches, threads)
        os.environ["JAX_PLATFORMS"] = "cpu"  # its thread pool takes the size of the affinity mask
        import jax
        import jax.numpy as jnp

        self.version = "JAX " + jax.__version__ + " jit"
        self.jax = jax
        self.data = [{name: jnp.asarray(value) for name, value in b.items()} for b in batches]

        def step(state, batch):
            parameters, first, second, count = state
            loss, gradients = jax.value_and_grad(lambda p: workload.jax_loss(jax, p, **batch))(parameters)
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

    def get_parameters(self):
        import numpy

        return {name: numpy.array(value) for name, value in self.state[0].items()}

    def step(self, index):
        self.state, loss = self.jitted(self.state, self.data[index])
        self.jax.block_until_ready(self.state)
        return loss


class Onnx(Torch):
    """ONNX Runtime on the graph that PyTorch exports: predictions only."""

    trains = False

    def __init__(self, workload, batches, threads):
        super().__init__(workload, batches, threads)
        import io

        import onnxruntime

        self.version = "ONNX Runtime " + onnxruntime.__version__
        self.names = ["x%d" % i for i in range(len(self.inputs))]
        exported = io.BytesIO()
        forward = self.forward

        class Forward(self.torch.nn.Module):
            def __init__(module, net):
                super().__init__()
                module.net = net

            def forward(module, *inputs):
                return forward(*inputs)

        example = tuple(self.data[0][name] for name in self.inputs)
        self.torch.onnx.export(Forward(self.net).eval(), example, exported, input_names=self.names, dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(exported.getvalue(), options, ["CPUExecutionProvider"])
        self.feeds = [{n: b[i].numpy() for n, i in zip(self.names, self.inputs)} for b in self.data]

    def step(self, index):
        self.session.run(None, self.feeds[index])
