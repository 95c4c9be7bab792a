import torch
from torch.nn import functional

from layout import filter_of, first, last
from reference import case, write


def same(x, kernel, stride=None, dilation=None, value=0.0):
    """x, channels first, with what "same" adds: the larger part behind."""
    pads = []
    for axis, k in enumerate(kernel):
        s, d = stride[axis] if stride else 1, dilation[axis] if dilation else 1
        size = x.shape[axis + 2]
        total = max(0, (-(-size // s) - 1) * s + (k - 1) * d + 1 - size)
        pads = [total // 2, total - total // 2] + pads
    return functional.pad(x, pads, value=value)


def convolution(x, w, bias, stride=1, dilation=1, groups=1):
    rank = w.dim() - 2
    spread = [n if isinstance(n, (list, tuple)) else [n] * rank for n in (stride, dilation)]
    function = (functional.conv1d, functional.conv2d, functional.conv3d)[rank - 1]
    padded = same(first(x), w.shape[:rank], *spread)
    return last(function(padded, filter_of(w), bias, stride=tuple(spread[0]), dilation=tuple(spread[1]), groups=groups))


def transposed(x, w, bias, stride, groups=1):
    """With "same" padding: stride times as many elements; cut from the whole, more behind, or padded with zeros."""
    rank = w.dim() - 2
    function = (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d)[rank - 1]
    y = function(first(x), filter_of(w), stride=tuple(stride), groups=groups)
    for axis in range(rank):
        wanted = stride[axis] * x.shape[axis + 1]
        low = max(0, w.shape[axis] - stride[axis]) // 2
        y = functional.pad(y.movedim(axis + 2, -1), (0, max(0, low + wanted - y.shape[axis + 2])))
        y = y[..., low:low + wanted].movedim(-1, axis + 2)
    return last(y) + bias


def largest(x, kernel):
    """Windows at all places, "same"."""
    function = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)[len(kernel) - 1]
    return last(function(same(first(x), kernel, value=-torch.inf), tuple(kernel), 1))


def means(x, kernel):
    function = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)[len(kernel) - 1]
    total = function(same(first(x), kernel), tuple(kernel), 1)
    return last(total / function(same(torch.ones_like(first(x)), kernel), tuple(kernel), 1))


def spectral(w, u):
    with torch.no_grad():
        v = functional.normalize(w @ u, dim=0, eps=1e-12)
        u = functional.normalize(w.T @ v, dim=0, eps=1e-12)
    return w / (v @ w @ u)


def simple(t, batch, height):
    x, identifier, table = t("x", batch, height, 3), t.ints("id", batch, height, high=5), t("embed.table", 5, 3)
    w, bias = t("dense.weight", 3, 3), t("dense.bias", 3)
    # Outside of training the vector of the power method stays as it is kept.
    u = t("state.dense.through.u", 3, grad=False)
    both = x + table[identifier]
    y = both + torch.tanh(both @ spectral(w, u) + bias)
    flat = (y @ t("head.weight", 3, 2)).flatten(1)
    return {"sum_of_both": y, "flat": flat, "total": flat.sin().sum() + (y**2).sum()}


def lines(t, batch, length):
    x = t("x", batch, length, 4)
    conv = convolution(x, t("conv.weight", 3, 2, 6), t("conv.bias", 6), dilation=2, groups=2)
    up = transposed(x, t("up.weight", 3, 1, 4), t("up.bias", 2), [2], groups=2)
    w = t("causal.weight", 2, 4, 2)
    causal = torch.tanh(last(functional.conv1d(functional.pad(first(x), (1, 0)), filter_of(w), t("causal.bias", 2))))
    top, mean = largest(x, [3]), means(x, [3])
    total = (conv.sin().sum() + (up**2).sum() + (causal**2).sum() + (top**2 * mean).sum() + (x.mean(1)**3).sum() +
             (x.amax(1)**2).sum())
    return {"conv_of": conv, "up_of": up, "causal_of": causal, "largest": top, "means": mean,
            "mean_of_all": x.mean(1), "largest_of_all": x.amax(1), "total": total}


def images(t, batch, height, width):
    x = t("x", batch, height, width, 4)
    conv = torch.sigmoid(convolution(x, t("conv.weight", 3, 2, 4, 3), t("conv.bias", 3)))
    depthwise = convolution(x, t("depthwise.conv2d1.weight", 1, 3, 1, 8), t("depthwise.conv2d1.bias", 8), groups=4)
    middle = convolution(x, t("separable.depthwise.conv2d1.weight", 3, 1, 1, 4), None, dilation=[2, 1], groups=4)
    separable = convolution(middle, t("separable.pointwise.weight", 1, 1, 4, 3), t("separable.pointwise.bias", 3))
    up = transposed(x, t("up.weight", 3, 2, 2, 4), t("up.bias", 2), [1, 2])
    top, mean = largest(x, [2, 3]), means(x, [3, 2])
    average, peak = x.mean((1, 2)), x.amax((1, 2))
    total = ((conv**2).sum() + depthwise.sin().sum() + (separable**2).sum() + (up**2).sum() + (top**2 * mean).sum() +
             (average**3).sum() + (peak**2).sum())
    return {"conv_of": conv, "depthwise_of": depthwise, "separable_of": separable, "up_of": up, "largest": top,
            "means": mean, "mean_of_all": average, "largest_of_all": peak, "total": total}


def volumes(t, batch, depth, height, width):
    x = t("x", batch, depth, height, width, 2)
    conv = convolution(x, t("conv.weight", 1, 3, 2, 2, 3), t("conv.bias", 3))
    up = transposed(x, t("up.weight", 2, 1, 2, 2, 2), t("up.bias", 2), [2, 1, 1])
    top, mean, average = largest(x, [1, 2, 3]), means(x, [2, 2, 2]), x.mean((1, 2, 3))
    total = (conv**2).sum() + up.sin().sum() + (top**2 * mean).sum() + (average**2).sum()
    return {"conv_of": conv, "up_of": up, "largest": top, "means": mean, "mean_of_all": average, "total": total}


def parts(t, batch, height, width, channels):
    x = t("x", batch, height, width, channels)
    strided = convolution(x, t("parts.strided.weight", 3, 2, channels, 2), t("parts.strided.bias", 2), stride=[2, 3])
    top = last(functional.adaptive_max_pool2d(first(x), (1, 3)))
    mean = last(functional.adaptive_avg_pool2d(first(x), (1, 4)))
    pooled = last(functional.avg_pool2d(functional.max_pool2d(functional.interpolate(first(x), scale_factor=2), 2), (1, 2)))
    smooth = last(functional.interpolate(first(x), scale_factor=3, mode="bilinear"))
    total = (strided**2).sum() + (top**2).sum() + (mean**3).sum() + (pooled**2).sum() + smooth.sin().sum()
    return {"strided": strided, "largest": top, "means": mean, "pooled": pooled, "smooth": smooth, "total": total}


def adaptive(t, batch):
    line, volume = t("line", batch, 7, 3), t("volume", batch, 3, 5, 4, 2)
    line_top = last(functional.adaptive_max_pool1d(first(line), 3))
    line_mean = last(functional.adaptive_avg_pool1d(first(line), 4))
    top = last(functional.adaptive_max_pool3d(first(volume), (2, 3, 1)))
    mean = last(functional.adaptive_avg_pool3d(first(volume), (1, 2, 3)))
    three = last(functional.avg_pool3d(functional.max_pool3d(first(volume), (1, 2, 2)), 2))
    two = last(functional.avg_pool1d(functional.max_pool1d(first(line), 2), 3))
    total = sum([(line_top**2).sum(), (line_mean**3).sum(), (top**2).sum(), (mean**3).sum(), (three**2).sum(), (two**2).sum()])
    return {"line_largest": line_top, "line_means": line_mean, "largest": top, "means": mean, "three": three,
            "two": two, "total": total}


def ties(t, values):
    x = t.exactly("x", values)
    y = last(functional.adaptive_max_pool2d(first(x), (2, 3)))
    return {"largest": y, "total": (y**2 + y).sum()}


def stacks(t, batch):
    a, b = t("a", batch, 3), t("b", batch, 3)
    top, middle, final = torch.stack([a, b, a * b]), torch.stack([a, b], 1), torch.stack([a, b], -1)
    scalars, one = torch.stack([a.sum(), b.mean()]), torch.stack([a])
    total = (top**2).sum() + (middle**3).sum() + (final.sin() * final).sum() + (scalars**2).sum() + one.sum()
    return {"first": top, "middle": middle, "final": final, "scalars": scalars, "one": one, "total": total}


def interpolations(t, batch, height, width):
    x = t("x", batch, height, 5, 2)
    row, column = t("row", batch, 3, width, low=-1.5, high=height + 0.5), t("column", batch, 3, width, low=-1.5, high=5.5)
    # -1 to 1 are the borders of the image, which are half a pixel from the middles of its outer pixels.
    grid = torch.stack([(2 * column + 1) / 5 - 1, (2 * row + 1) / height - 1], -1)
    y = last(functional.grid_sample(first(x), grid, align_corners=False))
    return {"y": y, "total": (y**2).sum() + y.sin().sum()}


for sizes in ((2, 3, 4), (1, 1, 1), (3, 4, 7)):
    case("Interpolations", interpolations, *sizes)
for sizes in ((2, 3), (1, 1), (3, 5)):
    case("Simple", simple, *sizes)
for sizes in ((2, 5), (1, 1), (3, 4)):
    case("Lines", lines, *sizes)
for sizes in ((2, 3, 5), (1, 1, 1), (1, 4, 1)):
    case("Images", images, *sizes)
for sizes in ((2, 3, 2, 3), (1, 1, 1, 1), (1, 1, 5, 2)):
    case("Volumes", volumes, *sizes)
for batch in (1, 2, 3):
    case("Part5", parts, batch, 5, 7, 3)
    case("Part1", parts, batch, 1, 5, 1)
    case("Adaptive", adaptive, batch)
    case("Stacks", stacks, batch)
case("Ties", ties, [[[[1.0], [1], [0], [2], [2]], [[1], [1], [0], [2], [2]], [[-1], [-1], [-1], [0], [0]]]])
write(__file__)
