// Phase portraits of networks on their way through learning: trials of the task and fixed points in the leading principal
// components.
#pragma once

#include <array>
#include <complex>
#include <string>
#include <vector>

#include "experiments/report/cells.hpp"
#include "experiments/report/drawing.hpp"
#include "experiments/results/records.hpp"

namespace stillpoint {

using Place3 = std::array<double, 3>;  // in the first three components

/// Rates in the trials of one type, mean over them.
struct TypicalTrial {
  Matrix<double> rates;  // N x bins, as long as the shortest of these trials; empty: none
  double bin_ms = 0;
  int type = 0;  // that most of the trials have
  long trials = 0;
  std::string types = {};  // what the task says that a type is
};

struct Portrait {
  struct Point {
    Place3 at;
    bool stable;
    long unstable_directions;
    std::vector<std::complex<double>> eigenvalues;  // of the linearisation, as FixedPoint has them
  };
  struct Moment {
    long update;
    std::vector<std::vector<Place3>> trials;  // the states of each
    std::vector<Point> points;
  };
  long condition;  // its number
  std::string label;
  std::uint64_t seed;
  Place3 share;                 // of the variance of all states shown, by component
  std::vector<int> trial_type;  // of each trial
  std::vector<Moment> moments;  // by update
  bool is_map = false;          // trained in steps: its eigenvalues are multipliers
  TypicalTrial trial = {};      // of the last network
  std::string note;             // what is left out of it, or why there is none of it; ""
};

struct PortraitSetting {
  static constexpr std::size_t conditions = 6, moments = 6;  // at most
  static constexpr Index trials = 12, starts = 48, states = 60;
  static constexpr Index bins = 60;                // of a typical trial, at most
  static constexpr std::size_t eigenvalues = 600;  // of a network, at most: those of its first points
  static constexpr Index largest_searched = 256;   // states of a network: searches of larger ones take minutes
};

/// Of the first conditions, of each the run of the lowest seed that did not diverge and has checkpoints. All networks of a
/// run are shown in the components of their states together. `note` tells of what failed; nothing is thrown. Progress is
/// shown.
std::vector<Portrait> portraits_of(const std::string& directory, const StudyRecord& study);

Json portraits_json(const std::vector<Portrait>& portraits);

/// The last network of a portrait in its first two components, with a legend of its marks; width: of the drawing [pt].
double portrait_height(const Portrait& portrait, double width);
void draw_portrait(Drawing& drawing, const Portrait& portrait, double width);

}  // namespace stillpoint
