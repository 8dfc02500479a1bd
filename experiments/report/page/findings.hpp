// What a study found, in words, never more than its numbers carry.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/comparison.hpp"

namespace stillpoint {

struct Finding {
  std::string question, answer;
  bool told = false;  // a difference between conditions, in how many runs reach criterion or how fast
};

/// One for each comparison of the study, those that tell a difference first; one for each condition where nothing is
/// compared.
std::vector<Finding> findings(const ComparedStudy& study);

/// How many of several comparisons tell a difference; "" for one.
std::string overview(const std::vector<Finding>& findings, const ComparedStudy& study);

/// The fewest pairs that can tell a difference from none among so many comparisons, whatever the others say: that have a
/// corrected p of at most .05 where all of them differ in one direction.
long fewest_telling_pairs(long comparisons);

/// The smallest difference of shares that so many pairs can tell from none among so many comparisons: that of the fewest
/// pairs that differ, all in one direction, with a corrected p of at most .05; absent where not even all of them do.
std::optional<double> smallest_told_difference(long pairs, long comparisons);

/// ".65", "-.05", "1.00"
std::string share_text(double share);

}  // namespace stillpoint
