// Figures of analyses that lie in a study's directory: restructuring events, followed attractors, predictions, recordings
// that were checked.
#pragma once

#include <string>
#include <vector>

namespace stillpoint {

struct FigureBeside {
  std::string path;          // within the directory, or what it is
  std::string bytes;         // SVG of anyone
  std::string caption = {};  // "": the path
};

struct FiguresBeside {
  std::vector<FigureBeside> figures;  // by path
  std::vector<std::string> notes;     // what is left out, and what could be drawn
};

/// Restructuring events where DIR/restructuring keeps them of every run, and SVG files in the directory and in those of
/// its folders that hold a report of predictions; but the learning curves of the study `name`, which the page draws
/// itself, and what is no SVG: a note says so. The first of `most_bytes` together.
FiguresBeside figures_beside(const std::string& directory, const std::string& name, std::size_t most_bytes = 1'500'000);

/// As pictures, whose scripts and links do nothing.
std::string figures_beside_html(const FiguresBeside& beside);

}  // namespace stillpoint
