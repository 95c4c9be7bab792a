import torch
from torch.nn import functional as F

from reference import case, write


def dense(t, name, inputs, units):
    w, b = t(name + ".weight", inputs, units), t(name + ".bias", units)
    return lambda x: x @ w + b


def penalized(cost, x, slope):
    return cost + 10 * ((torch.linalg.vector_norm(slope, dim=-1) - 1)**2).mean()


def critic(t, batch, make):
    x = t("x", batch, 4)
    score = make(t)(x)
    slope, = torch.autograd.grad(score.sum(), x, create_graph=True)
    return {"y": slope, "total": penalized(score.mean(), x, slope)}


def tanh(t):
    hidden, out = dense(t, "hidden", 4, 5), dense(t, "out", 5, 1)
    # The last bias has no part in a slope, but in the mean.
    return lambda x: out(torch.tanh(hidden(x)))


def normalized(t):
    hidden, out = dense(t, "hidden", 4, 5), dense(t, "out", 5, 1)
    scale, shift = t("normal.scale", 5), t("normal.shift", 5)
    return lambda x: out(F.softplus(F.layer_norm(hidden(x), [5], scale, shift, 1e-5)))


def sigmoid(t):
    hidden, gate, out = dense(t, "hidden", 4, 5), dense(t, "gate", 4, 5), dense(t, "out", 5, 1)
    return lambda x: out(torch.relu(hidden(x)) * torch.sigmoid(gate(x)))


def classifier(t, batch):
    x, label = t("x", batch, 4), t.ints("label", batch, high=3)
    hidden, out = dense(t, "hidden", 4, 5), dense(t, "out", 5, 3)
    cost = F.cross_entropy(out(F.gelu(hidden(x))), label)
    slope, = torch.autograd.grad(cost, x, create_graph=True)
    return {"y": slope, "total": penalized(cost, x, slope)}


for batch in (3, 1, 6):
    case("Tanh", critic, batch, tanh)
    case("Normalized", critic, batch, normalized)
    case("Sigmoid", critic, batch, sigmoid)
    case("Softmax", classifier, batch)
write(__file__)
