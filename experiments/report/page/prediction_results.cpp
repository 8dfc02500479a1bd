// Predictions and recordings, read back from what `predict`, `check` and `observe` wrote of them.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "experiments/predictions/animals_file.hpp"
#include "experiments/predictions/hypotheses.hpp"
#include "experiments/report/check_figure.hpp"
#include "experiments/report/observation_formats.hpp"
#include "experiments/report/page/results_beside.hpp"
#include "experiments/report/prediction_figure.hpp"

namespace stillpoint {

namespace {

Json table_of(std::vector<std::string> columns) { return {{"columns", std::move(columns)}, {"rows", Json::array()}}; }

Figure titled(Figure figure, std::string title) {
  figure.title = std::move(title);
  return figure;
}

std::optional<Interval> interval_of(const ReportEntry& entry) {
  if (entry.is_null()) return std::nullopt;
  const auto ends = entry.list();
  if (ends.size() != 2) entry.fail("two numbers");
  const auto low = ends[0].statistic(), high = ends[1].statistic();
  if (!low || !high || *low > *high) entry.fail("two numbers, the lower first");
  return Interval{*low, *high};
}

/// Of {"value", "interval"}.
std::optional<Estimate> estimate_of(const ReportEntry& entry) {
  const auto value = entry["value"].statistic();
  if (!value) return std::nullopt;
  return Estimate{*value, interval_of(entry["interval"])};
}

std::optional<std::size_t> place_of_prediction(const std::string& name) {
  const auto& all = predictions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

/// Those of the table in its order, others after them.
std::size_t order_of(const std::string& hypothesis) {
  const auto& all = hypotheses();
  return static_cast<std::size_t>(
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == hypothesis; }) - all.begin());
}

std::vector<double> network_means(const AnimalsFile& animals, const std::string& prediction,
                                  const std::string& hypothesis, std::size_t size) {
  std::vector<double> means;
  const auto of_prediction = animals.animals.find(prediction);
  if (of_prediction == animals.animals.end()) return means;
  const auto of_hypothesis = of_prediction->second.find(hypothesis);
  if (of_hypothesis == of_prediction->second.end()) return means;
  for (const auto& network : of_hypothesis->second[size]) {
    const auto& sessions = network.animal.sessions;
    means.push_back(std::accumulate(sessions.begin(), sessions.end(), 0.0) / static_cast<double>(sessions.size()));
  }
  return means;
}

ShownPrediction shown_prediction_of(const ReportEntry& entry, std::size_t prediction, const std::string& focus,
                                    const AnimalsFile& animals) {
  const std::size_t middle = animals.sizes.size() / 2;
  ShownPrediction shown{prediction, {}, focus, animals.sizes[middle]};
  for (const auto& [name, of] : entry["hypotheses"].members()) {
    const auto recorded = of["recorded"].list();
    if (recorded.size() != animals.sizes.size()) of["recorded"].fail("a list of as many as animals.json has sizes");
    shown.rows.push_back({name, network_means(animals, predictions()[prediction].name, name, middle), estimate_of(of),
                          estimate_of(recorded[middle])});
  }
  std::stable_sort(shown.rows.begin(), shown.rows.end(),
                   [](const auto& a, const auto& b) { return order_of(a.hypothesis) < order_of(b.hypothesis); });
  return shown;
}

void add_estimate(Json& table, const std::string& hypothesis, const char* what, const std::optional<Estimate>& of) {
  if (!of) return;
  const auto low = of->interval ? Json(of->interval->low) : Json(),
             high = of->interval ? Json(of->interval->high) : Json();
  table["rows"].push_back({hypothesis, what, of->value, low, high});
}

Json numbers_of_prediction(const ShownPrediction& shown) {
  auto table = table_of({"hypothesis", "what", "value", "low", "high"});
  for (const auto& row : shown.rows) {
    add_estimate(table, row.hypothesis, "by rates", row.by_rates);
    add_estimate(table, row.hypothesis, "recorded", row.recorded);
    for (const double value : row.networks)
      table["rows"].push_back({row.hypothesis, "network", value, nullptr, nullptr});
  }
  return table;
}

bool has_values(const ShownPrediction& shown) {
  return std::any_of(shown.rows.begin(), shown.rows.end(),
                     [](const auto& row) { return row.by_rates || row.recorded || !row.networks.empty(); });
}

CheckedPrediction checked_of(const ReportEntry& entry, std::size_t prediction, Json& table) {
  CheckedPrediction checked;
  checked.prediction = prediction;
  const auto& name = predictions()[prediction].name;
  const auto measured = entry["measured"].statistic();
  if (!measured) entry["measured"].fail("a number");
  checked.measured = *measured;
  checked.interval = interval_of(entry["interval"]);
  checked.size = {entry["neurons"].count(), entry["trials"].count()};
  const auto add = [&](const std::string& hypothesis, const char* what, const std::optional<double>& value,
                       const std::optional<Interval>& interval) {
    table["rows"].push_back({name, hypothesis, what, number_or_null(value), interval ? Json(interval->low) : Json(),
                             interval ? Json(interval->high) : Json()});
  };
  add("", "measured", measured, checked.interval);
  for (const auto& [hypothesis, of] : entry["hypotheses"].members()) {
    HypothesisLaw law;
    law.hypothesis = hypothesis;
    const auto mean = of["mean"].statistic();
    if (!mean) of["mean"].fail("a number");
    law.mean = *mean;
    add(hypothesis, "mean of networks", law.mean, interval_of(of["predicted"]));
    auto& networks = checked.statistic.networks[hypothesis];
    for (const auto& value : of["values"].list())
      if (const auto number = value.statistic()) {
        networks.push_back({0, "", *number});
        add(hypothesis, "network", *number, {});
      }
    checked.laws.push_back(std::move(law));
  }
  return checked;
}

Json numbers_of_observation(const ShownObservation& shown) {
  auto table = table_of({"what", "condition", "ms", "value", "low", "high"});
  const auto add_curve = [&](const std::string& what, const std::string& condition, const Curve& curve,
                             double from_ms) {
    for (Index i = 0; i < curve.mean.size(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      const bool has_band = k < curve.band.size();
      table["rows"].push_back({what, condition, from_ms + shown.bin_ms * static_cast<double>(i), curve.mean(i),
                               has_band ? Json(curve.band[k].low) : Json(),
                               has_band ? Json(curve.band[k].high) : Json()});
    }
  };
  const double middle_ms = shown.from_ms + shown.bin_ms / 2;
  for (std::size_t c = 0; c < shown.rates.size(); ++c) {
    const auto& name = shown.conditions.names[c];
    add_curve("mean", name, shown.rates[c], middle_ms);
    for (const auto& raster : shown.rasters)
      add_curve(fmt::format("rate of unit {}", raster.unit), name, {raster.rate_hz[c], {}}, middle_ms);
  }
  add_curve("autocorrelation, by lag", "", shown.autocorrelation, shown.bin_ms);
  return table;
}

}  // namespace

ResultBeside predictions_beside(const ReportEntry& all, const std::string& folder, const std::string& name,
                                std::vector<std::string>& notes) {
  const auto animals = read_animals(folder);
  const auto focus = all["focus"].text();
  ResultBeside result;
  std::vector<std::string> none, unknown;
  for (const auto& entry : all["predictions"].list()) {
    const auto of = entry["name"].text();
    const auto place = place_of_prediction(of);
    if (!place) {
      unknown.push_back(of);
      continue;
    }
    const auto shown = shown_prediction_of(entry, *place, focus, animals);
    if (!has_values(shown)) {
      none.push_back(of);
      continue;
    }
    const auto outcome = entry.find("outcome");
    if (!outcome)
      result.says =
          "The file is of an earlier version and does not say what it tells apart; predictions.md beside it does.";
    result.panels.push_back(result_panel(titled(prediction_figure(shown), of), fmt::format("{}-{}", name, of),
                                         outcome ? outcome->text() : "", numbers_of_prediction(shown)));
  }
  if (result.says.empty())
    result.says =
        "Each sentence is of all settings of the table together; caveats, P, and the animals that a test needs are in "
        "predictions.md beside the file.";
  if (!none.empty())
    notes.push_back(fmt::format("Predictions without a value in any network: {}.", fmt::join(none, ", ")));
  if (!unknown.empty())
    notes.push_back(
        fmt::format("Predictions that this program does not know are not drawn: {}.", fmt::join(unknown, ", ")));
  return result;
}

ResultBeside check_beside(const ReportEntry& all, const std::string& name) {
  Check check{};
  for (const auto& each : all["hypotheses"].list()) check.hypotheses.push_back(each.text());
  auto table = table_of({"prediction", "hypothesis", "what", "value", "low", "high"});
  for (const auto& entry : all["predictions"].list())
    if (const auto place = place_of_prediction(entry["name"].text()); place && entry["cannot_tell"].is_null())
      check.predictions.push_back(checked_of(entry, *place, table));
  ResultBeside result;
  result.says = all["conclusion"].text();
  if (check.predictions.empty()) return result;
  result.panels.push_back(result_panel(
      titled(check_figure(check, result.says), "A recording and the hypotheses"), name,
      "Blue: what was measured, with its interval. Orange: mean of the networks of a hypothesis, recorded "
      "alike; grey: each of them. What `check` says besides, the power of each test and what this recording "
      "cannot tell among it, is in its text.",
      std::move(table)));
  return result;
}

ResultBeside observation_beside(const ReportEntry& all, const std::string& name) {
  auto shown = shown_observation_of(all);
  auto table = numbers_of_observation(shown);
  ResultBeside result;
  result.panels.push_back(result_panel(
      observation_figure(std::move(shown)), name,
      "What `stillpoint observe` saw, about the event: spikes of single units and their rates, the mean of "
      "all with its interval of 95 %, by condition in colour; the autocorrelation across trials with its "
      "fit. Its statistics and the spikes are in the file.",
      std::move(table)));
  return result;
}

}  // namespace stillpoint
