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

std::string animals_cell(const PairRow& pair, std::size_t size) {
  const auto& at = pair.sizes[size];
  const auto text = [](const std::optional<long>& animals) {
    return animals ? std::to_string(*animals) : fmt::format(">{}", most_animals);
  };
  if (!at.discrimination) return "-";
  const auto both = fmt::format("{} / {}", text(at.animals_80), text(at.animals_90));
  return pair.told(size) == Told::yes ? both : "(" + both + ")";
}

std::string caveat(Told told) {
  if (told == Told::not_by_rates) return "by rates not, or the other way round";
  return told == Told::within_step ? "less than five times what half the time step may change" : "";
}

}  // namespace stillpoint
