import torch
from torch.func import functional_call

from reference import case, write

HIDDEN, FEATURES = 4, 3


def weights(t, gates, cell="cell", features=FEATURES, recurrent_bias=False):
    """PyTorch's weights are transposed, and it always has two biases."""
    w, u, b = (t(cell + "." + name, *shape) for name, shape in (
        ("w", (features, gates * HIDDEN)), ("u", (HIDDEN, gates * HIDDEN)), ("b", (gates * HIDDEN,))))
    second = t(cell + ".b_recurrent", gates * HIDDEN) if recurrent_bias else torch.zeros_like(b)
    return {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": second}


def inputs(t, batch, time):
    return t("x", batch, time, FEATURES), t("h0", batch, HIDDEN), t("probe", batch, time, HIDDEN, grad=False), \
        t("end", batch, HIDDEN, grad=False)


def rnn(t, batch, time):
    x, h0, probe, end = inputs(t, batch, time)
    module = torch.nn.RNN(FEATURES, HIDDEN, batch_first=True, dtype=torch.float64)
    y, h = functional_call(module, weights(t, 1), (x, h0[None]))
    return {"y": y, "h": h[0], "total": (y * probe).sum() + (h[0] * end).sum()}


def relu_rnn(t, batch, time):
    x, h0, probe, end = inputs(t, batch, time)
    module = torch.nn.RNN(FEATURES, HIDDEN, nonlinearity="relu", batch_first=True, dtype=torch.float64)
    y, h = functional_call(module, weights(t, 1), (x, h0[None]))
    return {"y": y, "h": h[0], "total": (y * probe).sum() + (h[0] * end).sum()}


def lstm(t, batch, time):
    x, h0, probe, end = inputs(t, batch, time)
    c0 = t("c0", batch, HIDDEN)
    module = torch.nn.LSTM(FEATURES, HIDDEN, batch_first=True, dtype=torch.float64)
    y, (h, c) = functional_call(module, weights(t, 4), (x, (h0[None], c0[None])))
    return {"y": y, "h": h[0], "c": c[0], "total": (y * probe).sum() + (h[0] * end).sum() + (c[0] ** 2).sum()}


def gru(t, batch, time):
    x, h0, probe, end = inputs(t, batch, time)
    module = torch.nn.GRU(FEATURES, HIDDEN, batch_first=True, dtype=torch.float64)
    y, h = functional_call(module, weights(t, 3, recurrent_bias=True), (x, h0[None]))
    return {"y": y, "h": h[0], "total": (y * probe).sum() + (h[0] * end).sum()}


def masked(t, batch, time):
    """A GRU whose state stays as it was where the mask is false."""
    x, h, probe, end = inputs(t, batch, time)
    mask = t.bools("mask", batch, time)
    w = weights(t, 3, recurrent_bias=True)
    states = []
    for step in range(time):
        after = torch.gru_cell(x[:, step], h, *w.values())
        h = torch.where(mask[:, step, None], after, h)
        states.append(h)
    y = torch.stack(states, 1)
    return {"y": y, "h": h, "total": (y * probe).sum() + (h * end).sum()}


def layered(t, batch, time):
    """Both directions, two layers of them, and the last state of a third."""
    x, probe = t("x", batch, time, FEATURES), t("probe", batch, time, 2 * HIDDEN, grad=False)
    end = t("end", batch, HIDDEN, grad=False)
    y = x
    for layer in range(2):
        features = y.shape[-1]
        both = {}
        for name, suffix in (("forward", ""), ("backward", "_reverse")):
            cell = weights(t, 3, "layers.%d.%s" % (layer, name), features, recurrent_bias=True)
            both.update({key + suffix: value for key, value in cell.items()})
        module = torch.nn.GRU(features, HIDDEN, batch_first=True, bidirectional=True, dtype=torch.float64)
        y, _ = functional_call(module, both, (y,))
    module = torch.nn.LSTM(2 * HIDDEN, HIDDEN, batch_first=True, dtype=torch.float64)
    _, (h, _) = functional_call(module, weights(t, 4, "summary", 2 * HIDDEN), (y,))
    return {"y": y, "h": h[0], "total": (y * probe).sum() + (h[0] * end).sum()}


for sizes in ((2, 5), (1, 1), (3, 1)):
    case("Layered", layered, *sizes)
for sizes in ((2, 5), (1, 1), (3, 1), (1, 7)):
    case("Rnns", rnn, *sizes)
    case("ReluRnns", relu_rnn, *sizes)
    case("Lstms", lstm, *sizes)
    case("Grus", gru, *sizes)
    case("MaskedGrus", masked, *sizes)
write(__file__)
