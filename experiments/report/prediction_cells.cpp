#include "experiments/report/prediction_cells.hpp"

#include <fmt/format.h>

namespace stillpoint {

std::string number_cell(double value) { return fmt::format("{:.3g}", value); }

std::string estimate_cell(const std::optional<Estimate>& of) {
  if (!of) return "-";
  if (!of->interval) return number_cell(of->value);
  return fmt::format("{} [{}, {}]", number_cell(of->value), number_cell(of->interval->low),
                     number_cell(of->interval->high));
}

std::string animals_cell(const PairAtSize& at) {
  const auto text = [](const std::optional<long>& animals) {
    return animals ? std::to_string(*animals) : fmt::format(">{}", most_animals);
  };
  return at.discrimination ? fmt::format("{} / {}", text(at.animals_80), text(at.animals_90)) : "-";
}

}  // namespace stillpoint
