import torch
from torch.nn import functional as F

from reference import case, write


def derivative(y, x):
    return torch.autograd.grad(y, x, create_graph=True)[0]


def mean_where(mask, values):
    return values[mask].sum() / max(1, int(mask.sum()))


def cross_entropies(t, batch):
    x, soft = t("x", batch, 5, low=-3, high=3), t("soft", batch, 5)
    label, weight, mask = t.ints("label", batch, high=5), t("weight", 5, low=0.2, high=2, grad=False), t.bools("mask", batch)
    probe = t("probe", batch, grad=False)
    everything = {"weight": weight, "label_smoothing": 0.2, "ignore_index": 2}
    values = {
        "plain": F.cross_entropy(x, label), "total": F.cross_entropy(x, label, reduction="sum"),
        "none": F.cross_entropy(x, label, reduction="none"),
        "masked": mean_where(mask, F.cross_entropy(x, label, reduction="none")),
        "smooth": F.cross_entropy(x, label, label_smoothing=0.1), "weighted": F.cross_entropy(x, label, weight),
        # Where no label counts PyTorch has 0 / 0; here the mean of nothing is 0.
        "ignored": mean_where(label != 2, F.cross_entropy(x, label, ignore_index=2, reduction="none")),
        "all": F.cross_entropy(x, label, **everything), "blended": F.cross_entropy(x, torch.softmax(soft, -1)),
        "all_none": (F.cross_entropy(x, label, reduction="none", **everything) * probe).sum(),
    }
    found = {"y_" + name: value for name, value in values.items() if name != "all_none"}
    values["none"] = (values["none"] * probe).sum()
    found.update({"d_" + name: derivative(value, x) for name, value in values.items()})
    found["d_soft"] = derivative(values["blended"], soft)
    for name in ("plain", "blended"):
        found["dd_" + name] = derivative((found["d_" + name]**2).sum(), x)
    return found


def elementwise(t, batch):
    x, y, p = (t("x", batch, 3, low=-3, high=3), t("y", batch, 3, low=-3, high=3), t("p", batch, 3, low=0.02, high=0.98))
    z, s = t.signs("z", batch, 3, low=0), t.signs("s", batch, 3)
    mask, probe = t.bools("mask", batch, 3), t("probe", batch, 3, grad=False)
    values = {
        "mse": F.mse_loss(x, y), "mse_masked": mean_where(mask, (x - y)**2), "mse_none": ((x - y)**2 * probe).sum(),
        "mae": F.l1_loss(x, y), "mae_masked": mean_where(mask, abs(x - y)), "huber": F.huber_loss(x, y),
        "huber_wide": F.huber_loss(x, y, delta=1.7), "huber_sum": F.huber_loss(x, y, reduction="sum"),
        "logits": F.binary_cross_entropy_with_logits(x, z),
        "logits_masked": mean_where(mask, F.binary_cross_entropy_with_logits(x, p, reduction="none")),
        "logits_weighted": F.binary_cross_entropy_with_logits(x, z, pos_weight=torch.tensor(2.5, dtype=torch.float64)),
        "hinge": torch.clamp(1 - x * s, min=0).mean(),
    }
    found = {"y_" + name: value for name, value in values.items()}
    found.update({"d_" + name: derivative(value, x) for name, value in values.items()})
    for name in ("logits", "mse"):
        found["dd_" + name] = derivative((found["d_" + name]**2).sum(), x)
    found["y_probabilities"] = F.binary_cross_entropy(p, z)
    found["d_probabilities"] = derivative(found["y_probabilities"], p)
    return found


def rows(t, batch):
    a, b, c = (t(name, batch, 4) for name in "abc")
    same = t("same", batch, low=0, high=1, grad=False)
    log_a, log_b = torch.log_softmax(a, -1), torch.log_softmax(b, -1)
    distance = torch.linalg.vector_norm(a - b, dim=-1)
    values = {
        "kl": F.kl_div(log_a, log_b, reduction="batchmean", log_target=True),
        "normal": torch.distributions.kl_divergence(torch.distributions.Normal(a, torch.exp(b / 2)),
                                                    torch.distributions.Normal(0.0, 1.0)).sum(-1).mean(),
        "critic": b.mean() - a.mean(), "cosine": F.cosine_similarity(a, b).mean(),
        "pairs": (same * distance**2 + (1 - same) * torch.clamp(2 - distance, min=0)**2).mean(),
        "near": F.triplet_margin_loss(a, b, c, eps=0.0),
    }
    found = {"y_" + name: value for name, value in values.items()}
    for name, value in values.items():
        found["a_" + name], found["b_" + name] = derivative(value, a), derivative(value, b)
    found["aa_cosine"] = derivative((found["a_cosine"]**2).sum(), a)
    return found


def regularized(t, batch, by_block):
    x = t("x", batch, 3, grad=False)
    w, bias = t("dense.weight", 3, 2), t("dense.bias", 2)
    data = ((x @ w + bias)**2).mean()
    total = data + 0.1 * abs(w).sum() + 0.2 * (w**2).sum() + 0.3 * abs(bias).sum() + 0.4 * (bias**2).sum()
    if not by_block:
        return {"total": total}
    return {"data": data, "d_dense.weight": derivative(total, w), "d_dense.bias": derivative(total, bias)}


for batch in (6, 1, 3):
    case("CrossEntropies", cross_entropies, batch)
    case("Elementwise", elementwise, batch)
    case("Rows", rows, batch)
for batch in (4, 1, 3):
    case("Regularized", regularized, batch, False)
    case("RegularizedByBlock", regularized, batch, True)
write(__file__)
