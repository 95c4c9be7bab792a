# What the table of kernel calls says a call amounts to: floating-point operations and bytes, as polynomials over sizes.
#
# RUN: nnc %S/Inputs/amounts.nn -o %t.so && %python %s %t.so
import sys

import nnc

sizes = {"batch": 10, "time": 20}


def value(model, dim):
    total = 0
    for t in range(dim.term_count):
        product = dim.terms[t].coefficient
        for s in range(model.symbol_count):
            product *= sizes[model.symbols[s].name.decode()] ** dim.terms[t].powers[s]
        total += product
    return total


def amounts(model):
    calls = [model.kernel_calls[i] for i in range(model.kernel_call_count)]
    return (sum(value(model, call.operations) for call in calls), sum(value(model, call.bytes) for call in calls))


batch, time = 10, 20
expected = {
    # 8 x 16 products and sums for each of the results; then a function of each.
    "Product": (2 * batch * 8 * 16 + batch * 16, 4 * (batch * 8 + 8 * 16 + batch * 16)),
    # 3 x 3 taps of 2 channels for 5 filters at 6 x 6 positions.
    "Convolution": (2 * batch * 36 * 5 * 18, 4 * (batch * 64 * 2 + 18 * 5 + batch * 36 * 5)),
    # Query i sees i + 1 keys, with rows of 4 in k and of 4 in v, in each of 3 heads.
    "Attend": (batch * 3 * (time * (time + 1) // 2) * 2 * (4 + 4), None),
    # Four elements under each window.
    "Pool": (4 * batch * 4 * 4 * 2, 4 * (batch * 64 * 2 + batch * 16 * 2)),
    # The rows that are taken, not the table.
    "Embed": (batch * time * 4, 4 * (batch * time * 4 + batch * time + batch * time * 4)),
}
library = nnc.Library(sys.argv[1])
for name, wanted in expected.items():
    for what, found, number in zip(("operations", "bytes"), amounts(library.models[name].raw), wanted):
        assert number is None or found == number, "%s: %s: found %d, expected %d" % (name, what, found, number)
