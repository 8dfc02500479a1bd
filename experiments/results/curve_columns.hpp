// Which column of a table is the step, which the loss: as the user says, else by their names.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace stillpoint {

/// By name, whatever its case, or by number, the first being 1; empty: guessed.
struct CurveChoice {
  std::string update;  // or "rows": 0, 1, 2 ..
  std::string column;
};

struct CurveColumns {
  std::optional<std::size_t> update;  // none: rows are counted
  std::size_t value = 0;
  std::optional<std::size_t> accuracy;
  bool guessed = false;  // more than was said, or names other than update and loss
};

/// Steps are update, step, iteration, .., epoch, in this order; the curve is `loss`, else the one whose name holds
/// "loss", else value, error, ..; the accuracy is named as the curve is, with "accuracy" or "acc" for "loss". Without
/// names, two columns are step and loss. Throws UserError, of `path`, where that leaves none or several.
CurveColumns choose_columns(const std::vector<std::string>& names, bool named, const CurveChoice& choice,
                            const std::string& path);

}  // namespace stillpoint
