import torch
from torch.nn import functional

from reference import case, write


def slices(t, n):
    x = t("x", n, 7, 4)
    last, first, every = x[:, -1], x[0, 2, 1:3], x[..., 0:4:2]
    back, down = x.flip(1)[:, :, 1:], x[:, [5, 3], 3].unsqueeze(2)
    total = ((last**2).sum() + (first**3).sum() + every.sin().sum() + (back**2 * x[:, :, :-1]).sum() +
             down.exp().sum())
    return {"final": last, "first": first, "every": every, "back": back, "down": down, "total": total}


def times(t, n, time):
    placed = t("x", n, time, 3) + t("table", 6, 3)[:time]
    last, back, shifted = placed[:, -1], placed.flip(1), placed.roll(1, 1)
    padded = functional.pad(placed, (0, 0, 1, 2), value=0.5)
    total = ((last**2).sum() + (back * placed**2).sum() + (shifted * placed.sin()).sum() + (padded**3).sum())
    return {"final": last, "reversed_time": back, "shifted": shifted, "padded": padded, "total": total}


def moves(t, n):
    x = t("x", n, 5, 6)
    a, b, c = x.chunk(3, -1)
    d, e = x.split([2, 4], -1)
    rolled, tiled, repeats = x.roll(-2, 1), x.repeat(1, 2, 1), x.repeat_interleave(3, 2)
    reflected = functional.pad(x.unsqueeze(1), (2, 3, 2, 3), mode="reflect").squeeze(1)
    edged = functional.pad(x, (1, 2), mode="replicate")
    both, across, fifth = x.flip((1, 2)), x[:, :, :5].diagonal(0, 1, 2), x.prod(2)
    total = ((a * b * c).sum() + (d**2).sum() + (e**3).sum() + (rolled * x**2).sum() + tiled.sin().sum() +
             (repeats**2).sum() + (reflected**2).sum() + (edged**3).sum() + (both * x**2).sum() +
             (across**2).sum() + fifth.sum())
    return {"abc": a * b - c, "d": d, "e": e, "rolled": rolled, "tiled": tiled, "repeats": repeats,
            "reflected": reflected, "edged": edged, "both": both, "across": across, "fifth": fifth, "total": total}


def zeros(t):
    x = t.exactly("x", [[1.5, -2.0, 0.5], [0.0, 2.0, 3.0], [0.0, -1.0, 0.0], [0.0, 0.0, 0.0]])
    y = x.prod(-1)
    total = (y * (2 + y)).sum()
    d_x, = torch.autograd.grad(total, x, create_graph=True)
    dd_x, = torch.autograd.grad((d_x**2).sum(), x, retain_graph=True)
    return {"y": y, "total": total, "dd_x": dd_x}


def positions(t, n, i, j):
    x, row = t("x", n, 5, 4), t("row", n, 4)
    t.ints("i", low=i, high=i + 1), t.ints("j", low=j, high=j + 1)
    one, both, across = x[:, i], x[0, i, None, j], x[..., 1:, j]
    placed = torch.cat([x[:, :i], row[:, None], x[:, i + 1:]], 1)
    column = placed.index_fill(2, torch.tensor(j), 0.5)
    total = ((one**2).sum() + both.sin().sum() + (across[:, j]**3).sum() + across.exp().sum() +
             (placed**2 * x).sum() + (column**3).sum())
    return {"one": one, "both": both, "across": across, "placed": placed, "column": column, "total": total}


def remainders(t, n):
    x, y = t("x", n, 7, low=-2.0, high=2.0), t("y", n, 7, low=-0.9, high=-0.4)
    a, b = t.ints("a", n, 5, low=-9, high=10), t.ints("b", 5, low=1, high=5)
    r = x % y
    total = (r**2).sum() + ((x % 0.4)**3).sum()
    return {"r": r, "by_number": x % -0.3, "whole": a % b, "total": total}


for n, i, j in ((1, 0, 3), (3, 4, 0), (2, 2, 2)):
    case("Positions", positions, n, i, j)
for n in (1, 3, 4):
    case("Remainders", remainders, n)
for n in (1, 3, 4):
    case("Slices", slices, n)
    case("Moves", moves, n)
for n, time in ((2, 5), (1, 1), (3, 6)):
    case("Times", times, n, time)
case("Zeros", zeros)
write(__file__)
