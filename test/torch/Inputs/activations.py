import torch
from torch.nn import functional as F

from reference import case, write

SMOOTH = {
    "exp": torch.exp, "expm1": torch.expm1, "sin": torch.sin, "cos": torch.cos, "erf": torch.erf, "tanh": torch.tanh,
    "sigmoid": torch.sigmoid, "log_sigmoid": F.logsigmoid, "softplus": F.softplus, "elu": F.elu, "selu": F.selu,
    "silu": F.silu, "swish": F.silu, "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "mish": F.mish, "softsign": F.softsign,
    # PyTorch's own hardswish cannot be differentiated twice.
    "hard_swish": lambda x: x * torch.clamp(x + 3, 0, 6) / 6,
}
POSITIVE = {"log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt}
LINEAR = {"relu": F.relu, "leaky_relu": F.leaky_relu, "abs": torch.abs, "hard_tanh": F.hardtanh,
          # The derivative of PyTorch's own hardsigmoid has the digits of f32.
          "hard_sigmoid": lambda x: torch.clamp(x / 6 + 0.5, 0, 1)}
TWO = {"power": torch.pow, "quotient": lambda p, q: q / p, "product": torch.mul, "larger": torch.maximum,
       "smaller": torch.minimum, "difference": torch.sub, "chosen": lambda p, q: torch.where(q > p, p * q, q),
       "clamped": lambda p, q: torch.clamp(q, -0.5, 1.2) * p}


def activations(t, *shape):
    a, p, q = t("a", *shape, low=-4, high=4), t("p", *shape, low=0.1, high=3), t("q", *shape, low=-3, high=3)
    probe = t("probe", *shape, grad=False)
    found = {}

    def derivative(y, x):
        return torch.autograd.grad(y, x, create_graph=True)[0]

    for functions, x in ((SMOOTH, a), (POSITIVE, p), (LINEAR, a)):
        for name, function in functions.items():
            y = function(x)
            found["y_" + name] = y
            found["d_" + name] = d = derivative((y * probe).sum(), x)
            if functions is not LINEAR:
                found["dd_" + name] = derivative((d**2).sum(), x)
    for name, function in TWO.items():
        y = function(p, q)
        found["y_" + name] = y
        found["p_" + name] = derivative((y * probe).sum(), p)
        found["q_" + name] = slope = derivative((y * probe).sum(), q)
        if name in ("power", "quotient"):
            found["pq_" + name] = derivative((slope**2).sum(), p)
        if name == "power":
            found["qq_" + name] = derivative((slope**2).sum(), q)
    found.update({"y_floor": torch.floor(a), "y_ceil": torch.ceil(a), "y_round": torch.round(a), "y_sign": torch.sign(a)})
    found.update({"y_stepped": torch.round(a), "d_stepped": probe})
    return found


def slopes(t, rows):
    x, probe = t("x", rows, 5), t("probe", rows, 5, grad=False)
    y = F.prelu(x, t("activation.slope", 5))
    return {"y": y, "total": (y * probe).sum()}


for shape in ((2, 3), (1, 1), (5, 1)):
    case("Activations", activations, *shape)
for rows in (1, 3, 7):
    case("Slopes", slopes, rows)
write(__file__)
