// kernels.cpp: single kernels of nnc beside OpenBLAS and oneDNN, by Google Benchmark.
//
//   kernels DIRECTORY THREADS [--benchmark_...]    the libraries that run.py has compiled into DIRECTORY
//
// Before anything is timed, each contender's result is compared with nnc's.
#include "bench/kernels/Dnnl.h"
#include "bench/kernels/Model.h"

#include <benchmark/benchmark.h>
#include <cblas.h>
#include <cmath>
#include <cstring>
#include <functional>
#include <iostream>
#include <omp.h>

namespace {

extern "C" void openblas_set_num_threads(int);

struct Contender {
  std::string name;
  std::function<void()> run;
};

/// Registers "kind/form/sizes/contender" for each. Rates are `operations` or `bytes` by the second.
void add(const std::string &name, double operations, double bytes, const std::vector<Contender> &contenders) {
  for (const Contender &contender : contenders)
    benchmark::RegisterBenchmark((name + "/" + contender.name).c_str(),
                                 [run = contender.run, operations, bytes](benchmark::State &state) {
                                   for (int i = 0; i < 3; ++i)
                                     run();
                                   for (auto _ : state)
                                     run();
                                   auto rate = benchmark::Counter::kIsIterationInvariantRate;
                                   if (operations > 0)
                                     state.counters["FLOP/s"] = benchmark::Counter(operations, rate);
                                   if (bytes > 0)
                                     state.counters["bytes/s"] = benchmark::Counter(bytes, rate);
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
}

/// Ends the program if two results are not the same up to rounding.
void compare(const std::string &name, const float *ours, const float *theirs, size_t count) {
  float largest = 0, difference = 0;
  for (size_t i = 0; i < count; ++i) {
    largest = std::max(largest, std::abs(ours[i]));
    difference = std::max(difference, std::abs(ours[i] - theirs[i]));
  }
  if (!(difference <= 1e-4f * largest) || largest == 0) {
    std::cerr << "kernels: error: " << name << ": results differ by " << difference << " of " << largest << '\n';
    exit(1);
  }
}

std::string sizesText(std::initializer_list<int> sizes) {
  std::string text;
  for (int size : sizes)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

void addProducts(const std::string &directory, int threads, int m, int n, int k) {
  const std::string sizes = sizesText({m, n, k}), library = directory + "/gemm-" + sizes + ".so";
  struct Form {
    const char *name;
    bool aTransposed, bTransposed;
  };
  for (const Form &form :
       {Form{"Forward", false, false}, Form{"InputGradient", false, true}, Form{"WeightGradient", true, false}}) {
    auto model = std::make_shared<Model>(library, form.name, "predict", threads);
    float *a = model->input(0), *b = model->input(1);
    auto y = std::make_shared<std::vector<float>>(size_t(m) * n);
    auto dnnl = std::make_shared<DnnlCall>(dnnlProduct(a, form.aTransposed, b, form.bTransposed, y->data(), m, n, k));
    auto blas = [=] {
      cblas_sgemm(CblasRowMajor, form.aTransposed ? CblasTrans : CblasNoTrans,
                  form.bTransposed ? CblasTrans : CblasNoTrans, m, n, k, 1, a, form.aTransposed ? m : k, b,
                  form.bTransposed ? k : n, 0, y->data(), n);
    };
    const std::string name = std::string("gemm/") + form.name + "/" + sizes;
    model->run();
    blas();
    compare(name + "/OpenBLAS", model->output(0), y->data(), y->size());
    dnnl->run();
    compare(name + "/oneDNN", model->output(0), y->data(), y->size());
    add(name, 2.0 * m * n * k, 0,
        {{"nnc", [model] { model->run(); }}, {"OpenBLAS", blas}, {"oneDNN", [dnnl] { dnnl->run(); }}});
  }
}

void addConvolutions(const std::string &directory, int threads, const ConvSizes &s) {
  const std::string sizes = sizesText({s.batch, s.size, s.channels, s.filters, s.window});
  const std::string library = directory + "/conv-" + sizes + ".so";
  const double operations = 2.0 * s.batch * s.size * s.size * s.channels * s.filters * s.window * s.window;
  const size_t xCount = size_t(s.batch) * s.size * s.size * s.channels,
               yCount = size_t(s.batch) * s.size * s.size * s.filters;
  for (auto [direction, name] : {std::pair(Direction::Forward, "Forward"),
                                 std::pair(Direction::InputGradient, "InputGradient"),
                                 std::pair(Direction::WeightGradient, "WeightGradient")}) {
    auto model = std::make_shared<Model>(library, name, "predict", threads);
    // What a direction does not read is not an input of its function.
    bool readsX = direction != Direction::InputGradient, readsW = direction != Direction::WeightGradient;
    auto own = std::make_shared<std::vector<float>>(
        direction == Direction::Forward ? yCount : direction == Direction::InputGradient ? xCount : 1);
    float *x = readsX ? model->input(0) : own->data(), *w = readsW ? model->input(1) : nullptr,
          *y = direction == Direction::Forward ? own->data() : model->input(2);
    auto dnnl = std::make_shared<DnnlCall>(dnnlConvolution(direction, s, x, w, y));
    const std::string title = std::string("conv/") + name + "/" + sizes;
    model->run();
    dnnl->run();
    if (direction != Direction::WeightGradient) {
      compare(title + "/oneDNN", model->output(0), own->data(), own->size());
    } else {
      using tag = dnnl::memory::format_tag;
      dnnl::memory plain =
          inLayout(dnnl->arguments.at(DNNL_ARG_DIFF_WEIGHTS),
                   floats({s.filters, s.channels, s.window, s.window}, tag::hwio));
      compare(title + "/oneDNN", model->output(0), static_cast<float *>(plain.get_data_handle()),
              size_t(s.filters) * s.channels * s.window * s.window);
    }
    add(title, operations, 0, {{"nnc", [model] { model->run(); }}, {"oneDNN", [dnnl, own] { dnnl->run(); }}});
  }
}

void addMemoryBound(const std::string &directory, int threads, int rows, int columns) {
  const std::string sizes = sizesText({rows, columns}), library = directory + "/memory-" + sizes + ".so";
  const double bytes = 4.0 * rows * columns;
  auto softmax = std::make_shared<Model>(library, "Softmax", "predict", threads);
  auto norm = std::make_shared<Model>(library, "Normalization", "predict", threads);
  auto adam = std::make_shared<Model>(library, "Update", "train_step", threads);
  add("memory/softmax/" + sizes, 0, 2 * bytes, {{"nnc", [softmax] { softmax->run(); }}});
  add("memory/layer_norm/" + sizes, 0, 2 * bytes, {{"nnc", [norm] { norm->run(); }}});
  // Reads the gradient, the parameter and two moments; writes the latter three.
  add("memory/adam/" + sizes, 0, 7 * bytes, {{"nnc", [adam] { adam->run(); }}});
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3) {
    std::cerr << "usage: kernels DIRECTORY THREADS [--benchmark_...]\n";
    return 1;
  }
  const std::string directory = argv[1];
  const int threads = std::atoi(argv[2]);
  openblas_set_num_threads(threads);
  omp_set_num_threads(threads);
  try {
#define NNC_GEMM(m, n, k) addProducts(directory, threads, m, n, k);
#define NNC_CONV(...) addConvolutions(directory, threads, {__VA_ARGS__});
#define NNC_MEMORY(rows, columns) addMemoryBound(directory, threads, rows, columns);
#include "bench/kernels/sizes.def"
  } catch (const std::exception &error) {
    std::cerr << "kernels: error: " << error.what() << '\n';
    return 1;
  }
  argv[2] = argv[0];
  argc -= 2;
  benchmark::Initialize(&argc, argv + 2);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
