#include "experiments/recordings/trial_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stillpoint {

namespace {

constexpr double between_trials_ms = 1000;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Switches and small numbers take a byte; larger ones are what they are.
NwbColumn::Values numbers_of(const std::vector<long>& values) {
  const auto is_small = [](long value) { return value >= 0 && value < 256; };
  if (std::all_of(values.begin(), values.end(), is_small))
    return std::vector<std::uint8_t>(values.begin(), values.end());
  return values;
}

}  // namespace

void TrialTable::add_event(const std::string& name, double time_s) {
  for (auto& event : events_)
    if (event.name == name) event.times_s.push_back(time_s);
}

std::vector<TrialTimes> TrialTable::add(const SimulatedTrials& of) {
  using P = Protocol;
  const auto& protocol = of.protocol;
  const bool stimulated = protocol.stimulus != P::Stimulus::none, blocked = protocol.block != P::Block::none;
  std::vector<TrialTimes> all;
  for (std::size_t b = 0; b < of.rates_hz.trials.size(); ++b) {
    const auto at_s = [&](double since_start_ms) { return (clock_ms_ + since_start_ms) / 1000; };
    const auto event_at_s = [&](double since_event_ms) { return at_s(of.event_ms + since_event_ms); };
    const double length_ms = static_cast<double>(of.trials.length[b]) * of.dt_ms,
                 recorded_ms = static_cast<double>(of.bins[b]) * of.rates_hz.bin_ms;
    const TrialTimes times{at_s(0), at_s(length_ms), event_at_s(0), event_at_s(of.rates_hz.start_ms),
                           event_at_s(of.rates_hz.start_ms + recorded_ms)};
    start_s_.push_back(times.start_s);
    stop_s_.push_back(times.stop_s);
    experiment_.push_back(of.experiment);
    condition_.push_back(of.trials.condition[b]);
    outcome_.push_back(of.outcome.empty() ? "" : of.outcome[b]);
    add_event("event_time", times.event_s);
    add_event("stimulus_on_time", stimulated ? event_at_s(protocol.onset_ms) : none);
    add_event("stimulus_off_time", stimulated ? event_at_s(end_of_stimulus(protocol)) : none);
    add_event("block_on_time", blocked ? event_at_s(protocol.block_ms) : none);
    add_event("delay_start_time", of.delay ? at_s(of.delay->start_ms) : none);
    add_event("delay_stop_time", of.delay ? at_s(of.delay->start_ms + of.delay->length_ms) : none);
    all.push_back(times);
    clock_ms_ = std::ceil(clock_ms_ + length_ms) + between_trials_ms;
  }
  return all;
}

NwbTable TrialTable::table() const {
  NwbTable trials{
      "intervals/trials",
      "TimeIntervals",
      "Trials, in their order",
      start_s_.size(),
      {{"start_time", "Start of the trial [s]", start_s_},
       {"stop_time", "End of the trial [s]", stop_s_},
       {"experiment", "What was done: `stillpoint list experiment`, options in /general/notes", experiment_},
       {"condition", "Trial type of the task; 0 where there is one only", numbers_of(condition_)}}};
  for (const auto& [name, description, times_s] : events_)
    if (!std::all_of(times_s.begin(), times_s.end(), [](double each) { return std::isnan(each); }))
      trials.columns.push_back({name, description + " [s]; NaN: none", times_s});
  if (std::any_of(outcome_.begin(), outcome_.end(), [](const auto& each) { return !each.empty(); }))
    trials.columns.push_back({"outcome",
                              "Whether the mean output over the graded time has the sign of the target, of several "
                              "outputs the largest: correct or error; empty: not graded",
                              outcome_});
  return trials;
}

}  // namespace stillpoint
