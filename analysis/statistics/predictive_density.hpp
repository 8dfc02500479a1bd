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
// Where networks are not normal, a tail by this law is too small. So each seed is left out in turn, since networks of one
// seed resemble each other, all is fitted without, and the tails of its networks are kept: N in all. A tail t counts as
// no less than (1 + those at or below t) / (N + 1), which is right for any law that hypotheses share but for location,
// scale and correlation (conformal prediction: Vovk, Gammerman & Shafer 2005, doi:10.1007/b106715). With N < 1 / alpha
// - 1 that says nothing and is left alone.
//
// Whether a recording speaks against a hypothesis is a question of its rivals: the log of the best other density over
// the hypothesis' own (Neyman & Pearson 1933, doi:10.1098/rsta.1933.0009) is compared with that of the hypothesis' own
// networks, judged when their seed was left out. Of N of them k lie as high: the tail is (1 + k) / (N + 1), and never
// below 1 / (N_e + 1), N_e = N / (1 + (m - 1) rho) as many as count as independent, m networks per seed, rho the
// intraclass correlation of the ranks of these ratios (Fisher 1925; Kish 1965), one for all hypotheses.
//
// Statistics that a recording lacks are marginalised (their rows and columns left out, c and nu found anew); that they
// are lacking is no evidence. Of networks that lack one, the others' mean and deviation are taken, and correlations
// that are smaller than they might be. The networks' statistics must come from recordings like the one that is
// classified: as many neurons, trials and sessions. Values should be near normal over networks: take logarithms of
// times and ratios first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/confusion_matrix.hpp"
#include "analysis/statistics/predictive_distance.hpp"
#include "sim/types.hpp"

namespace stillpoint {

/// Networks of one hypothesis: a row per statistic, a column per network; NaN where a statistic is not defined.
struct HypothesisNetworks {
  std::string name;
  Matrix<double> statistics;
  std::vector<std::uint64_t> seeds = {};  // of each network; empty: no two resemble each other
};

/// Of alpha, what the question of rivals may spend; the rest is for a recording that is none of these.
constexpr double share_of_rivals = 0.8;

struct Verdict {
  std::optional<Index> hypothesis;  // of largest posterior; absent: none of these
  Vector<double> posterior;         // of each, with equal priors, given that it is one of these; adds up to 1
  Vector<double> tail;              // share of each hypothesis' networks that are further out than this recording
  Vector<double> rival_tail;        // share that a rival beats by as much as here
  Vector<double> least_rival_tail;  // that so many networks can show; 1 where none could be left out
  Vector<double> power;  // share of the others' networks, recorded alike, whose rival tail is below its part of
                         // alpha: how well this set of statistics tells
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

/// Logarithms of each of them at x.
Vector<double> log_densities(const std::vector<PredictiveDensity>& laws, const Vector<double>& x);
/// How far the best of the others is above a hypothesis, of logarithms.
double rival_ratio(const Vector<double>& log_densities, Index hypothesis);

/// As how many independent ones the networks of each hypothesis count (N_e above), from a value of each and their seeds.
std::vector<double> independent_networks(const std::vector<std::vector<double>>& values,
                                         const std::vector<std::vector<std::uint64_t>>& seeds);

class PredictiveClassifier {
 public:
  /// A recording is none of these where it is outside the 1 - alpha region of every hypothesis: of networks of one of
  /// them a share of alpha or less. Throws ParameterError for fewer than 2 hypotheses, another number of statistics in
  /// one of them, fewer than 3 networks, another number of seeds, an infinite value, no statistic that can be used, alpha not between 0 and 1.
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
    std::vector<std::uint64_t> seeds;

    PredictiveDensity density(const DistanceLaw& law, const std::vector<Index>& present) const;
  };
  /// Of the statistics that a recording has.
  struct Judge {
    std::vector<PredictiveDensity> densities;
    std::vector<double> tails;                // of networks left out, rising
    std::vector<std::vector<double>> ratios;  // by hypothesis, best rival over its own, logarithms, rising
    std::vector<double> independent;          // networks of each that count as such
    std::vector<double> power;

    double least_rival_tail(std::size_t hypothesis) const;
    /// Share of a hypothesis' networks with a ratio as high.
    double rival_tail(std::size_t hypothesis, double ratio) const;
  };
  void find_used(const std::vector<HypothesisNetworks>& hypotheses, const std::vector<Matrix<double>>& known);
  void fit(const std::vector<HypothesisNetworks>& hypotheses, const std::vector<Matrix<double>>& known);
  Judge judge_of(const std::vector<Index>& present) const;
  void leave_out(const std::vector<Index>& present, Judge& judge) const;
  /// Without the networks of a seed; absent where too few are left.
  std::optional<Fitted> without(const Fitted& fitted, std::uint64_t seed) const;
  /// Of each hypothesis, from the ratios of the others' networks.
  std::vector<double> power_of(const Judge& judge, const std::vector<std::vector<double>>& of_others) const;
  PredictiveDensity density_of(const Fitted& fitted, const std::vector<Index>& present) const;
  Verdict verdict_of(const Judge& judge, const Vector<double>& x) const;
  double recalibrated(double tail, const std::vector<double>& tails) const;

  std::vector<std::string> names_;
  double alpha_;
  std::vector<Index> used_;
  Matrix<double> common_;  // correlations of all hypotheses together, shrunk
  std::vector<Fitted> fitted_;
};

}  // namespace stillpoint
