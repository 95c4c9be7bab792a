import torch
from torch.nn import functional

from reference import case, write


def conv(x, w, **options):
    """Channels last, filters as [window, channels, filters]."""
    return functional.conv1d(x.transpose(1, 2), w.permute(2, 1, 0), **options).transpose(1, 2)


def with_second(total, x, results):
    d_x, = torch.autograd.grad(total, x, create_graph=True)
    name = "dd_" + results.pop("of")
    results[name], = torch.autograd.grad((d_x**2).sum(), x, retain_graph=True)
    return {**results, "total": total}


def convolutions(t, n):
    x, probe, w = t("x", n, 9, 3), t("probe", n, 9, 2, grad=False), t("w", 3, 3, 2)
    y, z, v = conv(x, w, padding=1), conv(x, w, stride=2), conv(x, w, dilation=2)
    total = (y * probe).sum() + (z**2).sum() + v.sin().sum()
    return with_second(total, x, {"of": "x", "y": y, "z": z, "v": v})


def sequences(t, n, time):
    x, w, v = t("x", n, time, 3), t("w", 3, 3, 2), t("v", 3, 3)
    y = conv(x, w, padding=1)
    z = functional.conv1d(x.transpose(1, 2), v.t().unsqueeze(1), groups=3).transpose(1, 2)
    return {"y": y, "z": z, "total": (y**2).sum() + z.sin().sum()}


def images(t, n):
    x, w = t("x", n, 5, 6, 2), t("filter", 3, 2, 2, 3)
    y = functional.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1)).permute(0, 2, 3, 1)
    return with_second((y**2).sum(), x, {"of": "x", "y": y})


def pools(t, n):
    x, probe = t("x", n, 8, 3), t("probe", n, 4, 3, grad=False)
    y = functional.max_pool1d(x.transpose(1, 2), 2).transpose(1, 2)
    return {"y": y, "total": (y * probe).sum()}


def products(t, n):
    a, b, left, right = t("a", n, 4), t("b", n, 3), t("left", n, 5, 4), t("right", n, 3, 4)
    scores, w, u = t("scores", n, 5, 5), t("w", 4, 3, 2), t("u", 3, 4)
    r = {"of": "a",
         "y": torch.einsum("ni,ijo,nj->no", a, w, b),
         "gram": torch.einsum("bic,bjc->bij", left, right) / 4,
         "pairs": torch.einsum("ni,nj->nij", a, b),
         "sums": torch.einsum("nii->n", scores),
         "chain": torch.einsum("ni,ij,nkj->nk", b, u, left),
         "between": ((b[:, None] - u.t()) ** 2).sum(-1),
         "rows": a.softmax(-1),
         "seen": scores.tril() @ left,
         "volume": (1.5 + a).prod(-1)}
    total = ((r["y"]**2).sum() + (r["gram"]**2).sum() + (r["pairs"]**3).sum() + (r["sums"]**2).sum() +
             (r["chain"]**2).sum() + r["between"].sum() + (r["rows"]**2).sum() + (r["seen"]**2).sum() +
             r["volume"].sum())
    return with_second(total, a, r)


def bilinears(t, n):
    a, b, w, bias = t("a", n, 4), t("b", n, 3), t("form.weight", 4, 3, 2), t("form.bias", 2)
    y = functional.bilinear(a, b, w.permute(2, 0, 1), bias)
    return {"y": y, "total": (y**2).sum()}


for n in (1, 3, 2):
    case("Bilinears", bilinears, n)
    case("Convolutions", convolutions, n)
    case("Images", images, n)
    case("Pools", pools, n)
    case("Products", products, n)
for n, time in ((2, 5), (1, 3), (3, 4)):
    case("Sequences", sequences, n, time)
write(__file__)
