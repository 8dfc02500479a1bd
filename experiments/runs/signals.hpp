// Signals that a study obeys while it runs: SIGTERM, SIGINT, SIGHUP and SIGXCPU keep what every run has reached and
// stop, SIGUSR1 keeps and goes on. A second one that asks to stop ends the process at once.
#pragma once

namespace stillpoint {

class StudySignals {
 public:
  StudySignals();
  ~StudySignals();  // as before
  StudySignals(const StudySignals&) = delete;
  StudySignals& operator=(const StudySignals&) = delete;

  /// The signal that asked to stop, or 0.
  static int stopped_by();
  /// How often was asked to keep.
  static int keeps_asked();
};

}  // namespace stillpoint
