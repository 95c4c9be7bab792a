import torch
from torch.nn import functional as F

from layout import filter_of, first, last
from reference import case, write


def second(y, **tensors):
    """The slopes of a curved function of y, and what is differentiated once more: their sum of squares."""
    slopes = torch.autograd.grad(torch.sin(y).sum(), list(tensors.values()), create_graph=True)
    return {"y": y, "total": sum((slope**2).sum() for slope in slopes),
            **{"slope_" + name: slope for name, slope in zip(tensors, slopes)}}


def products(t, batch):
    x, w, v, u = t("x", batch, 3, 4), t("w", 4, 5), t("v", batch, 5, 2), t("u", 3, 2)
    return second(x @ w @ v @ u.T, x=x, w=w, v=v, u=u)


def sums(t, batch):
    x, z, w = t("x", batch, 3), t("z", batch, 4), t("w", 3, 4, 2)
    return second(torch.einsum("ni,ijo,nj->no", x, w, z), x=x, z=z)


def lines(t, batch, time):
    x, w = t("x", batch, time, 4), t("w", 3, 2, 6)
    return second(last(F.conv1d(F.pad(first(x), (4, 0)), filter_of(w), dilation=2, groups=2)), x=x, w=w)


def planes(t, batch):
    x, w, v = t("x", batch, 5, 6, 2), t("w", 3, 2, 2, 3), t("v", 2, 2, 1, 3)
    h = torch.tanh(F.conv2d(first(x), filter_of(w), stride=(2, 1), padding=1))
    return second(last(F.conv2d(h, filter_of(v), groups=3)), x=x, w=w, v=v)


def volumes(t, batch):
    x, w = t("x", batch, 3, 4, 3, 2), t("w", 2, 3, 2, 1, 4)
    y = F.conv3d(F.pad(first(x), (0, 1, 1, 1)), filter_of(w), stride=(1, 2, 1), groups=2)
    return second(last(y), x=x, w=w)


def transposed(t, batch):
    x, w = t("x", batch, 3, 2, 4), t("w", 3, 2, 1, 4)
    return second(last(F.conv_transpose2d(first(x), filter_of(w), stride=2, padding=(1, 0), groups=2)), x=x, w=w)


def pools(t, batch):
    x = t("x", batch, 5, 7, 2)
    largest, means = F.max_pool2d(first(x), 3, 2, 1), F.avg_pool2d(first(x), 3, 2, 1, count_include_pad=False)
    parts, shares = F.adaptive_max_pool2d(first(x), (2, 3)), F.adaptive_avg_pool2d(first(x), (2, 3))
    y = torch.cat([last(largest * means).reshape(batch, -1), last(parts * shares**2).reshape(batch, -1),
                   x.amax((1, 2)) * x.mean((1, 2))**2], 1)
    return second(y, x=x)


def resizes(t, batch):
    x = t("x", batch, 3, 4, 2, 2)
    smooth = F.interpolate(first(x), (5, 3, 4), mode="trilinear")
    return second(last(smooth * F.interpolate(first(x), (5, 3, 4))), x=x)


def norms(t, batch):
    x = t("x", batch, 3, 4)

    def learned(name):
        return t(name + ".scale", 4), t(name + ".shift", 4)

    layer = F.layer_norm(x, [4], *learned("layer_norm"), 1e-5)
    rms = F.rms_norm(x, [4], t("rms_norm.scale", 4), 1e-6)
    of_batch = last(F.batch_norm(first(x), None, None, *learned("batch_norm"), training=True, eps=1e-5))
    group = last(F.group_norm(first(x), 2, *learned("group_norm"), 1e-5))
    # One channel a group; see norms.py on PyTorch's own.
    instance = last(F.group_norm(first(x), 4, *learned("instance_norm"), 1e-5))
    return second(layer * rms + of_batch + group * instance, x=x)


def spectral_norm(t, batch):
    """The two vectors count as constants."""
    x, w, bias, u = t("x", batch, 5), t("dense.weight", 5, 4), t("dense.bias", 4), t("state.dense.through.u", 4, grad=False)
    with torch.no_grad():
        for _ in range(2):
            v = F.normalize(torch.mv(w, u), dim=0, eps=1e-12)
            u = F.normalize(torch.mv(w.t(), v), dim=0, eps=1e-12)
    return second(torch.tanh(x @ (w / torch.vdot(v, torch.mv(w, u))) + bias), x=x)


def distributions(t, batch):
    x, label = t("x", batch, 3, 5, low=-3, high=3), t.ints("label", batch, 3, high=5)
    cost = F.cross_entropy(x.movedim(-1, 1), label, reduction="none")
    y = torch.softmax(x, -1) * torch.log_softmax(x, 1) + torch.logsumexp(x, -1, keepdim=True) + cost[..., None] * x
    return second(y, x=x)


def reductions(t, batch):
    x = t("x", batch, 3, 4)
    totals = x.sum((1, 2))**2 + (x**3).mean((1, 2))
    # What comes after each element: all from it on, without itself.
    squares = x**2
    behind = torch.flip(torch.cumsum(torch.flip(squares, [1]), 1), [1]) - squares
    y = torch.cat([totals[:, None], x.amax(1) * x.amin(1), x.var(-1, correction=0) * torch.linalg.vector_norm(x, dim=-1),
                   x.prod(-1), (torch.cumsum(x, 1) * behind).reshape(batch, 12)], 1)
    return second(y, x=x)


def moves(t, batch):
    x, w, index = t("x", batch, 4, 6), t("w", 6), t.ints("index", batch, 3, high=min(5, 4 * batch))
    a, b, c = x.split(2, -1)
    mixed = torch.stack([a * b, b * c**2], 1)
    turned = x.flip(1) * x.roll(1, -1) * x.reshape(batch, 6, 4).permute(0, 2, 1)
    across = x.permute(0, 2, 1)
    padded = F.pad(across, (1, 2), mode="reflect")**2 * F.pad(across, (1, 2), mode="replicate")
    widened = x.flip(1)[:, ::2, 1:5:3].repeat(1, 1, 3) * x[:, :2, :2].repeat_interleave(3, 2)
    rows = x.reshape(-1, 6)[index] * w
    added = torch.zeros(5, 6).index_add(0, index.reshape(-1), rows.reshape(-1, 6)**2)
    placed = torch.cat([x[:, :1], (x[:, 0] * w)[:, None], x[:, 2:]], 1) * x * w
    y = torch.cat([part.reshape(-1) for part in (mixed, turned, padded.permute(0, 2, 1), widened, rows, added, placed)])
    return second(y, x=x, w=w)


def kinks(t, batch):
    x, z, slope = t("x", batch, 5), t("z", batch, 5), t("slope", 5)
    y = (torch.relu(x)**3 + F.leaky_relu(x * z)**2 + abs(z) * x**2 + torch.maximum(x, z)**2 * torch.minimum(x, z)
         + torch.clamp(x, -0.5, 0.7)**2 * z + F.hardtanh(z) * x**2 + F.prelu(x * z, slope)**2
         + torch.where(x > z, x * z, z**3) + torch.clamp(2 * x / 6 + 0.5, 0, 1) * z**2
         + 2 * z * torch.clamp(2 * z + 3, 0, 6) / 6 * x + torch.remainder(x, 0.7) * z**2)
    return second(y, x=x, z=z, slope=slope)


def attention(q, k, v, seen, scale=None):
    """With all scores: PyTorch's own has no second derivatives."""
    scores = q @ k.transpose(-1, -2) * (scale or q.shape[-1]**-0.5)
    return torch.softmax(scores.masked_fill(~seen, -torch.inf), -1) @ v


def attentions(t, batch):
    q, k, v = t("q", batch, 2, 3, 4), t("k", batch, 2, 3, 4), t("v", batch, 2, 3, 2)
    mask = torch.tensor([[j == b % 3 or (b + j) % 2 == 0 for j in range(3)] for b in range(batch)])
    t.specs["mask"] = {"kind": "bool", "values": mask.tolist()}
    earlier = torch.ones(3, 3, dtype=torch.bool).tril()
    y = attention(q, k, v, earlier) + attention(q, k, v**2, mask[:, None, None], 0.3)
    return second(y, q=q, k=k, v=v)


def weights(t, name, features, hidden, gates, *more):
    return [t(name + "." + part, *shape) for part, shape in (
        ("w", (features, gates * hidden)), ("u", (hidden, gates * hidden)), ("b", (gates * hidden,))) + more]


def rnn(w, u, b):
    return lambda x, h, unused: (torch.tanh(x @ w + h @ u + b), unused)


def lstm(w, u, b):
    def step(x, h, c):
        i, f, g, o = (x @ w + h @ u + b).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
    return step


def gru(w, u, b, b2):
    def step(x, h, unused):
        (xr, xz, xn), (hr, hz, hn) = (x @ w + b).chunk(3, -1), (h @ u + b2).chunk(3, -1)
        z = torch.sigmoid(xz + hz)
        return (1 - z) * torch.tanh(xn + torch.sigmoid(xr + hr) * hn) + z * h, unused
    return step


def recurrent(t, batch, time):
    """Step by step: PyTorch's own modules are not differentiable twice everywhere."""
    x = t("x", batch, time, 3)
    y = x
    for step, hidden in ((rnn(*weights(t, "rnn", 3, 4, 1)), 4), (lstm(*weights(t, "lstm", 4, 3, 4)), 3),
                         (gru(*weights(t, "gru", 3, 4, 3, ("b_recurrent", (12,)))), 4)):
        states, ys = (torch.zeros(batch, hidden), torch.zeros(batch, hidden)), []
        for i in range(time):
            states = step(y[:, i], *states)
            ys.append(states[0])
        y = torch.stack(ys, 1)
    return second(y, x=x)


def transformer(t, batch, time):
    x = t("x", batch, time, 4)

    def dense(name, x, inputs, units):
        return x @ t("block." + name + ".weight", inputs, units) + t("block." + name + ".bias", units)

    def norm(name, x):
        return F.layer_norm(x, [4], t("block." + name + ".scale", 4), t("block." + name + ".shift", 4), 1e-5)

    h = norm("norm1", x)
    q, k, v = (dense("attention." + name, h, 4, 4).reshape(batch, time, 2, 2).transpose(1, 2)
               for name in ("query", "key", "value"))
    seen = attention(q, k, v, torch.ones(time, time, dtype=torch.bool).tril()).transpose(1, 2).reshape(batch, time, 4)
    y = x + dense("attention.out", seen, 4, 4)
    y = y + dense("mlp.dense2", F.gelu(dense("mlp.dense1", norm("norm2", y), 4, 8)), 8, 4)
    return second(y, x=x)


def losses(t, batch):
    x, z = t("x", batch, 4), t("z", batch, 4)
    near, far = torch.linalg.vector_norm(x - z, dim=-1), torch.linalg.vector_norm(x - x * z, dim=-1)
    distance = abs(x - z)
    huber = torch.where(distance < 0.7, 0.5 * (x - z)**2, 0.7 * (distance - 0.35))
    log_x, log_z = torch.log_softmax(x, -1), torch.log_softmax(z, -1)
    y = torch.stack([((x - z)**2).mean(), huber.mean(), F.binary_cross_entropy_with_logits(x, torch.sigmoid(z)),
                     F.cosine_similarity(x, z).mean(), -(torch.softmax(z, -1) * log_x).sum(-1).mean(),
                     (log_z.exp() * (log_z - log_x)).sum(-1).mean(),
                     (-0.5 * (1 + z - x**2 - z.exp()).sum(-1)).mean(), torch.clamp(near - far + 1, min=0).mean(),
                     torch.clamp(1 - x * z, min=0).mean(), abs(x**2 - z).mean()])
    return second(y, x=x, z=z)


for batch in (2, 1, 3):
    for model, compute in (("Products", products), ("Sums", sums), ("Planes", planes), ("Volumes", volumes),
                           ("Transposed", transposed), ("Pools", pools), ("Resizes", resizes), ("Norms", norms),
                           ("SpectralNorms", spectral_norm), ("Distributions", distributions),
                           ("Reductions", reductions), ("Moves", moves), ("Kinks", kinks), ("Attentions", attentions),
                           ("Losses", losses)):
        case(model, compute, batch)
for sizes in ((2, 5), (1, 1), (3, 4)):
    case("Lines", lines, *sizes)
    case("Recurrent", recurrent, *sizes)
    case("Transformers", transformer, *sizes)
write(__file__)
