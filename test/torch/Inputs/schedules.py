import math

import torch
from torch.optim.lr_scheduler import (CosineAnnealingLR, CosineAnnealingWarmRestarts, ExponentialLR, LambdaLR, LinearLR,
                                      OneCycleLR, PolynomialLR, StepLR)

from reference import case, write
from trajectory import STEPS, trajectory


def cosine(o):
    """PyTorch's climbs again after its last step; ours stays."""
    schedule = CosineAnnealingLR(o, 40, 0.01)
    return torch.optim.lr_scheduler.SequentialLR(o, [schedule, LambdaLR(o, lambda t: 0.1)], [40])


def warmup_cosine(t):
    return t / 10 if t < 10 else 0.5 * (1 + math.cos(math.pi * min(1.0, (t - 10) / 35)))


SCHEDULES = {
    "Constant": lambda o: LambdaLR(o, lambda t: 1.0),
    "Stepwise": lambda o: StepLR(o, 12, 0.4),
    "Exponential": lambda o: ExponentialLR(o, 0.93),
    "Cosine": cosine,
    "CosineRestarts": lambda o: CosineAnnealingWarmRestarts(o, 15, eta_min=0.01),
    "Warmup": lambda o: LambdaLR(o, lambda t: min(1.0, t / 20)),
    "Linear": lambda o: LinearLR(o, 0.2, 1.0, 30),
    "Polynomial": lambda o: PolynomialLR(o, 40, 2.0),
    "WarmupCosine": lambda o: LambdaLR(o, warmup_cosine),
    "InverseRoot": lambda o: LambdaLR(o, lambda t: min((t + 1) / 10, (10 / (t + 1))**0.5)),
    "OneCycle": lambda o: OneCycleLR(o, 0.1, total_steps=50, pct_start=0.3, cycle_momentum=False),
}
for model, make_schedule in SCHEDULES.items():
    case(model, trajectory, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.5), make_schedule, steps=STEPS)
write(__file__)
