#include "experiments/report/prediction_formats.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/learning_formats.hpp"
#include "experiments/report/prediction_cells.hpp"

namespace stillpoint {

namespace {

Json value_json(const HypothesisValue& value) {
  return {{"value", value.value ? Json(value.value->value) : Json(nullptr)},
          {"interval", value.value ? interval_json(value.value->interval) : Json(nullptr)},
          {"networks", value.networks},
          {"undefined", value.undefined},
          {"unmatched", value.unmatched},
          {"censored", value.censored}};
}

Json sample_json(const std::optional<long>& animals, const RecordingSize& size) {
  if (!animals) return nullptr;
  return {{"animals", *animals}, {"sessions", sessions_per_animal}, {"neurons", size.neurons}, {"trials", size.trials}};
}

const char* told_name(Told told) {
  switch (told) {
    case Told::no:
      return "no";
    case Told::not_by_rates:
      return "not_by_rates";
    case Told::within_step:
      return "within_step";
    case Told::yes:
      break;
  }
  return "yes";
}

Json pair_json(const PairRow& pair, std::size_t size) {
  const auto& at = pair.sizes[size];
  const auto& found = at.discrimination;
  return {{"a", pair.a},
          {"b", pair.b},
          {"auc", found ? Json(found->auc.value) : Json(nullptr)},
          {"auc_interval", found ? interval_json(found->auc.interval) : Json(nullptr)},
          {"networks", found ? Json::array({found->animals_a, found->animals_b}) : Json(nullptr)},
          {"recorded_difference", at.difference ? Json(at.difference->value) : Json(nullptr)},
          {"recorded_interval", at.difference ? interval_json(at.difference->interval) : Json(nullptr)},
          {"neurons", at.size.neurons},
          {"trials", at.size.trials},
          {"sessions", sessions_per_animal},
          {"sample_80", sample_json(at.animals_80, at.size)},
          {"sample_90", sample_json(at.animals_90, at.size)},
          {"difference", pair.difference ? Json(pair.difference->value) : Json(nullptr)},
          {"difference_interval", pair.difference ? interval_json(pair.difference->interval) : Json(nullptr)},
          {"told", told_name(pair.told(size))},
          {"holds_in", pair.holds},
          {"settings", pair.settings}};
}

Json row_json(const PredictionRow& row, const std::string& outcome_text) {
  const auto& prediction = predictions()[row.prediction];
  Json json = {{"name", prediction.name},           {"question", prediction.question},
               {"estimator", prediction.estimator}, {"unit", prediction.unit},
               {"window", prediction.window},       {"record", prediction.record},
               {"control", prediction.control},     {"experiments", prediction.experiments}};
  json["outcome"] = outcome_text;
  json["hypotheses"] = Json::object();
  for (const auto& value : row.values) {
    auto& of = json["hypotheses"][value.hypothesis] = value_json(value);
    of["recorded"] = Json::array();
    for (const auto& each : value.recorded)
      of["recorded"].push_back({{"value", each ? Json(each->value) : Json(nullptr)},
                                {"interval", each ? interval_json(each->interval) : Json(nullptr)}});
  }
  json["pairs"] = Json::array();
  for (const auto& pair : row.pairs)
    for (std::size_t size = 0; size < pair.sizes.size(); ++size) json["pairs"].push_back(pair_json(pair, size));
  json["settings"] = Json::array();
  for (const auto& each : row.settings) {
    Json entry = {{"study", each.study + 1},
                  {"setting", each.setting},
                  {"variant", each.variant},
                  {"hypothesis", each.value.hypothesis}};
    entry.update(value_json(each.value));
    json["settings"].push_back(std::move(entry));
  }
  json["half_step_of"] = row.half_step ? Json(row.half_step->hypothesis) : Json(nullptr);
  json["half_step_change"] = row.half_step ? Json(row.half_step->change.value) : Json(nullptr);
  json["half_step_interval"] = row.half_step ? interval_json(row.half_step->change.interval) : Json(nullptr);
  json["step_dependent"] = row.step_dependent ? Json(*row.step_dependent) : Json(nullptr);
  json["undefined"] = row.undefined.empty() ? Json(nullptr) : Json(row.undefined);
  return json;
}

Json matrix_json(const ConfusionMatrix& matrix) {
  Json json = {{"answers", matrix.answers()}, {"chance", matrix.chance()}, {"rows", Json::array()}};
  json["answers"].push_back(ConfusionMatrix::none);
  const auto right = matrix.right();
  json["right"] = right.value;
  json["right_interval"] = Json::array({right.low, right.high});
  for (std::size_t t = 0; t < matrix.truths().size(); ++t) {
    Json counts = Json::array();
    for (std::size_t a = 0; a < matrix.answers().size(); ++a)
      counts.push_back(matrix.count(static_cast<Index>(t), static_cast<Index>(a)));
    counts.push_back(matrix.count(static_cast<Index>(t), std::nullopt));
    json["rows"].push_back({{"truth", matrix.truths()[t]}, {"counts", std::move(counts)}});
  }
  return json;
}

Json rehearsal_json(const Rehearsal& rehearsal) {
  Json json = {{"neurons", rehearsal.size.neurons},         {"trials", rehearsal.size.trials},
               {"sessions", sessions_per_animal},           {"statistics", rehearsal.statistics},
               {"within", matrix_json(rehearsal.within)},   {"variants", matrix_json(rehearsal.variants)},
               {"outside", matrix_json(rehearsal.outside)}, {"left_out", Json::array()}};
  for (const auto& each : rehearsal.left_out)
    json["left_out"].push_back({{"hypothesis", each.hypothesis},
                                {"none_of_these", each.none},
                                {"networks", each.total},
                                {"mostly", each.mostly.empty() ? Json(nullptr) : Json(each.mostly)}});
  return json;
}

}  // namespace

std::string focus_of(const PredictionTable& table) {
  const auto& names = table.hypotheses;
  return std::find(names.begin(), names.end(), "tcr") != names.end() ? "tcr" : names.back();
}

bool has_values(const PredictionRow& row) {
  return std::any_of(row.values.begin(), row.values.end(), [](const auto& each) {
    return each.value || std::any_of(each.recorded.begin(), each.recorded.end(), [](const auto& at) { return !!at; });
  });
}

std::string few_stimulated(const PredictionReport& report, const RecordingSize& size) {
  return report.stimulated < size.neurons ? fmt::format(", {} where only stimulated ones count", report.stimulated)
                                          : "";
}

std::vector<const PredictionRow*> by_sample(const PredictionReport& report) {
  const auto focus = focus_of(report.table);
  const std::size_t middle = report.study.setting.sizes.size() / 2;
  const auto rank = [&](const PredictionRow& row) {
    long told = 0, animals = 0;
    for (const auto& pair : row.pairs) {
      if (pair.a != focus && pair.b != focus) continue;
      if (is_control(pair.a) || is_control(pair.b)) continue;
      if (pair.told(middle) == Told::yes) {
        ++told;
        animals += *pair.sizes[middle].animals_80;
      }
    }
    return std::pair(-told, animals);
  };
  std::vector<const PredictionRow*> rows;
  for (const auto& row : report.table.rows) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(), [&](const auto* a, const auto* b) { return rank(*a) < rank(*b); });
  return rows;
}

std::string predictions_json(const PredictionReport& report) {
  const auto& study = report.study;
  Json json = {{"kind", "predictions"},
               {"studies", study.directories},
               {"focus", focus_of(report.table)},
               {"networks", study.networks.size()},
               {"unlearned", study.unlearned},
               {"diverged", study.diverged},
               {"missing", study.missing},
               {"not_measured", study.not_measured},
               {"f_max_hz", study.setting.f_max_hz},
               {"bin_ms", report.bin_ms},
               {"stimulated", report.stimulated},
               {"most_animals", most_animals}};
  json["recording"] = Json::object();
  for (const auto& entry : recording_list().entries())
    json["recording"][entry.option.name] = option_value(entry.text(study.setting.recording));
  json["experiments"] = Json::object();
  for (const auto& experiment : report.experiments) {
    auto& of = json["experiments"][experiment.name] = Json::object();
    for (const auto& [name, value] : protocol_texts(experiment.protocol)) of[name] = option_value(value);
    for (const auto& [name, value] : experiment.changed) of[name] = option_value(value);
  }
  json["predictions"] = Json::array();
  for (const auto& row : report.table.rows)
    json["predictions"].push_back(row_json(row, outcome(row, focus_of(report.table), study.setting.sizes.size() / 2)));
  json["best_of_pairs"] = Json::array();
  for (const auto& best : report.table.best) {
    const auto& found = best.reported;
    json["best_of_pairs"].push_back({{"a", best.a},
                                     {"b", best.b},
                                     {"prediction", predictions()[best.prediction].name},
                                     {"auc_of_choice", best.auc_of_choice},
                                     {"auc", found ? Json(found->auc.value) : Json(nullptr)},
                                     {"auc_interval", found ? interval_json(found->auc.interval) : Json(nullptr)}});
  }
  json["rehearsals"] = Json::array();
  for (const auto& rehearsal : report.rehearsals) json["rehearsals"].push_back(rehearsal_json(rehearsal));
  if (report.learning) json.update(learning_json(*report.learning, *report.learning_table));
  return json_text(json);
}

std::string predictions_csv(const PredictionReport& report) {
  std::string text =
      "prediction,unit,neurons,trials,a,b,value_a,value_b,difference,difference_low,difference_high,recorded_a,"
      "recorded_b,recorded_difference,recorded_low,recorded_high,told,sessions,networks_a,networks_b,auc,auc_low,"
      "auc_high,animals_80,animals_90,holds_in,settings\n";
  const auto number = [](const std::optional<Estimate>& of) {
    return csv_field(of ? std::optional(of->value) : std::nullopt);
  };
  const auto with_interval = [&](const std::optional<Estimate>& of) {
    const auto interval = of ? of->interval : std::nullopt;
    return fmt::format("{},{},{}", number(of), csv_field(interval ? std::optional(interval->low) : std::nullopt),
                       csv_field(interval ? std::optional(interval->high) : std::nullopt));
  };
  const auto whole = [](const std::optional<long>& of) { return of ? std::to_string(*of) : std::string(); };
  for (const auto& row : report.table.rows)
    for (const auto& pair : row.pairs)
      for (std::size_t size = 0; size < pair.sizes.size(); ++size) {
        const auto& prediction = predictions()[row.prediction];
        const auto& at = pair.sizes[size];
        const auto& found = at.discrimination;
        const auto &a = value_in(row, pair.a), &b = value_in(row, pair.b);
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", prediction.name,
                            csv_field(prediction.unit), at.size.neurons, at.size.trials, pair.a, pair.b,
                            number(a.value), number(b.value), with_interval(pair.difference), number(a.recorded[size]),
                            number(b.recorded[size]), with_interval(at.difference), told_name(pair.told(size)),
                            sessions_per_animal, found ? std::to_string(found->animals_a) : "",
                            found ? std::to_string(found->animals_b) : "",
                            with_interval(found ? std::optional(found->auc) : std::nullopt), whole(at.animals_80),
                            whole(at.animals_90), pair.holds, pair.settings);
      }
  return text;
}

}  // namespace stillpoint
