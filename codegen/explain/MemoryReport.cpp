// MemoryReport.cpp: see MemoryReport.h. Lifetimes are those that passes/PlanMemory.cpp planned by; what the backward pass
// reads is found from the provenance of the ops that read it, not from the order of kernels.
#include "codegen/explain/MemoryReport.h"
#include "ir/Provenance.h"
#include "ir/ops/Scan.h"
#include "passes/Lifetimes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using llvm::StringRef;

namespace nnc::explain {

namespace {

bool isForward(Location loc) { return !provenanceOf(loc); }

/// "1,234,567"
std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(at, ",");
  return digits;
}

std::string placeText(Location loc) {
  FileLineColLoc place = sourcePlace(loc);
  if (!place)
    return "";
  return (llvm::sys::path::filename(place.getFilename().getValue()) + ":" + Twine(place.getLine()) + ":" +
          Twine(place.getColumn()))
      .str();
}

/// The ops of kernels that read `value`, under whatever name, inside of loops too.
void collectReaders(Value value, llvm::SetVector<Operation *> &readers, llvm::DenseSet<Value> &seen) {
  if (!seen.insert(value).second)
    return;
  for (OpOperand &use : value.getUses()) {
    Operation *op = use.getOwner();
    if (op->hasTrait<SameMemory>()) {
      if (use.getOperandNumber() == 0)
        collectReaders(op->getResult(0), readers, seen);
    } else if (auto kernel = dyn_cast<KernelOp>(op)) {
      for (Operation *reader : kernel.getBody().getArgument(use.getOperandNumber()).getUsers())
        if (!isa<YieldOp>(reader))
          readers.insert(reader);
    } else if (auto scan = dyn_cast<ScanOp>(op)) {
      for (BlockArgument argument : scan.getBody().getArguments().drop_front())
        if (&scan.operandOf(argument) == &use)
          collectReaders(argument, readers, seen);
    }
  }
}

/// The value inside of the kernel that `value` is a result of, or itself.
Value innerOf(Value value) {
  auto kernel = value.getDefiningOp<KernelOp>();
  return kernel ? kernel.yieldOp().getValues()[cast<OpResult>(value).getResultNumber()] : value;
}

/// Its name in the text; of what has none, the op in brackets.
std::string nameOf(Value value) {
  Value inner = innerOf(value);
  if (auto scan = inner.getDefiningOp<ScanOp>())
    return nameOf(scan.getBody().front().back().getOperand(cast<OpResult>(inner).getResultNumber()));
  std::string name = describedName(inner);
  return !sourceName(inner.getLoc()).empty() ? name : "(" + name + ")";
}

/// With "*" for the numbers of layers in a list, so that what equal layers keep is one line.
std::string withoutNumbers(StringRef text) {
  std::string result;
  SmallVector<StringRef> components;
  text.split(components, '.');
  for (StringRef component : components) {
    const bool isNumber = !component.empty() && llvm::all_of(component, llvm::isDigit);
    result += (result.empty() ? "" : ".") + (isNumber ? "*" : component.str());
  }
  return result;
}

/// A value that the forward pass computes and the backward pass reads.
struct Kept {
  Value value;
  Location origin;
  int64_t bytes;
  unsigned first, last;           // kernels
  SmallVector<std::string> needs; // derivatives that are computed from it, with their rules
  bool isReadElsewhere = false;   // by forward ops of another place in the text
};

class FunctionReport {
public:
  FunctionReport(FuncOp func, const std::map<std::string, int64_t> &sizes, llvm::raw_ostream &out)
      : func(func), sizes(sizes), out(out), lifetimes(func) {}

  void write() {
    if (lifetimes.getKernels().empty())
      return;
    writeHead();
    writeKept();
    writeCheckpoints();
    writeBuffers();
  }

  FunctionMemory data() {
    findKept();
    FunctionMemory memory;
    memory.function = func.getSymName().str();
    memory.kernels = lifetimes.getKernels().size();
    if (DimValueAttr workspace = func.getWorkspaceAttr())
      memory.workspace = evaluate(*Dim::parse(workspace.getText()));
    // The peak is where live buffers are largest together; the plan may need more, where gaps do not fit.
    for (const Buffer &buffer : lifetimes.getBuffers()) {
      const int64_t bytes = evaluate(buffer.bytes);
      memory.live.resize(std::max<size_t>(memory.live.size(), buffer.last + 1));
      for (unsigned at = buffer.first; at <= buffer.last; ++at)
        memory.live[at] += bytes;
      std::string names;
      for (Value value : buffer.values)
        names += (names.empty() ? "" : ", then ") + nameOf(value);
      memory.buffers.push_back(valueAt(names, innerOf(buffer.values.front()).getLoc(), bytes, buffer.first, buffer.last));
    }
    for (auto [at, bytes] : llvm::enumerate(memory.live))
      if (bytes > memory.peak)
        memory.peak = bytes, memory.peakAt = at;
    for (const Kept &kept : all) {
      memory.kept.push_back(valueAt(nameOf(kept.value), kept.origin, kept.bytes, kept.first, kept.last));
      memory.kept.back().needs.assign(kept.needs.begin(), kept.needs.end());
    }
    return memory;
  }

private:
  static FunctionMemory::Value valueAt(std::string name, Location loc, int64_t bytes, unsigned first, unsigned last) {
    FunctionMemory::Value value;
    value.name = std::move(name);
    value.bytes = bytes, value.first = first, value.last = last;
    if (FileLineColLoc place = sourcePlace(loc))
      value.file = place.getFilename().getValue(), value.line = place.getLine();
    return value;
  }

  int64_t evaluate(const Dim &dim) const {
    return dim.evaluate([&](StringRef symbol) -> std::optional<int64_t> { return reportedSize(sizes, symbol); })
        .value_or(INT64_MAX);
  }

  void findKept() {
    all.clear();
    for (const Buffer &buffer : lifetimes.getBuffers())
      for (Value value : buffer.values) {
        Kept kept{value, innerOf(value).getLoc(), evaluate(*ScanStorage::bytesOf(value)), buffer.first, buffer.last, {}, false};
        Operation *op = innerOf(value).getDefiningOp();
        if (!isForward(kept.origin) || (op && op->getNumOperands() == 0)) // constants depend on no pass
          continue;
        llvm::SetVector<Operation *> readers;
        llvm::DenseSet<Value> seen;
        collectReaders(value, readers, seen);
        llvm::SetVector<StringRef> unique;
        for (Operation *reader : readers) {
          ProvenanceAttr provenance = provenanceOf(reader->getLoc());
          if (!provenance) {
            kept.isReadElsewhere |= placeText(reader->getLoc()) != placeText(kept.origin);
            continue;
          }
          StringRef name = sourceName(reader->getLoc());
          if (unique.insert(name.empty() ? provenance.getRule() : name))
            kept.needs.push_back(
                (name.empty() ? "" : name + " ").str() + "(" + provenance.getRule().str() + ")");
        }
        if (!kept.needs.empty())
          all.push_back(std::move(kept));
      }
  }

  void writeHead() {
    const FunctionMemory memory = data();
    out << "\n" << func.getSymName() << ": " << lifetimes.getKernels().size() << " kernels";
    if (DimValueAttr workspace = func.getWorkspaceAttr()) {
      Dim bytes = *Dim::parse(workspace.getText());
      out << ", workspace " << grouped(evaluate(bytes)) << " bytes";
      if (!bytes.isStatic())
        out << " = " << bytes.str();
    }
    out << "\n  alive at once at most " << grouped(memory.peak) << " bytes, in kernel " << memory.peakAt << "\n";
  }

  void writeKept() {
    if (all.empty())
      return;
    int64_t total = 0;
    for (const Kept &kept : all)
      total += kept.bytes;
    llvm::stable_sort(all, [](const Kept &a, const Kept &b) { return a.bytes > b.bytes; });
    out << "\n  kept for the backward pass: " << all.size() << (all.size() == 1 ? " value, " : " values, ")
        << grouped(total) << " bytes\n";
    llvm::MapVector<std::string, unsigned, llvm::StringMap<unsigned>> lines;
    for (const Kept &kept : all)
      ++lines[lineOf(kept)];
    for (const auto &[line, times] : lines)
      out << "  " << llvm::right_justify(times == 1 ? "" : std::to_string(times) + " x", 6) << line << "\n";
  }

  static std::string lineOf(const Kept &kept) {
    std::string line;
    llvm::raw_string_ostream stream(line);
    stream << llvm::right_justify(grouped(kept.bytes), 14) << "  "
           << llvm::left_justify(withoutNumbers(nameOf(kept.value)), 24) << " "
           << llvm::left_justify(placeText(kept.origin), 20) << " for ";
    constexpr size_t shown = 3;
    llvm::interleaveComma(ArrayRef(kept.needs).take_front(shown), stream,
                          [&](const std::string &need) { stream << withoutNumbers(need); });
    if (kept.needs.size() > shown)
      stream << " and " << kept.needs.size() - shown << " more";
    return line;
  }

  /// Values of one place in the text that only its own ops and the backward pass read would not be kept by a checkpoint
  /// around it, which computes the place's ops a second time.
  void writeCheckpoints() {
    struct Place {
      int64_t within = 0, total = 0;
      unsigned ops = 0;
    };
    llvm::MapVector<std::string, Place, llvm::StringMap<unsigned>> places;
    for (const Kept &kept : all) {
      Place &place = places[placeText(kept.origin)];
      place.total += kept.bytes;
      place.within += kept.isReadElsewhere ? 0 : kept.bytes;
    }
    func.walk([&](KernelOp kernel) {
      for (Operation &op : kernel.getBody().front().without_terminator())
        if (isForward(op.getLoc()))
          if (auto place = places.find(placeText(op.getLoc())); place != places.end())
            ++place->second.ops;
    });
    auto entries = places.takeVector();
    llvm::erase_if(entries, [](const auto &entry) { return entry.second.within == 0 || entry.second.ops < 2; });
    if (entries.empty())
      return;
    llvm::stable_sort(entries, [](const auto &a, const auto &b) { return a.second.within > b.second.within; });
    out << "\n  checkpoint(...) around what stands at\n";
    for (const auto &[text, place] : entries)
      out << "    " << llvm::left_justify(text, 22) << " keeps " << grouped(place.total - place.within) << " instead of "
          << grouped(place.total) << " bytes and computes " << place.ops << " ops again\n";
  }

  void writeBuffers() {
    out << "\n  all buffers, with the kernels from the first that writes to the last that reads\n";
    for (const Buffer &buffer : lifetimes.getBuffers()) {
      SmallVector<std::string> names;
      for (Value value : buffer.values)
        names.push_back(nameOf(value));
      out << "  " << llvm::right_justify(grouped(evaluate(buffer.bytes)), 14) << "  "
          << llvm::right_justify(std::to_string(buffer.first), 4) << " to " << llvm::left_justify(std::to_string(buffer.last), 5)
          << llvm::join(names, ", then ") << "\n";
    }
  }

  FuncOp func;
  const std::map<std::string, int64_t> &sizes;
  llvm::raw_ostream &out;
  Lifetimes lifetimes;
  SmallVector<Kept> all;
};

} // namespace

int64_t reportedSize(const std::map<std::string, int64_t> &sizes, StringRef dimension) {
  auto known = sizes.find(dimension.str());
  return known == sizes.end() ? 1 : known->second;
}

std::vector<FunctionMemory> memoryOf(ModelOp model, const std::map<std::string, int64_t> &sizes) {
  std::vector<FunctionMemory> functions;
  for (FuncOp func : model.getBody().getOps<FuncOp>())
    functions.push_back(FunctionReport(func, sizes, llvm::nulls()).data());
  return functions;
}

void writeMemoryReport(ModuleOp module, const std::map<std::string, int64_t> &sizes, llvm::raw_ostream &out) {
  for (ModelOp model : module.getOps<ModelOp>()) {
    out << "Memory of " << model.getSourceName();
    bool isFirst = true;
    for (StringRef symbol : model.getSymbols().getAsValueRange<StringAttr>()) {
      out << (isFirst ? " with " : ", ") << symbol << " = " << reportedSize(sizes, symbol);
      isFirst = false;
    }
    out << "\n";
    for (FuncOp func : model.getBody().getOps<FuncOp>())
      FunctionReport(func, sizes, out).write();
  }
}

} // namespace nnc::explain
