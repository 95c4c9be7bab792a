import math

import torch
from torch.nn import functional

from reference import case, write

attention = functional.scaled_dot_product_attention


def operands(t, batch, queries, keys):
    return (t("q", batch, 2, queries, 4), t("k", batch, 2, keys, 4), t("v", batch, 2, keys, 3),
            t("probe", batch, 2, queries, 3, grad=False))


def plain(t, *sizes):
    q, k, v, probe = operands(t, *sizes)
    y = attention(q, k, v)
    return {"y": y, "total": (y * probe).sum()}


def causal(t, batch, time):
    q, k, v, probe = operands(t, batch, time, time)
    y = attention(q, k, v, is_causal=True, scale=0.7)
    return {"y": y, "total": (y * probe).sum()}


def masked(t, batch, queries, keys):
    """A row without a key is NaN in PyTorch and 0 here: each row sees its first key."""
    q, k, v, probe = operands(t, batch, queries, keys)
    mask = torch.tensor([[[j == 0 or (3 * b + 2 * i + j) % 3 == 1 for j in range(keys)] for i in range(queries)]
                         for b in range(batch)])
    t.specs["mask"] = {"kind": "bool", "values": mask.tolist()}
    y = attention(q, k, v, attn_mask=mask[:, None])
    return {"y": y, "total": (y * probe).sum()}


def seen(t, batch, time):
    """All but the last positions of each sequence, another number of each."""
    mask = torch.tensor([[i < max(1, time - b) for i in range(time)] for b in range(batch)])
    t.specs["mask"] = {"kind": "bool", "values": mask.tolist()}
    return mask


def dense(t, name, inputs, outputs):
    """A layer of PyTorch's has its weight transposed."""
    return t(name + ".weight", inputs, outputs).T, t(name + ".bias", outputs)


def projections(t, prefix, d):
    weights, biases = zip(*(dense(t, prefix + part, d, d) for part in ("query", "key", "value")))
    weight, bias = dense(t, prefix + "out", d, d)
    return {"in_proj_weight": torch.cat(weights), "in_proj_bias": torch.cat(biases), "out_proj.weight": weight,
            "out_proj.bias": bias}


def multi_head(t, d, heads, x, memory, mask=None):
    module = torch.nn.MultiheadAttention(d, heads, batch_first=True, dtype=torch.float64)
    padding = None if mask is None else ~mask
    return torch.func.functional_call(module, projections(t, "heads.", d), (x, memory, memory),
                                      {"key_padding_mask": padding, "need_weights": False})[0]


def self_attention(t, batch, time):
    x, probe = t("x", batch, time, 8), t("probe", batch, time, 8, grad=False)
    y = multi_head(t, 8, 2, x, x, seen(t, batch, time))
    return {"y": y, "total": (y * probe).sum()}


def cross_attention(t, batch, time, source):
    x, memory = t("x", batch, time, 6), t("memory", batch, source, 6)
    probe = t("probe", batch, time, 6, grad=False)
    y = multi_head(t, 6, 3, x, memory)
    return {"y": y, "total": (y * probe).sum()}


def rotated(t, batch, time):
    """Pairs of features as complex numbers."""
    x, probe = t("x", batch, time, 8), t("probe", batch, time, 8, grad=False)
    (wq, bq), (wk, bk), (wv, bv), (wo, bo) = (dense(t, "heads." + name, 8, 8)
                                              for name in ("query", "key", "value", "out"))
    split = lambda y: y.reshape(batch, time, 2, 4).transpose(1, 2)
    turn = torch.polar(torch.ones(time, 2), torch.arange(time)[:, None] * torch.tensor([1.0, 0.01]))
    turned = lambda y: torch.view_as_real(torch.view_as_complex(y.reshape(batch, 2, time, 2, 2)) * turn).flatten(3)
    q, k, v = (split(functional.linear(x, w, b)) for w, b in ((wq, bq), (wk, bk), (wv, bv)))
    y = attention(turned(q), turned(k), v, is_causal=True).transpose(1, 2).reshape(batch, time, 8)
    y = functional.linear(y, wo, bo)
    return {"y": y, "total": (y * probe).sum()}


def placed(t, batch, time):
    x, probe, table = t("x", batch, time, 6), t("probe", batch, time, 6, grad=False), t("learned.table", 7, 6)
    waves = torch.tensor([[wave(p / 10000 ** (2 * i / 6)) for i in range(3) for wave in (math.sin, math.cos)]
                          for p in range(time)])
    y = x + table[:time]
    return {"y": y, "waves": x + waves, "total": (y**2 * probe).sum()}


def block(t, heads, expansion, activation, norm_first, x, **masks):
    parameters = {"self_attn." + name: value for name, value in projections(t, "block.attention.", 8).items()}
    for i in ("1", "2"):
        parameters["norm%s.weight" % i] = t("block.norm%s.scale" % i, 8)
        parameters["norm%s.bias" % i] = t("block.norm%s.shift" % i, 8)
    for i, sizes in (("1", (8, 8 * expansion)), ("2", (8 * expansion, 8))):
        parameters["linear%s.weight" % i], parameters["linear%s.bias" % i] = dense(t, "block.mlp.dense" + i, *sizes)
    module = torch.nn.TransformerEncoderLayer(8, heads, 8 * expansion, 0.0, activation, batch_first=True,
                                              norm_first=norm_first, dtype=torch.float64)
    return torch.func.functional_call(module, parameters, (x,), masks)


def pre_norm(t, batch, time):
    x, probe = t("x", batch, time, 8), t("probe", batch, time, 8, grad=False)
    later = torch.ones(time, time, dtype=torch.bool).triu(1)
    y = block(t, 2, 2, "gelu", True, x, src_mask=later)
    return {"y": y, "total": (y * probe).sum()}


def post_norm(t, batch, time):
    x, probe = t("x", batch, time, 8), t("probe", batch, time, 8, grad=False)
    y = block(t, 4, 4, "relu", False, x, src_key_padding_mask=~seen(t, batch, time))
    return {"y": y, "total": (y * probe).sum()}


for sizes in ((2, 3, 5), (1, 1, 1), (1, 4, 2)):
    case("Plain", plain, *sizes)
    case("Masked", masked, *sizes)
    case("CrossAttention", cross_attention, *sizes)
for sizes in ((2, 5), (1, 1), (3, 2)):
    case("Causal", causal, *sizes)
    case("SelfAttention", self_attention, *sizes)
    case("Rotated", rotated, *sizes)
    case("Placed", placed, *sizes)
    case("PreNorm", pre_norm, *sizes)
    case("PostNorm", post_norm, *sizes)
write(__file__)
