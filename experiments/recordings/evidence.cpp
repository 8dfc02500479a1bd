#include "experiments/recordings/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/options/argument.hpp"
#include "experiments/recordings/aligned.hpp"
#include "experiments/recordings/nwb_file.hpp"

namespace stillpoint {

namespace {

const std::string experiment_column = "experiment";
/// The experiment `trial_long` has a delay so many times as long as `trial`.
constexpr double longer_delay = 3;

std::optional<RowFilter> filter_of(const std::string& name, const Recording& recording,
                                   const EvidenceRequest& request) {
  if (const auto given = request.experiments.find(name); given != request.experiments.end()) return given->second;
  if (!recording.trials().find(experiment_column)) return std::nullopt;
  return RowFilter("--experiment", fmt::format("{}={}", experiment_column, name));
}

/// Of these trials: as their columns say, one for all of them.
std::optional<Delay> delay_of_trials(const std::string& name, const RecordedTable& trials,
                                     const std::vector<Index>& rows, const EvidenceRequest& request) {
  if (request.delay_ms) return Delay{0, *request.delay_ms * (name == "trial_long" ? longer_delay : 1)};
  const auto *start = trials.find("delay_start_time"), *stop = trials.find("delay_stop_time");
  if (!start || !stop || start->kind != TableColumn::Kind::number || stop->kind != TableColumn::Kind::number)
    throw UnusableTrials(
        "the length of the delay is not known: give --delay-ms, or columns delay_start_time and "
        "delay_stop_time of the trials");
  double shortest = INFINITY, longest = -INFINITY;
  for (const Index row : rows) {
    const auto at = static_cast<std::size_t>(row);
    const double length_ms = 1000 * (stop->numbers[at] - start->numbers[at]);
    if (!std::isfinite(length_ms) || length_ms <= 0)
      throw UnusableTrials("a trial has no delay: leave it out by --experiment");
    shortest = std::min(shortest, length_ms);
    longest = std::max(longest, length_ms);
  }
  if (longest - shortest > 1)
    throw UnusableTrials(
        fmt::format("delays are {:.0f} to {:.0f} ms: choose trials of one length by --experiment", shortest, longest));
  return Delay{0, std::round((shortest + longest) / 2 * 1e3) / 1e3};
}

/// Of each trial, where a column says it.
std::optional<std::vector<bool>> right_answers(const RecordedTable& trials, const std::vector<Index>& rows) {
  const auto *outcome = trials.find("outcome"), *correct = trials.find("correct");
  const auto* column = outcome ? outcome : correct;
  if (!column) return std::nullopt;
  static const std::set<std::string> yes = {"correct", "right", "hit", "true", "1"};
  std::vector<bool> right;
  for (const Index row : rows) right.push_back(yes.count(column->shown(row)) > 0);
  return right;
}

/// The rows that all of them have, in order.
std::vector<Index> common_units(const std::map<std::string, Aligned>& all) {
  std::vector<Index> common;
  for (const auto& [name, of] : all) {
    if (name == all.begin()->first) {
      common = of.units;
      continue;
    }
    std::vector<Index> both;
    std::set_intersection(common.begin(), common.end(), of.units.begin(), of.units.end(), std::back_inserter(both));
    common = both;
  }
  return common;
}

std::vector<Index> places(const std::vector<Index>& units, const std::vector<Index>& some) {
  std::vector<Index> found;
  for (std::size_t i = 0; i < units.size(); ++i)
    if (std::binary_search(some.begin(), some.end(), units[i])) found.push_back(static_cast<Index>(i));
  return found;
}

std::optional<std::vector<Index>> stimulated_units(const Recording& recording, const EvidenceRequest& request) {
  if (!request.stimulated.empty()) {
    auto rows = request.stimulated.rows(recording.units(), recording.file());
    require_argument(!rows.empty(), "--stimulated", request.stimulated.text(),
                     fmt::format("{}: no unit of {} meets it", recording.file(), recording.units().rows()));
    return rows;
  }
  if (!recording.units().find("stimulated")) return std::nullopt;
  return RowFilter("--stimulated", "stimulated=true|1").rows(recording.units(), recording.file());
}

double mean_rate_hz(const Evidence& evidence) {
  double spikes = 0, unit_seconds = 0;
  for (const auto& [name, session] : evidence.sessions)
    for (const auto& trial : session.trials) {
      spikes += trial.sum();
      unit_seconds += static_cast<double>(trial.size()) * session.bin_ms / 1000;
    }
  return unit_seconds > 0 ? spikes / unit_seconds : 0;
}

/// What is at hand of each experiment; the others are lacking.
class Experiments {
 public:
  Experiments(const Recording& recording, const EvidenceRequest& request, const PredictionsFile& table,
              SessionEvidence& found)
      : recording_(recording), request_(request), table_(table), found_(found) {
    selection_.units = request.units;
    selection_.align = request.align;
    selection_.bin_ms = table.bin_ms;
    selection_.condition = request.condition;
    if (selection_.condition.empty() && recording.trials().find("condition")) selection_.condition = "condition";
  }

  void add(const std::string& name) {
    const auto filter = filter_of(name, recording_, request_);
    const auto rows = filter ? filter->rows(recording_.trials(), recording_.file()) : std::vector<Index>();
    if (rows.empty()) {
      found_.lacking[name] = fmt::format("{} the experiment {}", no_trials, name);
      return;
    }
    try {
      read(name, *filter, rows);
    } catch (const UnusableTrials& problem) {
      found_.lacking[name] = fmt::format("{}: {}", name, without(recording_.file(), problem.what()));
    }
  }
  std::map<std::string, Aligned>& all() { return all_; }

 private:
  void read(const std::string& name, const RowFilter& filter, const std::vector<Index>& rows) {
    const auto tabled = table_.experiments.find(name);
    if (tabled == table_.experiments.end()) throw UnusableTrials(fmt::format("is in no network of {}", table_.path));
    auto selection = selection_;
    selection.trials = filter;
    selection.window = {0, tabled->second.after_ms};
    std::optional<Delay> delay;
    if (tabled->second.in_task) {
      delay = delay_of_trials(name, recording_.trials(), rows, request_);
      selection.window.to_ms = std::max(1.0, std::floor(delay->length_ms / table_.bin_ms + 1e-6)) * table_.bin_ms;
    }
    try {
      bins_about(selection.window, selection.bin_ms);
    } catch (const ParameterError& problem) {  // of the table, which says how long it is
      throw UnusableTrials(fmt::format("{}: {}", table_.path, problem.what()));
    }
    auto aligned_trials = aligned(recording_, selection, conditions());
    for (const auto& note : aligned_trials.notes) found_.notes.push_back(fmt::format("{}: {}", name, note));
    if (delay) found_.evidence.delay[name] = *delay;
    if (auto right = right_answers(recording_.trials(), aligned_trials.trials)) found_.evidence.right[name] = *right;
    if (aligned_trials.session.condition.empty())
      aligned_trials.session.condition.assign(aligned_trials.session.trials.size(), 0);
    all_.emplace(name, std::move(aligned_trials));
  }

  /// Of all trials, so that they are the same in every experiment.
  Conditions conditions() const {
    if (selection_.condition.empty()) return {"", {"all"}};
    const auto column = column_named(recording_.trials(), selection_.condition, "--condition", recording_.file());
    return {selection_.condition, values_of(column)};
  }

  const Recording& recording_;
  const EvidenceRequest& request_;
  const PredictionsFile& table_;
  SessionEvidence& found_;
  Selection selection_;
  std::map<std::string, Aligned> all_;
};

void require_some(const Recording& recording, const SessionEvidence& found) {
  if (!found.evidence.sessions.empty()) return;
  for (const auto& [name, why] : found.lacking)
    if (why.rfind(no_trials, 0) != 0) throw UserError(fmt::format("{}: {}", recording.file(), why));
  const auto* column = recording.trials().find(experiment_column);
  throw UserError(fmt::format(
      "{}: has no trial of an experiment that the predictions are about{}; say which are by "
      "--experiment NAME=FILTER",
      recording.file(),
      column ? fmt::format(": its column `experiment` has {}", fmt::join(values_of(*column), ", ")) : std::string()));
}

}  // namespace

void require_usable(const std::vector<Recording>& recordings, const EvidenceRequest& request) {
  for (const auto& recording : recordings) {
    if (recording.units().rows() == 0)
      throw UserError(recording.file() +
                      ": has no units: check judges spikes; series are described by `stillpoint observe --series`");
    require_trials(recording);
    if (recording.trials().find(experiment_column) || !request.experiments.empty()) continue;
    throw UserError(
        fmt::format("{}: {} has no column `experiment`: say which trials are which by --experiment "
                    "NAME=FILTER, as --experiment \"step=opto=1\"",
                    recording.file(), recording.trials().path));
  }
  const auto trials = tables_of(recordings, &Recording::trials), units = tables_of(recordings, &Recording::units);
  for (const auto& [name, filter] : request.experiments) filter.require_values(trials);
  request.units.require_values(units);
  request.stimulated.require_values(units);
}

SessionEvidence evidence_of(const Recording& recording, const EvidenceRequest& request, const PredictionsFile& table) {
  SessionEvidence found;
  found.file = recording.file();
  found.subject = recording.subject();
  found.evidence.signal = Signal::spikes;
  found.evidence.membrane_ms = request.membrane_ms.value_or(0);
  Experiments experiments(recording, request, table, found);
  std::set<std::string> of_connections;
  for (const auto& prediction : predictions())
    if (prediction.cells == Prediction::Cells::connections)
      of_connections.insert(prediction.experiments.begin(), prediction.experiments.end());
  for (const auto& name : experiment_names())
    if (of_connections.count(name) == 0) experiments.add(name);
  const auto units = common_units(experiments.all());
  for (auto& [name, of] : experiments.all()) {
    std::vector<Index> all_trials(of.trials.size());
    for (std::size_t i = 0; i < all_trials.size(); ++i) all_trials[i] = static_cast<Index>(i);
    if (units.empty()) throw UserError(recording.file() + ": no unit was observed in every experiment");
    found.evidence.sessions[name] = chosen(of.session, places(of.units, units), all_trials);
    of.session = {};
  }
  require_some(recording, found);
  for (std::size_t i = 0; i < units.size(); ++i) found.evidence.cells.push_back(static_cast<Index>(i));
  if (const auto rows = stimulated_units(recording, request)) found.stimulated = places(units, *rows);
  found.rate_hz = mean_rate_hz(found.evidence);
  return found;
}

}  // namespace stillpoint
