// Which hypothesis a recording speaks for, by several statistics at once, and whether it speaks for any of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// Networks of one hypothesis: a row per statistic, a column per network; NaN where a statistic is not defined.
struct HypothesisNetworks {
  std::string name;
  Matrix<double> statistics;
};

struct Verdict {
  std::optional<Index> hypothesis;  // absent: none of these
  Vector<double> posterior;         // of each, with equal priors, given that it is one of these; adds up to 1
  Vector<double> tail;              // share of each hypothesis' networks that are further out than this recording
};

/// Multivariate t: location, scale matrix, degrees of freedom.
struct PredictiveDensity {
  Vector<double> mean;
  Matrix<double> scale;
  double degrees_of_freedom;
};

class PredictiveClassifier {
 public:
  /// A recording is none of these where it is outside the 1 - alpha region of every hypothesis. Throws ParameterError
  /// for fewer than 2 hypotheses, another number of statistics in one of them, fewer than 3 networks, alpha not in (0, 1).
  explicit PredictiveClassifier(std::vector<HypothesisNetworks> hypotheses, double alpha = 0.05);

  /// One verdict per column; rows as the networks', NaN where a statistic is not defined. A recording of which nothing
  /// is defined says nothing: equal posterior, tails of 1.
  std::vector<Verdict> classify(const Matrix<double>& recordings) const;

  /// Law of the statistics of the next network of a hypothesis; of those in `used()`, in that order.
  PredictiveDensity density(Index hypothesis) const;
  /// Rows that are used: at least 3 networks of every hypothesis have the statistic, and it varies in one of them.
  const std::vector<Index>& used() const { return used_; }
  std::vector<std::string> names() const;

 private:
  std::vector<HypothesisNetworks> hypotheses_;
  double alpha_;
  std::vector<Index> used_;
};

/// How often what was answered. Counts are recordings of different networks.
class ConfusionMatrix {
 public:
  /// `truths` may name hypotheses that the classifier does not know: right is then "none of these".
  ConfusionMatrix(std::vector<std::string> truths, std::vector<std::string> answers);
  void add(Index truth, std::optional<Index> answer);

  static constexpr const char* none = "none of these";
  const std::vector<std::string>& truths() const { return truths_; }
  const std::vector<std::string>& answers() const { return answers_; }
  /// `answer` absent: none of these.
  long count(Index truth, std::optional<Index> answer) const;
  long total(Index truth) const;
  /// Share of right answers with its Wilson interval, of one truth or of all.
  IntervalEstimate right(Index truth) const;
  IntervalEstimate right() const;
  /// Share of right answers of one who guesses a hypothesis blindly: 1 / answers.
  double chance() const;

 private:
  bool is_right(Index truth, Index column) const;
  std::vector<std::string> truths_, answers_;
  Matrix<double> counts_;  // truths x (answers + 1), the last none of these
};

}  // namespace stillpoint
