// The predictions on one page: what recordings show under each hypothesis, and the sample that tells them apart.
#include <fmt/format.h>

#include <algorithm>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/report/prediction_cells.hpp"
#include "experiments/report/prediction_formats.hpp"

namespace stillpoint {

namespace {

/// "3", "3 to 8", "-" of none.
std::string range_cell(std::vector<long> of) {
  if (of.empty()) return "-";
  const auto [low, high] = std::minmax_element(of.begin(), of.end());
  return *low == *high ? fmt::format("{}", *low) : fmt::format("{} to {}", *low, *high);
}

/// Mean of recordings; in brackets where they do not tell it from the focus.
std::string other_cell(const PredictionRow& row, const std::string& name, const std::string& focus, std::size_t size) {
  const auto& recorded = value_in(row, name).recorded[size];
  if (!recorded) return "-";
  const bool told = std::any_of(row.pairs.begin(), row.pairs.end(), [&](const auto& pair) {
    return touches(pair, focus) && other_of(pair, focus) == name && pair.told(size) == Told::yes;
  });
  return fmt::format(told ? "{}" : "({})", number_cell(recorded->value));
}

}  // namespace

std::string predictions_overview(const PredictionReport& report, const std::vector<const PredictionRow*>& rows) {
  const auto focus = focus_of(report.table);
  const std::size_t size = report.study.setting.sizes.size() / 2;
  std::vector<std::string> others;
  for (const auto& name : report.table.hypotheses)
    if (name != focus) others.push_back(name);
  std::string text =
      fmt::format("| | prediction | {} [95 %] | {} | animals per group, 80 % | by rates holds in |\n|---|---|---|",
                  focus, fmt::join(others, " | "));
  for (std::size_t i = 0; i < others.size() + 2; ++i) text += "---|";
  std::size_t place = 0;
  for (const auto* row : rows) {
    std::vector<std::string> cells;
    for (const auto& name : others) cells.push_back(other_cell(*row, name, focus, size));
    std::vector<long> animals, holds;
    long pairs = 0, settings = 0;
    for (const auto& pair : row->pairs) {
      if (!touches(pair, focus) || is_control(other_of(pair, focus))) continue;
      ++pairs;
      settings = std::max(settings, pair.settings);
      holds.push_back(pair.holds);
      if (pair.told(size) == Told::yes) animals.push_back(*pair.sizes[size].animals_80);
    }
    const auto told = static_cast<long>(animals.size());
    text +=
        fmt::format("\n| {} | {} | {} | {} | {}{} | {} of {} |", ++place, predictions()[row->prediction].name,
                    estimate_cell(value_in(*row, focus).recorded[size]), fmt::join(cells, " | "), range_cell(animals),
                    told < pairs ? fmt::format(" ({} of {})", told, pairs) : "", range_cell(holds), settings);
  }
  return text + "\n\n";
}

}  // namespace stillpoint
