#include "experiments/runs/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "experiments/options/message.hpp"

namespace stillpoint {

std::string duration_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

Progress::Progress(std::size_t runs, std::size_t total, bool quiet)
    : runs_(runs), total_(total), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (!quiet_ && terminal_ && runs_ > 0) say("\n");
}

void Progress::add(std::size_t units) {
  const std::lock_guard<std::mutex> held(mutex_);
  done_ += units;
  if (terminal_ && Clock::now() - shown_ > std::chrono::milliseconds(200)) show(false);
}

void Progress::run_finished(std::size_t units_skipped) {
  const std::lock_guard<std::mutex> held(mutex_);
  done_ += units_skipped;
  ++runs_done_;
  const bool last = runs_done_ == runs_;
  if (terminal_ || last || Clock::now() - shown_ > std::chrono::seconds(5)) show(true);
}

void Progress::leave_out(std::size_t units) {
  const std::lock_guard<std::mutex> held(mutex_);
  total_ -= units;
}

void Progress::wait_for_others(std::size_t runs) {
  const std::lock_guard<std::mutex> held(mutex_);
  if (quiet_ || std::exchange(waits_, true)) return;
  say(fmt::format("{}other processes work on the {} left\n", terminal_ ? "\n" : "",
                  runs == 1 ? "run that is" : fmt::format("{} runs that are", runs)));
}

void Progress::show(bool) {
  if (quiet_) return;
  shown_ = Clock::now();
  const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1;
  const double elapsed = std::chrono::duration<double>(shown_ - start_).count();
  const auto left = runs_done_ == runs_ ? "took " + duration_text(elapsed)
                    : share > 0         ? duration_text(elapsed * (1 - share) / share) + " left"
                                        : std::string("time left unknown");
  if (terminal_) {
    constexpr int width = 30;
    const int filled = static_cast<int>(share * width);
    say(fmt::format("\r[{:#<{}}{:.<{}}] {}/{} runs, {}    ", "", filled, "", width - filled, runs_done_, runs_, left));
  } else {
    say(fmt::format("{}/{} runs, {}\n", runs_done_, runs_, left));
  }
}

}  // namespace stillpoint
