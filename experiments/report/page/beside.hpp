// Figures that lie in a study's directory, of which there are no numbers.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/page/results_beside.hpp"

namespace stillpoint {

struct FigureBeside {
  std::string path;   // within the directory
  std::string bytes;  // SVG of anyone
};

struct FiguresBeside {
  std::vector<FigureBeside> figures;  // by path
  std::vector<std::string> notes;     // what is left out, and what could be drawn
};

/// SVG files in the directory and in those of its folders that hold a report of predictions; but the learning curves of
/// the study `name`, which the page draws itself, what is no SVG (a note says so), and those whose numbers `drawn` holds. The first of `most_bytes` together.
FiguresBeside figures_beside(const std::string& directory, const std::string& name, const ResultsBeside& drawn = {},
                             std::size_t most_bytes = 1'500'000);

/// As pictures, whose scripts and links do nothing; "" of none.
std::string figures_beside_html(const FiguresBeside& beside);

}  // namespace stillpoint
