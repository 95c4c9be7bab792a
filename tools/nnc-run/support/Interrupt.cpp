// Interrupt.cpp: the handler only stores the signal's number.
#include "tools/nnc-run/support/Interrupt.h"

#include <csignal>
#include <initializer_list>

namespace nnc::run {

static volatile std::sig_atomic_t noted = 0;

void deferInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) { noted = signal; };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // What the parent chose to ignore (nohup, a shell's background job) stays ignored.
    struct sigaction current = {};
    if (sigaction(signal, nullptr, &current) == 0 && current.sa_handler != SIG_IGN)
      sigaction(signal, &action, nullptr);
  }
}

int interruptSignal() { return noted; }
int interruptStatus() { return 128 + noted; }

} // namespace nnc::run
