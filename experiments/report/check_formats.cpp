#include "experiments/report/check_formats.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/prediction_cells.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

std::string interval_cell(double value, const std::optional<Interval>& interval) {
  return estimate_cell(Estimate{value, interval});
}

std::string needed_text(const std::optional<NeededSample>& needed) {
  if (!needed) return "";
  return fmt::format("; it takes {} animals of {} neurons x {} trials to tell {} {}", needed->animals,
                     needed->size.neurons, needed->size.trials, needed->told,
                     needed->told == 1 ? "hypothesis" : "hypotheses");
}

const HypothesisLaw* law_of(const CheckedPrediction& checked, const std::string& hypothesis) {
  for (const auto& law : checked.laws)
    if (law.hypothesis == hypothesis) return &law;
  return nullptr;
}

std::string judged_table(const Check& check) {
  Rows rows = {{"prediction", "measured", "over", "neurons x trials"}};
  for (const auto& name : check.hypotheses) rows.front().push_back(name);
  for (const auto& checked : check.predictions) {
    if (!checked.cannot.empty()) continue;
    rows.push_back({predictions()[checked.prediction].name, interval_cell(checked.measured, checked.interval),
                    checked.over, fmt::format("{} x {}", checked.size.neurons, checked.size.trials)});
    for (const auto& name : check.hypotheses) {
      const auto* law = law_of(checked, name);
      const bool out = law && (checked.measured < law->predicted.low || checked.measured > law->predicted.high);
      rows.back().push_back(law ? fmt::format("{} ({:.2g}){}", number_cell(law->mean), law->ratio, out ? "*" : " ")
                                : std::string("-"));
    }
  }
  if (rows.size() == 1) return "";
  return aligned(rows, 1) +
         fmt::format(
             "Intervals of {:g} %. Of hypotheses: mean of its networks, recorded alike (likelihood over that of "
             "the best one,\nno less than 1 / (its seeds + 1)); *: the recording lies outside of the {:g} % that are "
             "predicted of its next network.\n",
             100 * (1 - check.alpha), 100 * (1 - check.alpha));
}

std::string undecided(const Check& check) {
  std::string text;
  std::vector<std::string> absent;
  for (const auto& checked : check.predictions) {
    const auto& name = predictions()[checked.prediction].name;
    if (checked.cannot == not_in_table)
      absent.push_back(name);
    else if (!checked.cannot.empty())
      text += fmt::format("  {}: {}{}\n", name, checked.cannot, needed_text(checked.needed));
  }
  if (!absent.empty()) text += fmt::format("  {}: {}\n", fmt::join(absent, ", "), not_in_table);
  return text.empty() ? "" : "\nThis recording cannot tell:\n" + text;
}

std::string joint_table(const Check& check) {
  if (check.joint.tested.empty()) return "";
  Rows rows = {{"hypothesis", "tail", "rivals", "by itself", "likelihood", "seeds", "power", ""}};
  for (const auto& each : check.joint.tested)
    rows.push_back({each.hypothesis, fmt::format("{:.2g}", each.tail),
                    each.against_rivals ? fmt::format("{:.2g}", *each.against_rivals) : "-",
                    fmt::format("{:.2g}", each.by_itself), fmt::format("{:.2g}", each.ratio),
                    std::to_string(each.seeds), each.against_rivals ? fmt::format("{:.0f} %", 100 * each.power) : "-",
                    each.excluded ? "excluded" : "left"});
  return fmt::format("\nAll together: {}\n", fmt::join(check.joint.statistics, ", ")) + aligned(rows, 1) +
         fmt::format(
             "Rivals: share of a hypothesis' networks that another one's law fits better by as much as it fits this "
             "recording (-: too\nfew networks). By itself: bound on the share that is further out in its strangest "
             "statistic (Bonferroni). Tail: the\nsmaller, each over its part of {:g}; below that a hypothesis is "
             "excluded, the true one in {:g} % of recordings at most.\nPower: share of the other hypotheses' networks, "
             "recorded like this, by which it would be excluded: what is left was not\nshown to be true, where this is "
             "low it could hardly have been excluded. Likelihood: over that of the best.\n",
             check.alpha, 100 * check.alpha);
}

std::string next_text(const Check& check) {
  std::string text;
  for (const auto& each : check.next)
    text += fmt::format("  {} from {}: {}, {} animals per group of {} neurons x {} trials\n", each.a, each.b,
                        each.prediction, *each.pair.animals_80, each.pair.size.neurons, each.pair.size.trials);
  return text.empty() ? "" : "\nTo tell those that are left apart (80 % power, predictions.json):\n" + text;
}

std::string sessions_text(const Check& check) {
  std::string text;
  for (std::size_t i = 0; i < check.sessions.size(); ++i) {
    const auto& session = check.sessions[i];
    text += fmt::format("{}: animal {}, {} units{}\n", session.file, check.animals[i], session.evidence.cells.size(),
                        session.stimulated ? fmt::format(", {} stimulated", session.stimulated->size()) : "");
  }
  return text + "\n";
}

Json law_json(const HypothesisLaw& law, const JudgedStatistic& statistic) {
  Json values = Json::array();
  for (const auto& network : statistic.networks.at(law.hypothesis)) values.push_back(network.value);
  return {{"mean", law.mean},   {"predicted", interval_json(law.predicted)},
          {"tail", law.tail},   {"likelihood_ratio", law.ratio},
          {"seeds", law.seeds}, {"networks", law.networks},
          {"values", values}};
}

Json prediction_json(const CheckedPrediction& checked) {
  const bool told = checked.cannot.empty();
  Json json = {{"name", predictions()[checked.prediction].name},
               {"cannot_tell", told ? Json(nullptr) : Json(checked.cannot)},
               {"measured", told ? Json(checked.measured) : Json(nullptr)},
               {"interval", interval_json(checked.interval)},
               {"interval_over", told ? Json(checked.over) : Json(nullptr)},
               {"neurons", checked.size.neurons},
               {"trials", checked.size.trials},
               {"animals", checked.animals},
               {"sessions", checked.sessions},
               {"hypotheses", Json::object()}};
  for (const auto& law : checked.laws) json["hypotheses"][law.hypothesis] = law_json(law, checked.statistic);
  json["needs"] = nullptr;
  if (const auto& needed = checked.needed)
    json["needs"] = {{"animals", needed->animals},
                     {"neurons", needed->size.neurons},
                     {"trials", needed->size.trials},
                     {"tells", needed->told}};
  return json;
}

template <class Take>
std::string names_where(const Check& check, Take&& take) {
  std::vector<std::string> names;
  for (const auto& each : check.joint.tested)
    if (take(each)) names.push_back(each.hypothesis);
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string conclusion_of(const Check& check) {
  if (check.joint.tested.empty())
    return "This recording cannot tell: no two hypotheses could be tested, none is excluded.";
  std::string not_tested;
  for (const auto& [name, why] : check.joint.not_tested) not_tested += fmt::format("{} ({}), ", name, why);
  const bool none_left =
      std::all_of(check.joint.tested.begin(), check.joint.tested.end(), [](const auto& each) { return each.excluded; });
  return fmt::format(
      "Left: {}{}; excluded at {:g} %, as they are in the table: {}; not tested: {}other strengths and circuits than "
      "those of the table. By {} "
      "prediction{}.",
      names_where(check, [](const auto& each) { return !each.excluded; }),
      none_left ? " of these, something that the table does not have" : "", 100 * check.alpha,
      names_where(check, [](const auto& each) { return each.excluded; }), not_tested, check.joint.statistics.size(),
      check.joint.statistics.size() == 1 ? "" : "s");
}

std::string check_text(const Check& check) {
  std::string notes;
  for (const auto& note : check.notes) notes += fmt::format("  {}\n", note);
  return sessions_text(check) + judged_table(check) + undecided(check) + joint_table(check) + next_text(check) +
         "\nTo keep in mind:\n" + notes + "\n" + conclusion_of(check) + "\n";
}

Json check_json(const Check& check, const PredictionsFile& table) {
  Json json = {{"kind", "check"},
               {"against", table.path},
               {"alpha", check.alpha},
               {"hypotheses", check.hypotheses},
               {"recordings", Json::array()}};
  for (std::size_t i = 0; i < check.sessions.size(); ++i)
    json["recordings"].push_back(
        {{"file", check.sessions[i].file},
         {"animal", check.animals[i]},
         {"units", check.sessions[i].evidence.cells.size()},
         {"stimulated", check.sessions[i].stimulated ? Json(check.sessions[i].stimulated->size()) : Json(nullptr)},
         {"rate_hz", check.sessions[i].rate_hz}});
  json["predictions"] = Json::array();
  for (const auto& checked : check.predictions) json["predictions"].push_back(prediction_json(checked));
  json["joint"] = {{"statistics", check.joint.statistics},
                   {"left_out", check.joint.left_out},
                   {"hypotheses", Json::object()},
                   {"not_tested", Json::object()}};
  for (const auto& each : check.joint.tested)
    json["joint"]["hypotheses"][each.hypothesis] = {
        {"tail", each.tail},
        {"tail_against_rivals", each.against_rivals ? Json(*each.against_rivals) : Json(nullptr)},
        {"tail_by_itself", each.by_itself},
        {"power", each.against_rivals ? Json(each.power) : Json(nullptr)},
        {"likelihood_ratio", each.ratio},
        {"seeds", each.seeds},
        {"excluded", each.excluded}};
  for (const auto& [name, why] : check.joint.not_tested) json["joint"]["not_tested"][name] = why;
  json["next"] = Json::array();
  for (const auto& each : check.next)
    json["next"].push_back({{"a", each.a},
                            {"b", each.b},
                            {"prediction", each.prediction},
                            {"animals", *each.pair.animals_80},
                            {"neurons", each.pair.size.neurons},
                            {"trials", each.pair.size.trials}});
  json["notes"] = check.notes;
  json["conclusion"] = conclusion_of(check);
  return json;
}

}  // namespace stillpoint
