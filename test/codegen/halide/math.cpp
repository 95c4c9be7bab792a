// RUN: %testbin/halide-math
//
// math.cpp: holds the errors and special values that codegen/halide/Num.h states for f32 functions.
//
// Arguments are every 997th of all floats and a dense sweep of each function's interesting range; the reference is
// the C library in f64. An error is in units of the last place of the correctly rounded result; results and arguments
// below the smallest normal number may be zero.
#include "KernelLibrary.h"
#include "ir/Dialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

namespace {

struct Function {
  const char *op;
  double (*reference)(double);
  double ulps[2];   // with and without fused multiply-add
  double low, high; // of the dense sweep
};

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double rsqrt(double x) { return 1 / std::sqrt(x); }

const Function functions[] = {
    {"exp", std::exp, {1.1, 1.4}, -110, 95},     {"expm1", std::expm1, {1.5, 2.0}, -20, 95},
    {"log", std::log, {1.0, 1.5}, 0, 4},         {"log1p", std::log1p, {2.0, 2.5}, -1, 4},
    {"tanh", std::tanh, {2.5, 3.0}, -11, 11},    {"sigmoid", sigmoid, {2.5, 3.0}, -90, 90},
    {"softplus", softplus, {2.5, 3.0}, -90, 90}, {"erf", std::erf, {1.5, 2.0}, -5, 5},
    {"sin", std::sin, {0.6, 0.6}, -100, 100},    {"cos", std::cos, {0.6, 0.6}, -100, 100},
    {"sqrt", std::sqrt, {0.5, 0.5}, 0, 4},       {"rsqrt", rsqrt, {1.5, 1.5}, 0, 4}};

/// The distance of `found` from the exact value, in units of the last place of the rounded one.
double errorOf(double exact, float found) {
  constexpr double tiny = std::numeric_limits<float>::min(), huge = std::numeric_limits<float>::max();
  if (std::isnan(exact) || std::isnan(found))
    return std::isnan(exact) && std::isnan(found) ? 0 : HUGE_VAL;
  float rounded = static_cast<float>(exact);
  if (std::isinf(rounded) || std::isinf(found))
    return rounded == found || (std::abs(exact) > huge * 0.9999999 && std::abs(found) > huge * 0.9999999 &&
                                std::signbit(found) == std::signbit(exact))
               ? 0
               : HUGE_VAL;
  if (std::abs(rounded) < tiny)
    return std::abs(found) <= tiny ? 0 : HUGE_VAL;
  int exponent;
  std::frexp(rounded, &exponent);
  return std::abs(static_cast<double>(found) - exact) / std::ldexp(1.0, exponent - 24);
}

std::vector<float> argumentsFor(const Function &function) {
  std::vector<float> arguments = {0.0f,      -0.0f,    INFINITY, -INFINITY, NAN,        1.0f,
                                  -1.0f,     0.5f,     -0.5f,    88.72284f, -87.33654f, 0x1p-13f,
                                  -0x1p-13f, 0x1p-24f, 0.925f,   -0.925f};
  for (uint64_t bits = 0; bits < (1ull << 32); bits += 997) {
    uint32_t word = static_cast<uint32_t>(bits);
    float x;
    std::memcpy(&x, &word, sizeof x);
    bool denormal = x != 0 && std::abs(x) < std::numeric_limits<float>::min();
    bool trigonometric = function.reference == static_cast<double (*)(double)>(std::sin) ||
                         function.reference == static_cast<double (*)(double)>(std::cos);
    if (!denormal && !(trigonometric && std::abs(x) > 0x1p20f))
      arguments.push_back(x);
  }
  for (int i = 0; i < 1000000; ++i)
    arguments.push_back(static_cast<float>(function.low + (function.high - function.low) * (i + 0.5) / 1e6));
  return arguments;
}

} // namespace

int main(int argc, char **argv) {
  MLIRContext context;
  registerKernelEmitters(context);
  std::string text =
      "nn.model @m attributes {source_name = \"M\", symbols = [\"n\"], bounds = array<i64: 0>} {\n";
  const std::string type = "tensor<?xf32, #nn.dims<n>>";
  for (const Function &f : functions)
    text += std::string("nn.func predict @") + f.op + "(%x: " + type + ") -> (" + type +
            ") {\n%0 = nn.kernel @kernel_" + f.op + "(%a = %x : " + type + ") -> " + type + " {\n%b = nn." +
            f.op + " %a : " + type + "\nnn.yield %b : " + type + "\n}\nnn.return %0 : " + type + "\n}\n";
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text + "}\n", &context);
  if (!module)
    return 1;
  bool good = true;
  for (const char *target : {"host", "x86-64-v3", "x86-64"}) {
    HalideOptions options;
    options.target = target;
    auto library = KernelLibrary::load(*module, options);
    if (!library)
      return 1;
    bool fused = std::strcmp(target, "x86-64") != 0;
    for (const Function &f : functions) {
      std::vector<float> x = argumentsFor(f), y(x.size());
      int64_t count = static_cast<int64_t>(x.size());
      halide_type_t type(halide_type_float, 32);
      BufferArgument in(x.data(), type, count), out(y.data(), type, count);
      callKernel(library->find(std::string("kernel_") + f.op),
                 {reinterpret_cast<uint64_t>(&in.buffer), static_cast<uint64_t>(count),
                  reinterpret_cast<uint64_t>(&out.buffer)});
      double worst = 0;
      size_t where = 0;
      for (size_t i = 0; i < x.size(); ++i)
        if (double error = errorOf(f.reference(x[i]), y[i]); error > worst) {
          worst = error;
          where = i;
        }
      bool fits = worst <= f.ulps[fused ? 0 : 1];
      std::printf("%s %-9s %.3f ulp at %.9g: %.9g, exact %.17g%s\n", target, f.op, worst, x[where], y[where],
                  f.reference(x[where]), fits ? "" : "  TOO LARGE");
      good &= fits;
    }
  }
  return good ? 0 : 1;
}
