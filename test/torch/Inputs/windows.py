import torch
from torch.nn import functional

from layout import filter_of, first, last
from reference import case, write


def line(t, batch, time):
    x, w, probe = t("x", batch, time, 3), t("w", 3, 3, 4), t("probe", batch, time, 4, grad=False)
    y = last(functional.conv1d(functional.pad(first(x), (4, 0)), filter_of(w), dilation=2))
    return {"y": y, "total": (y * probe).sum()}


def plane(t, batch):
    x, probe = t("x", batch, 7, 9, 3), t("probe", batch, 4, 5, 4, grad=False)
    w, bias = t("conv.weight", 3, 3, 3, 4), t("conv.bias", 4)
    y = last(functional.conv2d(first(x), filter_of(w), bias, stride=2, padding=1))
    total = (y * y * probe).sum()
    d_x, = torch.autograd.grad(total, x, create_graph=True)
    dd_x, = torch.autograd.grad((d_x**2).sum(), x, retain_graph=True)
    return {"y": y, "total": total, "dd_x": dd_x}


def grouped(t, batch):
    x, w, probe = t("x", batch, 5, 4, 4), t("w", 3, 2, 2, 6), t("probe", batch, 5, 4, 6, grad=False)
    padded = functional.pad(first(x), (0, 1, 2, 2))
    y = last(functional.conv2d(padded, filter_of(w), dilation=(2, 1), groups=2))
    return {"y": y, "total": (y * probe).sum()}


def separable(t, batch):
    x, probe = t("x", batch, 6, 5, 16), t("probe", batch, 3, 3, 5, grad=False)
    depthwise, pointwise = t("separable_conv2d1.depthwise.conv2d1.weight", 3, 3, 1, 16), t(
        "separable_conv2d1.pointwise.weight", 1, 1, 16, 5)
    bias = t("separable_conv2d1.pointwise.bias", 5)
    # "same" of an even size pads one row behind and none before.
    h = functional.conv2d(functional.pad(first(x), (1, 1, 0, 1)), filter_of(depthwise), stride=2, groups=16)
    y = last(functional.conv2d(h, filter_of(pointwise), bias))
    return {"y": y, "total": (y * probe).sum()}


def volume(t, batch):
    x, w, probe = t("x", batch, 3, 4, 5, 2), t("w", 2, 3, 2, 2, 3), t("probe", batch, 2, 2, 5, 3, grad=False)
    y = last(functional.conv3d(functional.pad(first(x), (0, 1, 1, 1)), filter_of(w), stride=(1, 2, 1)))
    return {"y": y, "total": (y * probe).sum()}


def transposed(t, batch):
    x, w, probe = t("x", batch, 4, 3, 5), t("w", 3, 3, 2, 5), t("probe", batch, 9, 7, 2, grad=False)
    y = last(functional.conv_transpose2d(first(x), filter_of(w), stride=2))
    return {"y": y, "total": (y * probe).sum()}


def transposed_more(t, batch):
    x, w, probe = t("x", batch, 4, 3, 4), t("w", 3, 3, 3, 4), t("probe", batch, 8, 6, 6, grad=False)
    y = last(functional.conv_transpose2d(first(x), filter_of(w), stride=2, padding=1, output_padding=1, groups=2))
    return {"y": y, "total": (y * probe).sum()}


def pools(t, batch):
    x, probe = t("x", batch, 7, 6, 3), t("probe", batch, 4, 3, 3, grad=False)
    largest, place = functional.max_pool2d(first(x), 3, 2, 1, return_indices=True)
    mean_of_all = functional.avg_pool2d(first(x), 3, 2, 1)
    mean_inside = functional.avg_pool2d(first(x), 3, 2, 1, count_include_pad=False)
    total = ((largest**2 + mean_of_all * mean_inside) * first(probe)).sum()
    d_x, = torch.autograd.grad(total, x, create_graph=True)
    dd_x, = torch.autograd.grad((d_x**2).sum(), x, retain_graph=True)
    return {"largest": last(largest), "mean_of_all": last(mean_of_all), "mean_inside": last(mean_inside),
            "place": last(place), "total": total, "dd_x": dd_x}


def resizes(t, batch):
    x, probe = t("x", batch, 5, 7, 3), t("probe", batch, 8, 9, 3, grad=False)
    few = t("few", batch, 2, 3, 3, grad=False)
    nearest = functional.interpolate(first(x), (8, 9))
    bilinear = functional.interpolate(first(x), (8, 9), mode="bilinear")
    small = functional.interpolate(first(x), (2, 3), mode="bilinear")
    adaptive = functional.adaptive_avg_pool2d(first(x), (2, 3))
    total = (nearest * bilinear * first(probe)).sum() + (small * adaptive * first(few)).sum()
    return {"nearest": last(nearest), "bilinear": last(bilinear), "small": last(small), "adaptive": last(adaptive),
            "total": total}


for batch, time in ((2, 7), (1, 1), (3, 4)):
    case("Line", line, batch, time)
for batch in (2, 1, 3):
    case("Plane", plane, batch)
    case("Grouped", grouped, batch)
    case("Separable", separable, batch)
    case("Volume", volume, batch)
    case("Transposed", transposed, batch)
    case("TransposedMore", transposed_more, batch)
    case("Pools", pools, batch)
    case("Resizes", resizes, batch)
write(__file__)
