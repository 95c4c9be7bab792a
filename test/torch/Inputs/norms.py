import torch
from torch.nn import functional

from reference import case, write


def results(x, probe, y):
    """The second derivative as well, as a gradient penalty meets it."""
    total = (y * probe).sum()
    d_x, = torch.autograd.grad(total, x, create_graph=True)
    dd_x, = torch.autograd.grad((d_x**2).sum(), x, retain_graph=True)
    return {"y": y, "total": total, "dd_x": dd_x}


def layer_norm(t, *rows):
    x, probe = t("x", *rows, 5), t("probe", *rows, 5, grad=False)
    return results(x, probe, functional.layer_norm(x, [5], t("norm.scale", 5), t("norm.shift", 5), 1e-5))


def rms_norm(t, *rows):
    x, probe = t("x", *rows, 5), t("probe", *rows, 5, grad=False)
    return results(x, probe, functional.rms_norm(x, [5], t("norm.scale", 5), 1e-6))


for rows in ((2, 3), (1, 1), (3, 1)):
    case("LayerNorms", layer_norm, *rows)
    case("RmsNorms", rms_norm, *rows)
write(__file__)
