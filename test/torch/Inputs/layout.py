"""Where PyTorch has the channels of images and the axes of filters."""


def first(x):
    """[n, spatial..., channels] as PyTorch has it."""
    return x.movedim(-1, 1)


def last(y):
    return y.movedim(1, -1)


def filter_of(w):
    """[kernel..., channels, filters] as PyTorch has it; so for transposed convolutions, too."""
    return w.permute(w.dim() - 1, w.dim() - 2, *range(w.dim() - 2))
