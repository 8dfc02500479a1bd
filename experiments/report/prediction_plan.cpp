// What a lab registers before it records: the analysis plan, the experiments as they are repeated, and how the verdict
// fared in rehearsal.
#include <fmt/format.h>

#include "experiments/report/prediction_cells.hpp"
#include "experiments/report/prediction_formats.hpp"

namespace stillpoint {

namespace {

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

/// "delay_speed (static, low_gain), fano (static)": what recordings tell of the focus, and networks do not.
std::string left_out_of_plan(const PredictionReport& report, const std::string& focus, std::size_t size, Told told) {
  std::vector<std::string> rows;
  for (const auto& row : report.table.rows) {
    std::vector<std::string> others;
    for (const auto& pair : row.pairs)
      if (touches(pair, focus) && pair.told(size) == told) others.push_back(other_of(pair, focus));
    if (!others.empty())
      rows.push_back(fmt::format("{} ({})", predictions()[row.prediction].name, fmt::join(others, ", ")));
  }
  return fmt::format("{}", fmt::join(rows, ", "));
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
  if (!is_empty(rehearsal.variants))
    text += fmt::format(
        "The same with other strengths and time constants (beta, tau_s) that the classifier has learned, each with a "
        "law "
        "of its own:\n\n{}",
        matrix_table(rehearsal.variants));
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

}  // namespace

std::string analysis_plan(const PredictionReport& report, const std::vector<const PredictionRow*>& rows) {
  const auto focus = focus_of(report.table);
  const std::size_t middle = report.study.setting.sizes.size() / 2;
  const auto& size = report.study.setting.sizes[middle];
  std::string text = fmt::format(
      "## Analysis plan, to be registered before recording\n\n"
      "- **Unit** an animal; its value is the mean over its sessions, never a neuron or a trial.\n"
      "- **Recording** {} sessions per animal, {} neurons or more{}, {} trials or more of each experiment and of its "
      "control, interleaved at random; experiments as listed below.\n"
      "- **Exclusions** sessions with fewer neurons or trials; sessions in which the statistic is undefined (a ratio "
      "whose "
      "denominator is not told from 0), counted and reported per group.\n"
      "- **Test** register one primary prediction for each pair of hypotheses, with its direction: Welch's t test on "
      "the "
      "animals' values, two-sided, level .05. Animals below are for that one test of two groups; of k "
      "predictions the smallest p is tested at .05 / k (Holm): `stillpoint power --level` has the animals for it, "
      "`--design one_group` those of one group that is held against this table.\n"
      "- **No difference** is said only beside the interval of the difference and the smallest difference that this "
      "number of animals finds in 80 % (`stillpoint power`).\n"
      "- **Dropout** record as many animals more as are lost in your lab before the analysis.\n"
      "- **Stopping** at the number of animals below, fixed before the first. The ten smallest of {} were chosen on "
      "the "
      "networks that size them: expect to need more.\n\n"
      "| prediction | direction | epochs | animals per group, 80 / 90 % |\n|---|---|---|---|\n",
      sessions_per_animal, size.neurons, few_stimulated(report, size), size.trials, rows.size());
  std::size_t listed = 0;
  for (const auto* row : rows) {
    if (listed++ == 10) break;
    for (const auto& pair : row->pairs)
      if (touches(pair, focus) && pair.told(middle) == Told::yes)
        text += fmt::format("| {} | {} {} {} | {} | {} |\n", predictions()[row->prediction].name, focus,
                            (pair.b == focus) == (pair.sizes[middle].difference->value > 0) ? ">" : "<",
                            other_of(pair, focus), predictions()[row->prediction].window, animals_cell(pair, middle));
  }
  for (const auto told : {Told::not_by_rates, Told::within_step})
    if (const auto which = left_out_of_plan(report, focus, middle, told); !which.empty())
      text += fmt::format("\nNot to be registered, though recordings differ ({}): {}.\n", caveat(told), which);
  return text + "\n";
}

/// As they would be repeated: what is not the default.
std::string experiments_text(const PredictionReport& report) {
  std::vector<std::string> noise;
  for (const auto& [name, value] : report.noise) noise.push_back(fmt::format("`--set {}={}`", name, value));
  std::string text = fmt::format(
      "## Experiments\n\nAs `stillpoint simulate --experiment` takes them; what is not listed is the default of "
      "`stillpoint list experiment`. `simulate` has the stimulated neurons of here where `--seed` is that of the run, "
      "and none of the run's noise unless it is set{}; its trials and noise are others.\n\n| name | options "
      "|\n|---|---|\n",
      noise.empty() ? "" : fmt::format(": {}", fmt::join(noise, " ")));
  const auto usual = protocol_texts({});
  const std::size_t section = std::string("experiment.").size();
  for (const auto& experiment : report.experiments) {
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

std::string rehearsals_text(const std::vector<Rehearsal>& rehearsals) {
  std::string text = "## Rehearsal\n\n";
  if (rehearsals.empty())
    text +=
        "None: it takes two hypotheses with three networks in either half of the seeds, and a statistic that they "
        "have.\n";
  for (const auto& rehearsal : rehearsals) text += rehearsal_text(rehearsal);
  return text;
}

}  // namespace stillpoint
