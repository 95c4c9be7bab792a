"""The next of 64 characters: embedding 64, LSTM 256, 64 steps, cross entropy, batch 32."""
import numpy

from workloads.parts import dense_parameters, jax_cross_entropy

BATCH, TIME = 32, 64
VOCABULARY, WIDTH, HIDDEN = 64, 64, 256
INFERENCE_BATCHES = (1,)
# Of the products, forward and both gradients: the gates' with x and h, and the output's.
FLOPS = 3 * 2 * BATCH * TIME * (4 * HIDDEN * (WIDTH + HIDDEN) + HIDDEN * VOCABULARY)


def batch(rng, size=BATCH):
    tokens = rng.integers(0, VOCABULARY, (size, TIME + 1), numpy.int32)
    return {"token": numpy.ascontiguousarray(tokens[:, :-1]), "target": numpy.ascontiguousarray(tokens[:, 1:])}


def torch_model(torch):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(VOCABULARY, WIDTH)
            self.cell = torch.nn.LSTM(WIDTH, HIDDEN, batch_first=True)
            self.dense = torch.nn.Linear(HIDDEN, VOCABULARY)
            torch.nn.init.zeros_(self.cell.bias_hh_l0)

        def forward(self, token):
            return self.dense(self.cell(self.embedding(token))[0])

    net = Net()
    return net, lambda token: net(token), \
        lambda logits, token, target: torch.nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten())


def torch_parameters(net):
    return {"embedding1.table": (net.embedding.weight, (0, 1)), "lstm1.w": (net.cell.weight_ih_l0, (1, 0)),
            "lstm1.u": (net.cell.weight_hh_l0, (1, 0)), "lstm1.b": (net.cell.bias_ih_l0, (0,)),
            **dense_parameters([net.dense], ["dense1"])}


def jax_loss(jax, p, token, target):
    numpy = jax.numpy

    def step(carry, x):
        h, c = carry
        i, f, g, o = numpy.split(x @ p["lstm1.w"] + h @ p["lstm1.u"] + p["lstm1.b"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * numpy.tanh(g)
        h = jax.nn.sigmoid(o) * numpy.tanh(c)
        return (h, c), h

    x = p["embedding1.table"][token].transpose(1, 0, 2)
    start = numpy.zeros((token.shape[0], HIDDEN))
    _, states = jax.lax.scan(step, (start, start), x)
    return jax_cross_entropy(jax, states.transpose(1, 0, 2) @ p["dense1.weight"] + p["dense1.bias"], target)
