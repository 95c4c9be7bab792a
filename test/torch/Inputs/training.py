import torch
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

from reference import case, write

STEPS = 50
SHAPES = {"body.dense1.weight": (5, 4), "body.dense1.bias": (4,), "body.dense2.weight": (4, 3), "body.dense2.bias": (3,)}


class Network(torch.nn.Module):
    def __init__(self, tensors):
        super().__init__()
        self.w = torch.nn.ParameterList([torch.nn.Parameter(tensor) for tensor in tensors])

    def forward(self, x):
        return torch.tanh(x @ self.w[0] + self.w[1]) @ self.w[2] + self.w[3]


def weights(w):
    return [w[0], w[2]]


def train(t, make_optimizer, regularizer=None, clip=None, after=None, accumulate=1, decay=None, frozen=(), schedule=None):
    network = Network([t(name, *shape, grad=False) for name, shape in SHAPES.items()])
    for i in frozen:
        network.w[i].requires_grad_(False)
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimizer = make_optimizer(network.w, parameters)
    rates = schedule(optimizer) if schedule else None
    averaged = AveragedModel(network, avg_fn=get_ema_avg_fn(decay)) if decay else None
    if averaged:  # what the first update replaces
        for name, w in zip(SHAPES, averaged.module.w):
            w.data = t("train.average." + name, *SHAPES[name], grad=False).clone()
    x, y = t.stream("x", (6, 5), (9, 5)), t.int_stream("y", (6,), (9,), high=3)
    losses, of_averages = [], []
    for step in range(STEPS):
        loss = F.cross_entropy(network(x(step)), y(step))
        losses.append(loss.item())
        if averaged:
            of_averages.append(F.cross_entropy(averaged(x(step)), y(step)).item())
        (loss / accumulate).backward()
        if (step + 1) % accumulate:
            continue
        if regularizer:
            regularizer(network.w).backward()
        if clip:
            clip(parameters)
        optimizer.step()
        optimizer.zero_grad()
        if rates:
            rates.step()
        if after:
            with torch.no_grad():
                after(network.w)
        if averaged:
            averaged.update_parameters(network)
    found = {"total": losses, **dict(zip(SHAPES, network.w))}
    if averaged:
        if accumulate == 1:
            found["of_averages"] = of_averages
        found.update({"train.average." + name: value for name, value in zip(SHAPES, averaged.module.w)})
    return found


def sgd(lr, momentum=0.0):
    return lambda w, parameters: torch.optim.SGD(parameters, lr, momentum)


def adam(lr):
    return lambda w, parameters: torch.optim.Adam(parameters, lr)


def grouped(w, _):
    return torch.optim.AdamW([{"params": [w[0]], "lr": 0.002, "betas": (0.5, 0.999)}, {"params": [w[2]]},
                              {"params": [w[1], w[3]], "lr": 0.06, "weight_decay": 0}], 0.02, weight_decay=0.2)


def by_parameter(parameters):
    for p in parameters:
        # PyTorch adds 1e-6 to the norm.
        p.grad.mul_(min(1.0, 0.05 / torch.linalg.vector_norm(p.grad).item()))


def by_norm(limit):
    def clip(parameters):
        norm = torch.nn.utils.get_total_norm([p.grad for p in parameters])
        for p in parameters:
            p.grad.mul_(min(1.0, limit / norm.item()))
    return clip


def penalty(w):
    both = abs(w[0]).sum() + abs(w[1]).sum()
    return (0.05 * sum((one**2).sum() for one in weights(w)) + 0.01 * both
            + 0.02 * abs(w[3]).sum() + 0.03 * (w[3]**2).sum())


def project(w):
    for one in weights(w):
        one.clamp_(-0.4, 0.3)


def together(w, _):
    return torch.optim.AdamW([{"params": weights(w)}, {"params": [w[1], w[3]], "weight_decay": 0}], weight_decay=0.1)


CASES = {
    "ClipByValue": dict(make_optimizer=sgd(0.5, 0.5), clip=lambda parameters: clip_grad_value_(parameters, 0.02)),
    "ClipByNorm": dict(make_optimizer=sgd(0.5, 0.5), clip=by_norm(0.1)),
    "ClipByParameterNorm": dict(make_optimizer=sgd(0.5, 0.5), clip=by_parameter),
    "Accumulated": dict(make_optimizer=adam(0.02), accumulate=4),
    "Grouped": dict(make_optimizer=grouped),
    "Frozen": dict(make_optimizer=adam(0.02), frozen=(0, 3)),
    "Averaged": dict(make_optimizer=sgd(0.2, 0.9), decay=0.9),
    "Regularized": dict(make_optimizer=sgd(0.1), regularizer=penalty),
    "Projected": dict(make_optimizer=sgd(0.3), after=project),
    "Together": dict(make_optimizer=together, regularizer=lambda w: 0.05 * sum((one**2).sum() for one in weights(w)),
                     clip=by_norm(0.2), decay=0.8, accumulate=2,
                     schedule=lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.05, 25, cycle_momentum=False,
                                                                            div_factor=25, final_div_factor=1e4)),
}
for model, how in CASES.items():
    case(model, lambda t: train(t, **how), steps=STEPS)
write(__file__)
