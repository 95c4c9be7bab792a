"""The network that trajectories follow, and how it is trained."""
import torch

STEPS = 50


def trajectory(t, make_optimizer, make_schedule=None):
    w = {}
    for name, shape in (("dense1", (5, 4)), ("dense2", (4, 3))):
        w[name] = t("body.%s.weight" % name, *shape), t("body.%s.bias" % name, *shape[1:], low=-0.1, high=0.1)
    x, y = t.stream("x", (6, 5), (9, 5)), t.int_stream("y", (6,), (9,), high=3)
    optimizer = make_optimizer([tensor for pair in w.values() for tensor in pair])
    schedule = make_schedule(optimizer) if make_schedule else None
    losses, rates = [], []
    for step in range(STEPS):
        hidden = torch.tanh(x(step) @ w["dense1"][0] + w["dense1"][1])
        loss = torch.nn.functional.cross_entropy(hidden @ w["dense2"][0] + w["dense2"][1], y(step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if schedule:
            schedule.step()
    found = {"total": losses, **t.tensors}
    if schedule:
        found["hyper.lr"] = rates
    return found
