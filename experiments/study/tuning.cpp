#include "experiments/study/tuning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "experiments/options/effect.hpp"
#include "plasticity/rule.hpp"

namespace stillpoint {

namespace {

/// The axis as values of an option that the condition uses; no values where it uses none.
Study::Axis resolved(const Study::Axis& axis, const Options& options) {
  if (axis.option != "rate")
    return {axis.option, lacking_for(axis.option, options).empty() ? axis.values : std::vector<std::string>{}};
  const auto& option = rule_kind(options.text("rule.name")).rate_option;
  Study::Axis rates{option, {}};
  for (const auto& text : axis.values) {
    const double factor = number_option("tune.rate", "1", "", positive, "").value_of(text);
    rates.values.push_back(fmt::format("{:.6g}", factor * options.number(option)));
  }
  return rates;
}

}  // namespace

std::vector<Study::Candidate> candidates_of(const Study& study, const Assignments& all, const Options& options,
                                            void (*rehearse)(const Options&)) {
  std::vector<Assignments> chosen = {{}};
  for (const auto& axis : study.tune) {
    const auto own = resolved(axis, options);
    if (own.values.empty()) continue;
    std::vector<Assignments> longer;
    for (const auto& begun : chosen)
      for (const auto& value : own.values) {
        longer.push_back(begun);
        longer.back().emplace_back(own.option, value);
      }
    chosen = std::move(longer);
  }
  std::vector<Study::Candidate> candidates;
  if (chosen.size() < 2) return candidates;
  for (const auto& values : chosen) {
    Assignments with = all;
    for (const auto& [option, value] : values) assign(with, option, value);
    auto& candidate = candidates.emplace_back(Study::Candidate{values, {}});
    try {
      candidate.options = resolve_options(with, Unused::ignored);
      rehearse(candidate.options);
    } catch (const UserError& problem) {
      if (!study.skip_inapplicable) throw;
      candidate.left_out = problem.what();
    }
  }
  const auto is_left_out = [](const Study::Candidate& candidate) { return !candidate.left_out.empty(); };
  if (std::all_of(candidates.begin(), candidates.end(), is_left_out))
    throw UserError("no candidate of [tune] can be run; the first: " + candidates.front().left_out);
  return candidates;
}

TuningScore score_of(const std::vector<RunRecord>& runs) {
  TuningScore sum{0, 0};
  for (const auto& run : runs) {
    const bool reached = run.reached_at && !run.diverged_at;
    sum.updates += static_cast<double>(reached ? *run.reached_at : run.updates);
    sum.loss += run.diverged_at ? std::numeric_limits<double>::infinity() : run.final_loss;
  }
  const auto count = static_cast<double>(runs.size());
  return {sum.updates / count, sum.loss / count};
}

std::size_t best_of(const std::vector<TuningScore>& scores) {
  const auto best = std::min_element(scores.begin(), scores.end(), [](const TuningScore& a, const TuningScore& b) {
    return a.updates != b.updates ? a.updates < b.updates : a.loss < b.loss;
  });
  return static_cast<std::size_t>(best - scores.begin());
}

namespace {

std::optional<double> as_number(const std::string& text) {
  try {
    return number_option("", "", "", any_number, "").value_of(text);
  } catch (const UserError&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<TuningEdge> edges_of(const std::vector<Assignments>& candidates, const Assignments& chosen) {
  std::vector<TuningEdge> edges;
  for (const auto& [option, text] : chosen) {
    std::vector<double> values;
    bool numbers = true;
    for (const auto& candidate : candidates)
      if (const auto* tried = find_assignment(candidate, option)) {
        const auto value = as_number(*tried);
        numbers = numbers && value.has_value();
        if (value) values.push_back(*value);
      }
    if (!numbers || values.empty()) continue;
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    const double value = *as_number(text);
    if (*least < *greatest && (value == *least || value == *greatest)) edges.push_back({option, value == *greatest});
  }
  return edges;
}

std::string edge_text(const std::vector<TuningEdge>& edges) {
  std::string text;
  for (const auto& [option, upper] : edges)
    text += fmt::format("{} {} edge of {}", text.empty() ? "at the" : " and the", upper ? "upper" : "lower",
                        option.substr(option.rfind('.') + 1));
  return text;
}

}  // namespace stillpoint
