#include "experiments/runs/signals.hpp"

#include <atomic>
#include <csignal>

namespace stillpoint {

namespace {

std::atomic<int> stop_signal{0}, keeps{0};
static_assert(std::atomic<int>::is_always_lock_free);  // as a signal's handler needs

struct sigaction before_term, before_int, before_usr1;

void on_stop(int signal) { stop_signal = signal; }
void on_keep(int) { ++keeps; }

void install(int signal, void (*handler)(int), int flags, struct sigaction& before) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, &before);
}

}  // namespace

StudySignals::StudySignals() {
  stop_signal = 0;
  // SA_RESETHAND: the second one of a kind finds the default action, which ends the process.
  install(SIGTERM, on_stop, static_cast<int>(SA_RESETHAND) | SA_RESTART, before_term);
  install(SIGINT, on_stop, static_cast<int>(SA_RESETHAND) | SA_RESTART, before_int);
  install(SIGUSR1, on_keep, SA_RESTART, before_usr1);
}

StudySignals::~StudySignals() {
  sigaction(SIGTERM, &before_term, nullptr);
  sigaction(SIGINT, &before_int, nullptr);
  sigaction(SIGUSR1, &before_usr1, nullptr);
}

int StudySignals::stopped_by() { return stop_signal; }
int StudySignals::keeps_asked() { return keeps; }

}  // namespace stillpoint
