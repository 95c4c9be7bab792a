"""A recurrent network 1-32-1 on sines of 50 steps, mean squared error, batch 32."""
import numpy

BATCH, TIME, HIDDEN = 32, 50, 32
INFERENCE_BATCHES = (1, 32)
# Per step of time: the products with x, h and the output; twice again backwards, without the gradient of x.
FLOPS = 2 * BATCH * TIME * (3 * HIDDEN * HIDDEN + 2 * HIDDEN + 3 * HIDDEN)


def batch(rng, size=BATCH):
    phase = rng.random((size, 1, 1), numpy.float32) * 6
    wave = numpy.sin(phase + numpy.arange(TIME + 1, dtype=numpy.float32)[None, :, None] / 4)
    return {"signal": numpy.ascontiguousarray(wave[:, :-1]), "target": numpy.ascontiguousarray(wave[:, 1:])}


def torch_model(torch):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = torch.nn.RNN(1, HIDDEN, batch_first=True)
            self.dense = torch.nn.Linear(HIDDEN, 1)
            torch.nn.init.zeros_(self.cell.bias_hh_l0)

        def forward(self, signal):
            return self.dense(self.cell(signal)[0])

    net = Net()
    return net, lambda signal: net(signal), lambda y, signal, target: torch.nn.functional.mse_loss(y, target)


def torch_parameters(net):
    return {"rnn1.w": (net.cell.weight_ih_l0, (1, 0)), "rnn1.u": (net.cell.weight_hh_l0, (1, 0)),
            "rnn1.b": (net.cell.bias_ih_l0, (0,)), "dense1.weight": (net.dense.weight, (1, 0)),
            "dense1.bias": (net.dense.bias, (0,))}


def jax_loss(jax, p, signal, target):
    def step(h, x):
        h = jax.numpy.tanh(x @ p["rnn1.w"] + h @ p["rnn1.u"] + p["rnn1.b"])
        return h, h

    _, states = jax.lax.scan(step, jax.numpy.zeros((signal.shape[0], HIDDEN)), signal.transpose(1, 0, 2))
    y = states.transpose(1, 0, 2) @ p["dense1.weight"] + p["dense1.bias"]
    return jax.numpy.mean((y - target) ** 2)
