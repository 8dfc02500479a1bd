#include "experiments/runs/signals.hpp"

#include <atomic>
#include <csignal>
#include <iterator>

namespace stillpoint {

namespace {

std::atomic<int> stop_signal{0}, keeps{0};
static_assert(std::atomic<int>::is_always_lock_free);  // as a signal's handler needs

// What asks to stop: by a user, a terminal that is gone, a batch system.
constexpr int stops[] = {SIGTERM, SIGINT, SIGHUP, SIGXCPU};
struct sigaction before_stop[std::size(stops)], before_usr1, before_xfsz;

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
  for (std::size_t i = 0; i < std::size(stops); ++i) {
    // SA_RESETHAND: the second one of a kind finds the default action, which ends the process.
    install(stops[i], on_stop, static_cast<int>(SA_RESETHAND) | SA_RESTART, before_stop[i]);
    if (before_stop[i].sa_handler == SIG_IGN) sigaction(stops[i], &before_stop[i], nullptr);  // as nohup wants it
  }
  install(SIGXFSZ, SIG_IGN, 0, before_xfsz);  // a file too large is an error of `write` then
  install(SIGUSR1, on_keep, SA_RESTART, before_usr1);
}

StudySignals::~StudySignals() {
  for (std::size_t i = 0; i < std::size(stops); ++i) sigaction(stops[i], &before_stop[i], nullptr);
  sigaction(SIGXFSZ, &before_xfsz, nullptr);
  sigaction(SIGUSR1, &before_usr1, nullptr);
}

int StudySignals::stopped_by() { return stop_signal; }
int StudySignals::keeps_asked() { return keeps; }

}  // namespace stillpoint
