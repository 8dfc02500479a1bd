// Which hypothesis a recording speaks for, by several statistics at once, and whether it speaks for any of them.
//
// Each hypothesis says how its statistics are spread over networks: a multivariate t, the predictive density of normal
// laws of unknown mean and covariance (Geisser 1964, Journal of the Royal Statistical Society B 26:69), with location
// the mean, scale matrix c S R S and nu degrees of freedom. S: standard deviations of the hypothesis' own networks. R:
// their correlations, shrunk towards those of all hypotheses together, and these towards independence, each by the
// share that is estimated to err least (Schaefer & Strimmer 2005, doi:10.2202/1544-6115.1175; Ledoit & Wolf 2004,
// doi:10.1016/S0047-259X(03)00096-4, for correlations), at least that of one network in all: R can be inverted with
// more statistics than networks. c and nu, 1 + 1/n and n - 1 of one statistic and of no known form with shrinkage, are
// those at which the distance of a next network (x - mean)' (S R S)^-1 (x - mean), ~ c D F(D, nu), has the median and
// the 1 - alpha quantile that it has in 400 data sets of as many normal networks with correlations R, each fitted in
// the same way.
//
// Where networks are not normal, a tail by this law is too small. So each network is left out in turn, fitted without,
// and its tail kept: of N in all. A tail t counts as no less than (1 + those at or below t) / (N + 1), which is right
// for any law that hypotheses share but for location, scale and correlation (conformal prediction: Vovk, Gammerman &
// Shafer 2005, doi:10.1007/b106715). With N < 1 / alpha - 1 that says nothing and is left alone.
//
// Statistics that a recording lacks are marginalised (their rows and columns left out, c and nu found anew); that they
// are lacking is no evidence. Of networks that lack one, the others' mean and deviation are taken, and correlations
// that are smaller than they might be. The networks' statistics must come from recordings like the one that is
// classified: as many neurons, trials and sessions. Values should be near normal over networks: take logarithms of
// times and ratios first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/confusion_matrix.hpp"
#include "sim/types.hpp"

namespace stillpoint {

/// Networks of one hypothesis: a row per statistic, a column per network; NaN where a statistic is not defined.
struct HypothesisNetworks {
  std::string name;
  Matrix<double> statistics;
};

struct Verdict {
  std::optional<Index> hypothesis;  // of largest posterior; absent: none of these
  Vector<double> posterior;         // of each, with equal priors, given that it is one of these; adds up to 1
  Vector<double> tail;              // share of each hypothesis' networks that are further out than this recording
};

/// Multivariate t.
struct PredictiveDensity {
  Vector<double> mean;
  Matrix<double> scale;  // its covariance is degrees / (degrees - 2) times this
  double degrees_of_freedom;

  /// Logarithm of the density at x.
  double log_at(const Vector<double>& x) const;
  /// Share of networks that are further out by this law: P(F(D, nu) > (x - mean)' scale^-1 (x - mean) / D).
  double tail_at(const Vector<double>& x) const;
};

class PredictiveClassifier {
 public:
  /// A recording is none of these where it is outside the 1 - alpha region of every hypothesis: of networks of one of
  /// them a share of alpha or less. Throws ParameterError for fewer than 2 hypotheses, another number of statistics in
  /// one of them, fewer than 3 networks, an infinite value, no statistic that can be used, alpha not between 0 and 1.
  explicit PredictiveClassifier(std::vector<HypothesisNetworks> hypotheses, double alpha = 0.05);

  /// One verdict per column; rows as the networks', NaN where a statistic is not defined. A recording of which nothing
  /// is defined speaks for none: equal posterior, tails of 1, no hypothesis. Throws ParameterError for another number
  /// of rows or an infinite value.
  std::vector<Verdict> classify(const Matrix<double>& recordings) const;

  /// Law of the statistics of the next network of a hypothesis; of those in `used()`, in that order.
  PredictiveDensity density(Index hypothesis) const;
  /// Rows that are used: at least 3 networks of every hypothesis have the statistic, and it varies in one of them.
  /// Where it does not vary under another, that one's deviation is taken to be the root mean square of those that do.
  const std::vector<Index>& used() const { return used_; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Fitted {
    Vector<double> mean, deviation;
    Matrix<double> correlation;        // R
    Matrix<double> statistics, known;  // of the networks, known 1 where there is one and otherwise 0
  };
  void find_used(const std::vector<HypothesisNetworks>& hypotheses, const std::vector<Matrix<double>>& known);
  void fit(const std::vector<HypothesisNetworks>& hypotheses, const std::vector<Matrix<double>>& known);
  void leave_out(const Fitted& fitted);
  PredictiveDensity density_of(const Fitted& fitted, const std::vector<Index>& present) const;
  double recalibrated(double tail) const;

  std::vector<std::string> names_;
  double alpha_;
  std::vector<Index> used_;
  Matrix<double> common_;  // correlations of all hypotheses together, shrunk
  std::vector<Fitted> fitted_;
  std::vector<double> left_out_;  // tails of networks left out, rising
};

}  // namespace stillpoint
