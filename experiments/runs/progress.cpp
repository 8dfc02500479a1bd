#include "experiments/runs/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "experiments/options/message.hpp"

namespace stillpoint {

namespace {

using Held = std::lock_guard<std::mutex>;

thread_local const ProgressWatch* innermost_watch = nullptr;

}  // namespace

ProgressWatch::ProgressWatch(See see) : see_(std::move(see)), outer_(innermost_watch) { innermost_watch = this; }
ProgressWatch::~ProgressWatch() { innermost_watch = outer_; }

std::string duration_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

Progress::Progress(std::vector<PlannedRun> runs, int workers, std::string what, bool quiet)
    : runs_(runs.size()),
      left_(std::move(runs), static_cast<std::size_t>(workers)),
      what_(std::move(what)),
      watch_(innermost_watch),
      quiet_(quiet || watch_),
      terminal_(isatty(STDERR_FILENO) != 0) {
  if (watch_ && runs_ > 0) show();
}

std::vector<PlannedRun> pieces_of_work(std::size_t count) { return std::vector<PlannedRun>(count, PlannedRun{0, 1}); }

Progress::~Progress() {
  if (!quiet_ && terminal_ && runs_ > 0) say("\n");
}

void Progress::begin(std::size_t run) {
  const Held held(mutex_);
  left_.begin(run, now());
}

void Progress::prepared(std::size_t run, std::size_t updates_done_before) {
  const Held held(mutex_);
  left_.prepared(run, static_cast<double>(updates_done_before), now());
}

void Progress::updated(std::size_t run) {
  const Held held(mutex_);
  left_.updated(run, now());
  if ((terminal_ || watch_) && Clock::now() - shown_ > std::chrono::milliseconds(200)) show();
}

void Progress::finished(std::size_t run) {
  const Held held(mutex_);
  left_.finished(run, now());
  one_more();
}

void Progress::put_back(std::size_t run) {
  const Held held(mutex_);
  left_.put_back(run);
}

void Progress::given_up(std::size_t run) {
  const Held held(mutex_);
  left_.given_up(run);
}

void Progress::elsewhere(std::size_t run) {
  const Held held(mutex_);
  left_.elsewhere(run, now());
}

void Progress::finished_elsewhere(std::size_t run, const std::optional<RunTime>& took) {
  const Held held(mutex_);
  left_.finished_elsewhere(run, took);
  one_more();
}

void Progress::known(std::size_t kind, const RunTime& took) {
  const Held held(mutex_);
  left_.known(kind, took);
}

void Progress::wait_for_others(std::size_t runs) {
  const Held held(mutex_);
  if (quiet_ || std::exchange(waits_, true)) return;
  say(fmt::format("{}other processes work on the {} left\n", terminal_ ? "\n" : "",
                  runs == 1 ? "run that is" : fmt::format("{} runs that are", runs)));
}

void Progress::one_more() {
  ++runs_done_;
  if (terminal_ || watch_ || runs_done_ == runs_ || Clock::now() - shown_ > std::chrono::seconds(5)) show();
}

void Progress::show() {
  shown_ = Clock::now();
  if (watch_) watch_->see_({what_, runs_done_, runs_, left_.share_done()});
  if (quiet_) return;
  const auto left = left_.seconds(now());
  const auto time = runs_done_ == runs_ ? "took " + duration_text(now())
                    : left              ? duration_text(*left) + (what_ == "runs" ? " left" : " left for them")
                                        : duration_text(now()) + " so far";
  if (terminal_) {
    constexpr int width = 30;
    const int filled = static_cast<int>(left_.share_done() * width);
    say(fmt::format("\r[{:#<{}}{:.<{}}] {}/{} {}, {}    ", "", filled, "", width - filled, runs_done_, runs_, what_,
                    time));
  } else {
    say(fmt::format("{}/{} {}, {}\n", runs_done_, runs_, what_, time));
  }
}

}  // namespace stillpoint
