import torch

from reference import case, write
from trajectory import STEPS, trajectory


class Lion(torch.optim.Optimizer):
    """Which PyTorch does not have: Algorithm 2 of Chen et al. 2023, line by line."""

    def __init__(self, parameters, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = beta1 * m + (1 - beta1) * p.grad
                p.copy_(p - group["lr"] * (torch.sign(c) + group["weight_decay"] * p))
                m.copy_(beta2 * m + (1 - beta2) * p.grad)


OPTIMIZERS = {
    "Sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "Momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "Nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "Rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9),
    "RmspropMomentum": lambda p: torch.optim.RMSprop(p, lr=0.003, alpha=0.95, momentum=0.8),
    "RmspropCentered": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, centered=True),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "AdamBetas": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.5, 0.95), eps=1e-4),
    "Adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "Nadam": lambda p: torch.optim.NAdam(p, lr=0.01),
    "Lion": lambda p: Lion(p, lr=0.003, weight_decay=0.1),
}
for model, make_optimizer in OPTIMIZERS.items():
    case(model, trajectory, make_optimizer, steps=STEPS)
write(__file__)
