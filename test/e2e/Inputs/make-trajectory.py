#!/usr/bin/env python3
"""make-trajectory.py > trajectory.json: the losses and final parameters of PyTorch, in float64. Run it with the
environment of the benchmarks: build/bench-env/bin/python."""
import json
import sys

import torch
from trajectory_data import SHAPES, STEPS, batch, parameters

OPTIMIZERS = {
    "Sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "Momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "Adam": lambda p: torch.optim.Adam(p, lr=1e-2),
}


def trajectory(make_optimizer):
    values = {name: torch.tensor(value, requires_grad=True) for name, value in parameters().items()}
    optimizer = make_optimizer(values.values())
    losses = []
    for step in range(STEPS):
        images, labels = map(torch.from_numpy, batch(step))
        hidden = torch.tanh(images @ values["dense1.weight"] + values["dense1.bias"])
        hidden = torch.relu(hidden @ values["dense2.weight"] + values["dense2.bias"])
        logits = hidden @ values["dense3.weight"] + values["dense3.bias"]
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(logits, labels.long())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "parameters": {name: value.flatten().tolist() for name, value in values.items()}}


torch.set_num_threads(1)
result = {name: trajectory(make) for name, make in OPTIMIZERS.items()}
result["made_by"] = "PyTorch " + torch.__version__.split("+")[0]
json.dump(result, sys.stdout, indent=1)
print()
