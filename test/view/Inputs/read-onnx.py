"""Prints an ONNX file as lines, read by the numbers of onnx.proto, and checks that nodes come after what they read."""
import struct
import sys

TYPES = {1: "float32", 2: "uint8", 6: "int32", 7: "int64", 9: "bool", 11: "float64"}


def fields(data):
    """(number, value) pairs; values are ints, floats or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 5:
            yield key >> 3, struct.unpack("<f", data[at : at + 4])[0]
            at += 4
        else:
            assert key & 7 == 2, "no other kind is written"
            size = varint()
            yield key >> 3, data[at : at + size]
            at += size
    assert at == len(data), "a length goes past the end"


def all_of(message, number):
    return [value for key, value in fields(message) if key == number]


def text(message, number):
    return "".join(value.decode() for value in all_of(message, number))


def value_text(message):
    tensor = all_of(all_of(message, 2)[0], 1)[0]
    shape = all_of(tensor, 2)
    dims = [text(dim, 2) or str(all_of(dim, 1)[0]) for dim in all_of(shape[0], 1)] if shape else []
    return "%s %s[%s]" % (text(message, 1), TYPES[all_of(tensor, 1)[0]], ", ".join(dims))


model = open(sys.argv[1], "rb").read()
assert all_of(model, 1) == [8], "IR version"
domains = {text(opset, 1): all_of(opset, 2)[0] for opset in all_of(model, 8)}
graph = all_of(model, 7)[0]
print("graph", text(graph, 2))
for name, number in (("input", 11), ("output", 12)):
    for value in all_of(graph, number):
        print(name, value_text(value))
known = {text(value, 1) for value in all_of(graph, 11)}
names = set()
for node in all_of(graph, 1):
    inputs = [value.decode() for value in all_of(node, 1)]
    outputs = [value.decode() for value in all_of(node, 2)]
    assert set(inputs) <= known, "read before it is made: %s" % (set(inputs) - known)
    assert not set(outputs) & known, "made twice"
    known |= set(outputs)
    assert text(node, 3) not in names, "two nodes of one name"
    names.add(text(node, 3))
    domain = text(node, 7)
    assert domain in domains
    attributes = ""
    for attribute in all_of(node, 5):
        values = all_of(attribute, 2) + all_of(attribute, 3) + all_of(attribute, 4) + all_of(attribute, 8)
        attributes += " %s=%s" % (text(attribute, 1), ",".join(str(value) for value in values))
    print("node", (domain + "." if domain else "") + text(node, 4) + attributes, "(%s) ->" % ", ".join(inputs), ", ".join(outputs),
          " # " + text(node, 6) if text(node, 6) else "")
assert {text(value, 1) for value in all_of(graph, 12)} <= known, "an output is never made"
