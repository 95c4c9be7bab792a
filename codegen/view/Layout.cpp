// Layout.cpp: places for the nodes of a drawing.
//
// Layers are laid out from the inside out; to the layer around it, one is a box like a node. In each of them:
//
// 1. Rows. Forward edges point down and backward edges up, so each is a constraint on rows, as is that an adjoint is not
//    above the forward value it reads; rows are longest paths (after Sugiyama, Tagawa, Toda 1981). Constraints that would
//    close a cycle are left out, backward ones last.
// 2. Order. What computes forward stands left of a spine, adjoints right of it, updates right of these; layers, which have
//    both, lie on it with their own spines. Within its group a node moves to the mean place of its neighbours, sweeping down
//    and up (barycenters).
// 3. Places. Rows are packed from the spine outwards, so that chains are straight.
#include "codegen/view/Drawing.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <functional>
#include <set>

namespace nnc::view {

namespace {

constexpr double nodeWidth = 176, nodeHeight = 36, likeWidth = 240, likeHeight = 36;
constexpr double gapX = 26, gapY = 26, spineGap = 56, padding = 14, labelHeight = 20;
constexpr unsigned sweeps = 4;

/// Where something stands: what comes from outside at the left border, then what computes forward, the spine, adjoints, and
/// updates at the right border.
enum class Side { Outer, Left, Both, Right, Update };

Side sideOf(Part part) {
  switch (part) {
  case Part::Parameter: return Side::Outer;
  case Part::Backward: return Side::Right;
  case Part::Optimizer: return Side::Update;
  default: return Side::Left;
  }
}
bool isForward(Side side) { return side == Side::Outer || side == Side::Left; }

/// A node or a layer, as the layer around it sees it.
struct Item {
  int node = -1;
  const Layer *layer = nullptr;
  Side side = Side::Left;
  double width = nodeWidth, height = nodeHeight;
  double spine = 0; // of a layer: from its left border
  unsigned row = 0;
  double x = 0, y = 0; // left upper corner, x from the spine
  double center() const { return x + width / 2; }
};

struct LayerPlan {
  std::vector<Item> items;
  double width, height, spine;
};

class Placer {
public:
  explicit Placer(const Drawing &drawing) : drawing(drawing) { layout.nodes.resize(drawing.nodes.size()); }

  Layout place() {
    plan(drawing.root, true);
    const LayerPlan &root = plans[&drawing.root];
    layout.width = root.width, layout.height = root.height;
    settle(drawing.root, 0, 0);
    return std::move(layout);
  }

private:
  using Constraints = std::vector<std::vector<unsigned>>; // item -> items below it

  void plan(const Layer &layer, bool isRoot) {
    LayerPlan made;
    llvm::DenseMap<unsigned, unsigned> itemOf; // node -> item
    for (unsigned node : layer.nodes) {
      Item item;
      item.node = static_cast<int>(node);
      item.side = sideOf(drawing.nodes[node].part);
      itemOf[node] = made.items.size();
      made.items.push_back(item);
    }
    for (const auto &inner : layer.layers) {
      Item item;
      item.layer = inner.get();
      std::set<Side> sides;
      for (unsigned node : inner->allNodes()) {
        itemOf[node] = made.items.size();
        sides.insert(sideOf(drawing.nodes[node].part));
      }
      item.side = sides.size() == 1                        ? *sides.begin()
                  : llvm::all_of(sides, isForward)         ? Side::Left
                                                           : Side::Both;
      if (inner->like) {
        item.width = likeWidth, item.height = likeHeight, item.spine = likeWidth / 2;
      } else {
        plan(*inner, false);
        const LayerPlan &own = plans[inner.get()];
        item.width = own.width, item.height = own.height, item.spine = own.spine;
      }
      made.items.push_back(item);
    }
    assignRows(made.items, itemOf);
    pack(made.items, itemOf);
    enclose(made, isRoot);
    plans[&layer] = std::move(made);
  }

  void assignRows(std::vector<Item> &items, const llvm::DenseMap<unsigned, unsigned> &itemOf) {
    // Forward constraints first: where some contradict, these hold.
    Constraints below(items.size());
    std::set<std::pair<unsigned, unsigned>> strict;
    auto reaches = [&](unsigned from, unsigned to) {
      std::vector<unsigned> work{from};
      std::vector<bool> seen(items.size());
      while (!work.empty()) {
        unsigned at = work.back();
        work.pop_back();
        if (at == to)
          return true;
        if (seen[at])
          continue;
        seen[at] = true;
        llvm::append_range(work, below[at]);
      }
      return false;
    };
    auto add = [&](unsigned upper, unsigned lower, bool isStrict) {
      if (upper == lower || llvm::is_contained(below[upper], lower) || reaches(lower, upper))
        return;
      below[upper].push_back(lower);
      if (isStrict)
        strict.insert({upper, lower});
    };
    for (int phase = 0; phase < 3; ++phase)
      for (const Edge &edge : drawing.edges) {
        auto from = itemOf.find(edge.from), to = itemOf.find(edge.to);
        if (from == itemOf.end() || to == itemOf.end())
          continue;
        Side source = sideOf(drawing.nodes[edge.from].part), target = sideOf(drawing.nodes[edge.to].part);
        if (phase == 0 && isForward(source) && isForward(target)) // a parameter may stand beside what reads it
          add(from->second, to->second, items[from->second].side != Side::Outer);
        if (phase == 1 && source == Side::Right && target == Side::Right)
          add(to->second, from->second, true);
        if (phase == 2 && isForward(source) && target == Side::Right)
          add(from->second, to->second, false);
      }
    // Longest paths, in an order in which what is above comes first.
    std::vector<unsigned> order, waiting(items.size());
    for (const auto &lower : below)
      for (unsigned item : lower)
        ++waiting[item];
    for (unsigned item = 0; item < items.size(); ++item)
      if (waiting[item] == 0)
        order.push_back(item);
    for (size_t next = 0; next < order.size(); ++next)
      for (unsigned lower : below[order[next]]) {
        unsigned row = items[order[next]].row + (strict.count({order[next], lower}) ? 1 : 0);
        items[lower].row = std::max(items[lower].row, row);
        if (--waiting[lower] == 0)
          order.push_back(lower);
      }
    // What nothing is above, a parameter say, goes down to what reads it.
    for (unsigned item : llvm::reverse(order)) {
      if (below[item].empty() || llvm::any_of(below, [&](const auto &lower) { return llvm::is_contained(lower, item); }))
        continue;
      unsigned row = UINT_MAX;
      for (unsigned lower : below[item])
        row = std::min(row, items[lower].row - (strict.count({item, lower}) ? 1 : 0));
      items[item].row = std::max(items[item].row, row);
    }
    // Updates stand beside the gradient they take, one below the other.
    std::vector<unsigned> updates;
    for (unsigned item = 0; item < items.size(); ++item)
      if (items[item].side == Side::Update)
        updates.push_back(item);
    for (const Edge &edge : drawing.edges) {
      auto from = itemOf.find(edge.from), to = itemOf.find(edge.to);
      if (from != itemOf.end() && to != itemOf.end() && from->second != to->second &&
          items[to->second].side == Side::Update && items[from->second].side != Side::Update)
        items[to->second].row = std::max(items[to->second].row, items[from->second].row);
    }
    llvm::stable_sort(updates, [&](unsigned a, unsigned b) { return items[a].row < items[b].row; });
    for (size_t i = 1; i < updates.size(); ++i)
      items[updates[i]].row = std::max(items[updates[i]].row, items[updates[i - 1]].row + 1);
  }

  void pack(std::vector<Item> &items, const llvm::DenseMap<unsigned, unsigned> &itemOf) {
    unsigned rows = 0;
    for (const Item &item : items)
      rows = std::max(rows, item.row + 1);
    std::vector<std::vector<unsigned>> inRow(rows);
    for (unsigned item = 0; item < items.size(); ++item)
      inRow[items[item].row].push_back(item);
    std::vector<std::vector<unsigned>> neighbours(items.size());
    for (const Edge &edge : drawing.edges) {
      auto from = itemOf.find(edge.from), to = itemOf.find(edge.to);
      if (from != itemOf.end() && to != itemOf.end() && from->second != to->second) {
        neighbours[from->second].push_back(to->second);
        neighbours[to->second].push_back(from->second);
      }
    }
    for (auto &row : inRow)
      packRow(items, row);
    for (unsigned sweep = 0; sweep < 2 * sweeps; ++sweep)
      for (unsigned i = 0; i < rows; ++i) {
        auto &row = inRow[sweep % 2 ? rows - 1 - i : i];
        std::vector<std::pair<double, unsigned>> places;
        for (unsigned item : row) {
          double sum = 0;
          for (unsigned other : neighbours[item])
            sum += items[other].center();
          places.push_back({neighbours[item].empty() ? items[item].center() : sum / neighbours[item].size(), item});
        }
        llvm::stable_sort(places, [](const auto &a, const auto &b) { return a.first < b.first; });
        for (size_t k = 0; k < row.size(); ++k)
          row[k] = places[k].second;
        packRow(items, row);
      }
    // Updates share a column.
    double right = spineGap / 2;
    for (const Item &item : items)
      if (item.side == Side::Right)
        right = std::max(right, item.x + item.width + gapX);
    for (auto &row : inRow) {
      const bool isFree = llvm::none_of(row, [&](unsigned item) { return items[item].side == Side::Both; });
      for (unsigned item : row)
        if (items[item].side == Side::Update && isFree)
          items[item].x = std::max(items[item].x, right);
    }
    double y = 0;
    for (auto &row : inRow) {
      double height = 0;
      for (unsigned item : row)
        height = std::max(height, items[item].height);
      for (unsigned item : row)
        items[item].y = y + (items[item].layer && !items[item].layer->like ? 0 : (height - items[item].height) / 2);
      y += height + gapY;
    }
  }

  /// Puts the items of a row, in their order, left of the spine, on it and right of it.
  static void packRow(std::vector<Item> &items, llvm::ArrayRef<unsigned> row) {
    double left = -spineGap / 2, right = spineGap / 2;
    double total = 0;
    unsigned both = 0;
    for (unsigned item : row)
      if (items[item].side == Side::Both) {
        total += (both ? gapX : 0) + items[item].width;
        ++both;
      }
    double x = -total / 2;
    for (unsigned item : row)
      if (items[item].side == Side::Both) {
        items[item].x = both == 1 ? -items[item].spine : x;
        x += items[item].width + gapX;
        left = std::min(left, items[item].x - gapX);
        right = std::max(right, items[item].x + items[item].width + gapX);
      }
    for (Side side : {Side::Left, Side::Outer}) {
      if (side == Side::Outer) // the column next to the spine is for what computes
        left = std::min(left, -spineGap / 2 - nodeWidth - gapX);
      for (unsigned item : llvm::reverse(row))
        if (items[item].side == side) {
          items[item].x = left - items[item].width;
          left = items[item].x - gapX;
        }
    }
    for (unsigned item : row)
      if (items[item].side == Side::Right || items[item].side == Side::Update) {
        items[item].x = right;
        right += items[item].width + gapX;
      }
  }

  static void enclose(LayerPlan &plan, bool isRoot) {
    double left = 0, right = 0, bottom = 0;
    bool isFirst = true;
    for (const Item &item : plan.items) {
      left = isFirst ? item.x : std::min(left, item.x);
      right = isFirst ? item.x + item.width : std::max(right, item.x + item.width);
      bottom = std::max(bottom, item.y + item.height);
      isFirst = false;
    }
    const double top = isRoot ? padding : padding + labelHeight;
    for (Item &item : plan.items)
      item.x += padding - left, item.y += top;
    plan.spine = padding - left;
    plan.width = right - left + 2 * padding;
    plan.height = bottom + top + padding;
  }

  void settle(const Layer &layer, double x, double y) {
    for (const Item &item : plans[&layer].items) {
      Rectangle rectangle{x + item.x, y + item.y, item.width, item.height};
      if (item.node >= 0) {
        layout.nodes[item.node] = rectangle;
        continue;
      }
      layout.layers.push_back({item.layer, rectangle});
      if (!item.layer->like)
        settle(*item.layer, rectangle.x, rectangle.y);
    }
  }

  const Drawing &drawing;
  Layout layout;
  llvm::DenseMap<const Layer *, LayerPlan> plans;
};

} // namespace

Layout layOut(const Drawing &drawing) { return Placer(drawing).place(); }

} // namespace nnc::view
