// RUN: %testbin/halide-math
//
// math.cpp: holds the errors and special values that codegen/halide/Num.h states for f32 functions.
//
// Arguments are every 997th of all floats and a dense sweep of each function's interesting range; the reference is
// the C library in f64. An error is in units of the last place of the correctly rounded result; results and arguments
// below the smallest normal number may be zero. pow is measured over the plane of both arguments, and its special values
// are those of C99's Annex F, which the C library has.
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
  double low, high;                                // of the dense sweep
  double tiny = std::numeric_limits<float>::min(); // below this the result may be zero
};

/// x times a gate that is itself below the smallest normal number, and may be zero, where the product is not yet.
constexpr double gated = 0x1p-119;

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double rsqrt(double x) { return 1 / std::sqrt(x); }
double logSigmoid(double x) { return -softplus(-x); }
double silu(double x) { return x * sigmoid(x); }
double gelu(double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }
double geluTanh(double x) { return x * sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x)); }
double elu(double x) { return x > 0 ? x : std::expm1(x); }

const Function functions[] = {{"exp", std::exp, -110, 95},
                              {"expm1", std::expm1, -20, 95},
                              {"log", std::log, 0, 4},
                              {"log1p", std::log1p, -1, 4},
                              {"tanh", std::tanh, -11, 11},
                              {"sigmoid", sigmoid, -90, 90},
                              {"softplus", softplus, -90, 90},
                              {"erf", std::erf, -5, 5},
                              {"sin", std::sin, -100, 100},
                              {"cos", std::cos, -100, 100},
                              {"sqrt", std::sqrt, 0, 4},
                              {"rsqrt", rsqrt, 0, 4},
                              {"log_sigmoid", logSigmoid, -90, 90},
                              {"silu", silu, -90, 90, gated},
                              {"gelu", gelu, -14, 8, gated},
                              {"gelu_tanh", geluTanh, -11, 8, gated},
                              {"elu", elu, -20, 5}};

/// What MathErrors.def allows an op.
double boundOf(llvm::StringRef op, bool fused) {
#define NNC_F32_ERROR(name, bound, boundUnfused)                                                             \
  if (op == #name)                                                                                           \
    return fused ? bound : boundUnfused;
#include "codegen/halide/MathErrors.def"
  return 0;
}

/// The distance of `found` from the exact value, in units of the last place of the rounded one.
double errorOf(double exact, float found, double tiny = std::numeric_limits<float>::min()) {
  constexpr double huge = std::numeric_limits<float>::max();
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

/// Pairs of all kinds: special ones with each other, any bits with any bits, and results of all sizes.
std::vector<std::pair<float, float>> argumentsOfPow() {
  std::vector<float> special = {
      NAN,         INFINITY,       0.0f,    0x1p-126f,      0x1.8p-126f, 0x1p-60f,   0.3f,
      0.5f,        0x1.fffffep-1f, 1.0f,    0x1.000002p+0f, 1.5f,        2.0f,       3.0f,
      4.0f,        7.0f,           100.5f,  127.0f,         128.0f,      8388607.5f, 8388609.0f,
      16777215.0f, 16777216.0f,    0x1p60f, 0x1.fffffep127f};
  for (size_t i = 0, count = special.size(); i < count; ++i)
    special.push_back(-special[i]);
  std::vector<std::pair<float, float>> pairs;
  for (float x : special)
    for (float y : special)
      pairs.emplace_back(x, y);
  uint64_t state = 1;
  auto bits = [&] {
    return static_cast<uint32_t>((state = state * 6364136223846793005u + 1442695040888963407u) >> 32);
  };
  auto fraction = [&] { return bits() / 4294967296.0; };
  auto usable = [](float x) { return x == 0 || !(std::abs(x) < std::numeric_limits<float>::min()); };
  for (int i = 0; i < 2000000; ++i) {
    uint32_t words[2] = {bits(), bits()};
    float x, y;
    std::memcpy(&x, &words[0], sizeof x);
    std::memcpy(&y, &words[1], sizeof y);
    // A base of any size or near one, and an exponent that keeps the result in range; every fourth is a whole number.
    float base = static_cast<float>(i % 2 ? std::exp2(250 * fraction() - 125) : 0.5 + 1.5 * fraction());
    double log2 = std::log2(static_cast<double>(base));
    float exponent = static_cast<float>((260 * fraction() - 132) / (log2 == 0 ? 1 : log2));
    if (i % 4 == 0) {
      exponent = std::nearbyint(exponent);
      base = i % 8 == 0 ? -base : base;
    }
    if (usable(x) && usable(y))
      pairs.emplace_back(x, y);
    if (usable(exponent))
      pairs.emplace_back(base, exponent);
  }
  return pairs;
}

/// Whether pow's results are as stated; the signs of zeros and infinities too.
bool powFits(KernelLibrary &library, const char *target, const std::vector<std::pair<float, float>> &pairs) {
  std::vector<float> x, y, z(pairs.size());
  for (auto [base, exponent] : pairs) {
    x.push_back(base);
    y.push_back(exponent);
  }
  int64_t count = static_cast<int64_t>(pairs.size());
  halide_type_t type(halide_type_float, 32);
  BufferArgument first(x.data(), type, count), second(y.data(), type, count), out(z.data(), type, count);
  callKernel(library.find("kernel_pow"),
             {reinterpret_cast<uint64_t>(&first.buffer), reinterpret_cast<uint64_t>(&second.buffer),
              static_cast<uint64_t>(count), reinterpret_cast<uint64_t>(&out.buffer)});
  double worst = 0;
  size_t where = 0;
  for (size_t i = 0; i < pairs.size(); ++i) {
    double exact = std::pow(static_cast<double>(x[i]), static_cast<double>(y[i]));
    double error = errorOf(exact, z[i]);
    bool signsDiffer = !std::isnan(exact) && !std::isnan(z[i]) && std::signbit(exact) != std::signbit(z[i]);
    if (signsDiffer)
      error = HUGE_VAL;
    if (error > worst) {
      worst = error;
      where = i;
    }
  }
  bool fits = worst <= boundOf("pow", true);
  std::printf("%s pow       %.3f ulp at %.9g ** %.9g: %.9g, exact %.17g%s\n", target, worst, x[where],
              y[where], z[where], std::pow(static_cast<double>(x[where]), static_cast<double>(y[where])),
              fits ? "" : "  TOO LARGE");
  return fits;
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
  text += "nn.func predict @pow(%x: " + type + ", %y: " + type + ") -> (" + type +
          ") {\n%0 = nn.kernel @kernel_pow(%a = %x : " + type + ", %b = %y : " + type + ") -> " + type +
          " {\n%c = nn.pow %a, %b : " + type + "\nnn.yield %c : " + type + "\n}\nnn.return %0 : " + type +
          "\n}\n";
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text + "}\n", &context);
  if (!module)
    return 1;
  bool good = true;
  const std::vector<std::pair<float, float>> pairs = argumentsOfPow();
  for (const char *target : {"host", "x86-64-v3", "x86-64"}) {
    HalideOptions options;
    options.target = target;
    auto library = KernelLibrary::load(*module, options);
    if (!library)
      return 1;
    good &= powFits(*library, target, pairs);
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
        if (double error = errorOf(f.reference(x[i]), y[i], f.tiny); error > worst) {
          worst = error;
          where = i;
        }
      bool fits = worst <= boundOf(f.op, fused);
      std::printf("%s %-9s %.3f ulp at %.9g: %.9g, exact %.17g%s\n", target, f.op, worst, x[where], y[where],
                  f.reference(x[where]), fits ? "" : "  TOO LARGE");
      good &= fits;
    }
  }
  return good ? 0 : 1;
}
