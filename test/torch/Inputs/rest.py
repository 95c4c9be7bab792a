import torch
from torch.nn import functional as F

from layout import filter_of, first, last
from reference import case, write


def undisturbed(t, batch, time):
    x = t("x", batch, time, 4)
    modules = torch.nn.Sequential(torch.nn.Dropout(0.3), torch.nn.Dropout1d(0.2)).eval()
    plain, both = modules(x), torch.nn.RReLU(0.1, 0.4).eval()(x)
    return {"plain": plain, "both": both, "total": (plain**3).sum() + (both**2 * x).sum()}


def unaugmented(t, batch):
    x, target = t("x", batch, 5, 7, 2), t("target", batch, 3)
    plain = last(torch.nn.Dropout2d(0.2).eval()(first(x)))
    # Of 7 x 9 pixels with the margin: 3 x 4 in the middle, the smaller half of what is left before it.
    middle = F.pad(x, (0, 0, 1, 1, 1, 1))[:, 2:5, 2:6]
    total = (plain**2).sum() + (middle**3).sum() + x.sin().sum() + (target**2).sum()
    return {"plain": plain, "middle": middle, "mixed": x, "mixed_target": target, "total": total}


def angles(position, d):
    """Of each pair of features, its speed from 1 down to nearly 1 / 10000."""
    return position[:, None] * 10000 ** (-torch.arange(0, d, 2) / d)


def parts(t, batch, time, count):
    x, slope, angle, z = t("x", batch, time, 6), t("slope", 6), t("angle", count, high=9), t("z", batch, 2, time, 4)
    heads = x.unflatten(-1, (3, 2)).transpose(1, 2)
    joined = (heads**2).transpose(1, 2).flatten(2)
    unit = x / torch.linalg.vector_norm(x)
    bent = torch.where(x > 0, x, slope * x)
    turn = angles(angle, 4)
    waves = torch.stack([turn.sin(), turn.cos()], -1).flatten(1)
    turn = angles(torch.arange(time) + 2.0, 4)
    turned = torch.view_as_real(torch.view_as_complex(z.unflatten(-1, (2, 2)).contiguous())
                                * torch.polar(torch.ones_like(turn), turn)).flatten(3)
    total = joined.sin().sum() + (unit**3).sum() + (bent**2).sum() + (waves**3).sum() + (turned**3).sum()
    return {"heads": heads, "joined": joined, "unit": unit, "bent": bent, "waves": waves, "turned": turned, "total": total}


def pixels(t, batch):
    x = t("x", batch, 3, 5, 2)
    row, column = t.ints("row", batch, 2, 4, low=-2, high=5), t.ints("column", batch, 2, 4, low=-2, high=7)
    wide = F.pad(x, (0, 0, 2, 2, 2, 2))
    y = wide[torch.arange(batch)[:, None, None], row + 2, column + 2]
    return {"y": y, "total": (y**3).sum()}


def averages(t, beta, count):
    beta, count = t.exactly("beta", beta), t.exactly("t", count, grad=False)
    part = 1 - beta**count
    return {"part": part, "total": part**2}


def volumes(t, batch):
    x, w, v = t("x", batch, 3, 5, 4, 4), t("w", 2, 3, 2, 2, 6), t("v", 1, 3, 2, 1, 4)
    padded = F.pad(first(x), (2, 0, 1, 1, 0, 1))
    y = last(F.conv3d(padded, filter_of(w), stride=(1, 2, 1), dilation=(2, 1, 2), groups=2))
    each = last(F.conv3d(first(x), filter_of(v), groups=4))
    up = last(F.conv_transpose3d(first(x[..., :2]), filter_of(w[..., :2]), stride=(2, 1, 3), padding=(1, 0, 1),
                                 output_padding=(1, 0, 2)))
    return {"y": y, "each": each, "up": up, "total": (y**2).sum() + each.sin().sum() + (up**3).sum()}


def sizes(t, batch):
    x, line = t("x", batch, 3, 4, 5, 2), t("line", batch, 5, 3)
    near, smooth = F.interpolate(first(x), (6, 2, 7)), F.interpolate(first(x), (2, 7, 5), mode="trilinear")
    near_line, smooth_line = F.interpolate(first(line), 8), F.interpolate(first(line), 3, mode="linear")
    fewer = F.interpolate(F.interpolate(first(line), 6), 4)
    largest, place = F.max_pool3d(first(x), (2, 2, 3), (1, 2, 2), (1, 0, 1), return_indices=True)
    means = F.avg_pool3d(first(x), 2, 1, 1, count_include_pad=False)
    line_largest, line_place = F.max_pool1d(first(line), 3, 2, 1, return_indices=True)
    line_means = F.avg_pool1d(first(line), 2, 2, 1)
    total = sum([(near**2).sum(), (smooth**3).sum(), near_line.sin().sum(), (smooth_line**2).sum(), (fewer**3).sum(),
                 (largest**2).sum(), (means**3).sum(), (line_largest**2).sum(), (line_means**3).sum()])
    found = {"near": near, "smooth": smooth, "near_line": near_line, "smooth_line": smooth_line, "fewer": fewer,
             "largest": largest, "place": place, "line_place": line_place, "means": means,
             "line_largest": line_largest, "line_means": line_means}
    return {**{name: last(value) for name, value in found.items()}, "total": total}


def views(t, batch):
    x, label, mask = t("x", batch, 3, 4), t.ints("label", batch, 3, high=4), t.bools("mask", batch, 3)
    w, bias, w2, bias2 = (t(name, *shape) for name, shape in (
        ("dense.weight", (4, 4)), ("dense.bias", (4,)), ("own.weight", (4, 4)), ("own.bias", (4,))))
    mean = t("state.norm.running_mean", 4, grad=False)
    variance = t("state.norm.running_variance", 4, low=0.5, high=2, grad=False)
    y = last(F.batch_norm(first(x @ w + bias), mean, variance, t("norm.scale", 4), t("norm.shift", 4), eps=1e-5))
    z = (y @ w2 + bias2) * torch.arange(4) + F.pad(y[..., 2:], (2, 0))
    costs = F.cross_entropy(first(z), label, reduction="none")
    of_masked = costs[mask].sum() / max(1, int(mask.sum()))
    return {"y": y, "costs": costs, "of_masked": of_masked, "total": of_masked + (y**2).sum()}


def functions(t, batch):
    line, volume, w = t("line", batch, 7, 4), t("volume", batch, 3, 5, 4, 2), t("w", 3, 2, 4)
    up = last(F.conv_transpose1d(first(line), filter_of(w), stride=2, padding=1, dilation=2))
    line_largest, line_means = F.adaptive_max_pool1d(first(line), 3), F.adaptive_avg_pool1d(first(line), 4)
    largest, means = F.adaptive_max_pool3d(first(volume), (2, 3, 1)), F.adaptive_avg_pool3d(first(volume), (1, 2, 3))
    total = (up**2).sum() + (line_largest**2).sum() + (line_means**3).sum() + (largest**2).sum() + (means**3).sum()
    return {"up": up, "line_largest": last(line_largest), "line_means": last(line_means), "largest": last(largest),
            "means": last(means), "total": total}


for shape in ((2, 3, 4), (1, 1, 1), (3, 5, 2)):
    case("Undisturbed", undisturbed, *shape[:2])
    case("Parts", parts, *shape)
for batch in (2, 1, 3):
    case("Unaugmented", unaugmented, batch)
    case("Pixels", pixels, batch)
    case("Views", views, batch)
    case("Functions", functions, batch)
for batch in (2, 1, 3):
    case("Volumes", volumes, batch)
    case("Sizes", sizes, batch)
for beta, count in ((0.9, 1.0), (0.999, 3.0), (0.5, 40.0)):
    case("Averages", averages, beta, count)
write(__file__)
