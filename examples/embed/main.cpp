// Trains a model inside its own process and saves what it learned: embed [parameters.safetensors]
//
// `sine.h` was made from sine.nn by nnc while this project was built: a typed C function for each thing the
// model does. There is nothing else to link, load or configure.
#include "sine.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

namespace {

// Every call returns a status; the model says what was wrong in words.
void check(int status, const sine *model) {
  if (status == 0)
    return;
  std::fprintf(stderr, "embed: error: %s\n", sine_error_text(model));
  std::exit(1);
}

struct Destroy {
  void operator()(sine *model) const { sine_destroy(model); }
};

} // namespace

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "sine.safetensors";

  sine *created = nullptr;
  char reason[256];
  sine_options options{};
  options.seed = 1;
  options.error = reason;
  options.error_bytes = sizeof reason;
  if (sine_create(&created, &options) != 0) {
    std::fprintf(stderr, "embed: error: %s\n", reason);
    return 1;
  }
  std::unique_ptr<sine, Destroy> model(created);

  // The data of a real program would come from its sensors, its users, its game.
  constexpr int64_t batch = 64;
  std::mt19937 random(1);
  std::uniform_real_distribution<float> angle(-3.1f, 3.1f);
  std::vector<float> x(batch), y(batch);
  for (int step = 0; step < 2000; ++step) {
    for (int64_t i = 0; i < batch; ++i) {
      x[i] = angle(random);
      y[i] = std::sin(x[i]);
    }
    sine_report report;
    sine_train_hyper hyper;
    check(sine_train_hyper_defaults(model.get(), &hyper), model.get());
    hyper.lr *= 1.0 - step / 2000.0; // any schedule one likes: the learning rate is an argument
    check(sine_train_step(model.get(), batch, x.data(), y.data(), &hyper, &report), model.get());
    if (step % 500 == 0)
      std::printf("step %4d  loss %.6f\n", step, report.loss);
  }

  const float question = 1.0f;
  float answer;
  check(sine_predict(model.get(), 1, &question, &answer), model.get());
  std::printf("sin(1) = %.3f, the model says %.3f\n", std::sin(1.0), answer);

  check(sine_save(model.get(), path, nullptr), model.get());
  std::printf("saved %s\n", path);
}
