import torch

from reference import case, write

STEPS = 50
OPTIMIZERS = {
    "Sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "Momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "Adam": lambda p: torch.optim.Adam(p, lr=1e-2),
}


def trajectory(t, make_optimizer):
    w = {}
    for name, shape in (("dense1", (5, 7)), ("dense2", (7, 4)), ("dense3", (4, 3))):
        w[name] = t("body.%s.weight" % name, *shape), t("body.%s.bias" % name, *shape[1:], low=-0.1, high=0.1)
    parameters = [tensor for pair in w.values() for tensor in pair]
    x, y = t.stream("x", (6, 5), (9, 5)), t.int_stream("y", (6,), (9,), high=3)
    optimizer = make_optimizer(parameters)
    losses = []
    for step in range(STEPS):
        hidden = torch.tanh(x(step) @ w["dense1"][0] + w["dense1"][1])
        hidden = torch.nn.functional.silu(hidden @ w["dense2"][0] + w["dense2"][1])
        loss = torch.nn.functional.cross_entropy(hidden @ w["dense3"][0] + w["dense3"][1], y(step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"total": losses, **{name: tensor for name, tensor in t.tensors.items()}}


for model, make_optimizer in OPTIMIZERS.items():
    case(model, trajectory, make_optimizer, steps=STEPS)
write(__file__)
