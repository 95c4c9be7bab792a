import math

import torch
from torch.nn import functional as F

from reference import case, write

D, HEADS, DEPTH, CONTEXT, VOCABULARY = 6, 3, 2, 9, 11
STEPS, WARMUP, TOTAL = 10, 50, 1000


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = torch.nn.LayerNorm(D), torch.nn.LayerNorm(D)
        self.query, self.key, self.value, self.out = (torch.nn.Linear(D, D) for _ in range(4))
        self.dense1, self.dense2 = torch.nn.Linear(D, 4 * D), torch.nn.Linear(4 * D, D)

    def forward(self, x):
        batch, time, _ = x.shape
        h = self.norm1(x)
        q, k, v = (part(h).reshape(batch, time, HEADS, -1).transpose(1, 2) for part in (self.query, self.key, self.value))
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(batch, time, D)
        x = x + self.out(seen)
        return x + self.dense2(F.gelu(self.dense1(self.norm2(x)), approximate="tanh"))


class MiniGpt(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.positions = torch.nn.Embedding(VOCABULARY, D), torch.nn.Embedding(CONTEXT, D)
        self.blocks, self.norm = torch.nn.ModuleList([Block() for _ in range(DEPTH)]), torch.nn.LayerNorm(D)

    def forward(self, tokens):
        x = self.embed(tokens) + self.positions.weight[:tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.embed.weight.T


def names(model):
    """From the names of the text to PyTorch's parameters, and whether its weight is the transpose."""
    found = {"embed.table": (model.embed.weight, False), "positions.table": (model.positions.weight, False)}
    for name, norm in [("norm", model.norm)] + [("blocks.%d.norm%d" % (i, n), getattr(block, "norm%d" % n))
                                                for i, block in enumerate(model.blocks) for n in (1, 2)]:
        found[name + ".scale"], found[name + ".shift"] = (norm.weight, False), (norm.bias, False)
    for i, block in enumerate(model.blocks):
        for name in ("query", "key", "value", "out", "dense1", "dense2"):
            path = "blocks.%d.%s.%s" % (i, "mlp" if name.startswith("dense") else "attention", name)
            layer = getattr(block, name)
            found[path + ".weight"], found[path + ".bias"] = (layer.weight, True), (layer.bias, False)
    return found


def build(t):
    model = MiniGpt()
    for name, (parameter, transposed) in names(model).items():
        shape = parameter.T.shape if transposed else parameter.shape
        value = t(name, *shape, low=-0.5, high=0.5, grad=False)
        parameter.data = (value.T if transposed else value).clone()
    return model


def as_text(value, transposed):
    return value.T if transposed else value


def once(t, batch, time):
    """Everything of one call. A step from nothing leaves a tenth of the clipped gradients as Adam's first moments."""
    model = build(t)
    tokens, target = t.ints("tokens", batch, time, high=VOCABULARY), t.ints("target", batch, time, high=VOCABULARY)
    logits = model(tokens)
    loss = F.cross_entropy(logits.flatten(0, 1), target.flatten())
    loss.backward()
    found = {"logit": logits, "loss": loss, "accuracy": (logits.argmax(-1) == target).double().mean()}
    norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()])
    for name, (parameter, transposed) in names(model).items():
        gradient = 0.1 * min(1.0, 1.0 / norm.item()) * parameter.grad
        found["train.adamw.m." + name] = as_text(gradient, transposed)
    return found


def training(t, batch, time):
    model = build(t)
    tokens, target = t.int_stream("tokens", (batch, time), (batch + 1, time - 2), high=VOCABULARY), t.int_stream(
        "target", (batch, time), (batch + 1, time - 2), high=VOCABULARY)
    plain = [p for name, (p, _) in names(model).items() if name.endswith((".bias", ".scale", ".shift")) or "positions" in name]
    decayed = [p for p in model.parameters() if all(p is not one for one in plain)]
    optimizer = torch.optim.AdamW([{"params": decayed}, {"params": plain, "weight_decay": 0}], 2e-3, (0.9, 0.95),
                                  weight_decay=0.1)

    def rate(step):
        done = min(max((step - WARMUP) / (TOTAL - WARMUP), 0), 1)
        return min(step / WARMUP, 1) * 0.5 * (1 + math.cos(math.pi * done))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    losses, rates = [], []
    for step in range(STEPS):
        loss = F.cross_entropy(model(tokens(step)).flatten(0, 1), target(step).flatten())
        optimizer.zero_grad()
        loss.backward()
        gradients = [p.grad for p in model.parameters()]
        # PyTorch's clipping adds 1e-6 to the norm.
        factor = min(1.0, 1.0 / torch.nn.utils.get_total_norm(gradients).item())
        for gradient in gradients:
            gradient.mul_(factor)
        losses.append(loss.item())
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    found = {"loss": losses, "hyper.lr": rates}
    for name, (parameter, transposed) in names(model).items():
        found[name] = as_text(parameter, transposed)
    return found


for sizes in ((2, 5), (1, 1), (3, 9)):
    case("MiniGpt", once, *sizes)
case("MiniGpt", training, 3, 9, steps=STEPS)
write(__file__)
