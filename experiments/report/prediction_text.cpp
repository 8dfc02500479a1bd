// The written table of predictions: what a lab reads before it plans an experiment.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/prediction_formats.hpp"

namespace stillpoint {

namespace {

std::string number(double value) { return fmt::format("{:.3g}", value); }

std::string estimate_cell(const std::optional<Estimate>& of) {
  if (!of) return "-";
  if (!of->interval) return number(of->value);
  return fmt::format("{} [{}, {}]", number(of->value), number(of->interval->low), number(of->interval->high));
}

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
  if (!auc.interval) return fmt::format("{:.2f}{}", auc.value, networks);
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]{}", auc.value, auc.interval->low, auc.interval->high, networks);
}

std::string animals_cell(const PairAtSize& at) {
  const auto text = [](const std::optional<long>& animals) {
    return animals ? std::to_string(*animals) : fmt::format(">{}", most_animals);
  };
  return at.discrimination ? fmt::format("{} / {}", text(at.animals_80), text(at.animals_90)) : "-";
}

bool touches(const PairRow& pair, const std::string& focus) { return pair.a == focus || pair.b == focus; }
const std::string& other_of(const PairRow& pair, const std::string& focus) { return pair.a == focus ? pair.b : pair.a; }

const HypothesisValue& value_in(const PredictionRow& row, const std::string& name) {
  return *std::find_if(row.values.begin(), row.values.end(), [&](const auto& each) { return each.hypothesis == name; });
}

/// "Larger under tcr than under static and high_pass. Smaller than under .. Not told apart ..".
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
      alike.push_back(fmt::format("{} ({})", other, number(std::max(std::abs(low), std::abs(high)))));
    } else {
      ((pair.b == focus) == (difference->value > 0) ? larger : smaller).push_back(other);
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

/// What a recording of this size would have to show, in recorded values.
std::string refuted_by(const PredictionRow& row, const std::string& focus, std::size_t size) {
  std::vector<std::string> others;
  for (const auto& pair : row.pairs)
    if (touches(pair, focus) && pair.sizes[size].tells())
      if (const auto& theirs = value_in(row, other_of(pair, focus)).recorded[size])
        others.push_back(fmt::format("{} ({})", number(theirs->value), other_of(pair, focus)));
  const auto& mine = value_in(row, focus).recorded[size];
  if (others.empty() || !mine) return "Nothing that recordings of this size would show.";
  return fmt::format(
      "{} says {} of a recording; a mean over animals whose interval excludes that and holds one of "
      "these speaks against it: {}.",
      focus, estimate_cell(mine), fmt::join(others, ", "));
}

/// One line per hypothesis.
std::string hypotheses_table(const PredictionRow& row, const std::string& focus, std::size_t size) {
  std::string text = fmt::format(
      "\n| hypothesis | by rates [95 %] | recorded [95 %] | networks | P({} is larger) (networks) | animals per group, "
      "80 / 90 % | holds in |\n|---|---|---|---|---|---|---|\n",
      focus);
  for (const auto& value : row.values) {
    const auto pair = std::find_if(row.pairs.begin(), row.pairs.end(), [&](const auto& each) {
      return touches(each, focus) && other_of(each, focus) == value.hypothesis;
    });
    const bool is_pair = value.hypothesis != focus && pair != row.pairs.end();
    text += fmt::format("| {} | {} | {} | {}{}{} | {} | {} | {} |\n", value.hypothesis, estimate_cell(value.value),
                        estimate_cell(value.recorded[size]), value.networks,
                        value.undefined > 0 ? fmt::format(", {} undefined", value.undefined) : "",
                        value.unmatched > 0 ? fmt::format(", {} unmatched", value.unmatched) : "",
                        is_pair ? auc_cell(pair->sizes[size].discrimination, pair->a == focus) : "",
                        is_pair ? animals_cell(pair->sizes[size]) : "",
                        is_pair ? fmt::format("{} of {}", pair->holds, pair->settings) : "");
  }
  return text;
}

std::string section(const PredictionReport& report, const PredictionRow& row, std::size_t place, bool figures) {
  const auto& prediction = predictions()[row.prediction];
  const auto focus = focus_of(report.table);
  const std::size_t middle = report.study.setting.sizes.size() / 2;
  std::string text = fmt::format("## {}. {}\n\n{}{}.\n\n", place, prediction.name, prediction.question,
                                 prediction.unit.empty() ? "" : " [" + prediction.unit + "]");
  if (figures) text += fmt::format("![{}]({}.svg)\n\n", prediction.name, prediction.name);
  for (const auto& [head, line] :
       {std::pair("Experiments", fmt::format("{}", fmt::join(prediction.experiments, ", "))),
        std::pair("Estimator", prediction.estimator), std::pair("Window", prediction.window),
        std::pair("Record", prediction.record), std::pair("What else could make it", prediction.control),
        std::pair("Outcome", outcome(row, focus, middle)), std::pair("Refutation", refuted_by(row, focus, middle))})
    text += fmt::format("- **{}** {}\n", head, line);
  if (row.step_dependent && *row.step_dependent)
    text += fmt::format(
        "- **Step-dependent**: at half the time step it changes by {}, which may be more than a fifth of "
        "the smallest difference between hypotheses\n",
        estimate_cell(row.half_step));
  if (!row.undefined.empty()) text += fmt::format("- **Undefined** in some networks: {}\n", row.undefined);
  return text + hypotheses_table(row, focus, middle) + "\n";
}

std::string not_separated(const PredictionReport& report) {
  std::string text;
  for (const auto& best : report.table.best) {
    const bool open = !best.reported || !best.reported->auc.interval ||
                      (best.reported->auc.interval->low <= 0.5 && best.reported->auc.interval->high >= 0.5);
    if (open)
      text += fmt::format("- {} and {}: the best on one half of the seeds was {}, AUC {} on the other\n", best.a,
                          best.b, predictions()[best.prediction].name, best.b, auc_cell(best.reported));
  }
  return text.empty() ? "Every pair is told apart by the statistic that was chosen on the other half of the seeds.\n"
                      : text;
}

std::string matrix_table(const ConfusionMatrix& matrix) {
  std::string text = "| truth \\ answer |", rule = "|---|";
  for (const auto& answer : matrix.answers()) {
    text += " " + answer + " |";
    rule += "---|";
  }
  text += fmt::format(" {} |\n{}---|\n", ConfusionMatrix::none, rule);
  for (std::size_t t = 0; t < matrix.truths().size(); ++t) {
    text += "| " + matrix.truths()[t] + " |";
    for (std::size_t a = 0; a < matrix.answers().size(); ++a)
      text += fmt::format(" {} |", matrix.count(static_cast<Index>(t), static_cast<Index>(a)));
    text += fmt::format(" {} |\n", matrix.count(static_cast<Index>(t), std::nullopt));
  }
  const auto right = matrix.right();
  return text + fmt::format("\nRight: {:.2f} [{:.2f}, {:.2f}], chance {:.2f}.\n\n", right.value, right.low, right.high,
                            matrix.chance());
}

bool is_empty(const ConfusionMatrix& matrix) {
  for (std::size_t t = 0; t < matrix.truths().size(); ++t)
    if (matrix.total(static_cast<Index>(t)) > 0) return false;
  return true;
}

std::string rehearsal_text(const Rehearsal& rehearsal) {
  std::string text = fmt::format("### {} neurons, {} trials, {} sessions per animal\n\n", rehearsal.size.neurons,
                                 rehearsal.size.trials, sessions_per_animal);
  text += fmt::format("By {}. Networks of either half of the seeds, by those of the other:\n\n{}",
                      fmt::join(rehearsal.statistics, ", "), matrix_table(rehearsal.within));
  if (!is_empty(rehearsal.outside))
    text += fmt::format("Networks outside of the table (other strengths, time constants, gains, tasks):\n\n{}",
                        matrix_table(rehearsal.outside));
  if (!rehearsal.left_out.empty()) {
    text += "With one hypothesis left out of the classifier, its networks are:\n\n";
    for (const auto& each : rehearsal.left_out)
      text += fmt::format("- {}: none of these in {} of {}{}\n", each.hypothesis, each.none, each.total,
                          each.mostly.empty() ? "" : ", mostly taken for " + each.mostly);
    text += "\n";
  }
  return text;
}

std::string analysis_plan(const PredictionReport& report, const std::vector<const PredictionRow*>& rows) {
  const auto focus = focus_of(report.table);
  const std::size_t middle = report.study.setting.sizes.size() / 2;
  const auto& size = report.study.setting.sizes[middle];
  std::string text = fmt::format(
      "## Analysis plan, to be registered before recording\n\n"
      "- **Unit** an animal; its value is the mean over its sessions, never a neuron or a trial.\n"
      "- **Recording** {} sessions per animal, {} neurons or more, {} trials or more of each experiment and of its "
      "control, interleaved at random; experiments as listed below.\n"
      "- **Exclusions** sessions with fewer neurons or trials; sessions in which the statistic is undefined (a ratio "
      "whose "
      "denominator is not told from 0), counted and reported per group.\n"
      "- **Test** register one primary prediction for each pair of hypotheses, with its direction: Welch's t test on "
      "the "
      "animals' values, two-sided, level .05. Animals below are for that one test; each further prediction needs "
      "Holm's "
      "correction and more animals (`stillpoint power` shows the power at any number).\n"
      "- **Stopping** at the number of animals below, fixed before the first. The ten smallest of {} were chosen on "
      "the "
      "networks that size them: expect to need more.\n\n"
      "| prediction | direction | epochs | animals per group, 80 / 90 % |\n|---|---|---|---|\n",
      sessions_per_animal, size.neurons, size.trials, rows.size());
  std::size_t listed = 0;
  for (const auto* row : rows) {
    if (listed++ == 10) break;
    for (const auto& pair : row->pairs)
      if (touches(pair, focus) && pair.sizes[middle].tells())
        text +=
            fmt::format("| {} | {} {} {} | {} | {} |\n", predictions()[row->prediction].name, focus,
                        (pair.b == focus) == (pair.sizes[middle].difference->value > 0) ? ">" : "<",
                        other_of(pair, focus), predictions()[row->prediction].window, animals_cell(pair.sizes[middle]));
  }
  return text + "\n";
}

/// As they would be repeated: what is not the default.
std::string experiments_text(const std::vector<Experiment>& experiments) {
  std::string text =
      "## Experiments\n\nAs `stillpoint simulate --experiment` takes them; what is not listed is the default of "
      "`stillpoint "
      "list experiment`.\n\n| name | options |\n|---|---|\n";
  const auto usual = protocol_texts({});
  const std::size_t section = std::string("experiment.").size();
  for (const auto& experiment : experiments) {
    std::vector<std::string> set;
    const auto own = protocol_texts(experiment.protocol);
    for (std::size_t i = 0; i < own.size(); ++i)
      if (own[i].second != usual[i].second)
        set.push_back(fmt::format("{} = {}", own[i].first.substr(section), own[i].second));
    for (const auto& [name, value] : experiment.changed) set.push_back(fmt::format("{} = {}", name, value));
    text += fmt::format("| {} | {} |\n", experiment.name, fmt::join(set, ", "));
  }
  return text + "\n";
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
      "*By rates*: of all neurons, without noise of recording. *Recorded*: what sessions of {} neurons (or all that "
      "are "
      "stimulated) and {} trials per experiment show, {} per animal: an experiment is to be compared with these. *P*: "
      "that an "
      "animal has the larger value; it, differences and animals are over the seeds and settings in which both "
      "hypotheses "
      "learned. *Holds in*: by rates, settings and variants with this sign and a P of {} at least. Intervals: "
      "Student's t "
      "over seeds. Order: what tells {} from most others with the fewest animals first.\n\n",
      study.setting.f_max_hz, size.neurons, size.trials, sessions_per_animal, told_apart, focus);
  std::size_t place = 0;
  for (const auto* row : rows) text += section(report, *row, ++place, figures);
  text +=
      "## Pairs that are not shown to be told apart\n\nWith these numbers of networks (in brackets), by the statistic "
      "that tells most on the other half of the seeds.\n\n" +
      not_separated(report) + "\n";
  text += analysis_plan(report, rows) + experiments_text(report.experiments) + "## Rehearsal\n\n";
  if (report.rehearsals.empty())
    text +=
        "None: it takes two hypotheses with three networks in either half of the seeds, and a statistic that they "
        "have.\n";
  for (const auto& rehearsal : report.rehearsals) text += rehearsal_text(rehearsal);
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
      if (touches(pair, focus) && pair.sizes[middle].tells())
        told.push_back(fmt::format("{} ({})", other_of(pair, focus), *pair.sizes[middle].animals_80));
    text += fmt::format("{:<27}{}\n", predictions()[row->prediction].name,
                        told.empty() ? "tells nothing apart" : fmt::format("{}", fmt::join(told, ", ")));
  }
  return fmt::format("What tells {} from others, with animals per group for 80 % power:\n", focus) + text;
}

}  // namespace stillpoint
