#include "experiments/recordings/aligned.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "experiments/options/argument.hpp"
#include "experiments/recordings/chosen_series.hpp"
#include "experiments/recordings/events.hpp"
#include "experiments/recordings/unit_counts.hpp"
#include "experiments/runs/machine.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t most_conditions = 16;

/// Leaves out the trials of which `out` is true, and notes how many and why.
template <class Out>
void leave_out(Aligned& of, const std::string& why, Out&& out) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < of.trials.size(); ++i)
    if (!out(i)) {
      of.trials[kept] = of.trials[i];
      of.events_s[kept++] = of.events_s[i];
    }
  if (kept < of.trials.size())
    of.notes.push_back(fmt::format("{} of {} trials left out: {}", of.trials.size() - kept, of.trials.size(), why));
  of.trials.resize(kept);
  of.events_s.resize(kept);
}

void require_some(const Aligned& of, const Recording& recording, const Selection& selection) {
  if (!of.trials.empty()) return;
  throw UnusableTrials(
      fmt::format("{}: {}: no trial of {} is left{}{}", recording.file(), recording.trials().path, of.all_trials,
                  selection.trials.empty() ? "" : fmt::format(" by --where \"{}\"", selection.trials.text()),
                  of.notes.empty() ? "" : fmt::format("; {}", fmt::join(of.notes, "; "))));
}

/// Trials that are asked for, with events and conditions, outside of invalid times.
Aligned chosen_trials(const Recording& recording, const Selection& selection, const Conditions& conditions,
                      const BinsAbout& bins) {
  const auto& table = recording.trials();
  require_trials(recording);
  Aligned of;
  of.all_trials = table.rows();
  of.trials = selection.trials.rows(table, recording.file());
  of.events_s.resize(of.trials.size());
  require_some(of, recording, selection);
  const auto events = events_of(recording, selection.align);
  of.notes = events.notes;
  for (std::size_t i = 0; i < of.trials.size(); ++i)
    of.events_s[i] = events.times_s[static_cast<std::size_t>(of.trials[i])];
  leave_out(of, "no " + selection.align, [&](std::size_t i) { return !std::isfinite(of.events_s[i]); });
  if (!conditions.column.empty()) {
    const auto column = column_named(table, conditions.column, "--condition", recording.file());
    leave_out(of, "no " + conditions.column, [&](std::size_t i) { return column.shown(of.trials[i]).empty(); });
  }
  leave_out(of, "the window meets invalid_times", [&](std::size_t i) {
    const auto span = bins.span(of.events_s[i]);
    return std::any_of(recording.invalid().begin(), recording.invalid().end(), [&](const auto& invalid) {
      return invalid.from_s < span.to_s - same_time_s && invalid.to_s > span.from_s + same_time_s;
    });
  });
  require_some(of, recording, selection);
  return of;
}

/// Takes from `of` what is not observed; rows of `unobserved` are of.units.
ObservedPart leave_out_unobserved(Aligned& of, const Truths& unobserved, const Recording& recording,
                                  const BinsAbout& bins, const std::string& what, const std::string& why) {
  const auto part = observed_part(unobserved);
  if (part.units.empty() || part.trials.empty())
    throw UnusableTrials(fmt::format(
        "{}: no {} is left in any of {} trials, from {:g} to {:g} ms about the event: {}; choose trials, an event or a "
        "window that were recorded",
        recording.file(), what, of.trials.size(), 1000 * bins.edge_s(0), 1000 * bins.edge_s(bins.count), why));
  const auto take = [](auto& from, const std::vector<Index>& rows) {
    auto all = from;
    from.clear();
    for (const Index row : rows) from.push_back(all[static_cast<std::size_t>(row)]);
  };
  if (part.units.size() < of.units.size())
    of.notes.push_back(
        fmt::format("{} of {} {}s left out: {}", of.units.size() - part.units.size(), of.units.size(), what, why));
  if (part.trials.size() < of.trials.size())
    of.notes.push_back(
        fmt::format("{} of {} trials left out: {}", of.trials.size() - part.trials.size(), of.trials.size(), why));
  take(of.units, part.units);
  take(of.trials, part.trials);
  take(of.events_s, part.trials);
  return part;
}

void require_room(const Aligned& of, const BinsAbout& bins, const Recording& recording) {
  const double needed = 8.0 * static_cast<double>(of.units.size()) * static_cast<double>(of.trials.size()) *
                        static_cast<double>(bins.count) * 4,  // counts, and copies of the estimators
      there = usable_memory();
  if (needed > there)
    throw UserError(fmt::format(
        "{}: {} units in {} trials of {} bins take {}, and {} are there; choose fewer units or "
        "trials, a longer --bin-ms or a shorter --window",
        recording.file(), of.units.size(), of.trials.size(), bins.count, memory_text(needed), memory_text(there)));
}

/// Its values are yet to be written.
Session empty_session(const Aligned& of, const BinsAbout& bins) {
  Session session{bins.bin_ms, bins.from_ms, {}, {}};
  for (std::size_t k = 0; k < of.trials.size(); ++k)
    session.trials.emplace_back(static_cast<Index>(of.units.size()), bins.count);
  return session;
}

void read_spikes(Aligned& of, const Recording& recording, const Selection& selection, const BinsAbout& bins) {
  of.units = selection.units.rows(recording.units(), recording.file());
  of.all_units = recording.units().rows();
  if (of.units.empty())
    throw UserError(
        fmt::format("--units {}: {}: no unit of {} is left", selection.units.text(), recording.file(), of.all_units));
  Truths unobserved =
      Truths::Constant(static_cast<Index>(of.units.size()), static_cast<Index>(of.trials.size()), false);
  for (Index u = 0; u < unobserved.rows(); ++u)
    if (const auto observed = recording.observed(of.units[static_cast<std::size_t>(u)]))
      for (Index k = 0; k < unobserved.cols(); ++k)
        unobserved(u, k) = !is_within(bins.span(of.events_s[static_cast<std::size_t>(k)]), *observed);
  leave_out_unobserved(of, unobserved, recording, bins, "unit", "not observed throughout the window (obs_intervals)");
  require_room(of, bins, recording);
  of.session = empty_session(of, bins);
  double first_s = std::numeric_limits<double>::infinity(), last_s = -first_s;
  UnitCounts counts(of.session, of.events_s, bins);
  recording.visit_spikes(of.units, [&](std::size_t u, const double* first, const double* last) {
    first_s = std::min(first_s, *first);
    last_s = std::max(last_s, *(last - 1));
    counts.add(static_cast<Index>(u), first, last);
  });
  counts.finish();
  const auto beyond = std::count_if(of.events_s.begin(), of.events_s.end(), [&](double event) {
    const auto span = bins.span(event);
    return span.from_s < first_s || span.to_s > last_s;
  });
  if (beyond > 0)
    of.notes.push_back(
        fmt::format("{} of {} trials reach beyond the first or the last spike of all units: kept, and not "
                    "known to be recorded there",
                    beyond, of.trials.size()));
}

void read_samples(Aligned& of, const Recording& recording, const RecordedSeries& series, const BinsAbout& bins) {
  of.signal = Signal::rates;
  of.unit = series.unit;
  of.all_units = series.channels;
  of.units.resize(static_cast<std::size_t>(series.channels));
  std::iota(of.units.begin(), of.units.end(), Index{0});
  require_room(of, bins, recording);
  of.session = empty_session(of, bins);
  Truths unobserved(series.channels, static_cast<Index>(of.trials.size()));
  for (std::size_t k = 0; k < of.trials.size(); ++k) {
    auto& trial = of.session.trials[k];
    trial = means_about(recording.samples(series, bins.span(of.events_s[k])), of.events_s[k], bins);
    unobserved.col(static_cast<Index>(k)) = trial.array().isNaN().rowwise().any();
  }
  const auto part = leave_out_unobserved(
      of, unobserved, recording, bins, "channel",
      fmt::format("a bin of {:g} ms has no sample of {}, or one that is NaN", bins.bin_ms, series.path));
  of.session = chosen(of.session, part.units, part.trials);
}

}  // namespace

void require_trials(const Recording& recording) {
  if (recording.trials().rows() > 0) return;
  std::vector<std::string> others;
  for (const auto& [name, rows] : recording.intervals())
    if (rows > 0) others.push_back(name);
  throw UserError(fmt::format(
      "{}: has no trials{}", recording.file(),
      others.empty() ? ", nor other intervals that --trials could take"
                     : fmt::format("; choose other intervals by --trials, there are: {}", fmt::join(others, ", "))));
}

Conditions conditions_of(const std::vector<Recording>& recordings, const Selection& selection) {
  if (selection.condition.empty()) return {"", {"all"}};
  TableColumn all{selection.condition, "", TableColumn::Kind::number, {}, {}};
  std::vector<std::string> shown;
  bool numbers = true;
  for (const auto& recording : recordings) {
    const auto& table = recording.trials();
    const auto column = column_named(table, selection.condition, "--condition", recording.file());
    numbers = numbers && column.kind == TableColumn::Kind::number;
    for (const Index row : selection.trials.rows(table, recording.file())) {
      if (column.shown(row).empty()) continue;
      shown.push_back(column.shown(row));
      if (numbers) all.numbers.push_back(column.numbers[static_cast<std::size_t>(row)]);
    }
  }
  if (!numbers) {
    all.kind = TableColumn::Kind::text;
    all.texts = std::move(shown);
  }
  auto names = values_of(all);
  require_argument(!names.empty() && names.size() <= most_conditions, "--condition", selection.condition,
                   names.empty()
                       ? "no trial has a value of it"
                       : fmt::format("has {} different values, conditions are at most {}; choose some by --where",
                                     names.size(), most_conditions));
  return {selection.condition, std::move(names)};
}

Aligned aligned(const Recording& recording, const Selection& selection, const Conditions& conditions) {
  const auto bins = bins_about(selection.window, selection.bin_ms);
  const auto* series = chosen_series(recording, selection.series);
  auto of = chosen_trials(recording, selection, conditions, bins);
  if (series)
    read_samples(of, recording, *series, bins);
  else
    read_spikes(of, recording, selection, bins);
  if (!conditions.column.empty()) {
    const auto column = column_named(recording.trials(), conditions.column, "--condition", recording.file());
    for (const Index row : of.trials)
      of.session.condition.push_back(static_cast<int>(
          std::find(conditions.names.begin(), conditions.names.end(), column.shown(row)) - conditions.names.begin()));
  }
  auto times_s = of.events_s;
  std::sort(times_s.begin(), times_s.end());
  Index overlapping = 0;
  for (std::size_t k = 1; k < times_s.size(); ++k)
    overlapping += bins.span(times_s[k - 1]).to_s > bins.span(times_s[k]).from_s + same_time_s;
  if (overlapping > 0)
    of.notes.push_back(
        fmt::format("windows of {} of {} trials reach into the next trial's: what is there counts twice, and "
                    "intervals take trials for independent",
                    overlapping, of.trials.size()));
  return of;
}

}  // namespace stillpoint
