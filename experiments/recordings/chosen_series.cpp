#include "experiments/recordings/chosen_series.hpp"

#include <fmt/format.h>

#include "sim/options/nearest.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

const RecordedSeries* chosen_series(const Recording& recording, const std::string& name) {
  if (name.empty() && recording.units().rows() > 0) return nullptr;
  std::vector<std::string> known;
  const RecordedSeries* found = nullptr;
  int matches = 0;
  for (const auto& series : recording.series()) {
    known.push_back(series.path);
    const auto slash = series.path.rfind('/');
    const bool is_path = series.path == name;
    if (!is_path && (name.empty() || series.path.substr(slash + 1) != name)) continue;
    found = &series;
    if (is_path) return found;
    ++matches;
  }
  if (matches == 1) return found;
  if (known.empty())
    throw UserError(fmt::format("{}: has neither units nor series to observe{}{}", recording.file(),
                                recording.left_out().empty() ? "" : "; left out: ",
                                fmt::join(recording.left_out(), "; ")));
  const auto there = fmt::format("its series are: {}", fmt::join(known, ", "));
  if (name.empty())
    throw UserError(fmt::format("{}: has no units; choose a series by --series; {}", recording.file(), there));
  throw UserError(
      fmt::format("--series {}: {}: {}; {}{}", name, recording.file(),
                  matches > 1 ? "several series have this name, write the path" : "there is none of this name", there,
                  did_you_mean(name, known)));
}

}  // namespace stillpoint
