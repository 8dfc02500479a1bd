#include "experiments/runs/time_left.hpp"

#include <algorithm>
#include <functional>
#include <queue>

namespace stillpoint {

namespace {

constexpr double enough_seconds = 5, enough_of_budget = 0.05, settling_updates = 10;

}  // namespace

TimeLeft::TimeLeft(std::vector<PlannedRun> runs, std::size_t workers) : workers_(workers) {
  for (auto& plan : runs) {
    kinds_.resize(std::max(kinds_.size(), plan.kind + 1));
    runs_.push_back({plan, State::waiting, plan.done});
  }
}

void TimeLeft::begin(std::size_t run, double now) {
  runs_[run].state = State::preparing;
  runs_[run].here = 0;
  runs_[run].since = now;
}

void TimeLeft::prepared(std::size_t run, double updates_done_before, double now) {
  auto& each = runs_[run];
  auto& kind = kinds_[each.plan.kind];
  kind.preparing += now - each.since;
  ++kind.prepared;
  each.state = State::training;
  each.done = updates_done_before;
  each.since = now;
}

void TimeLeft::updated(std::size_t run, double now) {
  auto& each = runs_[run];
  auto& kind = kinds_[each.plan.kind];
  const bool settles = each.here++ < settling_updates;
  (settles ? kind.settling : kind.training) += now - each.since;
  ++(settles ? kind.settled : kind.updates);
  ++each.done;
  each.since = now;
}

void TimeLeft::finished(std::size_t run, double now) {
  auto& each = runs_[run];
  auto& kind = kinds_[each.plan.kind];
  kind.ending += now - each.since;
  ++kind.ended;
  kind.lengths.push_back(each.done);
  end(each);
}

void TimeLeft::put_back(std::size_t run) {
  runs_[run].state = State::waiting;
  runs_[run].done = runs_[run].plan.done;
}

void TimeLeft::given_up(std::size_t run) { end(runs_[run]); }

void TimeLeft::elsewhere(std::size_t run, double now) {
  auto& each = runs_[run];
  if (each.state != State::elsewhere) each.since = now;
  each.state = State::elsewhere;
  each.seen = now;
}

void TimeLeft::finished_elsewhere(std::size_t run, const std::optional<RunTime>& took) {
  if (took) known(runs_[run].plan.kind, *took);
  end(runs_[run]);
}

void TimeLeft::known(std::size_t kind, const RunTime& took) {
  kinds_.resize(std::max(kinds_.size(), kind + 1));
  auto& each = kinds_[kind];
  each.others.updates += took.updates;
  each.others.training += took.training;
  each.others.beside += took.beside;
  ++each.counted;
  each.lengths.push_back(took.updates);
}

void TimeLeft::end(Run& run) {
  run.state = State::over;
  run.done = run.plan.updates;
}

double TimeLeft::share_done() const {
  double done = 0, all = 0;
  for (const auto& run : runs_) {
    done += run.done - run.plan.done;
    all += run.plan.updates - run.plan.done;
  }
  return all > 0 ? done / all : 1;
}

std::optional<TimeLeft::Cost> TimeLeft::cost(const PlannedRun& plan) const {
  const auto& kind = kinds_[plan.kind];
  const bool trained_enough = !plan.may_stop_early && kind.training >= enough_seconds &&
                              kind.updates >= std::max(1.0, enough_of_budget * plan.updates);
  if (kind.ended > 0 || trained_enough) {
    const double update = kind.updates > 0   ? kind.training / kind.updates
                          : kind.settled > 0 ? kind.settling / kind.settled
                                             : 0;
    // What the first updates take beyond the others, they take once.
    return Cost{(kind.preparing + kind.settling - kind.settled * update) / kind.prepared, update,
                kind.ended > 0 ? kind.ending / kind.ended : plan.evaluation * update};
  }
  if (kind.counted > 0)
    return Cost{kind.others.beside / kind.counted, kind.others.training / std::max(1.0, kind.others.updates), 0};
  return std::nullopt;
}

double TimeLeft::left_of(const Run& run, const Cost& cost, double now) const {
  // As long as those of its kind that went further; where none did, to its budget.
  double sum = 0, longer = 0;
  for (const double length : kinds_[run.plan.kind].lengths)
    if (length > run.done) {
      sum += length;
      ++longer;
    }
  const double training = std::max(0.0, (longer > 0 ? sum / longer : run.plan.updates) - run.done) * cost.update;
  const double passed = now - run.since;
  if (run.state == State::training) return std::max(0.0, training + cost.ending - passed);
  if (run.state == State::preparing) return std::max(0.0, cost.preparing - passed) + training + cost.ending;
  const double whole = cost.preparing + training + cost.ending;
  if (run.state == State::waiting) return whole;
  // May be below 0: whoever had it has begun with another one since.
  return std::max(0.0, whole - (run.seen - run.since)) - (now - run.seen);
}

std::optional<double> TimeLeft::seconds(double now) const {
  std::vector<std::optional<Cost>> costs(kinds_.size());
  std::vector<double> waiting;
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;  // when each worker is
  std::size_t own = 0;
  for (const auto& run : runs_) {
    if (run.state == State::over) continue;
    auto& known = costs[run.plan.kind];
    if (!known) known = cost(run.plan);
    if (!known) return std::nullopt;
    const double left = left_of(run, *known, now);
    if (run.state == State::waiting)
      waiting.push_back(left);
    else
      free_at.push(left);
    own += run.state == State::preparing || run.state == State::training ? 1 : 0;
  }
  for (; own < workers_; ++own) free_at.push(0);
  for (const double run : waiting) {  // each goes to the worker who is free first
    const double end = free_at.top() + run;
    free_at.pop();
    free_at.push(end);
  }
  double last = 0;
  for (; !free_at.empty(); free_at.pop()) last = std::max(0.0, free_at.top());
  return last;
}

}  // namespace stillpoint
