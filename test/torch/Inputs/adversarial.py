import torch
from torch.nn import functional

from reference import case, write

STEPS = 50


def network(t, name, sizes, activations):
    """A stack of dense layers, and its parameters."""
    weights = [(t("%s.dense%d.weight" % (name, i + 1), *shape), t("%s.dense%d.bias" % (name, i + 1), shape[1]))
               for i, shape in enumerate(zip(sizes, sizes[1:]))]

    def apply(x):
        for (w, bias), activation in zip(weights, activations):
            x = activation(x @ w + bias)
        return x
    return apply, [tensor for pair in weights for tensor in pair]


def identity(x):
    return x


def update(optimizer, parameters, loss):
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
        parameter.grad = gradient
    optimizer.step()


def networks(t, critic_sizes, activation):
    generator, made = network(t, "generator", [3, 6, 5], [torch.relu, torch.tanh])
    critic, criticized = network(t, "critic", critic_sizes, [activation] * (len(critic_sizes) - 2) + [identity])
    batches = [t.stream(name, *shapes) for name, shapes in (
        ("real", ((8, 5), (3, 5))), ("z", ((8, 3), (3, 3))), ("noise", ((8, 3), (1, 3))))]
    return generator, made, critic, criticized, batches


def results(losses, others, t):
    variables = {name: tensor for name, tensor in t.tensors.items() if tensor.requires_grad}
    return {**losses, **others, **variables}


def gan(t):
    generator, made, critic, criticized, (real, z, noise) = networks(t, [5, 7, 1], functional.leaky_relu)
    of_critic = torch.optim.Adam(criticized, lr=2e-2, betas=(0.5, 0.999))
    of_generator = torch.optim.Adam(made, lr=1e-2, betas=(0.5, 0.999))

    def cost(logit, target):
        return functional.binary_cross_entropy_with_logits(logit, torch.full_like(logit, target))
    losses = {"discriminate.loss": [], "imitate.loss": []}
    caught = []
    for step in range(STEPS):
        on_fake = critic(generator(z(step)).detach())
        loss = cost(critic(real(step)), 1.0) + cost(on_fake, 0.0)
        losses["discriminate.loss"].append(loss.item())
        caught.append((on_fake < 0).double().mean().item())
        update(of_critic, criticized, loss)
        loss = cost(critic(generator(noise(step))), 1.0)
        losses["imitate.loss"].append(loss.item())
        update(of_generator, made, loss)
    return results(losses, {"discriminate.caught": caught}, t)


def wgan(t):
    generator, made, critic, criticized, (real, z, noise) = networks(t, [5, 7, 6, 1], functional.softplus)
    mix = t.stream("mix", (8, 1), (3, 1), low=0.0)
    of_critic = torch.optim.Adam(criticized, lr=1e-2, betas=(0.0, 0.9))
    of_generator = torch.optim.RMSprop(made, lr=5e-3, alpha=0.9, eps=1e-8)
    losses = {"criticize.loss": [], "criticize.wasserstein": [], "imitate.loss": []}
    for step in range(STEPS):
        fake, truth = generator(z(step)).detach(), real(step)
        between = (mix(step) * truth + (1 - mix(step)) * fake).requires_grad_()
        slope, = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        gap = critic(fake).mean() - critic(truth).mean()
        loss = gap + 10 * ((slope.norm(dim=-1) - 1)**2).mean()
        losses["criticize.loss"].append(loss.item())
        losses["criticize.wasserstein"].append(-gap.item())
        update(of_critic, criticized, loss)
        loss = -critic(generator(noise(step))).mean()
        losses["imitate.loss"].append(loss.item())
        update(of_generator, made, loss)
    return results(losses, {}, t)


case("Gan", gan, steps=STEPS)
case("Wgan", wgan, steps=STEPS)
write(__file__)
