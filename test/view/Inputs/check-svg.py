"""Reads an SVG of nnc's: nodes do not overlap, layers contain their nodes whole or not at all, and what computes forward
stands left of the adjoints in each layer."""
import sys
import xml.etree.ElementTree as tree

SPACE = "{http://www.w3.org/2000/svg}"


def box(group):
    rect = group.find(SPACE + "rect")
    x, y, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(a, b):
    return b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3]


root = tree.parse(sys.argv[1]).getroot()
groups = root.iter(SPACE + "g")
nodes, layers = [], []
for group in groups:
    kind = (group.get("class") or "").split()
    if kind[:1] == ["node"]:
        nodes.append((kind[1], box(group)))
    elif kind[:1] == ["layer"]:
        layers.append(box(group))
assert len(nodes) > 10 and layers, "a picture of something"
everything = [place for _, place in nodes]
for i, a in enumerate(everything):
    assert not any(overlap(a, b) for b in everything[:i]), "nodes overlap"
for i, a in enumerate(layers):
    for b in layers[:i] + everything:
        assert not overlap(a, b) or inside(a, b) or inside(b, a), "a border goes through something"
for layer in layers:
    within = [(kind, place) for kind, place in nodes if inside(place, layer)]
    if any(inside(other, layer) for other in layers if other != layer):
        continue  # layers side by side in it have sides of their own
    forward = [place[2] for kind, place in within if kind in ("forward", "parameter")]
    backward = [place[0] for kind, place in within if kind == "backward"]
    assert not forward or not backward or max(forward) < min(backward), "forward is left of backward"
width, height = float(root.get("width")), float(root.get("height"))
assert all(0 <= p[0] and p[2] <= width and 0 <= p[1] and p[3] <= height for p in everything), "outside of the picture"
