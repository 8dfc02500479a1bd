#include "experiments/report/comparison_block.hpp"

#include <fmt/format.h>

#include <cmath>

namespace stillpoint {

namespace {

/// Updates, or milliseconds of training.
double in_unit(const ComparedStudy& study, double value) { return study.on_the_clock ? value / 1000 : value; }

std::optional<Estimate> in_unit(const ComparedStudy& study, std::optional<Estimate> estimate) {
  if (!estimate) return estimate;
  estimate->value = in_unit(study, estimate->value);
  if (estimate->interval)
    estimate->interval = Interval{in_unit(study, estimate->interval->low), in_unit(study, estimate->interval->high)};
  return estimate;
}

std::string estimate_cell(const std::optional<Estimate>& estimate, int decimals) {
  if (!estimate) return "-";
  const auto text = signed_number(estimate->value, decimals);
  if (!estimate->interval) return text;
  return fmt::format("{} [{}, {}]", text, signed_number(estimate->interval->low, decimals),
                     signed_number(estimate->interval->high, decimals));
}

std::string p_cell(const std::optional<double>& p) { return p ? fmt::format("{:.2g}", *p) : "-"; }

std::string pairs_cell(const Comparison& comparison) {
  const auto pairs = comparison.paired ? fmt::format("{}", comparison.pairs) : "unpaired";
  return comparison.set_apart > 0 ? fmt::format("{} (-{})", pairs, comparison.set_apart) : pairs;
}

/// Value and interval, null for what there is not.
Json estimate_json(const std::optional<Estimate>& estimate) {
  if (!estimate) return nullptr;
  const auto& interval = estimate->interval;
  return {{"value", estimate->value}, {"interval", interval ? Json{interval->low, interval->high} : Json(nullptr)}};
}

std::string estimate_fields(const std::optional<Estimate>& estimate) {
  const auto end = [&](double Interval::* side) {
    return estimate && estimate->interval ? std::optional((*estimate->interval).*side) : std::nullopt;
  };
  return ',' + csv_field(estimate ? std::optional(estimate->value) : std::nullopt) + ',' +
         csv_field(end(&Interval::low)) + ',' + csv_field(end(&Interval::high));
}

const char* test_name(const Comparison& comparison) { return comparison.paired ? "paired" : "log_rank"; }

}  // namespace

std::string signed_number(double value, int decimals) {
  const auto text = fmt::format("{:+.{}f}", value, decimals);
  return text.find_first_not_of("+-0.") == std::string::npos ? "0" : text;
}

Block comparisons_block(const ComparedStudy& study) {
  const std::string unit = study.on_the_clock ? "ms of training" : "updates";
  Block block{{{"against", "pairs", "reached [points]", "p (Holm)", unit, "p (Holm)", "Cliff's delta"}}, {}};
  for (std::size_t i = 0; i < study.comparisons.size(); ++i)
    if (const auto& comparison = study.comparisons[i]) {
      block.rows.push_back({study.study.conditions[comparison->against].tag(), pairs_cell(*comparison),
                            estimate_cell(comparison->share_reached, 0), p_cell(comparison->p_reached_holm),
                            estimate_cell(in_unit(study, comparison->updates), study.on_the_clock ? 1 : 0),
                            p_cell(comparison->p_holm), estimate_cell(comparison->delta, 2)});
      block.conditions.push_back(i);
    }
  return block;
}

std::string comparisons_legend(const ComparedStudy& study) {
  if (study.count == 0) return "";
  bool any_unpaired = false, any_apart = false;
  for (const auto& comparison : study.comparisons)
    if (comparison) {
      any_unpaired = any_unpaired || !comparison->paired;
      any_apart = any_apart || comparison->set_apart > 0;
    }
  std::string text = fmt::format(
      "Differences to the condition `against`, over the seeds that both have, with 95 % intervals. reached: share\n"
      "  of runs at criterion, percentage points. {0}: mean of min({0} to criterion,\n"
      "  budget); negative is faster. p (Holm): each of the difference to its left, by turning signs of the pairs'\n"
      "  differences, corrected over {1}; - where nothing can be told. The interval\n"
      "  of {0} holds 0 where the p that is not corrected is > .05 (--format csv has it); fewer than 6\n"
      "  pairs have no interval and no such p below. Cliff's delta: of the same runs, -1 every run faster, +1 every\n"
      "  run slower.\n",
      study.on_the_clock ? "ms of training" : "updates",
      study.count == 1 ? "the one comparison" : fmt::format("the {} comparisons here", study.count));
  if (any_unpaired) text += "  unpaired: no seed in common, p by the log-rank test.\n";
  if (any_apart) text += "  (-n): n are set apart, because a control of theirs is unmatched.\n";
  return text + "  Which number to quote for which question: docs/statistics.md.\n";
}

Json comparison_json(const ComparedStudy& study, std::size_t condition) {
  const auto& comparison = study.comparisons[condition];
  if (!comparison) return nullptr;
  const auto& against = study.study.conditions[comparison->against];
  Json named{{"number", against.number}, {"label", against.label()}};
  if (against.directory > 0) named["directory"] = against.directory;
  const auto delta = estimate_json(comparison->delta);
  const auto budget = static_cast<double>(comparison->budget);
  return {{"against", named},
          {"test", test_name(*comparison)},
          {"pairs", comparison->pairs},
          {"set_apart", comparison->set_apart},
          {"budget", study.on_the_clock ? Json(in_unit(study, budget)) : Json(comparison->budget)},
          {"reached_points", estimate_json(comparison->share_reached)},
          {"p_reached_holm", number_or_null(comparison->p_reached_holm)},
          {"updates", estimate_json(in_unit(study, comparison->updates))},
          {"log_rank", number_or_null(comparison->log_rank)},
          {"p", number_or_null(comparison->p)},
          {"p_holm", number_or_null(comparison->p_holm)},
          {"comparisons", study.count},
          {"cliffs_delta", delta.is_null() ? delta : delta["value"]},
          {"cliffs_delta_interval", delta.is_null() ? delta : delta["interval"]}};
}

std::string comparison_header() {
  return ",against,test,pairs,set_apart,common_budget,reached_points,reached_points_low,reached_points_high,"
         "p_reached_holm,updates_difference,updates_difference_low,updates_difference_high,log_rank,p,p_holm,"
         "comparisons,"
         "cliffs_delta,cliffs_delta_low,cliffs_delta_high";
}

std::string comparison_fields(const ComparedStudy& study, std::size_t condition) {
  const auto& comparison = study.comparisons[condition];
  if (!comparison) return std::string(19, ',');
  auto text = fmt::format(",{},{},{},{},{}", csv_field(study.study.conditions[comparison->against].name()),
                          test_name(*comparison), comparison->pairs, comparison->set_apart,
                          in_unit(study, static_cast<double>(comparison->budget)));
  text += estimate_fields(comparison->share_reached) + ',' + csv_field(comparison->p_reached_holm) +
          estimate_fields(in_unit(study, comparison->updates));
  for (const auto& value : {comparison->log_rank, comparison->p, comparison->p_holm}) text += ',' + csv_field(value);
  return text + fmt::format(",{}", study.count) + estimate_fields(comparison->delta);
}

}  // namespace stillpoint
