"""What rules.py evaluates the gradient rules of operators with: each op in its variants."""
import numpy

UNARY = """neg exp expm1 log log1p sqrt rsqrt abs sin cos erf tanh sigmoid log_sigmoid softplus relu leaky_relu elu silu gelu
gelu_tanh""".split()
BINARY = "add sub mul div mod pow maximum minimum".split()
V = "tensor<5xf64>"
WINDOW = "window [3] strides [2] dilations [1] low [1] high [1]"
CONV = "strides [2] dilations [1] low [1] high [1] groups 1"
X, P, K = "tensor<2x6x2xf64>", "tensor<2x3x2xf64>", "tensor<3x2x2xf64>"
WINDOW_NUMBERS = {"stride": 2, "dilation": 1, "low": 1, "taps": 3}
Q, S = "tensor<4x3xf64>", "tensor<4xf64>"

def whole(name, value):
    return value


def cut(count, axis, but=()):
    """One view for each place along an axis of all values but some."""
    return [lambda name, value, i=i: value if name in but else numpy.take(value, i, axis) for i in range(count)]


def merged(*whole_names):
    """Two spatial axes as one: the second, which a filter or window of size 1 does not join, is more of the batch."""
    def view(name, value):
        if name.removeprefix("d_") in whole_names:  # of the filter's sizes
            return value[:, 0]
        return numpy.moveaxis(value, 2, 1).reshape(-1, value.shape[1], value.shape[3])
    return [view]


class Case:
    """operands: types by letters. results: likewise, or the type of y. numbers: what the rule's letters beside operands and
    results are, a dict or what makes one of the data; None for adjoints that do not flow. views: how the values are cut to
    the smallest sizes, in which rules are written."""

    def __init__(self, operands, text, results, numbers={}, views=(whole,), data={}):
        self.operands, self.text, self.views, self.data = operands, text, views, data
        self.results = results if isinstance(results, dict) else {"y": results}
        self.numbers = numbers if callable(numbers) else lambda data: numbers
        self.adjoints = {"d_" + name: type for name, type in self.results.items() if callable(numbers) or numbers.get("d_" + name, 0) is not None}
        if "statistic" in self.results:
            self.adjoints.pop("d_statistic", None)  # it is for the gradient to read


def weights(mode, to, size):
    """The parts of `size` elements in `to` elements by nn.resample's definition."""
    made = numpy.zeros((to, size))
    for i in range(to):
        if mode == "nearest":
            made[i, i * size // to] = 1
        elif mode == "linear":
            place = max((i + 0.5) * size / to - 0.5, 0)
            low = int(place)
            made[i, low] += 1 - (place - low)
            made[i, min(low + 1, size - 1)] += place - low
        else:
            first, last = i * size // to, -(-(i + 1) * size // to)
            made[i, first:last] = 1 / (last - first)
    return {"weight": made}


def maxima(data):
    """Where the windows of WINDOW have their maxima."""
    x = data["x"]
    index = numpy.zeros((x.shape[0], 3, x.shape[2]), int)
    for p in range(3):
        inside = [i for i in range(2 * p - 1, 2 * p + 2) if 0 <= i < x.shape[1]]
        index[:, p] = inside[0] + numpy.argmax(x[:, inside], axis=1)
    return {"index": index}


def taken(reverse, exclusive):
    s, t = numpy.ogrid[:5, :5]
    return {"taken": ((s >= t) if reverse else (s <= t)) & (not exclusive or s != t)}


K5, V5, B4 = "tensor<5x3xf64>", "tensor<5x2xf64>", "tensor<4x2xf64>"
ATTENTION = {"q": Q, "k": K5, "v": V5}
GRADIENT = {**ATTENTION, "statistic": S, "g": B4, "correction": S}
ALL_SEEN = numpy.ones((4, 5))
CAUSAL = numpy.arange(5) <= numpy.arange(4)[:, None] + 1


def attention(types, options="", numbers=None, **more):
    names = [name for name in types if name != "mask"]
    mask = " mask %mask" if "mask" in types else ""
    listed = names + (["mask"] if mask else [])
    text = "nn.attention %s%s scale 0.5%s : %s" % (", ".join("%" + n for n in names), mask, options, ", ".join(types[n] for n in listed))
    lead = "x".join(types["q"][7:-1].split("x")[:-2])  # "4" of tensor<4x3xf64>
    return Case(types, text, {"y": "tensor<%sx2xf64>" % lead, "statistic": "tensor<%sxf64>" % lead}, numbers, **more)


def attention_gradient(types, options="", numbers=None):
    names = [name for name in types if name != "mask"]
    mask = " mask %mask" if "mask" in types else ""
    listed = names + (["mask"] if mask else [])
    text = "nn.attention_gradient %s%s scale 0.5%s : %s" % (", ".join("%" + n for n in names), mask, options,
                                                           ", ".join(types[n] for n in listed))
    return Case(types, text, {"dq": types["q"], "dk": types["k"], "dv": types["v"]}, numbers)


def seen(matrix):
    return lambda data: {"scale": 0.5, "seen": matrix}


def masked(data):
    return {"scale": 0.5, "seen": data["mask"] * CAUSAL}


MASK = numpy.array([[1, 0, 1, 1, 0], [1, 1, 0, 0, 1], [1, 0, 0, 1, 1], [1, 1, 1, 0, 0]], bool)
X2, P2, K2 = "tensor<2x6x2x2xf64>", "tensor<2x3x2x2xf64>", "tensor<3x1x2x2xf64>"
CONV2 = "strides [2, 1] dilations [1, 1] low [1, 0] high [1, 0] groups 1"
WINDOW2 = "window [3, 1] strides [2, 1] dilations [1, 1] low [1, 0] high [1, 0]"
COUNT = {"count": [2.0, 3.0, 3.0], **WINDOW_NUMBERS}


def conv(types, op, results, options, numbers, arrow="", **more):
    return Case(types, "nn.%s %s %s : %s%s" % (op, ", ".join("%" + n for n in types), options, ", ".join(types.values()), arrow), results,
                numbers, **more)


def groups(count, size):
    """Each group's channels; of the filter all of the group's."""
    def view(group):
        def of(name, value):
            name = name.removeprefix("d_")
            at = slice(group * size, (group + 1) * size)
            return value[..., at] if name != "x" else value[..., group:group + 1]
        return of
    return [view(group) for group in range(count)]


def sum_view(j):
    return lambda name, value: value[j] if name in ("y", "d_y") else value[:, j].ravel()


REDUCED = [sum_view(j) for j in range(3)]
THREE = "tensor<2x3x2xf64>"

# Cases by op, variants with a word behind: conv__groups.
CASES = {
    "cast": Case({"x": V}, "nn.cast %x : tensor<5xf64> -> tensor<5xf32>", "tensor<5xf32>"),
    "select": Case({"c": "tensor<5xi1>", "a": V, "b": V}, "nn.select %c, %a, %b : tensor<5xi1>, tensor<5xf64>", V),
    "pow__edges": Case({"a": V, "b": V}, "nn.pow %a, %b : tensor<5xf64>", V, data={
        "a": [-2.0, 0.5, -1.5, 2.0, -1.0], "b": [2.0, 0.0, 0.0, 1.0, 3.0]}),
    "maximum__tie": Case({"a": V, "b": V}, "nn.maximum %a, %b : tensor<5xf64>", V, data={"a": [1.0] * 5, "b": [1.0] * 5}),
    "minimum__tie": Case({"a": V, "b": V}, "nn.minimum %a, %b : tensor<5xf64>", V, data={"a": [1.0] * 5, "b": [1.0] * 5}),
    "leaky_relu__slope": Case({"x": V}, "nn.leaky_relu %x {slope = 0.3 : f64} : tensor<5xf64>", V, {"slope": 0.3}),
    "elu__alpha": Case({"x": V}, "nn.elu %x {alpha = 0.7 : f64} : tensor<5xf64>", V, {"alpha": 0.7}),
    "access": Case({"x": "tensor<4xf64>"}, "nn.access %x [(2*d0 + 1) over 3] else 0.0 : tensor<4xf64> -> tensor<6xf64>",
                   "tensor<6xf64>", {"coefficient": 2, "constant": 1, "divisor": 3}),
    "access__flip": Case({"x": "tensor<4xf64>"}, "nn.access %x [-1*d0 + 4] else 0.0 : tensor<4xf64> -> tensor<6xf64>",
                         "tensor<6xf64>", {"coefficient": -1, "constant": 4, "divisor": 1}),
    "access__rows": Case({"x": "tensor<4x2xf64>"},
                         "nn.access %x [2*d0 - 1, d1] else 0.0 : tensor<4x2xf64> -> tensor<3x2xf64>", "tensor<3x2xf64>",
                         {"coefficient": 2, "constant": -1, "divisor": 1}, views=cut(2, 1)),
    "concat": Case({"a": "tensor<3xf64>", "b": "tensor<4xf64>"},
                   "nn.concat %a, %b along 0 : tensor<3xf64>, tensor<4xf64>", "tensor<7xf64>", {"n": 3}),
    "concat__columns": Case({"a": "tensor<2x3xf64>", "b": "tensor<2x4xf64>"},
                            "nn.concat %a, %b along 1 : tensor<2x3xf64>, tensor<2x4xf64>", "tensor<2x7xf64>", {"n": 3},
                            views=cut(2, 0)),
    "attention": attention(ATTENTION, numbers=seen(ALL_SEEN)),
    "attention__causal": attention(ATTENTION, " causal", seen(CAUSAL)),
    "attention__mask": attention({**ATTENTION, "mask": "tensor<4x5xi1>"}, " causal", masked, data={"mask": MASK}),
    "attention__heads": attention({"q": "tensor<2x4x3xf64>", "k": "tensor<2x5x3xf64>", "v": "tensor<2x5x2xf64>"}, " causal",
                                  seen(CAUSAL), views=cut(2, 0)),
    "attention_gradient": attention_gradient(GRADIENT, numbers=seen(ALL_SEEN)),
    "attention_gradient__causal": attention_gradient(GRADIENT, " causal", seen(CAUSAL)),
    "conv": conv({"x": X, "w": K}, "conv", P, CONV, WINDOW_NUMBERS),
    "conv__dilated": conv({"x": X, "w": K}, "conv", "tensor<2x4x2xf64>", "strides [1] dilations [2] low [2] high [0] groups 1",
                          {"stride": 1, "dilation": 2, "low": 2}),
    "conv__groups": conv({"x": X, "w": "tensor<3x1x4xf64>"}, "conv", "tensor<2x3x4xf64>", CONV.replace("groups 1", "groups 2"),
                         WINDOW_NUMBERS, views=groups(2, 2)),
    "conv__plane": conv({"x": X2, "w": K2}, "conv", P2, CONV2, WINDOW_NUMBERS, views=merged("w")),
    "conv_input_gradient": conv({"g": P, "w": K}, "conv_input_gradient", X, CONV, WINDOW_NUMBERS, " -> " + X),
    "conv_input_gradient__plane": conv({"g": P2, "w": K2}, "conv_input_gradient", X2, CONV2, WINDOW_NUMBERS, " -> " + X2,
                                       views=merged("w")),
    "conv_filter_gradient": conv({"x": X, "g": P}, "conv_filter_gradient", K, CONV, WINDOW_NUMBERS, " -> " + K),
    "conv_filter_gradient__plane": conv({"x": X2, "g": P2}, "conv_filter_gradient", K2, CONV2, WINDOW_NUMBERS, " -> " + K2,
                                        views=merged("y")),
    "gather": Case({"table": "tensor<6x3xf64>", "index": "tensor<4xi32>"},
                   "nn.gather %table, %index axis 0 : tensor<6x3xf64>, tensor<4xi32>", "tensor<4x3xf64>"),
    "gather__columns": Case({"table": "tensor<2x6xf64>", "index": "tensor<4xi32>"},
                            "nn.gather %table, %index axis 1 : tensor<2x6xf64>, tensor<4xi32>", "tensor<2x4xf64>",
                            views=[lambda name, value: value if name == "index" else value.T]),
    "gather__grid": Case({"table": "tensor<6x3xf64>", "index": "tensor<2x2xi32>"},
                         "nn.gather %table, %index axis 0 : tensor<6x3xf64>, tensor<2x2xi32>", "tensor<2x2x3xf64>",
                         views=[lambda name, value: value.ravel() if name == "index" else value.reshape(-1, 3)]),
    "scatter_add": Case({"x": "tensor<4x3xf64>", "index": "tensor<4xi32>"},
                        "nn.scatter_add %x, %index axis 0 : tensor<4x3xf64>, tensor<4xi32> -> tensor<6x3xf64>",
                        "tensor<6x3xf64>"),
    "cumsum": Case({"x": V}, "nn.cumsum %x along 0 : tensor<5xf64>", V, taken(False, False)),
    "cumsum__reverse": Case({"x": V}, "nn.cumsum %x along 0 reverse : tensor<5xf64>", V, taken(True, False)),
    "cumsum__exclusive": Case({"x": V}, "nn.cumsum %x along 0 exclusive : tensor<5xf64>", V, taken(False, True)),
    "cumsum__both": Case({"x": "tensor<5x2xf64>"}, "nn.cumsum %x along 0 reverse exclusive : tensor<5x2xf64>", "tensor<5x2xf64>",
                         taken(True, True), views=cut(2, 1)),
    "matmul": Case({"a": "tensor<3x4xf64>", "b": "tensor<4x2xf64>"},
                   "nn.matmul %a, %b : tensor<3x4xf64>, tensor<4x2xf64>", "tensor<3x2xf64>"),
    "matmul__transposed": Case({"a": "tensor<4x3xf64>", "b": "tensor<2x4xf64>"},
                               "nn.matmul %a, %b lhs_transposed rhs_transposed : tensor<4x3xf64>, tensor<2x4xf64>",
                               "tensor<3x2xf64>", views=[lambda name, value: value if name in ("y", "d_y") else value.T]),
    "matmul__batch": Case({"a": "tensor<2x3x4xf64>", "b": "tensor<2x4x2xf64>"},
                          "nn.matmul %a, %b : tensor<2x3x4xf64>, tensor<2x4x2xf64>", "tensor<2x3x2xf64>", views=cut(2, 0)),
    "max_pool": Case({"x": X}, "nn.max_pool %x " + WINDOW + " : " + X, P, maxima),
    "max_unpool": Case({"values": P, "index": "tensor<2x3x2xi32>"},
                       "nn.max_unpool %values, %index " + WINDOW + " : " + P + ", tensor<2x3x2xi32> -> " + X, X),
    "max_pool_gather": Case({"x": X, "index": "tensor<2x3x2xi32>"},
                            "nn.max_pool_gather %x, %index " + WINDOW + " : " + X + ", tensor<2x3x2xi32>", P),
    "avg_pool": Case({"x": X}, "nn.avg_pool %x " + WINDOW + " : " + X, P, COUNT),
    "avg_pool__padding": Case({"x": X}, "nn.avg_pool %x " + WINDOW + " count_padding : " + X, P,
                              {**COUNT, "count": [3.0, 3.0, 3.0]}),
    "avg_pool__plane": Case({"x": X2}, "nn.avg_pool %x " + WINDOW2 + " : " + X2, P2, COUNT, views=merged()),
    "avg_unpool": Case({"values": P}, "nn.avg_unpool %values " + WINDOW + " : " + P + " -> " + X, X, COUNT),
    "avg_unpool__padding": Case({"values": P}, "nn.avg_unpool %values " + WINDOW + " count_padding : " + P + " -> " + X, X,
                                {**COUNT, "count": [3.0, 3.0, 3.0]}),
    "broadcast": Case({"x": "tensor<3xf64>"}, "nn.broadcast %x dims [1] : tensor<3xf64> -> tensor<4x3xf64>", "tensor<4x3xf64>"),
    "broadcast__behind": Case({"x": "tensor<3xf64>"}, "nn.broadcast %x dims [0] : tensor<3xf64> -> tensor<3x4xf64>",
                              "tensor<3x4xf64>", views=[lambda name, value: value.T]),
    "broadcast__unit": Case({"x": "tensor<1x3xf64>"}, "nn.broadcast %x dims [0, 1] : tensor<1x3xf64> -> tensor<4x3xf64>",
                            "tensor<4x3xf64>", views=[lambda name, value: value[0] if len(value) == 1 else value]),
    "reshape": Case({"x": "tensor<2x3xf64>"}, "nn.reshape %x : tensor<2x3xf64> -> tensor<3x2xf64>", "tensor<3x2xf64>",
                    views=[lambda name, value: value.ravel()]),
    "transpose": Case({"x": "tensor<3x4xf64>"}, "nn.transpose %x by [1, 0] : tensor<3x4xf64>", "tensor<4x3xf64>"),
    "transpose__axes": Case({"x": "tensor<2x3x4xf64>"}, "nn.transpose %x by [1, 2, 0] : tensor<2x3x4xf64>", "tensor<3x4x2xf64>",
                            views=[lambda name, value: value.reshape(2, 12) if len(value) == 2 else value.reshape(12, 2)]),
    "hold": Case({"x": V, "until": "tensor<i32>"}, "nn.hold %x until %until : tensor<5xf64>, tensor<i32>", V),
    "softmax_cross_entropy": Case({"z": V, "label": "tensor<i32>"},
                                  "nn.softmax_cross_entropy %z, %label : tensor<5xf64>, tensor<i32>", "tensor<f64>"),
    "softmax_cross_entropy__rows": Case(
        {"z": "tensor<3x5xf64>", "label": "tensor<3xi32>"},
        "nn.softmax_cross_entropy %z, %label ignore 9 : tensor<3x5xf64>, tensor<3xi32>", "tensor<3xf64>",
        views=cut(2, 0), data={"label": [4, 0, 9]}),  # the last row is ignored
}
for op, size, to in (("resample", 3, 7), ("resample_adjoint", 7, 3)):
    for mode, word in (("nearest", ""), ("linear", "__linear"), ("average", "__average")):
        CASES[op + word] = Case({"x": "tensor<%dxf64>" % size},
                                "nn.%s %%x along 0 by \"%s\" : tensor<%dxf64> -> tensor<%dxf64>" % (op, mode, size, to),
                                "tensor<%dxf64>" % to, weights(mode, 7, 3))
for op in ("sum", "mean", "prod", "max", "min"):
    CASES[op] = Case({"x": V}, "nn.%s %%x over [0] : tensor<5xf64>" % op, "tensor<f64>", {"n": 5})
    CASES[op + "__axes"] = Case({"x": THREE}, "nn.%s %%x over [0, 2] : %s" % (op, THREE), "tensor<3xf64>", {"n": 4}, views=REDUCED)
for op in ("max", "min"):
    CASES[op + "__tie"] = Case({"x": V}, "nn.%s %%x over [0] : tensor<5xf64>" % op, "tensor<f64>", data={"x": [2.0, 1.0, 2.0, 1.0, 1.5]})
for op in ("softmax", "log_softmax", "logsumexp"):
    result = ("tensor<f64>", "tensor<2x3xf64>") if op == "logsumexp" else (V, "tensor<2x4x3xf64>")
    CASES[op] = Case({"x": V}, "nn.%s %%x along 0 : tensor<5xf64>" % op, result[0])
    CASES[op + "__middle"] = Case(
        {"x": "tensor<2x4x3xf64>"}, "nn.%s %%x along 1 : tensor<2x4x3xf64>" % op, result[1],
        views=[lambda name, value, i=i, k=k: value[i, ..., k] for i in range(2) for k in range(3)])
for op in UNARY:
    CASES[op] = Case({"x": V}, "nn.%s %%x : tensor<5xf64>" % op, V, {"slope": 0.01, "alpha": 1.0})
for op in BINARY:
    CASES[op] = Case({"a": V, "b": V}, "nn.%s %%a, %%b : tensor<5xf64>" % op, V)
POSITIVE = {"log", "log1p", "sqrt", "rsqrt", "pow"}

# h[t + 1] = tanh(h[t] * w + x[t] * h'[t]), where h' is h turned around, and y[t] = h[t] * x[t] + w.
SCAN = """  nn.func predict @scan(%x: tensor<4x3xf64> {nn.name = "x"}, %h: tensor<3xf64> {nn.name = "h"}, %w: tensor<3xf64> {nn.name = "w"},
      %d_y: tensor<4x3xf64> {nn.name = "d_y"}, %d_h: tensor<3xf64> {nn.name = "d_h"})
      -> (tensor<4x3xf64> {nn.name = "out_y"}, tensor<3xf64> {nn.name = "out_h"}, tensor<4x3xf64> {nn.name = "out_d_x"},
          tensor<3xf64> {nn.name = "out_d_h"}, tensor<3xf64> {nn.name = "out_d_w"}) {
    %y, %end = nn.scan <4> turn(%t) sequences(%xt = %x : tensor<4x3xf64>) carries(%ht = %h : tensor<3xf64>)
        invariants(%v = %w : tensor<3xf64>) -> (tensor<4x3xf64>, tensor<3xf64>) {
      %turned = nn.access %ht [-1*d0 + 2] else 0.0 : tensor<3xf64> -> tensor<3xf64>
      %kept = nn.mul %ht, %v : tensor<3xf64>
      %crossed = nn.mul %xt, %turned : tensor<3xf64>
      %sum = nn.add %kept, %crossed : tensor<3xf64>
      %next = nn.tanh %sum : tensor<3xf64>
      %scaled = nn.mul %ht, %xt : tensor<3xf64>
      %given = nn.add %scaled, %v : tensor<3xf64>
      nn.yield %given, %next : tensor<3xf64>, tensor<3xf64>
    }
    %weighted_y = nn.mul %y, %d_y : tensor<4x3xf64>
    %weighted_h = nn.mul %end, %d_h : tensor<3xf64>
    %sum_y = nn.sum %weighted_y over [0, 1] : tensor<4x3xf64>
    %sum_h = nn.sum %weighted_h over [0] : tensor<3xf64>
    %total = nn.add %sum_y, %sum_h : tensor<f64>
    %d_x, %d_h0, %d_w = nn.grad %total wrt %x, %h, %w
      : (tensor<f64>, tensor<4x3xf64>, tensor<3xf64>, tensor<3xf64>) -> (tensor<4x3xf64>, tensor<3xf64>, tensor<3xf64>)
    nn.return %y, %end, %d_x, %d_h0, %d_w : tensor<4x3xf64>, tensor<3xf64>, tensor<4x3xf64>, tensor<3xf64>, tensor<3xf64>
  }
"""
