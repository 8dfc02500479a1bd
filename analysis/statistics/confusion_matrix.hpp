// How often what was answered, of recordings whose hypothesis is known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// Intervals are Wilson's over recordings, which must be of different networks.
class ConfusionMatrix {
 public:
  static constexpr const char* none = "none of these";

  /// `truths` may name hypotheses that are no answer: "none of these" is right for them.
  ConfusionMatrix(std::vector<std::string> truths, std::vector<std::string> answers);
  /// An absent answer is "none of these".
  void add(Index truth, std::optional<Index> answer);

  const std::vector<std::string>& truths() const { return truths_; }
  const std::vector<std::string>& answers() const { return answers_; }
  long count(Index truth, std::optional<Index> answer) const;
  long total(Index truth) const;
  /// Share of right answers, to one truth or to all.
  IntervalEstimate right(Index truth) const;
  IntervalEstimate right() const;
  /// Share of right answers where the truth is one of the answers by who knows nothing and names any of them.
  double chance() const { return 1 / static_cast<double>(answers_.size()); }

 private:
  std::size_t column(std::optional<Index> answer) const;
  long right_count(std::size_t truth) const;

  std::vector<std::string> truths_, answers_;
  std::vector<std::vector<long>> counts_;  // of each truth: the answers, then none of these
};

}  // namespace stillpoint
