// Layers.cpp: views of layers, gradients, and what stands for whole layers.
#include "frontend/Builtins.h"

using namespace nnc;
using namespace nnc::ast;

template <LayerValue::View View> static Datum viewOf(BuiltinCall &c) {
  if (!c[0].value.isLayerLike())
    return c.e.fail(c[0].range, "'" + c.builtin.name + "' takes a layer, found " + describe(c[0].value));
  if (View == LayerValue::View::Averaged && !c.e.model.hasAverages)
    return c.e.fail(c.range, "no train block of model '" + c.e.model.decl->name.text +
                                 "' keeps averages; write 'average decay: 0.999' in it");
  return Datum::ofLayer(c.e.makeView(View, c.e.asLayer(c[0].value, c[0].range), c.range));
}

static Datum cloned(BuiltinCall &c) {
  if (!c[0].value.isLayerLike())
    return c.e.fail(c[0].range, "'clone' takes a layer, found " + describe(c[0].value));
  return Datum::ofLayer(c.e.cloneLayer(c.e.asLayer(c[0].value, c[0].range), c.call, c.range));
}

static Datum gradientOf(BuiltinCall &c) {
  if (!c.tensor(0))
    return Datum();
  return c.e.gradient(*c.call, c[0].value, c[0].range, *c[1].expr);
}

/// `checkpoint(layer)` is a view of the layer, `checkpoint(expr)` the value: of either only what it reads is kept for
/// the backward pass, which computes the rest again.
static Datum checkpoint(BuiltinCall &c) {
  const char *takes = "'checkpoint' takes a layer or an expression";
  if (!c[0].expr) {
    if (c[0].value.isLayerLike())
      return Datum::ofLayer(
          c.e.makeView(LayerValue::View::Checkpoint, c.e.asLayer(c[0].value, c[0].range), c.range));
    return c.e.fail(c.range, std::string(takes) + "; what comes through a pipe is computed already");
  }
  Datum value = c.e.checkpointed([&] { return c.e.evaluate(*c[0].expr); });
  if (value.isUnknown() || value.isTensor() || value.is(Datum::Kind::Tuple))
    return value;
  if (!value.isLayerLike())
    return c.e.fail(c[0].range, std::string(takes) + ", found " + describe(value));
  return Datum::ofLayer(c.e.makeView(LayerValue::View::Checkpoint, c.e.asLayer(value, c[0].range), c.range));
}

llvm::ArrayRef<Builtin> nnc::layerBuiltins() {
  static const Builtin builtins[] = {
      {"grad", "target, 'wrt", gradientOf},
      {"eval_mode", "layer", viewOf<LayerValue::View::Eval>, true},
      {"train_mode", "layer", viewOf<LayerValue::View::Train>, true},
      {"clone", "layer", cloned, true},
      {"averaged", "layer", viewOf<LayerValue::View::Averaged>, true},
      {"checkpoint", "'value", checkpoint, true},
  };
  return builtins;
}
