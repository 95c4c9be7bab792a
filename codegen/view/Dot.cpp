// Dot.cpp: a drawing in the language of Graphviz. Graphviz lays it out; layers are its clusters.
#include "codegen/view/Drawing.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include <set>

using llvm::StringRef;

namespace nnc::view {

namespace {

StringRef colourOf(Part part) {
  switch (part) {
  case Part::Input:
  case Part::Result: return "#0b7285";
  case Part::Parameter: return "#6b7785";
  case Part::Forward: return "#2459c4";
  case Part::Recompute: return "#7340c9";
  case Part::Backward: return "#c2480b";
  case Part::Optimizer: return "#237a3b";
  }
  llvm_unreachable("all parts have colours");
}

std::string quoted(StringRef text) {
  std::string result = "\"";
  for (char c : text)
    result += c == '"' || c == '\\' ? std::string("\\") + c : c == '\n' ? "\\n" : std::string(1, c);
  return result + "\"";
}

class Writer {
public:
  explicit Writer(const Drawing &drawing) : drawing(drawing), out(text) {}

  std::string write() {
    out << "digraph " << quoted(drawing.model + "." + drawing.function) << " {\n"
        << "  label=" << quoted(drawing.model + ": " + drawing.function) << "; labelloc=t; fontname=\"sans-serif\";\n"
        << "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n"
        << "  edge [arrowsize=0.7];\n";
    write(drawing.root, 1);
    for (const Edge &edge : drawing.edges)
      write(edge);
    out << "}\n";
    return text;
  }

private:
  void write(const Layer &layer, unsigned depth) {
    const std::string indent(2 * depth, ' ');
    for (unsigned index : layer.nodes) {
      const Node &node = drawing.nodes[index];
      std::string label = node.title;
      if (!node.name.empty())
        label += "\n" + node.name;
      if (!node.type.empty())
        label += "\n" + node.type;
      place[index] = "n" + std::to_string(index);
      out << indent << place[index] << " [label=" << quoted(label) << ", class=" << quoted(nameOf(node.part)) << ", color=\""
          << colourOf(node.part) << "\", fillcolor=\"" << colourOf(node.part) << "18\"";
      if (node.line)
        out << ", tooltip=" << quoted("line " + std::to_string(node.line));
      out << "];\n";
    }
    for (const auto &inner : layer.layers) {
      if (inner->like) {
        std::string name = "like" + std::to_string(likes++);
        out << indent << name << " [label=" << quoted(inner->name + "\nequal to " + inner->like->name)
            << ", style=\"rounded,dashed\", color=\"#6b7785\"];\n";
        for (unsigned node : inner->allNodes())
          place[node] = name;
        continue;
      }
      out << indent << "subgraph " << quoted("cluster_" + inner->name) << " {\n"
          << indent << "  label=" << quoted(inner->name) << "; style=\"rounded,filled\"; fillcolor=\"#f4f6f8\"; "
          << "color=\"#cfd8e0\";\n";
      write(*inner, depth + 1);
      out << indent << "}\n";
    }
  }

  void write(const Edge &edge) {
    const std::string &from = place[edge.from], &to = place[edge.to];
    if (from == to || !drawn.insert({from, to}).second)
      return;
    const Part source = drawing.nodes[edge.from].part, target = drawing.nodes[edge.to].part;
    out << "  " << from << " -> " << to << " [color=\"" << colourOf(target) << "\"";
    // What the backward pass reads of the forward pass does not decide where things stand.
    if (target == Part::Backward && source != Part::Backward)
      out << ", style=dashed, constraint=false";
    out << "];\n";
  }

  const Drawing &drawing;
  llvm::DenseMap<unsigned, std::string> place;
  std::set<std::pair<std::string, std::string>> drawn;
  unsigned likes = 0;
  std::string text;
  llvm::raw_string_ostream out;
};

} // namespace

std::string dotText(const Drawing &drawing) { return Writer(drawing).write(); }

} // namespace nnc::view
