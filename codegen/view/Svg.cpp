// Svg.cpp: a drawing as SVG. Colours are variables of CSS: the file's own, which follow light and dark, or the page's.
#include "codegen/view/Drawing.h"
#include "codegen/view/Listing.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <set>

using llvm::StringRef;

namespace nnc::view {

namespace {

constexpr StringRef style = R"(
  svg { --paper: #ffffff; --ink: #1b2530; --quiet: #5f6f7e; --layer: #f4f6f8; --border: #cfd8e0;
        --input: #0b7285; --parameter: #6b7785; --forward: #2459c4; --recompute: #7340c9; --backward: #c2480b;
        --optimizer: #237a3b; --result: #0b7285; background: var(--paper); }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #14191f; --ink: #e6ebf0; --quiet: #9aa8b5; --layer: #1b222a; --border: #36424e;
          --input: #4fc3d7; --parameter: #9aa8b5; --forward: #82aaff; --recompute: #c3a1ff; --backward: #ff9e64;
          --optimizer: #7bd88f; --result: #4fc3d7; }
  }
)";

constexpr StringRef drawingStyle = R"(
  .drawing text { font: 12px system-ui, sans-serif; fill: var(--ink); }
  .drawing .small { font-size: 10.5px; fill: var(--quiet); }
  .drawing .layer > rect { fill: var(--layer); stroke: var(--border); }
  .drawing .layer > text { font-weight: 600; fill: var(--quiet); }
  .drawing .node > rect { fill: var(--paper); stroke: var(--part); stroke-width: 1.4; }
  .drawing .node > .tint { fill: var(--part); fill-opacity: .1; stroke: none; }
  .drawing .like > rect { stroke-dasharray: 5 3; fill: var(--paper); stroke: var(--quiet); }
  .drawing .edge { fill: none; stroke: var(--part); stroke-width: 1.3; stroke-opacity: .75; }
  .drawing .edge.saved { stroke-dasharray: 4 3; stroke-opacity: .5; }
)";

std::string escaped(StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return result;
}

/// At most so many characters, the last three dots where some are missing.
std::string shortened(StringRef text, size_t most) {
  return text.size() <= most ? text.str() : text.take_front(most - 1).str() + "\u2026";
}

class Writer {
public:
  Writer(const Drawing &drawing, bool inPage) : drawing(drawing), layout(layOut(drawing)), inPage(inPage), out(text) {}

  std::string write() {
    findBoxes();
    const double head = inPage ? 0 : 56, width = std::max(layout.width, inPage ? 0.0 : 640.0);
    out << llvm::formatv("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"drawing\" width=\"{0:F0}\" height=\"{1:F0}\" "
                         "viewBox=\"0 0 {0:F0} {1:F0}\" role=\"img\" aria-label=\"{2}\">\n",
                         width, layout.height + head, escaped(drawing.model + ", " + drawing.function));
    if (!inPage) {
      out << "<style>" << style << drawingStyle << "</style>\n";
      writeHead();
    }
    out << "<defs>";
    for (StringRef part : {"forward", "backward", "optimizer", "recompute", "parameter", "input"})
      out << "<marker id=\"arrow-" << part << "\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"6\" "
          << "markerHeight=\"6\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" style=\"fill:var(--" << part
          << ")\"/></marker>";
    out << "</defs>\n<g transform=\"translate(0 " << llvm::formatv("{0:F0}", head) << ")\">\n";
    for (const auto &[layer, rectangle] : layout.layers)
      writeLayer(*layer, rectangle);
    for (const Edge &edge : drawing.edges)
      writeEdge(edge);
    for (size_t node = 0; node < drawing.nodes.size(); ++node)
      if (layout.nodes[node].isDrawn())
        writeNode(node);
    out << "</g>\n</svg>\n";
    return text;
  }

private:
  /// What stands for a node in the picture: its own rectangle, or that of the layer it is hidden in.
  void findBoxes() {
    boxes = layout.nodes;
    for (const auto &[layer, rectangle] : layout.layers)
      if (layer->like)
        for (unsigned node : layer->allNodes())
          boxes[node] = rectangle;
  }

  void writeHead() {
    out << "<text x=\"14\" y=\"22\" style=\"font-size:16px;font-weight:600\">"
        << escaped(drawing.model + ": " + drawing.function) << "</text>\n";
    double x = 14;
    std::set<Part> parts;
    for (const Node &node : drawing.nodes)
      parts.insert(node.part);
    for (Part part : parts) {
      StringRef name = nameOf(part);
      out << llvm::formatv("<rect x=\"{0:F0}\" y=\"34\" width=\"12\" height=\"12\" rx=\"2\" style=\"fill:var(--{1});"
                           "fill-opacity:.35;stroke:var(--{1})\"/><text x=\"{2:F0}\" y=\"44\" class=\"small\">{1}</text>\n",
                           x, name, x + 17);
      x += 30 + 6.2 * name.size();
    }
  }

  std::string idsOf(llvm::ArrayRef<unsigned> nodes) {
    std::set<int64_t> ids;
    for (unsigned node : nodes)
      for (mlir::Operation *op : drawing.nodes[node].ops)
        if (int64_t id = idOf(op->getLoc()); id >= 0)
          ids.insert(id);
    std::string list;
    for (int64_t id : ids)
      list += (list.empty() ? "" : " ") + std::to_string(id);
    return list;
  }

  /// A name without the layer it stands in.
  static StringRef withoutLayer(StringRef name, StringRef layer) {
    if (!layer.empty() && name.starts_with(layer) && name.substr(layer.size()).starts_with("."))
      return name.substr(layer.size() + 1);
    return name;
  }

  /// `attention` of blocks.0.attention, `blocks.0` of blocks.0.
  static StringRef lastName(StringRef name) {
    size_t dot = name.rfind('.');
    if (dot != StringRef::npos && llvm::all_of(name.substr(dot + 1), llvm::isDigit))
      dot = name.rfind('.', dot);
    return dot == StringRef::npos ? name : name.substr(dot + 1);
  }

  void writeLayer(const Layer &layer, const Rectangle &r) {
    out << "<g class=\"layer" << (layer.like ? " like" : "") << "\" data-layer=\"" << escaped(layer.name) << "\"";
    if (inPage && layer.like)
      out << " tabindex=\"0\" data-ops=\"" << idsOf(layer.allNodes()) << "\"";
    out << llvm::formatv("><rect x=\"{0:F1}\" y=\"{1:F1}\" width=\"{2:F1}\" height=\"{3:F1}\" rx=\"8\"/>", r.x, r.y,
                         r.width, r.height);
    out << "<title>" << escaped(layer.name) << "</title>";
    if (layer.like)
      out << llvm::formatv("<text x=\"{0:F1}\" y=\"{1:F1}\" text-anchor=\"middle\">{2}<tspan class=\"small\"> equal to "
                           "{3}</tspan></text>",
                           r.x + r.width / 2, r.y + r.height / 2 + 4, escaped(shortened(lastName(layer.name), 18)),
                           escaped(shortened(lastName(layer.like->name), 18)));
    else
      out << llvm::formatv("<text x=\"{0:F1}\" y=\"{1:F1}\">{2}</text>", r.x + 10, r.y + 17, escaped(lastName(layer.name)));
    out << "</g>\n";
  }

  void writeNode(unsigned index) {
    const Node &node = drawing.nodes[index];
    const Rectangle &r = layout.nodes[index];
    // Gradients are named after what they are of: d_dense1.weight.
    StringRef title = withoutLayer(node.title, node.layer), name = withoutLayer(node.name, node.layer);
    std::string second = name.str();
    if (StringRef of = node.name; of.consume_front("d_") && withoutLayer(of, node.layer) != of)
      second = ("d_" + withoutLayer(of, node.layer)).str();
    if (!node.type.empty())
      second += (second.empty() ? "" : ": ") + node.type;
    out << llvm::formatv("<g class=\"node {0}\" style=\"--part:var(--{0})\"", nameOf(node.part));
    if (inPage)
      out << llvm::formatv(" tabindex=\"0\" data-node=\"{0}\" data-line=\"{1}\" data-ops=\"{2}\"", index, node.line,
                           idsOf({index}));
    out << "><title>" << escaped(node.title + (node.name.empty() ? "" : "\n" + node.name) + (node.type.empty() ? "" : "\n" + node.type));
    if (node.line)
      out << "\nline " << node.line;
    out << "</title>";
    for (StringRef kind : {"", " class=\"tint\""})
      out << llvm::formatv("<rect x=\"{0:F1}\" y=\"{1:F1}\" width=\"{2:F1}\" height=\"{3:F1}\" rx=\"{5}\"{4}/>", r.x, r.y,
                           r.width, r.height, kind, node.part == Part::Input || node.part == Part::Result ? 17 : 4);
    const double middle = r.x + r.width / 2;
    if (second.empty())
      out << llvm::formatv("<text x=\"{0:F1}\" y=\"{1:F1}\" text-anchor=\"middle\">{2}</text>", middle, r.y + 22,
                           escaped(shortened(title, 26)));
    else
      out << llvm::formatv("<text x=\"{0:F1}\" y=\"{1:F1}\" text-anchor=\"middle\">{2}</text><text x=\"{0:F1}\" "
                           "y=\"{3:F1}\" text-anchor=\"middle\" class=\"small\">{4}</text>",
                           middle, r.y + 15, escaped(shortened(title, 26)), r.y + 29, escaped(shortened(second, 30)));
    out << "</g>\n";
  }

  void writeEdge(const Edge &edge) {
    const Rectangle &a = boxes[edge.from], &b = boxes[edge.to];
    if (a.x == b.x && a.y == b.y)
      return;
    const Part from = drawing.nodes[edge.from].part, to = drawing.nodes[edge.to].part;
    // Of what leaves or enters a hidden layer, one line says as much as many.
    if (!drawn.insert({a.x, a.y, b.x, b.y, from == Part::Backward, to == Part::Backward}).second)
      return;
    const bool isUp = from == Part::Backward && to == Part::Backward;
    const bool isBeside = from == Part::Parameter && b.x >= a.x + a.width;
    const bool isDown = to != Part::Backward && to != Part::Optimizer && from != Part::Backward && !isBeside;
    std::string path;
    if (isUp || isDown) {
      const double x1 = a.x + a.width / 2, x2 = b.x + b.width / 2;
      const double y1 = isUp ? a.y : a.y + a.height, y2 = isUp ? b.y + b.height : b.y;
      const double distance = std::abs(y2 - y1);
      // Long lines go around what is between, forward ones on the left, backward ones on the right.
      const double bulge = distance < 100 || std::abs(x1 - x2) > 120 ? 0 : (isUp ? 1 : -1) * std::min(150.0, 70 + distance / 8);
      const double bend = std::max(12.0, distance / (bulge == 0 ? 2 : 4)) * (isUp ? -1 : 1);
      path = llvm::formatv("M{0:F1} {1:F1}C{2:F1} {3:F1} {4:F1} {5:F1} {6:F1} {7:F1}", x1, y1, x1 + bulge * 1.3, y1 + bend,
                           x2 + bulge * 1.3, y2 - bend, x2, y2);
    } else {
      const bool toRight = b.x >= a.x + a.width;
      const double x1 = toRight ? a.x + a.width : a.x + a.width / 2, x2 = toRight ? b.x : b.x + b.width / 2;
      const double y1 = toRight ? a.y + a.height / 2 : a.y < b.y ? a.y + a.height : a.y;
      const double y2 = toRight ? b.y + b.height / 2 : a.y < b.y ? b.y : b.y + b.height;
      const double bend = std::max(18.0, std::min(90.0, std::abs(x2 - x1) / 2));
      path = toRight ? llvm::formatv("M{0:F1} {1:F1}C{2:F1} {1:F1} {3:F1} {4:F1} {5:F1} {4:F1}", x1, y1, x1 + bend, x2 - bend, y2, x2).str()
                     : llvm::formatv("M{0:F1} {1:F1}C{0:F1} {2:F1} {3:F1} {2:F1} {3:F1} {4:F1}", x1, y1, (y1 + y2) / 2, x2, y2).str();
    }
    const Part colour = to == Part::Optimizer ? Part::Optimizer : to == Part::Result ? Part::Forward : to;
    const bool isSaved = to == Part::Backward && from != Part::Backward;
    out << "<path class=\"edge" << (isSaved ? " saved" : "") << "\" style=\"--part:var(--" << nameOf(colour)
        << ")\" marker-end=\"url(#arrow-" << nameOf(colour) << ")\"";
    if (inPage)
      out << " data-from=\"" << edge.from << "\" data-to=\"" << edge.to << "\"";
    out << " d=\"" << path << "\"/>\n";
  }

  const Drawing &drawing;
  Layout layout;
  bool inPage;
  std::vector<Rectangle> boxes;
  std::set<std::tuple<double, double, double, double, bool, bool>> drawn;
  std::string text;
  llvm::raw_string_ostream out;
};

} // namespace

std::string svgText(const Drawing &drawing, bool inPage) { return Writer(drawing, inPage).write(); }

} // namespace nnc::view
