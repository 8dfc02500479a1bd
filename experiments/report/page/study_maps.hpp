// Maps of a study: shares that reached criterion and median updates, over two of the options that it varies.
#pragma once

#include <vector>

#include "experiments/report/page/study_panels.hpp"

namespace stillpoint {

constexpr std::size_t most_maps = 6;         // pairs of options
constexpr std::size_t most_map_fields = 12;  // of a map: one for each combination of the other options

/// A map for each pair of options that the conditions vary with two values at least, in the order of the grid; the pair with most
/// values first. The option with the longer values is down. Variants of one panel, told apart by `axis`: none where fewer than two
/// options vary. `study` must outlive them.
std::vector<StudyPanel> study_maps(const ComparedStudy& study, double width = column_width);

}  // namespace stillpoint
