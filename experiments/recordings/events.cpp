#include "experiments/recordings/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "experiments/options/argument.hpp"
#include "experiments/recordings/selection.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::vector<double> times_in(const TableColumn& column, const Recording& recording, const std::string& align) {
  require_argument(column.kind != TableColumn::Kind::truth && has_numbers(column), "--align", align,
                   fmt::format("{}: {}/{} holds no times", recording.file(), recording.trials().path, column.name));
  std::vector<double> times;
  for (Index row = 0; row < recording.trials().rows(); ++row) times.push_back(number_of(column, row));
  return times;
}

/// Times that hardly lie in their trials, and would if they counted from its start.
void require_absolute(const std::vector<double>& times_s, const Recording& recording, const std::string& align) {
  const auto &start = recording.trials().find("start_time")->numbers,
             &stop = recording.trials().find("stop_time")->numbers;
  Index given = 0, within = 0, since_start = 0;
  for (std::size_t i = 0; i < times_s.size(); ++i) {
    if (!std::isfinite(times_s[i])) continue;
    ++given;
    within += times_s[i] >= start[i] && times_s[i] <= stop[i] ? 1 : 0;
    since_start += times_s[i] >= 0 && times_s[i] <= stop[i] - start[i] ? 1 : 0;
  }
  require_argument(2 * within >= given || 2 * since_start <= given, "--align", align,
                   fmt::format("{}: {}/{} is not within the trials but counts from their start: write start_time+{}",
                               recording.file(), recording.trials().path, align, align));
}

std::optional<std::vector<double>> sum_of_columns(const Recording& recording, const std::string& align) {
  for (auto plus = align.find('+'); plus != std::string::npos; plus = align.find('+', plus + 1)) {
    const auto *first = recording.trials().find(align.substr(0, plus)),
               *second = recording.trials().find(align.substr(plus + 1));
    if (!first || !second) continue;
    auto sum = times_in(*first, recording, align);
    const auto added = times_in(*second, recording, align);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += added[i];
    return sum;
  }
  return std::nullopt;
}

/// Of series with a time for each sample.
std::vector<const RecordedSeries*> series_of_events(const Recording& recording) {
  std::vector<const RecordedSeries*> all;
  for (const auto& series : recording.series())
    if (!series.rate_hz && series.samples > 0) all.push_back(&series);
  return all;
}

const RecordedSeries* series_named(const Recording& recording, const std::string& align) {
  const RecordedSeries* found = nullptr;
  for (const auto* series : series_of_events(recording)) {
    if (series->path == align) return series;
    if (series->path.substr(series->path.rfind('/') + 1) != align) continue;
    require_argument(!found, "--align", align,
                     fmt::format("{}: {} and {} have this name: write the path", recording.file(),
                                 found ? found->path : "", series->path));
    found = series;
  }
  return found;
}

TrialEvents events_in(const RecordedSeries& series, const Recording& recording) {
  const auto &start = recording.trials().find("start_time")->numbers,
             &stop = recording.trials().find("stop_time")->numbers;
  const auto times_s =
      recording
          .samples(series, {*std::min_element(start.begin(), start.end()), *std::max_element(stop.begin(), stop.end())})
          .times_s;
  TrialEvents events;
  Index several = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const auto first = std::lower_bound(times_s.begin(), times_s.end(), start[i]),
               end = std::lower_bound(first, times_s.end(), stop[i]);
    events.times_s.push_back(end > first ? *(end - 1) : none);
    several += end - first > 1 ? 1 : 0;
  }
  if (several > 0)
    events.notes.push_back(
        fmt::format("{} of {} trials have several of {}: the last counts", several, start.size(), series.path));
  return events;
}

}  // namespace

TrialEvents events_of(const Recording& recording, const std::string& align) {
  const auto& trials = recording.trials();
  if (!trials.find(align)) {
    if (auto sum = sum_of_columns(recording, align)) return {std::move(*sum), {}};
    if (const auto* series = series_named(recording, align)) return events_in(*series, recording);
    std::vector<std::string> known;
    for (const auto* series : series_of_events(recording))
      known.push_back(series->path.substr(series->path.rfind('/') + 1));
    try {
      column_named(trials, align, "--align", recording.file());
    } catch (const UserError& problem) {
      if (known.empty()) throw;
      throw UserError(fmt::format("{}; series of events are: {}{}", problem.what(), fmt::join(known, ", "),
                                  did_you_mean(align, known)));
    }
  }
  const auto column = column_named(trials, align, "--align", recording.file());
  auto times_s = times_in(column, recording, align);
  if (align != "start_time" && align != "stop_time") require_absolute(times_s, recording, align);
  return {std::move(times_s), {}};
}

}  // namespace stillpoint
