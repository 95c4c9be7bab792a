import torch
from torch.func import functional_call

from reference import case, write

HIDDEN, FEATURES = 4, 3


def weights(t, *gates, recurrent_bias=False):
    """PyTorch's weights of all gates are one, transposed, and it always has two biases."""
    parts = [[t("cell." + name + gate, *shape)
              for name, shape in (("w", (FEATURES, HIDDEN)), ("u", (HIDDEN, HIDDEN)), ("b", (HIDDEN,)))]
             for gate in gates]
    w, u, b = (torch.cat(list(part), -1) for part in zip(*parts))
    second = torch.zeros_like(b)
    if recurrent_bias:
        second = torch.cat([t("cell.b_recurrent" + gate, HIDDEN) for gate in gates])
    return {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": second}


LSTM_GATES = ("_input", "_forget", "_memory", "_output")
GRU_GATES = ("_reset", "_update", "_new")


def inputs(t, batch, time):
    return t("x", batch, time, FEATURES), t("h0", batch, HIDDEN), t("probe", batch, time, HIDDEN, grad=False), \
        t("end", batch, HIDDEN, grad=False)


def rnn(t, batch, time):
    x, h0, probe, end = inputs(t, batch, time)
    module = torch.nn.RNN(FEATURES, HIDDEN, batch_first=True, dtype=torch.float64)
    y, h = functional_call(module, weights(t, ""), (x, h0[None]))
    return {"y": y, "h": h[0], "total": (y * probe).sum() + (h[0] * end).sum()}


def relu_rnn(t, batch, time):
    x, h0, probe, end = inputs(t, batch, time)
    module = torch.nn.RNN(FEATURES, HIDDEN, nonlinearity="relu", batch_first=True, dtype=torch.float64)
    y, h = functional_call(module, weights(t, ""), (x, h0[None]))
    return {"y": y, "h": h[0], "total": (y * probe).sum() + (h[0] * end).sum()}


def lstm(t, batch, time):
    x, h0, probe, end = inputs(t, batch, time)
    c0 = t("c0", batch, HIDDEN)
    module = torch.nn.LSTM(FEATURES, HIDDEN, batch_first=True, dtype=torch.float64)
    y, (h, c) = functional_call(module, weights(t, *LSTM_GATES), (x, (h0[None], c0[None])))
    return {"y": y, "h": h[0], "c": c[0], "total": (y * probe).sum() + (h[0] * end).sum() + (c[0] ** 2).sum()}


def gru(t, batch, time):
    x, h0, probe, end = inputs(t, batch, time)
    module = torch.nn.GRU(FEATURES, HIDDEN, batch_first=True, dtype=torch.float64)
    y, h = functional_call(module, weights(t, *GRU_GATES, recurrent_bias=True), (x, h0[None]))
    return {"y": y, "h": h[0], "total": (y * probe).sum() + (h[0] * end).sum()}


def masked(t, batch, time):
    """A GRU whose state stays as it was where the mask is false."""
    x, h, probe, end = inputs(t, batch, time)
    mask = t.bools("mask", batch, time)
    w = weights(t, *GRU_GATES, recurrent_bias=True)
    states = []
    for step in range(time):
        after = torch.gru_cell(x[:, step], h, *w.values())
        h = torch.where(mask[:, step, None], after, h)
        states.append(h)
    y = torch.stack(states, 1)
    return {"y": y, "h": h, "total": (y * probe).sum() + (h * end).sum()}


for sizes in ((2, 5), (1, 1), (3, 1), (1, 7)):
    case("Rnns", rnn, *sizes)
    case("ReluRnns", relu_rnn, *sizes)
    case("Lstms", lstm, *sizes)
    case("Grus", gru, *sizes)
    case("MaskedGrus", masked, *sizes)
write(__file__)
