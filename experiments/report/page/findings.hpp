// What a study found, in words, never more than its numbers carry.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/comparison.hpp"

namespace stillpoint {

struct Finding {
  std::string question, answer;
};

/// One for each comparison of the study; one for each condition where nothing is compared.
std::vector<Finding> findings(const ComparedStudy& study);

/// The smallest difference of shares that so many pairs tell from none: that of the fewest pairs which, all in one
/// direction, give an interval without 0; absent where there is none.
std::optional<double> smallest_told_difference(long pairs);

/// ".65", "-.05", "1.00"
std::string share_text(double share);

}  // namespace stillpoint
