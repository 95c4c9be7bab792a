"""6 transformer blocks of width 512 with 8 heads over 128 characters of 65, batch 4."""
import numpy

from workloads.parts import jax_cross_entropy

BATCH, CONTEXT = 4, 128
VOCABULARY, WIDTH, HEADS, DEPTH = 65, 512, 8, 6
INFERENCE_BATCHES = (1,)
# Of the products, forward and both gradients: the dense layers of all positions, and the half of the scores and of the
# sums of values that the mask leaves.
FLOPS = 3 * 2 * BATCH * CONTEXT * (DEPTH * (12 * WIDTH**2 + CONTEXT * WIDTH) + WIDTH * VOCABULARY)
PARTS = ("query", "key", "value", "out")


def batch(rng, size=BATCH):
    tokens = rng.integers(0, VOCABULARY, (size, CONTEXT + 1), numpy.int32)
    return {"tokens": numpy.ascontiguousarray(tokens[:, :-1]), "target": numpy.ascontiguousarray(tokens[:, 1:])}


def torch_model(torch):
    functional = torch.nn.functional

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = torch.nn.LayerNorm(WIDTH), torch.nn.LayerNorm(WIDTH)
            self.attention = torch.nn.ModuleDict({part: torch.nn.Linear(WIDTH, WIDTH) for part in PARTS})
            self.mlp = torch.nn.ModuleList([torch.nn.Linear(WIDTH, 4 * WIDTH), torch.nn.Linear(4 * WIDTH, WIDTH)])

        def forward(self, x):
            n = self.norm1(x)
            q, k, v = (self.attention[part](n).unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in PARTS[:3])
            seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.attention["out"](seen.transpose(1, 2).flatten(2))
            return x + self.mlp[1](functional.gelu(self.mlp[0](self.norm2(x)), approximate="tanh"))

    class Gpt(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(VOCABULARY, WIDTH)
            self.positions = torch.nn.Parameter(torch.zeros(CONTEXT, WIDTH))
            self.blocks = torch.nn.ModuleList([Block() for _ in range(DEPTH)])
            self.norm, self.head = torch.nn.LayerNorm(WIDTH), torch.nn.Linear(WIDTH, VOCABULARY)

        def forward(self, tokens):
            x = self.embedding(tokens) + self.positions
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x))

    net = Gpt()
    return net, lambda tokens: net(tokens), \
        lambda logits, tokens, target: functional.cross_entropy(logits.flatten(0, 1), target.flatten())


def torch_parameters(net):
    found = {"embedding1.table": (net.embedding.weight, (0, 1)), "positions1.table": (net.positions, (0, 1))}

    def add_dense(name, layer):
        found[name + ".weight"] = (layer.weight, (1, 0))
        found[name + ".bias"] = (layer.bias, (0,))

    def add_norm(name, layer):
        found[name + ".scale"] = (layer.weight, (0,))
        found[name + ".shift"] = (layer.bias, (0,))

    for i, block in enumerate(net.blocks):
        prefix = "blocks.%d." % i
        add_norm(prefix + "norm1", block.norm1)
        add_norm(prefix + "norm2", block.norm2)
        for part in PARTS:
            add_dense(prefix + "attention." + part, block.attention[part])
        for j, layer in enumerate(block.mlp):
            add_dense(prefix + "mlp.dense%d" % (j + 1), layer)
    add_norm("layer_norm1", net.norm)
    add_dense("dense1", net.head)
    return found


def jax_loss(jax, p, tokens, target):
    numpy = jax.numpy

    def dense(name, x):
        return x @ p[name + ".weight"] + p[name + ".bias"]

    def norm(name, x):
        centred = x - x.mean(-1, keepdims=True)
        return centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * p[name + ".scale"] + p[name + ".shift"]

    x = p["embedding1.table"][tokens] + p["positions1.table"]
    for i in range(DEPTH):
        prefix = "blocks.%d." % i
        n = norm(prefix + "norm1", x)
        q, k, v = (dense(prefix + "attention." + part, n).reshape(*n.shape[:2], HEADS, -1) for part in PARTS[:3])
        seen = jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(x.shape)
        x = x + dense(prefix + "attention.out", seen)
        n = norm(prefix + "norm2", x)
        x = x + dense(prefix + "mlp.dense2", jax.nn.gelu(dense(prefix + "mlp.dense1", n), approximate=True))
    return jax_cross_entropy(jax, dense("dense1", norm("layer_norm1", x)), target)
