#include "experiments/recordings/observation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include "analysis/activity/condition_groups.hpp"
#include "analysis/statistics/bootstrap.hpp"
#include "experiments/recordings/chosen_series.hpp"
#include "experiments/runs/threads.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

constexpr Index fewest_drawn = 10;  // trials that a percentile bootstrap takes at least

/// Pointwise, of trials x bins.
std::vector<Interval> band_of(const Matrix<double>& trials) {
  if (trials.rows() >= fewest_drawn) return percentile_band(trials);
  std::vector<Interval> band;
  for (const auto& column : trials.colwise())
    if (const auto found = student_mean({column.begin(), column.end()})) band.push_back({found->low, found->high});
  return band;
}

std::vector<PeriEvent> peri_event_of(const Aligned& of, std::size_t conditions) {
  const double per_bin = of.signal == Signal::spikes ? 1000 / of.session.bin_ms : 1;
  std::vector<PeriEvent> result(conditions);
  for (const auto& group : condition_groups(of.session)) {
    auto& each = result[static_cast<std::size_t>(group.condition)];
    each.trials = static_cast<Index>(group.trials.size());
    each.units = per_bin * mean_over_trials(of.session, group.trials);
    each.mean = each.units.colwise().mean().transpose();
    Matrix<double> means(each.trials, of.session.bins());
    for (Index k = 0; k < each.trials; ++k)
      means.row(k) =
          per_bin *
          of.session.trials[static_cast<std::size_t>(group.trials[static_cast<std::size_t>(k)])].colwise().mean();
    each.band = band_of(means);
  }
  return result;
}

/// Units of the highest rates, whose conditions are seen best, the highest first.
std::vector<Index> drawn_units_of(const ObservedSession& session, int count) {
  std::vector<Index> order(static_cast<std::size_t>(session.units));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return session.unit_means(a) > session.unit_means(b); });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  return order;
}

std::vector<Raster> rasters_of(const Aligned& of, const ObservedSession& session, const Recording& recording,
                               int count) {
  if (of.signal != Signal::spikes) return {};
  const auto drawn = drawn_units_of(session, count);
  std::vector<Raster> rasters;
  for (const Index unit : drawn) {
    Raster raster{session.unit_ids[static_cast<std::size_t>(unit)], {}, {}};
    raster.ms.resize(session.peri_event.size());
    for (const auto& each : session.peri_event)
      raster.rate_hz.push_back(each.trials > 0 ? Vector<double>(each.units.row(unit).transpose()) : Vector<double>());
    rasters.push_back(std::move(raster));
  }
  std::vector<double> events_s;
  std::vector<std::pair<std::size_t, std::size_t>> places;  // of the events: condition, trial
  for (const auto& group : condition_groups(of.session))
    for (std::size_t k = 0; k < std::min<std::size_t>(group.trials.size(), Raster::most_trials); ++k) {
      events_s.push_back(of.events_s[static_cast<std::size_t>(group.trials[k])]);
      places.emplace_back(static_cast<std::size_t>(group.condition), k);
      for (auto& raster : rasters) raster.ms[places.back().first].emplace_back();
    }
  const AboutEvents about(events_s, {of.session.start_ms, of.session.bin_ms, of.session.bins()});
  std::vector<std::size_t> by_row(drawn.size());
  std::iota(by_row.begin(), by_row.end(), std::size_t{0});
  std::sort(by_row.begin(), by_row.end(), [&](auto a, auto b) { return drawn[a] < drawn[b]; });
  std::vector<Index> rows;
  for (const auto i : by_row) rows.push_back(of.units[static_cast<std::size_t>(drawn[i])]);
  recording.visit_spikes(rows, [&](std::size_t i, const double* first, const double* last) {
    about.visit(first, last, [&](const auto& event, const double* spike, const double* end) {
      const auto& [condition, trial] = places[static_cast<std::size_t>(event.number)];
      auto& drawn_ms = rasters[by_row[i]].ms[condition][trial];
      const double part_ms = (event.to_s - event.from_s) * 1000 / Raster::window_parts;
      for (; spike != end; ++spike) {
        const double ms = (*spike - event.at_s) * 1000;
        if (drawn_ms.empty() || ms >= drawn_ms.back() + part_ms) drawn_ms.push_back(ms);
      }
    });
  });
  return rasters;
}

Bins epoch_of(const Session& session, const Window& epoch) {
  try {
    return bins_of(session, epoch);
  } catch (const ParameterError& error) {
    throw ParameterError("epoch", error.value, error.allowed);
  }
}

bool is_asked_for(const StatisticFamily& family, const std::vector<std::string>& only) {
  if (only.empty()) return !family.only_if_named;
  return std::any_of(family.statistics.begin(), family.statistics.end(), [&](const auto& statistic) {
    return std::find(only.begin(), only.end(), statistic.name) != only.end();
  });
}

ObservedSession observe_one(const Recording& recording, const std::string& animal, const ObservationSetting& setting,
                            const Conditions& conditions, const std::function<void(const std::string&)>& tell) {
  tell("reading");
  const auto of = aligned(recording, setting.selection, conditions);
  ObservedSession result;
  result.file = recording.file();
  result.animal = animal;
  result.signal = of.signal;
  result.unit = of.unit;
  result.units = static_cast<Index>(of.units.size());
  result.all_units = of.all_units;
  result.trials = static_cast<Index>(of.trials.size());
  result.all_trials = of.all_trials;
  result.notes = of.notes;
  for (const Index unit : of.units)
    result.unit_ids.push_back(of.signal == Signal::spikes ? recording.units().id[static_cast<std::size_t>(unit)]
                                                          : unit);
  auto statistics = setting.statistics;
  statistics.signal = of.signal;
  statistics.curve = &result.timescale;
  const auto epoch = epoch_of(of.session, statistics.epoch);
  result.unit_means = Vector<double>::Zero(result.units);
  for (const auto& trial : of.session.trials)
    result.unit_means +=
        trial.middleCols(epoch.first, epoch.count).rowwise().mean() / static_cast<double>(result.trials);
  if (of.signal == Signal::spikes) result.unit_means *= 1000 / of.session.bin_ms;
  const auto& families = observed_statistics();
  result.statistics.resize(families.size());
  std::vector<std::function<void()>> jobs = {[&] { result.peri_event = peri_event_of(of, conditions.names.size()); }};
  std::mutex telling;
  for (std::size_t f = 0; f < families.size(); ++f)
    if (is_asked_for(families[f], setting.only))
      jobs.push_back([&, f] {
        {
          const std::lock_guard<std::mutex> held(telling);
          tell(families[f].statistics.front().name);
        }
        result.statistics[f] = families[f].of(of.session, statistics);
      });
  for_each_on_threads(sharing_threads(), jobs, [](const auto& job) { job(); });
  result.rasters = rasters_of(of, result, recording, setting.rasters);
  return result;
}

}  // namespace

Curve Observation::rates(std::size_t condition) const {
  std::vector<const Vector<double>*> means;
  const std::vector<Interval>* own = nullptr;
  for (const auto& session : sessions) {
    const auto& each = session.peri_event[condition];
    if (each.trials == 0) continue;
    means.push_back(&each.mean);
    own = &each.band;
  }
  return mean_curve(means, own);
}

Curve Observation::autocorrelation() const {
  std::vector<const Vector<double>*> means;
  std::vector<Interval> own;
  for (const auto& session : sessions) {
    if (!session.timescale || session.timescale->autocorrelation.size() == 0) continue;
    const auto& of = *session.timescale;
    means.push_back(&of.autocorrelation);
    own.clear();
    for (Index lag = 0; lag < of.autocorrelation.size(); ++lag) {
      ScaledStatistic at{of.autocorrelation(lag)};
      for (const auto& without : of.without) at.without.push_back(without.autocorrelation(lag));
      if (const auto error = jackknife_error_of(at)) {
        const auto found = student_interval(*at.value, *error, static_cast<double>(at.without.size() - 1));
        own.push_back({found.low, found.high});
      }
    }
  }
  return mean_curve(means, &own);
}

std::vector<std::string> Observation::animals() const {
  std::vector<std::string> all;
  for (const auto& session : sessions) all.push_back(session.animal);
  return all;
}

ObservedValue Observation::value(std::size_t family, std::size_t statistic) const {
  std::vector<ScaledStatistic> all;
  for (const auto& session : sessions) all.push_back(session.statistics[family][statistic]);
  const auto& of = observed_statistics()[family].statistics[statistic];
  const bool of_spikes = of.unit == "signal" && sessions.front().signal == Signal::spikes;
  return combined(of.scale, all, animals(), of_spikes ? not_negative : of.range);
}

Observation observe(const std::vector<Recording>& recordings, const std::vector<std::string>& animals,
                    const ObservationSetting& setting, const std::function<void(const std::string&)>& tell) {
  for (const auto& recording : recordings) {
    chosen_series(recording, setting.selection.series);
    require_trials(recording);
  }
  setting.selection.trials.require_values(tables_of(recordings, &Recording::trials));
  setting.selection.units.require_values(tables_of(recordings, &Recording::units));
  Observation result{setting, conditions_of(recordings, setting.selection), {}};
  for (std::size_t i = 0; i < recordings.size(); ++i)
    result.sessions.push_back(observe_one(recordings[i], animals[i], setting, result.conditions, [&](const auto& what) {
      tell(fmt::format("{} ({} of {}): {}", recordings[i].file(), i + 1, recordings.size(), what));
    }));
  return result;
}

}  // namespace stillpoint
