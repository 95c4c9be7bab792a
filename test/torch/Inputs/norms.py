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


def batch_norm(t, *rows):
    x, probe = t("x", *rows, 5), t("probe", *rows, 5, grad=False)
    scale, shift = t("norm.scale", 5), t("norm.shift", 5)
    mean, variance = t("state.norm.running_mean", 5, grad=False), t("state.norm.running_variance", 5, low=0.5, high=2, grad=False)
    mean, variance = mean.clone(), variance.clone()
    channels = (lambda v: v.movedim(-1, 1))
    y = functional.batch_norm(channels(x), mean, variance, scale, shift, training=True, momentum=0.1, eps=1e-5).movedim(1, -1)
    y_eval = functional.batch_norm(channels(x), mean, variance, scale, shift, eps=1e-5).movedim(1, -1)
    return {**results(x, probe, y), "y_eval": y_eval, "state.norm.running_mean": mean, "state.norm.running_variance": variance}


def group_norm(t, *rows):
    x, probe = t("x", *rows, 6), t("probe", *rows, 6, grad=False)
    y = functional.group_norm(x.movedim(-1, 1), 3, t("norm.scale", 6), t("norm.shift", 6), 1e-5)
    return results(x, probe, y.movedim(1, -1))


def instance_norm(t, *rows):
    x, probe = t("x", *rows, 3), t("probe", *rows, 3, grad=False)
    # PyTorch 2.13's own instance_norm has wrong gradients for one sample whose channels are last (that of the shift is
    # not the sum of the result's); groups of one channel are the same function.
    y = functional.group_norm(x.movedim(-1, 1), 3, t("norm.scale", 3), t("norm.shift", 3), eps=1e-5)
    return results(x, probe, y.movedim(1, -1))


def spectral_norm(t, rows):
    """As torch.nn.utils.parametrizations.spectral_norm does it for the transposed weight, in training."""
    x, probe = t("x", rows, 5), t("probe", rows, 4, grad=False)
    w, bias = t("dense.weight", 5, 4), t("dense.bias", 4)
    u = t("state.dense.through.u", 4, grad=False)
    with torch.no_grad():
        for _ in range(2):
            v = functional.normalize(torch.mv(w, u), dim=0, eps=1e-12)
            u = functional.normalize(torch.mv(w.t(), v), dim=0, eps=1e-12)
    y = x @ (w / torch.vdot(v, torch.mv(w, u))) + bias
    return {"y": y, "total": (y * probe).sum(), "state.dense.through.u": u}


for rows in ((2, 3), (1, 1), (3, 1)):
    case("LayerNorms", layer_norm, *rows)
    case("RmsNorms", rms_norm, *rows)
for rows in ((2, 3), (1, 2), (5, 1)):
    case("BatchNorms", batch_norm, *rows)
for rows in ((2, 3, 1), (1, 1, 1), (1, 2, 2)):
    case("GroupNorms", group_norm, *rows)
for rows in ((2, 3, 1), (1, 2, 2), (1, 1, 5)):
    case("InstanceNorms", instance_norm, *rows)
for rows in (3, 1, 7):
    case("SpectralNorms", spectral_norm, rows)
write(__file__)
