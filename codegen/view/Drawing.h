// Drawing.h: a function as a picture: what is drawn, and where.
//
// The picture is not the graph op by op. What notation leaves out (constants, implied broadcasts) is left out; the ops of
// one application of a gradient rule are one node, the update of one parameter is one node, and of layers that are equal
// the first is drawn.
#ifndef NNC_CODEGEN_VIEW_DRAWING_H
#define NNC_CODEGEN_VIEW_DRAWING_H

#include "ir/ops/Structure.h"
#include <memory>

namespace nnc::view {

enum class Part { Input, Parameter, Forward, Recompute, Backward, Optimizer, Result };
/// `forward`, as in classes of the SVG.
llvm::StringRef nameOf(Part part);

struct Node {
  Part part;
  std::string title; // the op, or the rule
  std::string name;  // of its value in the source, or empty
  std::string type;
  std::string layer;
  unsigned line = 0; // in the source
  llvm::SmallVector<mlir::Operation *> ops;
};

struct Edge {
  unsigned from, to;
};

/// A layer. Nodes and layers within it are those that are not in a deeper one.
struct Layer {
  std::string name; // whole: blocks.0.attention
  std::vector<unsigned> nodes;
  std::vector<std::unique_ptr<Layer>> layers;
  const Layer *like = nullptr; // the equal one that is drawn in its place
  std::vector<unsigned> allNodes() const;
};

struct Drawing {
  std::string model, function;
  std::vector<Node> nodes;
  std::vector<Edge> edges; // each once, by source and target
  Layer root;
};

/// What is drawn of a joint graph's function.
Drawing draw(FuncOp func);

struct Rectangle {
  double x = 0, y = 0, width = 0, height = 0;
  bool isDrawn() const { return width > 0; }
};

/// Places in points. The forward pass runs down on the left, the backward pass up on the right of it, each adjoint in the
/// layer and at the height of what it is the adjoint of, updates to the right.
struct Layout {
  double width, height;
  std::vector<Rectangle> nodes; // not drawn: in a layer that is drawn as its like
  std::vector<std::pair<const Layer *, Rectangle>> layers;
};
Layout layOut(const Drawing &drawing);

/// The picture in the language of Graphviz, as an SVG that needs nothing else, and as an ONNX model for Netron.
std::string dotText(const Drawing &drawing);
/// `inPage`: without a title and colours of its own, ids of ops (Listing.h) in data-ops.
std::string svgText(const Drawing &drawing, bool inPage = false);
std::string onnxBytes(FuncOp func);

} // namespace nnc::view

#endif
