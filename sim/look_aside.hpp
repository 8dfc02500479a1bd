// What a program does now and then while a long call of the libraries lasts: look for signals, move a bar of progress.
#pragma once

#include <functional>

namespace stillpoint {

/// While one lives, long calls on this thread call `look` at every step of time, of a path or of a search; what it throws
/// ends the call. The innermost counts.
class LookAside {
 public:
  explicit LookAside(std::function<void()> look);
  ~LookAside();
  LookAside(const LookAside&) = delete;
  LookAside& operator=(const LookAside&) = delete;

  /// Whether one lives on this thread.
  static bool here();

 private:
  friend void look_aside();
  std::function<void()> look_;
  LookAside* outer_;
};

/// For what lasts long: calls this thread's `look`, where there is one.
void look_aside();

}  // namespace stillpoint
