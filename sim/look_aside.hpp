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

/// The loop that a long call consists of, for who looks aside: how many of its turns are done. Of loops within loops on
/// one thread the outermost is seen.
///
///     for (const Index i : Turns("starts", starts.cols())) search_from(starts.col(i));
class Turns {
 public:
  /// what: a literal, in the plural.
  Turns(const char* what, long all);
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;
  /// That of this thread; nullptr where there is none.
  static const Turns* seen();

  class Turn {
   public:
    explicit Turn(Turns& of) : of_(of) {}
    long operator*() const { return of_.done; }
    void operator++() { ++of_.done; }
    bool operator!=(long end) const { return of_.done < end; }

   private:
    Turns& of_;
  };
  Turn begin() { return Turn(*this); }
  long end() const { return all; }

  const char* const what;
  const long all;
  long done = 0;

 private:
  const Turns* outer_;
};

}  // namespace stillpoint
