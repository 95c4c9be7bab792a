// Dnnl.h: the same work by oneDNN, on the same memory.
#ifndef NNC_BENCH_KERNELS_DNNL_H
#define NNC_BENCH_KERNELS_DNNL_H

#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

/// A primitive with its arguments.
struct DnnlCall {
  dnnl::stream stream;
  dnnl::primitive primitive;
  std::unordered_map<int, dnnl::memory> arguments;

  void run() {
    primitive.execute(stream, arguments);
    stream.wait();
  }
};

inline const dnnl::engine &dnnlEngine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

inline dnnl::memory::desc floats(dnnl::memory::dims sizes, dnnl::memory::format_tag tag) {
  return {std::move(sizes), dnnl::memory::data_type::f32, tag};
}

/// `memory` in the layout that a primitive asks for: reordered before the clock runs, as a framework does with weights.
inline dnnl::memory inLayout(dnnl::memory memory, const dnnl::memory::desc &wanted) {
  if (memory.get_desc() == wanted)
    return memory;
  dnnl::memory reordered(wanted, dnnlEngine());
  dnnl::stream stream(dnnlEngine());
  dnnl::reorder(memory, reordered).execute(stream, memory, reordered);
  stream.wait();
  return reordered;
}

/// [m, n] from k terms; a and b as they lie in memory.
inline DnnlCall dnnlProduct(float *a, bool aTransposed, float *b, bool bTransposed, float *y, int m, int n, int k) {
  using tag = dnnl::memory::format_tag;
  auto left = floats({m, k}, aTransposed ? tag::ba : tag::ab), right = floats({k, n}, bTransposed ? tag::ba : tag::ab),
       result = floats({m, n}, tag::ab);
  dnnl::matmul::primitive_desc description(dnnl::matmul::desc(left, right, result), dnnlEngine());
  return {dnnl::stream(dnnlEngine()), dnnl::matmul(description),
          {{DNNL_ARG_SRC, {left, dnnlEngine(), a}},
           {DNNL_ARG_WEIGHTS, {right, dnnlEngine(), b}},
           {DNNL_ARG_DST, {result, dnnlEngine(), y}}}};
}

struct ConvSizes {
  int batch, size, channels, filters, window;
};

/// Which of the three a call computes.
enum class Direction { Forward, InputGradient, WeightGradient };

/// Activations [n, h, w, c] as nnc has them; the filter in whatever layout oneDNN likes best, as it is not timed.
inline DnnlCall dnnlConvolution(Direction direction, const ConvSizes &s, float *x, float *w, float *y) {
  using tag = dnnl::memory::format_tag;
  const dnnl::memory::dims stride = {1, 1};
  // "same": the odd one of the padding is behind.
  const dnnl::memory::dims low = {(s.window - 1) / 2, (s.window - 1) / 2}, high = {s.window / 2, s.window / 2};
  auto input = floats({s.batch, s.channels, s.size, s.size}, tag::nhwc),
       filter = floats({s.filters, s.channels, s.window, s.window}, tag::any),
       plain = floats({s.filters, s.channels, s.window, s.window}, tag::hwio),
       result = floats({s.batch, s.filters, s.size, s.size}, tag::nhwc);
  dnnl::memory xMemory(input, dnnlEngine(), x), yMemory(result, dnnlEngine(), y), wMemory(plain, dnnlEngine(), w);
  dnnl::convolution_forward::primitive_desc forward(
      dnnl::convolution_forward::desc(dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, input,
                                      filter, result, stride, low, high),
      dnnlEngine());
  dnnl::stream stream(dnnlEngine());
  if (direction == Direction::Forward)
    return {stream, dnnl::convolution_forward(forward),
            {{DNNL_ARG_SRC, xMemory},
             {DNNL_ARG_WEIGHTS, inLayout(wMemory, forward.weights_desc())},
             {DNNL_ARG_DST, yMemory}}};
  if (direction == Direction::InputGradient) {
    dnnl::convolution_backward_data::primitive_desc backward(
        dnnl::convolution_backward_data::desc(dnnl::algorithm::convolution_direct, input, filter, result, stride, low,
                                              high),
        dnnlEngine(), forward);
    return {stream, dnnl::convolution_backward_data(backward),
            {{DNNL_ARG_DIFF_SRC, xMemory},
             {DNNL_ARG_WEIGHTS, inLayout(wMemory, backward.weights_desc())},
             {DNNL_ARG_DIFF_DST, yMemory}}};
  }
  dnnl::convolution_backward_weights::primitive_desc backward(
      dnnl::convolution_backward_weights::desc(dnnl::algorithm::convolution_direct, input, filter, result, stride, low,
                                               high),
      dnnlEngine(), forward);
  return {stream, dnnl::convolution_backward_weights(backward),
          {{DNNL_ARG_SRC, xMemory},
           {DNNL_ARG_DIFF_WEIGHTS, dnnl::memory(backward.diff_weights_desc(), dnnlEngine())},
           {DNNL_ARG_DIFF_DST, yMemory}}};
}

#endif
