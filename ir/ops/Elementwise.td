// Elementwise.td: ops whose result element i depends on the operands' elements i alone.
//
// An op here is complete with its definition: parser name, type inference, folding, reference semantics, code
// generation and documentation follow from it.
#ifndef NN_OPS_ELEMENTWISE_TD
#define NN_OPS_ELEMENTWISE_TD

include "ir/Dialect.td"

// Folds when all operands are splats (nn.fill), by the scalar meaning.
def NN_FoldsElementwise : NativeOpTrait<"FoldsElementwise"> { let cppNamespace = "::nnc"; }

class NN_ScalarMeaning<code body, string unpack> {
  code declaration = [{
    /// The meaning of one element; written once for constant folding, interpreter and kernels.
    template <typename T> T scalar(::llvm::ArrayRef<T> operands) {
      using namespace ::nnc::scalar;
      }] # unpack # body # [{
    }
  }];
  code definition = [{
    double $cppClass::evaluate(::llvm::ArrayRef<double> operands) { return scalar<double>(operands); }
  }];
}

defvar unpackUnary = "T x = operands[0]; (void)x;";
defvar unpackBinary = "T lhs = operands[0], rhs = operands[1]; (void)lhs, (void)rhs;";

class NN_UnaryOp<string opMnemonic, code scalarBody> : NN_DiffOp<opMnemonic,
    [SameOperandsAndResultType, NN_FoldsElementwise, DeclareOpInterfaceMethods<ElementwiseOpInterface>]> {
  let letters = ["x"];
  let arguments = (ins NN_FloatTensor:$x);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let extraClassDeclaration = NN_ScalarMeaning<scalarBody, unpackUnary>.declaration;
  let diffDefinitions = NN_ScalarMeaning<scalarBody, unpackUnary>.definition;
}

class NN_BinaryOp<string opMnemonic, code scalarBody, list<Trait> traits = []> : NN_DiffOp<opMnemonic,
    traits # [SameOperandsAndResultType, NN_FoldsElementwise, DeclareOpInterfaceMethods<ElementwiseOpInterface>]> {
  let letters = ["a", "b"];
  let arguments = (ins NN_NumberTensor:$lhs, NN_NumberTensor:$rhs);
  let results = (outs NN_NumberTensor:$y);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs)";
  let extraClassDeclaration = NN_ScalarMeaning<scalarBody, unpackBinary>.declaration;
  let diffDefinitions = NN_ScalarMeaning<scalarBody, unpackBinary>.definition;
}

// Elementwise without gradient.
class NN_ConstantElementwiseOp<string opMnemonic, code scalarBody, string unpack, list<Trait> traits = []>
    : NN_ConstantOp<opMnemonic,
        traits # [NN_FoldsElementwise, DeclareOpInterfaceMethods<ElementwiseOpInterface>]> {
  let extraClassDeclaration = NN_ScalarMeaning<scalarBody, unpack>.declaration;
  let constDefinitions = NN_ScalarMeaning<scalarBody, unpack>.definition;
}

//===------------------------------------------------------------------------------------------------===//
// Arithmetic
//===------------------------------------------------------------------------------------------------===//

def NN_AddOp : NN_BinaryOp<"add", [{ return lhs + rhs; }], [Commutative]> {
  let summary = "elementwise sum";
  let description = [{`y[i] = lhs[i] + rhs[i]`, by IEEE 754 on floats.}];
  let hasFolder = 1;
  let gradient = [{ return {dy, dy}; }];
  let rule = "sum rule";
  let forward = "y = a + b";
  let formula = "d_a = d_y; d_b = d_y";
  let saves = [];
}

def NN_SubOp : NN_BinaryOp<"sub", [{ return lhs - rhs; }]> {
  let summary = "elementwise difference";
  let description = [{`y[i] = lhs[i] - rhs[i]`, by IEEE 754 on floats.}];
  let hasFolder = 1;
  let gradient = [{ return {dy, g.neg(dy)}; }];
  let rule = "difference rule";
  let forward = "y = a - b";
  let formula = "d_a = d_y; d_b = -d_y";
  let saves = [];
}

def NN_MulOp : NN_BinaryOp<"mul", [{ return lhs * rhs; }], [Commutative]> {
  let summary = "elementwise product";
  let description = [{`y[i] = lhs[i] * rhs[i]`. Shapes must be equal; use `nn.broadcast` first.}];
  let hasFolder = 1;
  let gradient = [{ return {g.mul(dy, getRhs()), g.mul(dy, getLhs())}; }];
  let rule = "product rule";
  let forward = "y = a * b";
  let formula = "d_a = d_y * b; d_b = d_y * a";
  let saves = ["a", "b"];
}

def NN_DivOp : NN_BinaryOp<"div", [{ return lhs / rhs; }]> {
  let summary = "elementwise quotient";
  let description = [{`y[i] = lhs[i] / rhs[i]`, by IEEE 754 on floats; integers divide towards zero.}];
  let hasFolder = 1;
  let gradient = [{
    Value dLhs = g.div(dy, getRhs());
    return {dLhs, g.neg(g.mul(dLhs, getY()))};
  }];
  let rule = "quotient rule";
  let forward = "y = a / b";
  let before = "d_a = d_y / b; d_b = -d_y * a / b**2";
  let formula = "d_a = d_y / b; d_b = -(d_y / b) * y";
  let saves = ["b", "y"];
}

def NN_PowOp : NN_BinaryOp<"pow", [{ return pow(lhs, rhs); }]> {
  let summary = "elementwise power";
  let description = [{
    `y[i] = lhs[i] ** rhs[i]`, NaN for a negative base with a fractional exponent. Special values are those of C99:
    1 for exponent 0 and for base 1, even where the other is NaN; an odd exponent keeps the sign of a zero or infinite
    base; (-1) ** inf is 1. The gradient of the base is 0 for exponent 0; that of the exponent is 0 where the base is
    not positive, as in the limit from the right at 0.
  }];
  let hasCanonicalizer = 1;
  let gradient = [{
    Value one = g.fill(1.0, getRhs()), zero = g.fill(0.0, getLhs());
    Value base = g.mul(dy, g.mul(getRhs(), g.pow(getLhs(), g.sub(getRhs(), one))));
    Value dLhs = g.select(g.compare(ComparePredicate::eq, getRhs(), g.fill(0.0, getRhs())), zero, base);
    Value positive = g.compare(ComparePredicate::gt, getLhs(), zero);
    Value safe = g.select(positive, getLhs(), one);
    return {dLhs, g.select(positive, g.mul(dy, g.mul(getY(), g.log(safe))), zero)};
  }];
  let rule = "power rule";
  let forward = "y = a**b";
  let formula = "d_a = where(b == 0, 0, d_y * (b * a**(b - 1))); d_b = where(a > 0, d_y * (y * log(a)), 0)";
  let saves = ["a", "b", "y"];
}

def NN_ModOp : NN_BinaryOp<"mod", [{ return mod(lhs, rhs); }]> {
  let summary = "elementwise remainder of the quotient rounded down";
  let description = [{
    `y[i] = lhs[i] - rhs[i] * floor(lhs[i] / rhs[i])` without the rounding of that quotient: a result other than 0 has the
    sign of `rhs`, as in Python, NumPy and PyTorch, a zero that of `lhs`. On floats NaN by 0 and of infinities; by an
    infinity it is `lhs`, or that infinity where the signs differ. On integers 0 by 0. At its jumps the gradient is that
    of the pieces beside them.
  }];
  let gradient = [{
    // The quotient, a whole number but for its last bits.
    Value quotient = g.create<RoundOp>(g.div(g.sub(getLhs(), getY()), getRhs()));
    return {dy, g.neg(g.mul(dy, quotient))};
  }];
  let rule = "remainder";
  let forward = "y = a - b * floor(a / b)";
  let formula = "d_a = d_y; d_b = -d_y * floor(a / b)";
  let saves = ["a", "b", "y"];
}

def NN_MaximumOp : NN_BinaryOp<"maximum", [{ return maximum(lhs, rhs); }], [Commutative]> {
  let summary = "elementwise maximum";
  let description = [{The larger of two, `lhs` if they are equal (of zeros too); NaN if either is. At a tie the gradient goes to `lhs`.}];
  let gradient = [{
    Value left = g.compare(ComparePredicate::ge, getLhs(), getRhs());
    Value zero = g.fill(0.0, dy);
    return {g.select(left, dy, zero), g.select(left, zero, dy)};
  }];
  let rule = "maximum selects";
  let forward = "y = where(a >= b, a, b)";
  let formula = "d_a = d_y * (a >= b); d_b = d_y * (a < b)";
  let saves = ["a", "b"];
}

def NN_MinimumOp : NN_BinaryOp<"minimum", [{ return minimum(lhs, rhs); }], [Commutative]> {
  let summary = "elementwise minimum";
  let description = [{The smaller of two, `lhs` if they are equal (of zeros too); NaN if either is. At a tie the gradient goes to `lhs`.}];
  let gradient = [{
    Value left = g.compare(ComparePredicate::le, getLhs(), getRhs());
    Value zero = g.fill(0.0, dy);
    return {g.select(left, dy, zero), g.select(left, zero, dy)};
  }];
  let rule = "minimum selects";
  let forward = "y = where(a <= b, a, b)";
  let formula = "d_a = d_y * (a <= b); d_b = d_y * (a > b)";
  let saves = ["a", "b"];
}

def NN_NegOp : NN_UnaryOp<"neg", [{ return -x; }]> {
  let summary = "elementwise negation";
  let description = [{`y[i] = -x[i]`: zeros change their sign too.}];
  let hasFolder = 1;
  let gradient = [{ return {g.neg(dy)}; }];
  let rule = "negation";
  let forward = "y = -x";
  let formula = "d_x = -d_y";
  let saves = [];
}

//===------------------------------------------------------------------------------------------------===//
// Functions of one variable
//===------------------------------------------------------------------------------------------------===//

def NN_ExpOp : NN_UnaryOp<"exp", [{ return exp(x); }]> {
  let summary = "elementwise exponential";
  let description = [{`y[i] = e ** x[i]`: infinity on overflow, 0 at -infinity.}];
  let gradient = [{ return {g.mul(dy, getY())}; }];
  let rule = "exponential";
  let forward = "y = exp(x)";
  let before = "d_x = d_y * exp(x)";
  let formula = "d_x = d_y * y";
  let saves = ["y"];
}

def NN_Expm1Op : NN_UnaryOp<"expm1", [{ return expm1(x); }]> {
  let summary = "elementwise e**x - 1, accurate near zero";
  let description = [{`y[i] = e ** x[i] - 1` without cancellation: -1 at -infinity; zeros keep their sign.}];
  let gradient = [{ return {g.mul(dy, g.add(getY(), g.fill(1.0, getY())))}; }];
  let rule = "exponential minus one";
  let forward = "y = exp(x) - 1";
  let before = "d_x = d_y * exp(x)";
  let formula = "d_x = d_y * (y + 1)";
  let saves = ["y"];
}

def NN_LogOp : NN_UnaryOp<"log", [{ return log(x); }]> {
  let summary = "elementwise natural logarithm";
  let description = [{`y[i] = ln x[i]`: -infinity at both zeros, NaN below, infinity at infinity.}];
  let gradient = [{ return {g.div(dy, getX())}; }];
  let rule = "logarithm";
  let forward = "y = log(x)";
  let formula = "d_x = d_y / x";
  let saves = ["x"];
}

def NN_Log1pOp : NN_UnaryOp<"log1p", [{ return log1p(x); }]> {
  let summary = "elementwise ln(1 + x), accurate near zero";
  let description = [{`y[i] = ln(1 + x[i])` without cancellation: -infinity at -1, NaN below; zeros keep their sign.}];
  let gradient = [{ return {g.div(dy, g.add(getX(), g.fill(1.0, getX())))}; }];
  let rule = "logarithm of one plus";
  let forward = "y = log(1 + x)";
  let formula = "d_x = d_y / (1 + x)";
  let saves = ["x"];
}

def NN_SqrtOp : NN_UnaryOp<"sqrt", [{ return sqrt(x); }]> {
  let summary = "elementwise square root";
  let description = [{`y[i] = x[i] ** 0.5`: NaN below zero, -0 at -0. The gradient at 0 is infinite.}];
  let gradient = [{ return {g.div(g.mul(dy, g.fill(0.5, dy)), getY())}; }];
  let rule = "square root";
  let forward = "y = sqrt(x)";
  let before = "d_x = d_y / (2 * sqrt(x))";
  let formula = "d_x = d_y / (2 * y)";
  let saves = ["y"];
}

def NN_RsqrtOp : NN_UnaryOp<"rsqrt", [{ return rsqrt(x); }]> {
  let summary = "elementwise reciprocal square root";
  let description = [{`y[i] = x[i] ** -0.5`: infinity at 0, -infinity at -0, NaN below, 0 at infinity.}];
  let gradient = [{
    return {g.mul(g.mul(dy, g.fill(-0.5, dy)), g.div(getY(), getX()))};
  }];
  let rule = "reciprocal square root";
  let forward = "y = 1 / sqrt(x)";
  let before = "d_x = -d_y * x**(-3 / 2) / 2";
  let formula = "d_x = -d_y * y / (2 * x)";
  let saves = ["x", "y"];
}

def NN_AbsOp : NN_UnaryOp<"abs", [{ return abs(x); }]> {
  let summary = "elementwise absolute value";
  let description = [{`y[i] = |x[i]|`, infinity at both infinities. The gradient at 0 is 0.}];
  let gradient = [{ return {g.mul(dy, g.create<SignOp>(getX()))}; }];
  let rule = "absolute value";
  let forward = "y = abs(x)";
  let formula = "d_x = d_y * sign(x)";
  let saves = ["x"];
}

def NN_SinOp : NN_UnaryOp<"sin", [{ return sin(x); }]> {
  let summary = "elementwise sine";
  let description = [{`y[i] = sin x[i]`, in radians; NaN at infinity.}];
  let gradient = [{ return {g.mul(dy, g.create<CosOp>(getX()))}; }];
  let rule = "sine";
  let forward = "y = sin(x)";
  let formula = "d_x = d_y * cos(x)";
  let saves = ["x"];
}

def NN_CosOp : NN_UnaryOp<"cos", [{ return cos(x); }]> {
  let summary = "elementwise cosine";
  let description = [{`y[i] = cos x[i]`, in radians; NaN at infinity.}];
  let gradient = [{ return {g.neg(g.mul(dy, g.create<SinOp>(getX())))}; }];
  let rule = "cosine";
  let forward = "y = cos(x)";
  let formula = "d_x = -d_y * sin(x)";
  let saves = ["x"];
}

def NN_ErfOp : NN_UnaryOp<"erf", [{ return erf(x); }]> {
  let summary = "elementwise error function";
  let description = [{`y[i] = 2 / sqrt(pi) * integral from 0 to x[i] of e ** -t**2`: -1 and 1 at the infinities.}];
  let gradient = [{
    Value bell = g.create<ExpOp>(g.neg(g.mul(getX(), getX())));
    return {g.mul(dy, g.mul(g.fill(1.1283791670955126, dy), bell))};
  }];
  let rule = "error function";
  let forward = "y = erf(x)";
  let formula = "d_x = d_y * 2 / sqrt(pi) * exp(-x**2)";
  let saves = ["x"];
}

//===------------------------------------------------------------------------------------------------===//
// Activations
//===------------------------------------------------------------------------------------------------===//

def NN_TanhOp : NN_UnaryOp<"tanh", [{ return tanh(x); }]> {
  let summary = "elementwise hyperbolic tangent";
  let description = [{`y[i] = tanh x[i]`: -1 and 1 at the infinities; zeros keep their sign.}];
  let gradient = [{
    return {g.mul(dy, g.sub(g.fill(1.0, getY()), g.mul(getY(), getY())))};
  }];
  let rule = "hyperbolic tangent";
  let forward = "y = tanh(x)";
  let before = "d_x = d_y * (1 - tanh(x)**2)";
  let formula = "d_x = d_y * (1 - y**2)";
  let saves = ["y"];
}

def NN_SigmoidOp : NN_UnaryOp<"sigmoid", [{ return sigmoid(x); }]> {
  let summary = "elementwise logistic function";
  let description = [{`y[i] = 1 / (1 + e ** -x[i])`, without overflow on either side: 0 and 1 at the infinities.}];
  let gradient = [{
    return {g.mul(dy, g.mul(getY(), g.sub(g.fill(1.0, getY()), getY())))};
  }];
  let rule = "logistic function";
  let forward = "y = 1 / (1 + exp(-x))";
  let before = "d_x = d_y * exp(-x) / (1 + exp(-x))**2";
  let formula = "d_x = d_y * y * (1 - y)";
  let saves = ["y"];
}

def NN_LogSigmoidOp : NN_UnaryOp<"log_sigmoid", [{ return -softplus(-x); }]> {
  let summary = "elementwise logarithm of the logistic function";
  let description = [{`y[i] = -ln(1 + e ** -x[i])`, without overflow or cancellation: -infinity and 0 at the infinities.}];
  let gradient = [{ return {g.mul(dy, g.create<SigmoidOp>(g.neg(getX())))}; }];
  let rule = "log-sigmoid";
  let forward = "y = -log(1 + exp(-x))";
  let before = "d_x = d_y * exp(-x) / (1 + exp(-x))";
  let formula = "d_x = d_y * sigmoid(-x)";
  let saves = ["x"];
}

def NN_SoftplusOp : NN_UnaryOp<"softplus", [{ return softplus(x); }]> {
  let summary = "elementwise softplus";
  let description = [{`y[i] = ln(1 + e ** x[i])`, without overflow: 0 and infinity at the infinities.}];
  let gradient = [{ return {g.mul(dy, g.create<SigmoidOp>(getX()))}; }];
  let rule = "softplus";
  let forward = "y = log(1 + exp(x))";
  let before = "d_x = d_y * exp(x) / (1 + exp(x))";
  let formula = "d_x = d_y * sigmoid(x)";
  let saves = ["x"];
}

def NN_ReluOp : NN_UnaryOp<"relu", [{ return maximum(x, lit(x, 0.0)); }]> {
  let summary = "rectified linear unit";
  let description = [{`y[i] = max(x[i], 0)`; NaN stays NaN, a zero keeps its sign. The gradient at 0 is 0.}];
  let gradient = [{
    Value zero = g.fill(0.0, dy);
    return {g.select(g.compare(ComparePredicate::gt, getY(), zero), dy, zero)};
  }];
  let rule = "rectifier";
  let forward = "y = where(x > 0, x, 0)";
  let before = "d_x = d_y * (x > 0)";
  let formula = "d_x = d_y * (y > 0)";
  let saves = ["y"];
}

def NN_LeakyReluOp : NN_UnaryOp<"leaky_relu", [{
      return select(x > lit(x, 0.0), x, x * lit(x, getSlope().convertToDouble()));
    }]> {
  let summary = "leaky rectified linear unit";
  let description = [{`y[i] = x[i]` where positive, else `slope * x[i]`; the gradient at 0 is `slope`.}];
  let arguments = (ins NN_FloatTensor:$x, DefaultValuedAttr<F64Attr, "0.01">:$slope);
  let gradient = [{
    Value positive = g.compare(ComparePredicate::gt, getX(), g.fill(0.0, dy));
    return {g.select(positive, dy, g.mul(dy, g.fill(getSlope().convertToDouble(), dy)))};
  }];
  let rule = "leaky rectifier";
  let forward = "y = where(x > 0, x, slope * x)";
  let formula = "d_x = d_y * ((x > 0) + slope * (x <= 0))";
  let saves = ["x"];
}

def NN_EluOp : NN_UnaryOp<"elu", [{
      return select(x > lit(x, 0.0), x, lit(x, getAlpha().convertToDouble()) * expm1(x));
    }]> {
  let summary = "exponential linear unit";
  let description = [{
    `y[i] = x[i]` where positive, else `alpha * (e ** x[i] - 1)` (Clevert et al. 2016): `-alpha` at -infinity.
  }];
  let arguments = (ins NN_FloatTensor:$x, DefaultValuedAttr<F64Attr, "1.0">:$alpha);
  let gradient = [{
    Value positive = g.compare(ComparePredicate::gt, getX(), g.fill(0.0, dy));
    Value slope = g.add(getY(), g.fill(getAlpha().convertToDouble(), getY()));
    return {g.select(positive, dy, g.mul(dy, slope))};
  }];
  let rule = "exponential linear unit";
  let forward = "y = where(x > 0, x, alpha * (exp(x) - 1))";
  let before = "d_x = d_y * ((x > 0) + alpha * exp(x) * (x <= 0))";
  let formula = "d_x = d_y * ((x > 0) + (y + alpha) * (x <= 0))";
  let saves = ["x", "y"];
}

def NN_SiluOp : NN_UnaryOp<"silu", [{ return x * sigmoid(x); }]> {
  let summary = "sigmoid linear unit, also called swish";
  let description = [{
    `y[i] = x[i] * sigmoid(x[i])`. Infinity at infinity, NaN at -infinity, where that is infinity times 0.
  }];
  let gradient = [{
    Value s = g.create<SigmoidOp>(getX());
    Value slope = g.mul(s, g.add(g.fill(1.0, s), g.mul(getX(), g.sub(g.fill(1.0, s), s))));
    return {g.mul(dy, slope)};
  }];
  let rule = "sigmoid linear unit";
  let forward = "y = x * sigmoid(x)";
  let before = "d_x = d_y * (sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x)))";
  let formula = "d_x = d_y * sigmoid(x) * (1 + x * (1 - sigmoid(x)))";
  let saves = ["x"];
}

def NN_GeluOp : NN_UnaryOp<"gelu", [{ return x * normalCdf(x); }]> {
  let summary = "Gaussian error linear unit";
  let description = [{
    `y[i] = x[i] * Phi(x[i])`, Phi the normal distribution (Hendrycks, Gimpel 2016). Infinity at infinity, NaN at
    -infinity, where that is infinity times 0.
  }];
  let gradient = [{
    Value x = getX();
    Value phi = g.mul(g.fill(0.39894228040143268, x), g.create<ExpOp>(g.mul(g.fill(-0.5, x), g.mul(x, x))));
    Value scaled = g.mul(x, g.fill(0.70710678118654752, x));
    Value cdf = g.mul(g.fill(0.5, x), g.add(g.fill(1.0, x), g.create<ErfOp>(scaled)));
    return {g.mul(dy, g.add(cdf, g.mul(x, phi)))};
  }];
  let rule = "Gaussian error linear unit";
  let forward = "y = x * (1 + erf(x / sqrt(2))) / 2";
  let formula = "d_x = d_y * ((1 + erf(x / sqrt(2))) / 2 + x * exp(-x**2 / 2) / sqrt(2 * pi))";
  let saves = ["x"];
}

def NN_GeluTanhOp : NN_UnaryOp<"gelu_tanh", [{ return x * tanhGate(x); }]> {
  let summary = "Gaussian error linear unit in its tanh form";
  let description = [{
    `y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x**3)))`. Infinity at infinity, NaN at -infinity, where that is
    infinity times 0.
  }];
  let gradient = [{
    Value x = getX(), one = g.fill(1.0, x);
    Value square = g.mul(x, x);
    Value inner = g.mul(g.fill(0.79788456080286536, x),
                        g.mul(x, g.add(one, g.mul(g.fill(0.044715, x), square))));
    Value t = g.create<TanhOp>(inner);
    Value innerSlope = g.mul(g.fill(0.79788456080286536, x),
                             g.add(one, g.mul(g.fill(0.134145, x), square)));
    Value slope = g.mul(g.fill(0.5, x), g.add(g.add(one, t),
                        g.mul(x, g.mul(g.sub(one, g.mul(t, t)), innerSlope))));
    return {g.mul(dy, slope)};
  }];
  let rule = "Gaussian error linear unit, tanh form";
  let forward = "u = sqrt(2 / pi) * (x + 0.044715 * x**3); t = tanh(u); y = x * (1 + t) / 2";
  let formula = "d_x = d_y * (1 + t + x * (1 - t**2) * sqrt(2 / pi) * (1 + 0.134145 * x**2)) / 2";
  let saves = ["x"];
}

//===------------------------------------------------------------------------------------------------===//
// Choices, comparisons, conversions
//===------------------------------------------------------------------------------------------------===//

def NN_SelectOp : NN_DiffOp<"select", [AllTypesMatch<["yes", "no", "y"]>, NN_FoldsElementwise,
    DeclareOpInterfaceMethods<ElementwiseOpInterface>]> {
  let summary = "elementwise choice";
  let description = [{`y[i] = condition[i] ? yes[i] : no[i]`. Both sides are evaluated.}];
  let arguments = (ins NN_BoolTensor:$condition, NN_Tensor:$yes, NN_Tensor:$no);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$condition `,` $yes `,` $no attr-dict `:` type($condition) `,` type($yes)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDeclaration = NN_ScalarMeaning<[{ return select(operands[0], operands[1], operands[2]); }], "">.declaration;
  let diffDefinitions = NN_ScalarMeaning<"", "">.definition;
  let gradient = [{
    Value zero = g.fill(0.0, dy);
    return {Value(), g.select(getCondition(), dy, zero), g.select(getCondition(), zero, dy)};
  }];
  let rule = "choice";
  let letters = ["c", "a", "b"];
  let forward = "y = where(c, a, b)";
  let formula = "d_a = where(c, d_y, 0); d_b = where(c, 0, d_y)";
  let saves = ["c"];
}

def NN_CompareOp : NN_ConstantElementwiseOp<"compare", [{
      switch (getPredicate()) {
      case ComparePredicate::eq: return T(lhs == rhs);
      case ComparePredicate::ne: return T(lhs != rhs);
      case ComparePredicate::lt: return T(lhs < rhs);
      case ComparePredicate::le: return T(lhs <= rhs);
      case ComparePredicate::gt: return T(lhs > rhs);
      case ComparePredicate::ge: return T(lhs >= rhs);
      }
      llvm_unreachable("unknown predicate");
    }], unpackBinary, [SameTypeOperands, InferTypeOpAdaptor]> {
  let summary = "elementwise comparison";
  let description = [{`y[i] = lhs[i] <predicate> rhs[i]`; with NaN all but `ne` are false.}];
  let arguments = (ins NN_ComparePredicateAttr:$predicate, NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_BoolTensor:$y);
  let assemblyFormat = "$predicate $lhs `,` $rhs attr-dict `:` type($lhs)";
  let reason = "'compare' is piecewise constant";
}

class NN_LogicalOp<string opMnemonic, code body> : NN_ConstantElementwiseOp<opMnemonic, body, unpackBinary,
    [Commutative, SameOperandsAndResultType]> {
  let arguments = (ins NN_BoolTensor:$lhs, NN_BoolTensor:$rhs);
  let results = (outs NN_BoolTensor:$y);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs)";
  let reason = "'" # opMnemonic # "' takes truth values";
}
def NN_AndOp : NN_LogicalOp<"and", [{ return logicalAnd(lhs, rhs); }]> {
  let summary = "elementwise conjunction";
  let description = [{True where both are.}];
}
def NN_OrOp : NN_LogicalOp<"or", [{ return logicalOr(lhs, rhs); }]> {
  let summary = "elementwise disjunction";
  let description = [{True where either is.}];
}
def NN_NotOp : NN_ConstantElementwiseOp<"not", [{ return logicalNot(x); }], unpackUnary, [SameOperandsAndResultType]> {
  let summary = "elementwise negation of truth values";
  let description = [{True where `x` is not.}];
  let arguments = (ins NN_BoolTensor:$x);
  let results = (outs NN_BoolTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let reason = "'not' takes truth values";
}

class NN_StepwiseOp<string opMnemonic, code body> : NN_ConstantElementwiseOp<opMnemonic, body, unpackUnary,
    [SameOperandsAndResultType]> {
  let arguments = (ins NN_FloatTensor:$x);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let reason = "'" # opMnemonic # "' is piecewise constant";
}
def NN_SignOp : NN_StepwiseOp<"sign", [{
      T zero = lit(x, 0.0);
      return select(x > zero, lit(x, 1.0), select(x < zero, lit(x, -1.0), x * zero)); // a zero's sign, or NaN
    }]> {
  let summary = "elementwise sign";
  let description = [{-1, 0 or 1; zeros keep their sign and NaN stays NaN.}];
}
def NN_FloorOp : NN_StepwiseOp<"floor", [{ return floor(x); }]> {
  let summary = "elementwise rounding down";
  let description = [{The largest whole number not above `x[i]`; infinities and NaN stay.}];
}
def NN_CeilOp : NN_StepwiseOp<"ceil", [{ return ceil(x); }]> {
  let summary = "elementwise rounding up";
  let description = [{The smallest whole number not below `x[i]`; infinities and NaN stay.}];
}
def NN_RoundOp : NN_StepwiseOp<"round", [{ return roundEven(x); }]> {
  let summary = "elementwise rounding to nearest";
  let description = [{The nearest whole number, halves to even; infinities and NaN stay.}];
}

def NN_CastOp : NN_DiffOp<"cast", [NN_FoldsElementwise, DeclareOpInterfaceMethods<ElementwiseOpInterface>]> {
  let summary = "elementwise conversion";
  let description = [{
    Converts elements to the result's type. Floats become integers towards zero, saturating, NaN as 0; truth values
    become 0 and 1; anything but zero becomes true. A gradient flows between float types only.
  }];
  let arguments = (ins NN_Tensor:$x);
  let results = (outs NN_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDeclaration = NN_ScalarMeaning<[{
      return castTo(operands[0], ::mlir::getElementTypeOrSelf(getType()));
    }], "">.declaration;
  let diffDefinitions = NN_ScalarMeaning<"", "">.definition;
  let gradient = [{
    auto from = ::mlir::cast<::mlir::RankedTensorType>(getX().getType());
    if (!::mlir::isa<::mlir::FloatType>(from.getElementType()) || !dy)
      return {Value()};
    return {g.create<CastOp>(from, dy)};
  }];
  let rule = "conversion";
  let letters = ["x"];
  let forward = "y = x";
  let formula = "d_x = d_y";
  let saves = [];
}

def NN_StopGradientOp : NN_ConstantElementwiseOp<"stop_gradient", [{ return x; }], unpackUnary,
    [SameOperandsAndResultType]> {
  let summary = "identity that ends gradient paths";
  let description = [{`y = x`, and no gradient flows to `x`.}];
  let arguments = (ins NN_FloatTensor:$x);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let reason = "'stop_gradient' ends it here";
}

#endif
