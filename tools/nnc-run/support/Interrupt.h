// Interrupt.h: turns SIGINT, SIGTERM and SIGHUP into a request that loops poll between steps.
#ifndef NNC_RUN_SUPPORT_INTERRUPT_H
#define NNC_RUN_SUPPORT_INTERRUPT_H

namespace nnc::run {

/// From here on the first of these signals is only noted; a second one of the same kind ends the process.
void deferInterrupts();

/// The signal that arrived, or 0.
int interruptSignal();

/// Exit status a shell expects of a process that the noted signal stopped: 128 + signal.
int interruptStatus();

} // namespace nnc::run

#endif
