import torch
from torch.nn import functional as F

from reference import case, write


def six(x, *axes):
    dims = axes or tuple(range(x.dim()))
    return [x.sum(dims), x.mean(dims), x.amax(dims), x.amin(dims), x.var(dims, correction=0),
            torch.linalg.vector_norm(x, dim=dims)]


def reductions(t, batch, height):
    x = t("x", batch, height, 5)
    everything, first, outer = torch.stack(six(x)), torch.cat([*six(x, 0), torch.logsumexp(x, 0), x.prod(0)], -1), torch.cat(six(x, 0, 2))
    kept = x.amax(-1, keepdim=True) - x.amin(-1, keepdim=True) + torch.logsumexp(x, -1, keepdim=True)
    shares = torch.softmax(x, 1) + torch.log_softmax(x, 0)
    total = (everything**2).sum() + first.sin().sum() + outer.sin().sum() + (kept**2).sum() + (shares**3).sum()
    return {"all": everything, "first": first, "outer": outer, "kept": kept, "shares": shares, "total": total}


def running(t, batch, time):
    x = t("x", batch, time, 3)
    sums, back = x.cumsum(1), x.flip(1).cumsum(1).flip(1)
    before, behind = F.pad(x, (0, 0, 0, 0, 1, 0)).cumsum(0)[:-1], F.pad(x, (0, 1)).flip(-1).cumsum(-1).flip(-1)[..., 1:]
    total = (sums**2).sum() + back.sin().sum() + (before**3).sum() + (behind**2 * x).sum()
    return {"sums": sums, "back": back, "before": before, "behind": behind, "total": total}


def places(t, batch):
    x = t("x", batch, 7)
    largest, at = x.topk(3)
    total = (largest**2 * at).sum() + (x[:, x.argmin(1)]**3).sum()
    return {"largest": largest, "places": at, "top": x.argmax(1), "bottom": x.argmin(1), "top_row": x.argmax(0),
            "bottom_row": x.argmin(0), "hot": F.one_hot(x.argmax(1), 7), "total": total}


def logic(t, batch):
    x, z, a, b = t("x", batch, 4), t("z", batch, 4), t.bools("a", batch, 4), t.bools("b", batch, 4)
    kept = torch.where((a & ~b) | (x > z), x * z, x + z)
    return {"both": a & b, "either": a | b, "neither": ~(a | b), "above": x > z, "below": (x <= z) & ~a,
            "equal": (x.round() == z.round()) | b, "kept": kept, "total": (kept**2).sum()}


def rows(t, count):
    x, table, index = t("x", count, 3), t("table", 5, 3), t.ints("index", count, high=5)
    read, summed = table[index], torch.zeros(5, 3).index_add(0, index, x)
    total = (read**2 * x).sum() + (summed**3).sum() + (summed.sin() * table).sum()
    return {"read": read, "summed": summed, "total": total}


for sizes in ((2, 3), (3, 1), (1, 7)):
    case("Reductions", reductions, *sizes)
    case("Running", running, *sizes)
for count in (3, 1, 6):
    case("Places", places, count)
    case("Logic", logic, count)
    case("Rows", rows, count)
write(__file__)
