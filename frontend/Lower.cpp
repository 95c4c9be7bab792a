// Lower.cpp: models to functions.
//
//  1. -D values are matched to the parameters of models.
//  2. Each model's text is run once per function: predict (outputs), evaluate (losses and metrics), the same two for each
//     entry, a step for each train block. Every function keeps only what its results need, inputs included.
//  3. Parameters that no function reads are dropped; warnings that need the whole model are given.
#include "frontend/Lower.h"
#include "frontend/Parser.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/StringSaver.h"

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Names of C
//===------------------------------------------------------------------------------------------------===//

/// Names that every model's header has already, after its prefix.
static bool isFixedFunction(llvm::StringRef name) {
  static constexpr llvm::StringLiteral fixed[] = {
      "create", "destroy",  "error_text",  "status_text", "memory_bytes", "get",     "set",     "save",
      "load",   "metadata", "set_threads", "reset",       "report",       "options", "predict", "evaluate"};
  return llvm::is_contained(fixed, name);
}

//===------------------------------------------------------------------------------------------------===//
// Running a model's text
//===------------------------------------------------------------------------------------------------===//

FuncOp nnc::addFunction(ModelState &model, llvm::StringRef name, FunctionKind kind, Range place) {
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockEnd(&model.op.getBody().front());
  Position position = model.diags.getSources().position(place.begin);
  auto loc = mlir::FileLineColLoc::get(&model.context, position.file->name, position.line, position.column);
  auto func = builder.create<FuncOp>(
      loc, name, builder.getFunctionType({}, {}), kind, mlir::FlatSymbolRefAttr(), mlir::FlatSymbolRefAttr(),
      mlir::FlatSymbolRefAttr(), DimValueAttr(), mlir::ArrayAttr(), mlir::ArrayAttr());
  func.getBody().emplaceBlock();
  return func;
}

void nnc::runModel(Elaborator &e, llvm::function_ref<void(Elaborator::Frame &)> inside) {
  const ModelState &model = e.model;
  Elaborator::Frame frame;
  frame.kind = Elaborator::Frame::Kind::Model;
  frame.module = model.module;
  frame.scope = makeScope(nullptr);
  frame.naming = std::make_shared<Naming>();
  frame.training = e.training;
  Elaborator::Enter enter(e, frame);
  e.bindModelFormals(*model.decl);
  e.runBlock(*model.decl->body);
  if (!e.entry) {
    if (inside)
      inside(frame);
    return;
  }
  Elaborator::Frame entry = frame;
  entry.kind = Elaborator::Frame::Kind::Entry;
  entry.scope = makeScope(frame.scope);
  entry.naming = std::make_shared<Naming>();
  entry.naming->prefix = (e.entry->name.text + ".").str();
  Elaborator::Enter enterEntry(e, entry);
  e.runBlock(*e.entry->body);
  if (inside)
    inside(entry);
}

namespace {

class ModelLowering {
public:
  ModelLowering(ModelState &model) : model(model), diags(model.diags) {}

  void lower(llvm::ArrayRef<const TrainDecl *> trains) {
    llvm::SmallVector<const EntryStmt *> entries;
    for (const Stmt *stmt : model.decl->body->statements)
      if (const auto *entry = llvm::dyn_cast<EntryStmt>(stmt))
        entries.push_back(entry);

    unsigned errorsBefore = diags.errorCount();
    bool hasFunctions = lowerOutputs("predict", nullptr);
    hasFunctions |= lowerReport("evaluate", nullptr);
    for (const EntryStmt *entry : entries) {
      if (isFixedFunction(entry->name.text))
        diags.error(entry->name.range,
                    "'" + entry->name.text + "' is the name of a function that every model has");
      bool hasOutputs = lowerOutputs(entry->name.text, entry);
      bool hasReport = lowerReport((entry->name.text + "_evaluate").str(), entry);
      if (!hasOutputs && !hasReport && !diags.hasErrors())
        diags.error(entry->name.range, "entry '" + entry->name.text +
                                           "' computes nothing: it has neither 'output' nor "
                                           "'loss' nor 'metric'");
      hasFunctions |= hasOutputs || hasReport;
    }
    if (!hasFunctions && !diags.hasErrors())
      diags.error(model.decl->name.range, "model '" + model.decl->name.text +
                                              "' computes nothing: it has neither "
                                              "'output' nor 'loss'");
    if (diags.errorCount() == errorsBefore) // else the losses are not known
      lowerTrains(trains, entries);
    if (!diags.hasErrors())
      resolveAverages(model, trained);
    if (!diags.hasErrors())
      finish(!trains.empty());
    if (!diags.hasErrors()) {
      llvm::SmallVector<llvm::StringRef> names;
      for (const EntryStmt *entry : entries)
        names.push_back(entry->name.text);
      findResets(model, names);
    }
  }

private:
  /// The function of the outputs of the model, or of an entry. False if there are none.
  bool lowerOutputs(llvm::StringRef name, const EntryStmt *entry) {
    return lowerFunction(name, FunctionKind::Predict, entry, [&](Elaborator &e) {
      std::vector<Elaborator::Result> results;
      for (const Elaborator::Output &output : e.outputs)
        if (output.inEntry == bool(entry))
          results.push_back({output.name, "output", output.doc.str(), output.value, output.place});
      return results;
    });
  }

  /// The function of losses and metrics.
  bool lowerReport(llvm::StringRef name, const EntryStmt *entry) {
    return lowerFunction(name, FunctionKind::Evaluate, entry, [&](Elaborator &e) {
      std::vector<Elaborator::Result> results;
      for (const Elaborator::Loss &loss : e.losses)
        if (loss.inEntry == bool(entry))
          results.push_back({loss.name, "loss", loss.doc.str(), loss.value, loss.place});
      for (const Elaborator::Metric &metric : e.metrics)
        if (metric.inEntry == bool(entry)) {
          results.push_back({metric.name, "metric", metric.doc.str(), metric.value, metric.place});
          results.push_back({metric.name + "_count", "metric_count", "", metric.count, metric.place});
        }
      return results;
    });
  }

  bool lowerFunction(llvm::StringRef name, FunctionKind kind, const EntryStmt *entry,
                     llvm::function_ref<std::vector<Elaborator::Result>(Elaborator &)> collect) {
    FuncOp func = addFunction(model, name, kind, entry ? entry->name.range : model.decl->name.range);
    Elaborator e(model, func, /*training=*/false);
    e.wantedEntry = entry ? entry->name.text : "";
    bool found = false;
    runModel(e, [&](Elaborator::Frame &) {
      std::vector<Elaborator::Result> results = collect(e);
      found = !results.empty();
      if (found && !diags.hasErrors()) {
        e.finish(results);
        if (kind == FunctionKind::Evaluate)
          warnOfGraph(model, func);
      }
    });
    if (!found || diags.hasErrors()) {
      func.erase();
    }
    return found;
  }

  void lowerTrains(llvm::ArrayRef<const TrainDecl *> trains, llvm::ArrayRef<const EntryStmt *> entries) {
    llvm::StringMap<Range> names, functions;
    auto declare = [&](const llvm::Twine &function, Range place) {
      auto [it, isNew] = functions.try_emplace(function.str(), place);
      if (!isNew)
        diags.error(place, "two functions would be called '" + function + "' in C; rename this one")
            .note(it->second, "the other one");
    };
    for (const EntryStmt *entry : entries) {
      names[entry->name.text] = entry->name.range;
      declare(entry->name.text, entry->name.range);
      declare(entry->name.text + "_evaluate", entry->name.range);
    }
    for (const TrainDecl *train : trains) {
      const EntryStmt *entry = nullptr;
      llvm::SmallVector<llvm::StringRef> known;
      for (const EntryStmt *candidate : entries) {
        known.push_back(candidate->name.text);
        if (candidate->name.text == train->entry.text)
          entry = candidate;
      }
      if (train->entry && !entry) {
        diags.error(train->entry.range, "model '" + train->name.text + "' has no entry '" +
                                            train->entry.text + "'" + didYouMean(train->entry.text, known));
        continue;
      }
      Name name = train->alias   ? train->alias
                  : train->entry ? train->entry
                                 : Name{"train", train->name.range};
      auto [it, isNew] = names.try_emplace(name.text, name.range);
      // A block may bear the name of the entry that it trains.
      if (!isNew && !(entry && it->second.begin == entry->name.range.begin)) {
        diags
            .error(name.range, "'" + name.text +
                                   "' names two of the model's entries and train blocks; rename this "
                                   "one by 'train " +
                                   train->name.text + " as ...'")
            .note(it->second, "the other one");
        continue;
      }
      it->second = name.range;
      if (isFixedFunction(name.text))
        diags.error(name.range, "'" + name.text + "' is the name of a function that every model has");
      for (llvm::StringRef function : {"_step", "_gradients", "_update", "_hyper_defaults"})
        declare(name.text + function, name.range);
      lowerTrain(model, *train, name.text, trained);
    }
  }

  void finish(bool isTrained) {
    // Parameters and state that no function reads or writes are not kept.
    llvm::StringSet<> used;
    model.op.walk([&](mlir::Operation *op) {
      if (auto load = mlir::dyn_cast<LoadOp>(op))
        used.insert(load.getVariable());
      if (auto store = mlir::dyn_cast<StoreOp>(op))
        used.insert(store.getVariable());
    });
    for (auto &[name, variable] : model.variables) {
      if (!used.contains(name)) {
        variable.op->erase();
        continue;
      }
      if (isTrained && variable.isParameter && !trained.contains(name) && !model.frozen.contains(name))
        diags.warning(Warning::UnreachedParameter, variable.firstUse,
                      "no train block updates the parameter '" + name + "'");
    }
    for (const auto &input : model.inputsRead)
      if (!input.getValue())
        diags.warning(Warning::UnusedInput, model.inputPlaces[input.getKey()],
                      "no function reads the input '" + input.getKey() + "'");
    mlir::OpBuilder builder(&model.context);
    llvm::SmallVector<mlir::Attribute> symbols;
    llvm::SmallVector<int64_t> bounds;
    for (const std::string &symbol : model.symbols) {
      symbols.push_back(builder.getStringAttr(symbol));
      bounds.push_back(model.bounds.lookup(symbol));
    }
    model.op.setSymbolsAttr(builder.getArrayAttr(symbols));
    model.op.setBounds(bounds);
  }

  ModelState &model;
  Diagnostics &diags;
  llvm::StringSet<> trained;
};

//===------------------------------------------------------------------------------------------------===//
// Programs
//===------------------------------------------------------------------------------------------------===//

class ProgramLowering {
public:
  ProgramLowering(const Module &main, SourceManager &sources, Diagnostics &diags, mlir::MLIRContext &context,
                  const LowerOptions &options)
      : main(main), sources(sources), diags(diags), context(context), options(options),
        memory(options.memory) {}

  mlir::OwningOpRef<mlir::ModuleOp> run() {
    mlir::OpBuilder builder(&context);
    mlir::Type floatType = options.f64 ? mlir::Type(builder.getF64Type()) : mlir::Type(builder.getF32Type());
    const SourceFile &file = *main.files.front()->source;
    auto loc = mlir::FileLineColLoc::get(&context, file.name, 1, 1);
    mlir::OwningOpRef<mlir::ModuleOp> result = mlir::ModuleOp::create(loc);
    (*result)->setAttr("nn.float", mlir::TypeAttr::get(floatType));

    llvm::SmallVector<const ModelDecl *> models;
    llvm::MapVector<const ModelDecl *, llvm::SmallVector<const TrainDecl *>> trains;
    for (const Decl *decl : main.files.front()->declarations)
      if (const auto *model = llvm::dyn_cast<ModelDecl>(decl)) {
        models.push_back(model);
        trains[model] = {};
      }
    for (const Decl *decl : main.files.front()->declarations)
      if (const auto *train = llvm::dyn_cast<TrainDecl>(decl)) {
        const auto *model = llvm::dyn_cast_or_null<ModelDecl>(main.names.lookup(train->name.text));
        if (!model) {
          llvm::SmallVector<llvm::StringRef> known;
          for (const ModelDecl *candidate : models)
            known.push_back(candidate->name.text);
          diags.error(train->name.range,
                      "unknown model '" + train->name.text + "'" + didYouMean(train->name.text, known));
          continue;
        }
        trains[model].push_back(train);
      }
    if (models.empty() && !diags.hasErrors())
      diags.error(file.name + ": there is no model in this file");
    llvm::StringMap<const ModelDecl *> prefixes;
    for (const ModelDecl *model : models) {
      std::string prefix = snakeCase(model->name.text);
      auto [it, isNew] = prefixes.try_emplace(prefix, model);
      if (!isNew)
        diags
            .error(model->name.range, "models '" + model->name.text + "' and '" + it->second->name.text +
                                          "' both have the C prefix '" + prefix + "'")
            .note(it->second->name.range, "the other one");
    }
    std::vector<Overrides> overrides(models.size());
    unsigned errorsBefore = diags.errorCount();
    readDefines(models, floatType, overrides);
    if (diags.errorCount() != errorsBefore)
      return nullptr; // whatever is said of models with other parameters than were asked for would mislead
    if (!models.empty())
      checkConstants(*models.front(), floatType);

    builder.setInsertionPointToEnd(result->getBody());
    for (auto [index, decl] : llvm::enumerate(models)) {
      ModelState model(diags, context, main);
      model.decl = decl;
      model.module = &main;
      model.floatType = floatType;
      model.splitsSteps = options.splitsSteps;
      model.hasAverages = llvm::any_of(trains[decl], [](const TrainDecl *train) {
        return llvm::any_of(train->clauses, [](const Clause &c) { return c.kind == Clause::Kind::Average; });
      });
      model.overrides = std::move(overrides[index].values);
      Diagnostics::Settings settings(diags, std::move(overrides[index].settings));
      Position place = sources.position(decl->name.range.begin);
      auto modelLoc = mlir::FileLineColLoc::get(&context, file.name, place.line, place.column);
      model.op = builder.create<ModelOp>(modelLoc, snakeCase(decl->name.text), decl->name.text,
                                         builder.getArrayAttr({}), llvm::ArrayRef<int64_t>());
      if (!decl->doc.empty())
        model.op->setAttr("doc", builder.getStringAttr(decl->doc));
      model.op.getBody().emplaceBlock();
      ModelLowering(model).lower(trains[decl]);
    }
    if (diags.hasErrors())
      return nullptr;
    // Whatever the text says, what we make of it is a valid graph.
    if (failed(mlir::verify(*result)))
      return nullptr;
    return result;
  }

private:
  /// What -D says of one model.
  struct Overrides {
    llvm::StringMap<Datum> values;
    std::vector<Diagnostics::Setting> settings;
  };

  /// -D hidden=256 sets the parameter of every model that has it, -D Cnn.rate=0.1 that of one.
  void readDefines(llvm::ArrayRef<const ModelDecl *> models, mlir::Type floatType,
                   std::vector<Overrides> &overrides) {
    for (const std::string &define : options.defines) {
      auto [key, text] = llvm::StringRef(define).split('=');
      auto [modelName, name] = key.contains('.') ? key.split('.') : std::pair(llvm::StringRef(), key);
      if (!llvm::StringRef(define).contains('=') || name.empty()) {
        diags.error("-D " + define + ": expected 'name=value'");
        continue;
      }
      bool found = false;
      llvm::SmallVector<llvm::StringRef> known;
      for (auto [index, decl] : llvm::enumerate(models)) {
        if (!modelName.empty() && decl->name.text != modelName)
          continue;
        for (const Formal &formal : decl->formals) {
          known.push_back(formal.name.text);
          if (formal.name.text != name)
            continue;
          found = true;
          overrides[index].values[name] = readDefine(*decl, formal, define, text, floatType);
          overrides[index].settings.push_back(
              {formal.name.text, decl->range, formal.name.range,
               ("'" + formal.name.text + "' is " + text + " by -D " + define).str()});
        }
      }
      if (!found)
        diags.error("-D " + define + ": " +
                    (modelName.empty() ? llvm::Twine("no model") : "no model '" + modelName + "'") +
                    " has a parameter '" + name + "'" + didYouMean(name, known));
    }
  }

  Datum readDefine(const ModelDecl &decl, const Formal &formal, llvm::StringRef define, llvm::StringRef text,
                   mlir::Type floatType) {
    // The value is a little text of its own, so that its errors have places.
    bool isString = formal.type->kind == Type::Kind::Plain && formal.type->name.text == "string";
    bool isList = formal.type->kind == Type::Kind::List && !text.starts_with("[");
    llvm::StringRef content = llvm::StringSaver(memory).save(isList ? "[" + text + "]" : llvm::Twine(text));
    SourceFile *file = sources.add(("-D " + define).str(), content, /*isLibrary=*/false);
    if (isString && !text.starts_with("\""))
      return Datum::ofString(content);
    const Expr *expr = Parser(*file, diags, memory).parseWholeExpr();
    if (!expr)
      return Datum();
    Datum value;
    outsideOfModels(decl, floatType, [&](Elaborator &e) {
      value = e.fitConfig(*formal.type, e.evaluate(*expr), expr->range, formal.name.text);
    });
    return value;
  }

  /// Evaluates every constant of the program's own files, so that one which nothing uses is still held to what it says.
  void checkConstants(const ModelDecl &decl, mlir::Type floatType) {
    outsideOfModels(decl, floatType, [&](Elaborator &e) {
      for (const File *file : main.files)
        for (const Decl *inner : file->declarations)
          if (inner->kind == Decl::Kind::Const)
            e.definitionDatum({inner, &main}, inner->name.range);
    });
  }

  /// Lends an elaborator for values that are known while compiling and belong to no model; what it adds to a graph is
  /// thrown away.
  void outsideOfModels(const ModelDecl &decl, mlir::Type floatType, llvm::function_ref<void(Elaborator &)> run) {
    ModelState model(diags, context, main);
    model.decl = &decl;
    model.module = &main;
    model.floatType = floatType;
    mlir::OpBuilder builder(&context);
    model.op = builder.create<ModelOp>(builder.getUnknownLoc(), "values", "", builder.getArrayAttr({}),
                                       llvm::ArrayRef<int64_t>());
    mlir::OwningOpRef<mlir::Operation *> owner(model.op);
    model.op.getBody().emplaceBlock();
    Elaborator e(model, addFunction(model, "value", FunctionKind::Predict, decl.name.range), /*training=*/false);
    Elaborator::Frame frame;
    frame.module = &main;
    frame.scope = makeScope(nullptr);
    frame.naming = std::make_shared<Naming>();
    Elaborator::Enter enter(e, frame);
    run(e);
  }

  const Module &main;
  SourceManager &sources;
  Diagnostics &diags;
  mlir::MLIRContext &context;
  const LowerOptions &options;
  llvm::BumpPtrAllocator &memory;
};

} // namespace

mlir::OwningOpRef<mlir::ModuleOp> nnc::lowerProgram(const Module &mainModule, SourceManager &sources,
                                                    Diagnostics &diags, mlir::MLIRContext &context,
                                                    const LowerOptions &options) {
  return ProgramLowering(mainModule, sources, diags, context, options).run();
}
