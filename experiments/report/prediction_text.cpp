// The written table of predictions: what a lab reads before it plans an experiment.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/report/learning_formats.hpp"
#include "experiments/report/prediction_cells.hpp"
#include "experiments/report/prediction_formats.hpp"

namespace stillpoint {

namespace {

/// Of "more under b"; turned: of "more under a".
std::string auc_cell(const std::optional<Discrimination>& of, bool turned = false) {
  if (!of) return "-";
  auto auc = of->auc;
  if (turned) {
    auc.value = 1 - auc.value;
    if (auc.interval) auc.interval = Interval{1 - auc.interval->high, 1 - auc.interval->low};
  }
  const auto networks =
      fmt::format(" ({} + {})", turned ? of->animals_b : of->animals_a, turned ? of->animals_a : of->animals_b);
  if (!auc.interval) return fmt::format("{:.2f}, no interval{}", auc.value, networks);
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]{}", auc.value, auc.interval->low, auc.interval->high, networks);
}

/// "static", "static (by rates not, or the other way round)".
std::string with_caveat(const std::string& name, Told told) {
  const auto why = caveat(told);
  return why.empty() ? name : fmt::format("{} ({})", name, why);
}

}  // namespace

std::string outcome(const PredictionRow& row, const std::string& focus, std::size_t size) {
  std::vector<std::string> larger, smaller, alike, few;
  for (const auto& pair : row.pairs) {
    if (!touches(pair, focus)) continue;
    const auto& other = other_of(pair, focus);
    const auto& difference = pair.sizes[size].difference;
    if (!difference || !difference->interval) {
      few.push_back(other);
    } else if (difference->interval->low <= 0 && difference->interval->high >= 0) {
      const auto& [low, high] = *difference->interval;
      alike.push_back(fmt::format("{} ({})", other, number_cell(std::max(std::abs(low), std::abs(high)))));
    } else {
      ((pair.b == focus) == (difference->value > 0) ? larger : smaller).push_back(with_caveat(other, pair.told(size)));
    }
  }
  std::string text;
  if (!larger.empty()) text += fmt::format("Larger under {} than under {}. ", focus, fmt::join(larger, ", "));
  if (!smaller.empty()) text += fmt::format("Smaller under {} than under {}. ", focus, fmt::join(smaller, ", "));
  if (!alike.empty())
    text += fmt::format("Not told apart, and by its interval no further apart than the number: {}. ",
                        fmt::join(alike, ", "));
  if (!few.empty()) text += fmt::format("Too few networks with a value: {}.", fmt::join(few, ", "));
  return text;
}

namespace {

/// "0.07 (beta = 10), ..": the focus in other variants than the table's, by rates; "" where there are none.
std::string other_strengths(const PredictionReport& report, const PredictionRow& row, const std::string& focus) {
  const auto networks = tabled(report.study, focus);
  std::vector<std::string> values;
  for (const auto& each : row.settings)
    if (each.value.hypothesis == focus && each.value.value && !networks.empty() &&
        each.variant != networks.front()->variant)
      values.push_back(fmt::format("{} ({})", number_cell(each.value.value->value), each.variant));
  return fmt::format("{}", fmt::join(values, ", "));
}

/// What a recording of this size would have to show, in recorded values.
std::string refuted_by(const PredictionReport& report, const PredictionRow& row, const std::string& focus,
                       std::size_t size) {
  std::vector<std::string> others, alike;
  for (const auto& pair : row.pairs)
    if (touches(pair, focus))
      if (const auto& theirs = value_in(row, other_of(pair, focus)).recorded[size])
        (pair.told(size) == Told::yes ? others : alike)
            .push_back(fmt::format("{} {}", other_of(pair, focus), number_cell(theirs->value)));
  const auto& mine = value_in(row, focus).recorded[size];
  if (others.empty() || !mine) return "Nothing that recordings of this size would show.";
  auto text = fmt::format(
      "Recordings show {} under {}. An interval over your animals that leaves this out speaks against {} of this "
      "strength, and for what of these it holds: {}; where it holds none, for something else.",
      estimate_cell(mine), focus, focus, fmt::join(others, ", "));
  if (!alike.empty()) text += fmt::format(" Not told from {}, or with a caveat: {}.", focus, fmt::join(alike, ", "));
  if (const auto strengths = other_strengths(report, row, focus); !strengths.empty())
    text += fmt::format(" Other strengths of {}, by rates: {}.", focus, strengths);
  return text;
}

/// One line per hypothesis.
std::string hypotheses_table(const PredictionRow& row, const std::string& focus, std::size_t size) {
  std::string text = fmt::format(
      "\n| hypothesis | by rates [95 %] | recorded [95 %] | networks | P({} is larger) (networks) | animals per group, "
      "80 / 90 % | by rates holds in |\n|---|---|---|---|---|---|---|\n",
      focus);
  for (const auto& value : row.values) {
    const auto pair = std::find_if(row.pairs.begin(), row.pairs.end(), [&](const auto& each) {
      return touches(each, focus) && other_of(each, focus) == value.hypothesis;
    });
    const bool is_pair = value.hypothesis != focus && pair != row.pairs.end();
    text += fmt::format(
        "| {} | {} | {} | {}{}{}{} | {} | {} | {} |\n", value.hypothesis, estimate_cell(value.value),
        estimate_cell(value.recorded[size]), value.networks,
        value.undefined > 0 ? fmt::format(", {} undefined", value.undefined) : "",
        value.censored > 0 ? fmt::format(", {} at {:g}", value.censored, predictions()[row.prediction].most) : "",
        value.unmatched > 0 ? fmt::format(", {} unmatched", value.unmatched) : "",
        is_pair ? auc_cell(pair->sizes[size].discrimination, pair->a == focus) : "",
        is_pair ? animals_cell(*pair, size) : "", is_pair ? fmt::format("{} of {}", pair->holds, pair->settings) : "");
  }
  return text;
}

std::string section(const PredictionReport& report, const PredictionRow& row, std::size_t place, bool figures) {
  const auto& prediction = predictions()[row.prediction];
  const auto focus = focus_of(report.table);
  const std::size_t middle = report.study.setting.sizes.size() / 2;
  std::string text = fmt::format("## {}. {}\n\n{}{}.\n\n", place, prediction.name, prediction.question,
                                 prediction.unit.empty() ? "" : " [" + prediction.unit + "]");
  if (figures && has_values(row)) text += fmt::format("![{}]({}.svg)\n\n", prediction.name, prediction.name);
  for (const auto& [head, line] :
       {std::pair("Experiments", fmt::format("{}", fmt::join(prediction.experiments, ", "))),
        std::pair("Estimator", prediction.estimator), std::pair("Window", prediction.window),
        std::pair("Record", prediction.record), std::pair("What else could make it", prediction.control),
        std::pair("Outcome", outcome(row, focus, middle)),
        std::pair("Refutation", refuted_by(report, row, focus, middle))})
    text += fmt::format("- **{}** {}\n", head, line);
  if (row.measured_at_half_step && !row.half_step)
    text += "- **Half the time step** not judged: it takes networks of three seeds under a hypothesis (--half-step)\n";
  if (row.step_dependent.value_or(false))
    text += fmt::format(
        "- **Step-dependent**: at half the time step, same trials and noise, it changes by {} under {}; the change may "
        "be "
        "more than a fifth of a difference that recordings show\n",
        estimate_cell(row.half_step->change), row.half_step->hypothesis);
  if (!row.undefined.empty()) text += fmt::format("- **Undefined** in some networks: {}\n", row.undefined);
  return text + hypotheses_table(row, focus, middle) + "\n";
}

std::string not_separated(const PredictionTable& table) {
  std::string text;
  std::size_t tested = 0;
  for (const auto& best : table.best) {
    if (!best.reported || !best.reported->auc.interval) continue;
    ++tested;
    if (best.reported->auc.interval->low <= 0.5 && best.reported->auc.interval->high >= 0.5)
      text += fmt::format("- {} and {}: the best on one half of the seeds was {}; P({} is larger) on the other: {}\n",
                          best.a, best.b, predictions()[best.prediction].name, best.b, auc_cell(best.reported));
  }
  const auto pairs = table.hypotheses.size() * (table.hypotheses.size() - 1) / 2;
  if (text.empty() && tested > 0) text = fmt::format("All of the {} pairs that were tested are told apart.\n", tested);
  if (tested == pairs) return text;
  return fmt::format(
      "{}{} of {} pairs could be tested: it takes networks of two even seeds and three odd ones under both hypotheses, "
      "and a statistic that they have.\n{}{}",
      tested == 0 ? "" : "Only ", tested == 0 ? "None" : fmt::format("{}", tested), pairs, text.empty() ? "" : "\n",
      text);
}

/// "static 4, tcr 0", or "none".
std::string counts_text(const std::map<std::string, long>& counts) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts) parts.push_back(fmt::format("{} {}", name, count));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string unmatched_text(const PredictionStudy& study) {
  std::map<std::string, long> counts;
  for (const auto& network : study.networks)
    if (network.unmatched) ++counts[network.hypothesis];
  if (counts.empty()) return "";
  return fmt::format(
      "**Controls that are not matched** to the TCR network of their seed, as near as they could be brought: "
      "{}. They are rivals of their own, not of equal speed or chaos.\n\n",
      counts_text(counts));
}

}  // namespace

std::string predictions_text(const PredictionReport& report, bool figures) {
  const auto& study = report.study;
  const auto focus = focus_of(report.table);
  const auto measured = static_cast<long>(study.networks.size()) - study.not_measured;
  const auto& size = study.setting.sizes[study.setting.sizes.size() / 2];
  const auto rows = by_sample(report);
  std::string text = fmt::format(
      "# Predictions\n\nOf {} trained networks. Runs that did not reach criterion, {}: {}; diverged in training: {}; "
      "not "
      "finished: {}; could not be measured: {}. Hypotheses: {}. Compared with: {}.\n\n{}",
      measured, study.all ? "taken too" : "left out", counts_text(study.unlearned), study.diverged, study.missing,
      study.not_measured, fmt::join(report.table.hypotheses, ", "), focus, unmatched_text(study));
  text += fmt::format(
      "Rates are turned into Hz by f = f_max (r + 1) / 2 for tanh, f_max r for nonnegative rates, f_max = {:g} Hz at r "
      "= 1 "
      "unless the network says so: a silent neuron of a tanh network has r = -1, not 0.\n\n"
      "*By rates*: of all neurons, without noise of recording. *Recorded*: what sessions of {} neurons{} and {} trials "
      "per experiment show, mean of all {} that a network has: an experiment is to be compared with these. *Outcome*: "
      "by the interval of the difference of recordings. *P*: that an animal, the mean of {} sessions, has the larger "
      "value; its interval says how far animals overlap, and with few seeds holds .5 where a difference is told. "
      "Differences, P and animals are over the seeds and settings in which both hypotheses learned. *Animals*: of two "
      "groups; in brackets where the outcome is none, or has a caveat. *Holds in*: settings and variants in which by "
      "rates the difference has its sign by rates and a P of {} at least. Intervals of means and differences: "
      "Student's t over seeds. *48 at 600*: so many networks have the largest value that there can be. Order: what "
      "tells {} "
      "from most others with the fewest animals first.\n\n",
      study.setting.f_max_hz, size.neurons, few_stimulated(report, size), size.trials, study.setting.sessions(size),
      sessions_per_animal, told_apart, focus);
  text += fmt::format(
      "## Overview\n\nRecorded, by {} neurons and {} trials. In brackets: not told from {}, or with a caveat. Animals "
      "and "
      "settings: fewest and most over hypotheses, controls apart (so many of them are told).\n\n{}",
      size.neurons, size.trials, focus, predictions_overview(report, rows));
  std::size_t place = 0;
  for (const auto* row : rows) text += section(report, *row, ++place, figures);
  text +=
      "## Pairs that are not shown to be told apart\n\nA stricter question than the outcomes above: by the one "
      "statistic that tells most on the even seeds, whether P on the odd ones (networks in brackets) excludes .5.\n\n" +
      not_separated(report.table) + "\n";
  text += analysis_plan(report, rows) + experiments_text(report);
  if (report.learning) text += learning_text(*report.learning, *report.learning_table, figures);
  text += rehearsals_text(report.rehearsals);
  return text;
}

std::string predictions_summary(const PredictionReport& report) {
  const auto focus = focus_of(report.table);
  const std::size_t middle = report.study.setting.sizes.size() / 2;
  std::string text;
  std::size_t shown = 0;
  for (const auto* row : by_sample(report)) {
    if (shown++ == 10) break;
    std::vector<std::string> told;
    for (const auto& pair : row->pairs)
      if (touches(pair, focus) && pair.told(middle) == Told::yes)
        told.push_back(fmt::format("{} ({})", other_of(pair, focus), *pair.sizes[middle].animals_80));
    text += fmt::format("{:<27}{}\n", predictions()[row->prediction].name,
                        told.empty() ? "tells nothing apart" : fmt::format("{}", fmt::join(told, ", ")));
  }
  return fmt::format("What tells {} from others, with animals per group for 80 % power:\n", focus) + text;
}

}  // namespace stillpoint
