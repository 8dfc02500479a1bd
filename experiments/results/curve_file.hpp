// A learning curve of anyone's: a table, or a run file of this program.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/learning/learning_phases.hpp"
#include "experiments/results/curve_columns.hpp"
#include "sim/types.hpp"

namespace stillpoint {

struct CurveFile {
  LossCurve curve;                      // steps increase
  std::string update, value, accuracy;  // names of the columns; rows where they were counted, "" for no accuracy
  bool guessed = false;
  Index left_out = 0;   // rows without a step or a value
  Index repeated = 0;   // rows whose step comes again: the later one counts
  bool sorted = false;  // steps were not in order

  /// One line, or two, for the terminal: which columns, and what was done with rows.
  std::string text() const;
  nlohmann::ordered_json json() const;
};

/// Text, JSON or arrays of NumPy (curve_table.hpp), or the group /curve of an HDF5 run file, as it stands there.
/// Throws UserError, for text with the line's number.
CurveFile read_curve(const std::string& path, const CurveChoice& choice = {});

}  // namespace stillpoint
