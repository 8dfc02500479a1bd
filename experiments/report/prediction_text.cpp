// The written table of predictions: what a lab reads before it plans an experiment.
#include <fmt/format.h>

#include <algorithm>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/learning_formats.hpp"
#include "experiments/report/prediction_formats.hpp"

namespace stillpoint {

namespace {

std::string number(double value) { return fmt::format("{:.3g}", value); }

std::string auc_cell(const std::optional<Discrimination>& of) {
  if (!of) return "-";
  const auto& auc = of->auc;
  if (!auc.interval) return fmt::format("{:.2f}", auc.value);
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", auc.value, auc.interval->low, auc.interval->high);
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

/// Excludes 0, and is of the sign of the AUC at the middle size.
bool differs(const PairRow& pair) {
  return pair.difference && pair.difference->interval &&
         (pair.difference->interval->low > 0 || pair.difference->interval->high < 0);
}

/// "Under tcr it is larger than under static and high_pass, smaller than under .. ; not told apart from ..".
std::string outcome(const PredictionRow& row, const std::string& focus) {
  std::vector<std::string> larger, smaller, alike, few;
  for (const auto& pair : row.pairs) {
    if (!touches(pair, focus)) continue;
    const auto& other = other_of(pair, focus);
    if (!pair.difference || !pair.difference->interval) {
      few.push_back(other);
    } else if (!differs(pair)) {
      const auto& interval = *pair.difference->interval;
      alike.push_back(
          fmt::format("{} (within {})", other, number(std::max(std::abs(interval.low), std::abs(interval.high)))));
    } else {
      ((pair.b == focus) == (pair.difference->value > 0) ? larger : smaller).push_back(other);
    }
  }
  std::string text;
  if (!larger.empty()) text += fmt::format("Under {} it is larger than under {}. ", focus, fmt::join(larger, ", "));
  if (!smaller.empty()) text += fmt::format("Under {} it is smaller than under {}. ", focus, fmt::join(smaller, ", "));
  if (!alike.empty())
    text += fmt::format("Not told apart (and differences no larger than, by their intervals): {}. ",
                        fmt::join(alike, ", "));
  if (!few.empty()) text += fmt::format("Too few networks with a value: {}.", fmt::join(few, ", "));
  return text;
}

/// Sides of the AUC, in words, by which a hypothesis is refuted.
std::string refuted_by(const PredictionRow& row, const std::string& focus, std::size_t middle) {
  std::vector<std::string> sentences;
  for (const auto& pair : row.pairs) {
    if (!touches(pair, focus) || !differs(pair) || !pair.sizes[middle].animals_80) continue;
    const auto& other = other_of(pair, focus);
    const auto& mine = value_in(row, focus).value;
    const auto& theirs = value_in(row, other).value;
    if (mine && theirs)
      sentences.push_back(
          fmt::format("{} by values near {} (not {})", focus, number(theirs->value), number(mine->value)));
  }
  if (sentences.empty()) return "Nothing that recordings of this size would show.";
  return "Refutes " + fmt::format("{}", fmt::join(sentences, "; ")) + ".";
}

std::string section(const PredictionReport& report, const PredictionRow& row, std::size_t place, bool figures) {
  const auto& prediction = predictions()[row.prediction];
  const auto focus = focus_of(report.table);
  const std::size_t middle = report.study.setting.sizes.size() / 2;
  const auto& size = report.study.setting.sizes[middle];
  std::string text = fmt::format("## {}. {}\n\n{}{}.\n\n", place, prediction.name, prediction.question,
                                 prediction.unit.empty() ? "" : " [" + prediction.unit + "]");
  if (figures) text += fmt::format("![{}]({}.svg)\n\n", prediction.name, prediction.name);
  text += fmt::format(
      "- **Estimator** {}\n- **Window** {}\n- **Record** {}\n- **What else could make it** {}\n- **Outcome** {}\n- "
      "**Refutation** {}\n",
      prediction.estimator, prediction.window, prediction.record, prediction.control, outcome(row, focus),
      refuted_by(row, focus, middle));
  if (row.step_dependent && *row.step_dependent)
    text += fmt::format(
        "- **Step-dependent**: at half the time step it changes by {}, which may be more than a fifth of "
        "the smallest difference between hypotheses\n",
        estimate_cell(row.half_step));
  if (!row.undefined.empty()) text += fmt::format("- **Undefined** in some networks: {}\n", row.undefined);
  text += fmt::format(
      "\n| hypothesis | mean [95 %] | networks | AUC against {} | animals per group, 80 / 90 % | holds in "
      "|\n|---|---|---|"
      "---|---|---|\n",
      focus);
  for (const auto& value : row.values) {
    const auto pair = std::find_if(row.pairs.begin(), row.pairs.end(), [&](const auto& each) {
      return touches(each, focus) && other_of(each, focus) == value.hypothesis;
    });
    const bool is_pair = value.hypothesis != focus && pair != row.pairs.end();
    text += fmt::format("| {} | {} | {}{} | {} | {} | {} |\n", value.hypothesis, estimate_cell(value.value),
                        value.networks, value.undefined > 0 ? fmt::format(" ({} undefined)", value.undefined) : "",
                        is_pair ? auc_cell(pair->sizes[middle].discrimination) : "",
                        is_pair ? animals_cell(pair->sizes[middle]) : "",
                        is_pair ? fmt::format("{} of {}", pair->holds, pair->settings) : "");
  }
  return text + fmt::format(
                    "\nAUC and animals: {} sessions per animal, {} neurons (or all that are stimulated), {} trials "
                    "per experiment. \"Holds in\": settings and variants with this sign and an AUC of {} at least."
                    "\n\n",
                    sessions_per_animal, size.neurons, size.trials, told_apart);
}

std::string not_separated(const PredictionReport& report) {
  std::string text;
  for (const auto& best : report.table.best) {
    const bool open = !best.reported || !best.reported->auc.interval ||
                      (best.reported->auc.interval->low <= 0.5 && best.reported->auc.interval->high >= 0.5);
    if (open)
      text += fmt::format("- {} and {}: the best on one half of the seeds was {}, AUC {} on the other\n", best.a,
                          best.b, predictions()[best.prediction].name, auc_cell(best.reported));
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
      "- **Unit** an animal; its value is the mean over its sessions, and never a neuron or a trial.\n"
      "- **Recording** {} sessions per animal, {} neurons or more, {} trials or more of each experiment and of its "
      "control, interleaved at random.\n"
      "- **Exclusions** sessions with fewer neurons or trials; sessions in which a statistic is undefined (a ratio "
      "whose "
      "denominator is not told from 0), counted and reported per group.\n"
      "- **Test** Welch's t test on the animals' values, two-sided, level .05, Holm's correction over the predictions "
      "that "
      "are registered.\n"
      "- **Stopping** at the number of animals below, fixed before the first.\n\n"
      "| prediction | epochs | against | animals per group, 80 / 90 % |\n|---|---|---|---|\n",
      sessions_per_animal, size.neurons, size.trials);
  std::size_t listed = 0;
  for (const auto* row : rows) {
    if (listed++ == 10) break;
    for (const auto& pair : row->pairs)
      if (touches(pair, focus) && pair.sizes[middle].animals_80)
        text +=
            fmt::format("| {} | {} | {} | {} |\n", predictions()[row->prediction].name,
                        predictions()[row->prediction].window, other_of(pair, focus), animals_cell(pair.sizes[middle]));
  }
  return text + "\n";
}

}  // namespace

std::string estimate_cell(const std::optional<Estimate>& of) {
  if (!of) return "-";
  if (!of->interval) return number(of->value);
  return fmt::format("{} [{}, {}]", number(of->value), number(of->interval->low), number(of->interval->high));
}

std::string predictions_text(const PredictionReport& report, bool figures) {
  const auto& study = report.study;
  const auto focus = focus_of(report.table);
  const auto measured = static_cast<long>(study.networks.size()) - study.not_measured;
  const auto rows = by_sample(report);
  std::string text = fmt::format(
      "# Predictions\n\nOf {} trained networks ({} more did not reach criterion{}, {} diverged in training, {} could "
      "not be "
      "measured). Hypotheses: {}. Compared with: {}.\n\nRates are turned into Hz by f = f_max (r + 1) / 2 for tanh, "
      "f_max "
      "r for nonnegative rates, f_max = {:g} Hz at r = 1 unless the network says so. \"Mean\": by the rates of all "
      "neurons, "
      "interval: Student's t over seeds. Order: what tells {} from most others with the fewest animals first.\n\n",
      measured, study.unlearned, study.all ? ", taken too" : ", left out", study.diverged, study.not_measured,
      fmt::join(report.table.hypotheses, ", "), focus, study.setting.f_max_hz, focus);
  std::size_t place = 0;
  for (const auto* row : rows) text += section(report, *row, ++place, figures);
  text += "## Pairs that no statistic separates\n\n" + not_separated(report) + "\n";
  text += analysis_plan(report, rows);
  if (report.learning) text += learning_text(*report.learning, *report.learning_table, figures);
  text += "## Rehearsal\n\n";
  if (report.rehearsals.empty())
    text += "Too few networks: it takes two hypotheses with three networks in either half of the seeds.\n";
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
      if (touches(pair, focus) && pair.sizes[middle].animals_80)
        told.push_back(fmt::format("{} ({})", other_of(pair, focus), *pair.sizes[middle].animals_80));
    text += fmt::format("{:<24}{}\n", predictions()[row->prediction].name,
                        told.empty() ? "tells nothing apart" : fmt::format("{}", fmt::join(told, ", ")));
  }
  return fmt::format("What tells {} from others, with animals per group for 80 % power:\n", focus) + text;
}

}  // namespace stillpoint
