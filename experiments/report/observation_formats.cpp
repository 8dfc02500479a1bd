#include "experiments/report/observation_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/cells.hpp"
#include "experiments/report/prediction_cells.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

/// "Hz/s" of "signal/s"
std::string unit_of(std::string unit, const Observation& of) {
  if (const auto at = unit.find("signal"); at != std::string::npos) unit.replace(at, 6, of.sessions.front().unit);
  return unit;
}

std::string level_of(const ObservedValue& value) {
  if (value.level.empty()) return "-";
  return value.level == "trials" ? value.level : fmt::format("{} {}", value.count, value.level);
}

std::string sessions_text(const Observation& of) {
  const auto& selection = of.setting.selection;
  std::string text;
  for (const auto& session : of.sessions) {
    const auto what = session.signal == Signal::spikes ? "units" : "channels";
    text += fmt::format("{}{}: {} of {} {}, {} of {} trials\n", session.file,
                        session.animal.empty() ? "" : fmt::format(" ({})", session.animal), session.units,
                        session.all_units, what, session.trials, session.all_trials);
    for (const auto& note : session.notes) text += fmt::format("  {}\n", note);
  }
  text += fmt::format("aligned to {}, {:g} to {:g} ms in bins of {:g} ms, statistics of {:g} to {:g} ms\n",
                      selection.align, selection.window.from_ms, selection.window.to_ms, selection.bin_ms,
                      of.setting.statistics.epoch.from_ms, of.setting.statistics.epoch.to_ms);
  return text;
}

/// Mean over sessions of a condition's trials, and its rate in the epoch.
std::string conditions_text(const Observation& of) {
  Rows rows = {{of.conditions.column, "trials", fmt::format("peak [{}]", of.sessions.front().unit), "at [ms]"}};
  for (std::size_t c = 0; c < of.conditions.names.size(); ++c) {
    Index trials = 0, peak = 0;
    for (const auto& session : of.sessions) trials += session.peri_event[c].trials;
    const auto curve = of.rates(c);
    if (curve.mean.size() == 0) {
      rows.push_back({of.conditions.names[c], "0", "-", "-"});
      continue;
    }
    const double highest = curve.mean.maxCoeff(&peak);
    const auto band = curve.band.empty() ? std::nullopt : std::optional(curve.band[static_cast<std::size_t>(peak)]);
    rows.push_back({of.conditions.names[c], fmt::format("{}", trials), estimate_cell(Estimate{highest, band}),
                    fmt::format("{:g}", of.setting.selection.window.from_ms +
                                            of.setting.selection.bin_ms * (static_cast<double>(peak) + 0.5))});
  }
  return aligned(rows, 1);
}

Json curve_json(const Curve& curve) {
  Json json = {{"mean", std::vector<double>(curve.mean.begin(), curve.mean.end())}, {"interval_of", curve.level}};
  for (const auto& interval : curve.band) {
    json["low"].push_back(interval.low);
    json["high"].push_back(interval.high);
  }
  return json;
}

Json matrix_json(const Matrix<double>& matrix) {
  Json rows = Json::array();
  for (const auto& row : matrix.rowwise()) rows.push_back(std::vector<double>(row.begin(), row.end()));
  return rows;
}

Json autocorrelation_json(const IntrinsicTimescale& of) {
  Json json = {{"lag_ms", std::vector<double>(of.lag_ms.begin(), of.lag_ms.end())},
               {"value", std::vector<double>(of.autocorrelation.begin(), of.autocorrelation.end())}};
  if (of.tau_ms)
    json["fit"] = {{"tau_ms", *of.tau_ms},      {"second_tau_ms", number_or_null(of.second_tau_ms)},
                   {"amplitude", of.amplitude}, {"share", of.share},
                   {"offset", of.offset},       {"first_lag_ms", of.first_lag_ms}};
  return json;
}

Json session_json(const ObservedSession& of, const Observation& all) {
  Json json = {{"file", of.file},
               {"animal", of.animal},
               {"signal", of.signal == Signal::spikes ? "spikes" : "series"},
               {"unit", of.unit},
               {"units", of.units},
               {"units_in_file", of.all_units},
               {"trials", of.trials},
               {"trials_in_file", of.all_trials},
               {"notes", of.notes},
               {"unit_ids", of.unit_ids},
               {"unit_means", std::vector<double>(of.unit_means.begin(), of.unit_means.end())}};
  Json conditions = Json::array();
  for (std::size_t c = 0; c < of.peri_event.size(); ++c) {
    const auto& each = of.peri_event[c];
    Json condition = {{"name", all.conditions.names[c]}, {"trials", each.trials}};
    if (each.trials > 0) condition.update(curve_json({each.mean, each.band, "trials"}));
    if (each.trials > 0) condition["units"] = matrix_json(each.units);
    conditions.push_back(std::move(condition));
  }
  json["peri_event"] = std::move(conditions);
  if (of.timescale) json["autocorrelation"] = autocorrelation_json(*of.timescale);
  json["rasters"] = Json::array();
  for (const auto& raster : of.rasters) json["rasters"].push_back({{"unit", raster.unit}, {"spikes_ms", raster.ms}});
  Json statistics = Json::object();
  for (std::size_t f = 0; f < of.statistics.size(); ++f)
    for (std::size_t i = 0; i < of.statistics[f].size(); ++i) {
      const auto& statistic = observed_statistics()[f].statistics[i];
      const auto& value = of.statistics[f][i].value;
      statistics[statistic.name] = number_or_null(value ? std::optional(shown(statistic.scale, *value)) : value);
    }
  json["statistics"] = std::move(statistics);
  return json;
}

// ---- and back

Vector<double> values_of(const ReportEntry& entry) {
  const auto list = entry.list();
  Vector<double> values(static_cast<Index>(list.size()));
  for (std::size_t i = 0; i < list.size(); ++i) values(static_cast<Index>(i)) = list[i].statistic().value_or(NAN);
  return values;
}

double number_of(const ReportEntry& entry) {
  const auto value = entry.statistic();
  if (!value) entry.fail("a number");
  return *value;
}

Curve curve_of(const ReportEntry& entry) {
  Curve curve{values_of(entry["mean"]), {}, entry["interval_of"].text()};
  const auto lows = entry.find("low"), highs = entry.find("high");
  if (!lows || !highs) return curve;
  const auto low = values_of(*lows), high = values_of(*highs);
  if (low.size() != curve.mean.size() || high.size() != low.size()) lows->fail("a list of as many as mean and high");
  if (!low.allFinite() || !high.allFinite()) lows->fail("numbers, as those of high");
  for (Index i = 0; i < low.size(); ++i) curve.band.push_back({low(i), high(i)});
  return curve;
}

std::optional<IntrinsicTimescale> timescale_of(const ReportEntry& session) {
  const auto of = session.find("autocorrelation");
  const auto fit = of ? of->find("fit") : std::nullopt;
  if (!fit) return std::nullopt;
  IntrinsicTimescale found{};
  found.tau_ms = number_of((*fit)["tau_ms"]);
  found.second_tau_ms = (*fit)["second_tau_ms"].statistic();
  found.amplitude = number_of((*fit)["amplitude"]);
  found.share = number_of((*fit)["share"]);
  found.offset = number_of((*fit)["offset"]);
  found.first_lag_ms = number_of((*fit)["first_lag_ms"]);
  return found;
}

/// Its rates are those of the unit in `peri_event`.
Raster raster_of(const ReportEntry& entry, const ReportEntry& session) {
  Raster raster{static_cast<long>(number_of(entry["unit"])), {}, {}};
  for (const auto& condition : entry["spikes_ms"].list()) {
    auto& trials = raster.ms.emplace_back();
    for (const auto& trial : condition.list()) {
      const auto ms = values_of(trial);
      trials.emplace_back(ms.begin(), ms.end());
    }
  }
  const auto ids = session["unit_ids"].list();
  const auto place = static_cast<std::size_t>(
      std::find_if(ids.begin(), ids.end(),
                   [&](const auto& id) { return number_of(id) == static_cast<double>(raster.unit); }) -
      ids.begin());
  for (const auto& condition : session["peri_event"].list()) {
    const auto units = condition.find("units");
    const auto rows = units ? units->list() : std::vector<ReportEntry>();
    if (units && place >= rows.size()) entry["unit"].fail("one of unit_ids, with its row in peri_event");
    raster.rate_hz.push_back(units ? values_of(rows[place]) : Vector<double>());
  }
  if (raster.rate_hz.size() != raster.ms.size()) entry["spikes_ms"].fail("a list of as many as peri_event");
  return raster;
}

}  // namespace

ShownObservation shown_observation_of(const ReportEntry& all) {
  const auto sessions = all["sessions"].list();
  if (sessions.empty()) all["sessions"].fail("a list of one or more");
  const auto& first = sessions.front();
  const auto window = all["window_ms"].list();
  if (window.size() != 2) all["window_ms"].fail("two numbers");
  ShownObservation shown;
  shown.file = first["file"].text();
  shown.unit = first["unit"].text();
  shown.align = all["align"].text();
  shown.of_spikes = first["signal"].text() == "spikes";
  shown.units = first["units"].count();
  shown.sessions = sessions.size();
  shown.from_ms = number_of(window[0]);
  shown.bin_ms = all["bin_ms"].number(1e-6, 1e9);
  shown.conditions.column = all["condition"].text();
  for (const auto& name : all["conditions"].list()) shown.conditions.names.push_back(name.text());
  for (const auto& curve : all["rates"].list()) shown.rates.push_back(curve_of(curve));
  if (shown.rates.size() != shown.conditions.names.size()) all["rates"].fail("a list of as many as conditions");
  shown.autocorrelation = curve_of(all["autocorrelation"]);
  shown.timescale = timescale_of(first);
  for (const auto& raster : first["rasters"].list()) {
    shown.rasters.push_back(raster_of(raster, first));
    if (shown.rasters.back().ms.size() != shown.rates.size()) raster.fail("spikes in each of the conditions");
  }
  return shown;
}

std::string observation_table(const Observation& of) {
  Rows rows = {{"statistic", "value [95 %]", "unit", "interval of", "what it is"}};
  for (std::size_t f = 0; f < observed_statistics().size(); ++f) {
    if (of.sessions.front().statistics[f].empty()) continue;
    const auto& statistics = observed_statistics()[f].statistics;
    for (std::size_t i = 0; i < statistics.size(); ++i) {
      const auto value = of.value(f, i);
      rows.push_back({statistics[i].name, estimate_cell(value.value), unit_of(statistics[i].unit, of), level_of(value),
                      statistics[i].about + (value.absent.empty() ? "" : " (" + value.absent + ")")});
    }
  }
  return sessions_text(of) + "\n" + (of.conditions.column.empty() ? "" : conditions_text(of) + "\n") +
         aligned(rows, rows.front().size());
}

std::string observation_json(const Observation& of) {
  const auto& selection = of.setting.selection;
  const auto& statistics = of.setting.statistics;
  Json json = {{"kind", "observation"},
               {"format", "stillpoint-observation"},
               {"version", 1},
               {"where", selection.trials.text()},
               {"units", selection.units.text()},
               {"series", selection.series},
               {"align", selection.align},
               {"condition", of.conditions.column},
               {"conditions", of.conditions.names},
               {"window_ms", {selection.window.from_ms, selection.window.to_ms}},
               {"epoch_ms", {statistics.epoch.from_ms, statistics.epoch.to_ms}},
               {"bin_ms", selection.bin_ms},
               {"lag_ms", statistics.lag_ms}};
  Json values = Json::array();
  for (std::size_t f = 0; f < observed_statistics().size(); ++f)
    for (std::size_t i = 0; i < of.sessions.front().statistics[f].size(); ++i) {
      const auto& statistic = observed_statistics()[f].statistics[i];
      const auto value = of.value(f, i);
      values.push_back({{"name", statistic.name},
                        {"value", number_or_null(value.value ? std::optional(value.value->value) : std::nullopt)},
                        {"interval", interval_json(value.value ? value.value->interval : std::nullopt)},
                        {"unit", unit_of(statistic.unit, of)},
                        {"interval_of", value.level},
                        {"count", value.count},
                        {"about", statistic.about},
                        {"note", value.absent}});
    }
  json["statistics"] = std::move(values);
  Json rates = Json::array();
  for (std::size_t c = 0; c < of.conditions.names.size(); ++c) {
    rates.push_back(curve_json(of.rates(c)));
    rates.back()["name"] = of.conditions.names[c];
  }
  json["rates"] = std::move(rates);
  json["autocorrelation"] = curve_json(of.autocorrelation());
  for (const auto& session : of.sessions) json["sessions"].push_back(session_json(session, of));
  return json_text(json);
}

}  // namespace stillpoint
