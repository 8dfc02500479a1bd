// A study: a base configuration, a grid over any options, and a number of seeds.
//
// Written as an INI file (read by Boost.Program_options): [study], [grid] whose entries are full option names with one
// or more values, and one section per group of options. Entries of [quick] replace others when the quick version is
// asked for.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "experiments/options/run_options.hpp"

namespace stillpoint {

struct Study {
  struct Axis {
    std::string option;
    std::vector<std::string> values;
  };
  struct Candidate {
    Assignments tuned;          // the values that are tried
    Options options;            // resolved with them
    std::string left_out = {};  // why it cannot be run, where study.inapplicable = skip
  };
  struct Point {
    Assignments varied;                      // one value per axis
    Options options;                         // resolved: every option that applies has a value
    std::vector<Candidate> candidates = {};  // what is tried first where the study has a [tune] section
  };
  /// A combination of the grid that cannot be run, and why.
  struct LeftOut {
    Assignments varied;
    std::string reason;
  };

  std::string name = "study";
  std::uint64_t first_seed = 1;
  long seeds = 1;
  Assignments base;
  std::vector<Axis> axes;
  std::vector<Point> points;           // grid order, the last axis fastest
  std::vector<LeftOut> left_out = {};  // where study.inapplicable = skip
  bool skip_inapplicable = false;
  std::vector<Axis> tune = {};  // options, or "rate", with the values to try (experiments/study/tuning.hpp)
  std::uint64_t first_tuning_seed = 1001;
  long tuning_seeds = 3;

  /// Whatever changes a result, but for the program: equal for equal studies, whatever their seeds and
  /// training.updates.
  std::string identity() const;
};

struct StudyRequest {
  std::string path;              // study file; empty: `entries` in its place
  std::vector<std::string> set;  // key=value, the last word
  bool quick = false;
  long largest_network = 0;  // networks of more neurons are cut to this size; 0: none is
  Assignments entries = {};  // "SECTION.KEY" -> value, as a file has them
};

/// The options study.* that are the study's own, not its runs'.
std::vector<Option> study_options();

/// Reads, expands and validates everything before anything runs. Throws UserError.
Study read_study(const StudyRequest& request);

}  // namespace stillpoint
