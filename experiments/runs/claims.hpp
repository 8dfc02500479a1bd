// Who works on which run, among processes that share a directory and nothing else.
//
// A run is claimed by a file RUN.claim-0, made with O_EXCL, whose owner renews a counter in it. A watcher that sees the
// counter rest for `taken_over_after` of its own monotonic clock, or knows that the owner has died on this very
// machine, makes RUN.claim-1 (then -2 ..): the highest number owns the run. No clocks are compared. An owner that was
// only paused sees the higher number when it wakes, and lets go; whatever it wrote before is the same to the bit, and
// the last rename wins.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace stillpoint {

constexpr std::chrono::seconds renewed_every{2}, taken_over_after{30};
/// A claim in which nothing stands yet is filled in no time, or its owner has died in between.
constexpr std::chrono::seconds filled_within{3};

class Claims;

/// Held while it lives; then its files are removed, unless it was lost.
class Claim {
 public:
  Claim(Claims& claims, std::string run, int number, long since);
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  /// Whether another process has taken the run over.
  bool lost() const { return lost_; }

 private:
  friend class Claims;
  Claims& claims_;
  std::string run_;
  int number_;
  long since_;
  std::atomic<bool> lost_{false};
};

/// Who works on a run, as the owner says. An earlier program says less.
struct ClaimOwner {
  std::string host = "unknown", process = "unknown";
  long since = 0;  // seconds since 1970, by the owner's clock; 0: unknown
};

/// The claims of this process. Claims live shorter than it does; `take` is called by one thread at a time.
class Claims {
 public:
  Claims();
  ~Claims();
  /// The process that works on a run, as far as its claim's file tells: it was renewed no longer ago than
  /// `taken_over_after`, by the clocks of this machine and of the file system.
  static std::optional<ClaimOwner> owner(const std::string& run);
  /// Removes what dead processes left behind of a run that is finished.
  static void tidy(const std::string& run);
  /// The claim of a run, by the path of its file, or nullptr while another process has it. Throws UserError where none
  /// can be written.
  std::unique_ptr<Claim> take(const std::string& run);

 private:
  friend class Claim;
  struct Seen {
    std::string text;
    std::chrono::steady_clock::time_point since;
  };
  void renew();

  std::mutex mutex_;  // of what follows
  std::condition_variable ends_;
  bool end_ = false;
  std::set<Claim*> held_;
  unsigned long counter_ = 0;

  std::map<std::string, Seen> others_;
  std::thread renewer_;
};

}  // namespace stillpoint
