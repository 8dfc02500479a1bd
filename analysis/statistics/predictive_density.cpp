#include "analysis/statistics/predictive_density.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "analysis/statistics/shrunk_correlation.hpp"
#include "sim/constants.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

constexpr Index fewest_networks = 3;

Matrix<double> where_known(const Matrix<double>& values, const std::string& name) {
  require_parameter(!values.array().isInf().any(), name, "infinity", "must be finite, or NaN where not defined");
  return values.array().isNaN().select(Matrix<double>::Zero(values.rows(), values.cols()), 1.0);
}

std::vector<Index> first_of(std::size_t count) {
  std::vector<Index> all(count);
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

}  // namespace

double PredictiveDensity::log_at(const Vector<double>& x) const {
  const auto D = static_cast<double>(mean.size());
  const double nu = degrees_of_freedom, distance = squared_distances(scale, x - mean)(0);
  return std::lgamma((nu + D) / 2) - std::lgamma(nu / 2) - D / 2 * std::log(nu * pi) -
         cholesky_factor_of(scale).diagonal().array().log().sum() - (nu + D) / 2 * std::log1p(distance / nu);
}

double PredictiveDensity::tail_at(const Vector<double>& x) const {
  const DistanceLaw law{1, degrees_of_freedom};
  return law.tail(squared_distances(scale, x - mean)(0), static_cast<double>(mean.size()));
}

Vector<double> log_densities(const std::vector<PredictiveDensity>& laws, const Vector<double>& x) {
  Vector<double> found(static_cast<Index>(laws.size()));
  for (Index h = 0; h < found.size(); ++h) found(h) = laws[static_cast<std::size_t>(h)].log_at(x);
  return found;
}

double rival_ratio(const Vector<double>& log_densities, Index hypothesis) {
  Vector<double> rivals = log_densities;
  rivals(hypothesis) = -std::numeric_limits<double>::infinity();
  return rivals.maxCoeff() - log_densities(hypothesis);
}

PredictiveDensity PredictiveClassifier::Fitted::density(const DistanceLaw& law,
                                                        const std::vector<Index>& present) const {
  const Vector<double> deviations = deviation(present);
  const Matrix<double> covariance = deviations.asDiagonal() * correlation(present, present) * deviations.asDiagonal();
  return {mean(present), law.factor * covariance, law.degrees};
}

PredictiveClassifier::PredictiveClassifier(std::vector<HypothesisNetworks> hypotheses, double alpha) : alpha_(alpha) {
  require_parameter(alpha > 0 && alpha < 1, "alpha", fmt::format("{}", alpha), "must be above 0 and below 1");
  require_parameter(hypotheses.size() >= 2, "hypotheses", fmt::format("{}", hypotheses.size()), "must be 2 or more");
  const Index rows = hypotheses.front().statistics.rows();
  std::vector<Matrix<double>> known;
  for (const auto& [name, statistics, seeds] : hypotheses) {
    require_parameter(statistics.rows() == rows, name + ": statistics", fmt::format("{}", statistics.rows()),
                      fmt::format("must be {}, as of {}", rows, hypotheses.front().name));
    require_parameter(statistics.cols() >= fewest_networks, name + ": networks", fmt::format("{}", statistics.cols()),
                      fmt::format("must be {} or more", fewest_networks));
    require_parameter(seeds.empty() || static_cast<Index>(seeds.size()) == statistics.cols(), name + ": seeds",
                      fmt::format("{}", seeds.size()), fmt::format("must be {}, of each network", statistics.cols()));
    known.push_back(where_known(statistics, name + ": statistics"));
    names_.push_back(name);
  }
  find_used(hypotheses, known);
  require_parameter(
      !used_.empty(), "statistics", fmt::format("{}", rows),
      fmt::format("must have one that {} networks of every hypothesis have and that varies", fewest_networks));
  fit(hypotheses, known);
}

void PredictiveClassifier::find_used(const std::vector<HypothesisNetworks>& hypotheses,
                                     const std::vector<Matrix<double>>& known) {
  for (Index row = 0; row < known.front().rows(); ++row) {
    const bool enough = std::all_of(known.begin(), known.end(), [&](const auto& of_one) {
      return of_one.row(row).sum() >= static_cast<double>(fewest_networks);
    });
    bool varies = false;
    for (std::size_t h = 0; enough && h < known.size(); ++h)
      varies = varies || standardise(hypotheses[h].statistics.row(row), known[h].row(row)).deviation(0) > 0;
    if (varies) used_.push_back(row);
  }
}

void PredictiveClassifier::fit(const std::vector<HypothesisNetworks>& hypotheses,
                               const std::vector<Matrix<double>>& known) {
  const auto D = static_cast<Index>(used_.size());
  std::vector<Standardised> standardised;
  Vector<double> squares = Vector<double>::Zero(D), count = squares;  // of deviations above 0
  Index networks = 0;
  for (std::size_t h = 0; h < known.size(); ++h) {
    const Matrix<double> statistics = hypotheses[h].statistics(used_, Eigen::all), there = known[h](used_, Eigen::all);
    fitted_.push_back({{}, {}, {}, statistics, there, hypotheses[h].seeds});
    auto& seeds = fitted_.back().seeds;
    for (Index n = 0; hypotheses[h].seeds.empty() && n < statistics.cols(); ++n)
      seeds.push_back(static_cast<std::uint64_t>(networks + n));
    standardised.push_back(standardise(statistics, there));
    squares += standardised.back().deviation.cwiseAbs2();
    count.array() += (standardised.back().deviation.array() > 0).cast<double>();
    networks += statistics.cols();
  }
  Matrix<double> residuals(D, networks);
  Index column = 0;
  for (const auto& of_one : standardised) {
    residuals.middleCols(column, of_one.residuals.cols()) = of_one.residuals;
    column += of_one.residuals.cols();
  }
  const auto all = static_cast<double>(networks);
  common_ =
      shrunk_correlation(residuals, all - static_cast<double>(known.size()), Matrix<double>::Identity(D, D), 1 / all);
  const Vector<double> typical = (squares.array() / count.array()).sqrt();
  for (std::size_t h = 0; h < known.size(); ++h) {
    const auto& deviation = standardised[h].deviation;
    fitted_[h].mean = standardised[h].mean;
    fitted_[h].deviation = (deviation.array() > 0).select(deviation, typical);
    fitted_[h].correlation = own_correlation(standardised[h].residuals, common_);
  }
}

PredictiveDensity PredictiveClassifier::density_of(const Fitted& fitted, const std::vector<Index>& present) const {
  return fitted.density(distance_law(fitted.correlation, fitted.known, common_, present, alpha_), present);
}

PredictiveDensity PredictiveClassifier::density(Index hypothesis) const {
  return density_of(fitted_.at(static_cast<std::size_t>(hypothesis)), first_of(used_.size()));
}

PredictiveClassifier::Judge PredictiveClassifier::judge_of(const std::vector<Index>& present) const {
  Judge judge;
  for (const auto& fitted : fitted_) judge.densities.push_back(density_of(fitted, present));
  leave_out(present, judge);
  return judge;
}

double PredictiveClassifier::recalibrated(double tail, const std::vector<double>& tails) const {
  const auto all = static_cast<double>(tails.size() + 1);
  if (all * alpha_ < 1) return tail;
  const auto below = std::upper_bound(tails.begin(), tails.end(), tail) - tails.begin();
  return std::max(tail, static_cast<double>(1 + below) / all);
}

Verdict PredictiveClassifier::verdict_of(const Judge& judge, const Vector<double>& x) const {
  const auto H = static_cast<Index>(fitted_.size());
  Verdict verdict{{}, Vector<double>(H), Vector<double>(H), Vector<double>(H), Vector<double>(H), Vector<double>(H)};
  const Vector<double> log_density = log_densities(judge.densities, x);
  for (Index h = 0; h < H; ++h) {
    const auto of = static_cast<std::size_t>(h);
    verdict.tail(h) = recalibrated(judge.densities[of].tail_at(x), judge.tails);
    verdict.least_rival_tail(h) = judge.least_rival_tail(of);
    verdict.rival_tail(h) = judge.rival_tail(of, rival_ratio(log_density, h));
    verdict.power(h) = judge.power[of];
  }
  Index best = 0;
  verdict.posterior = (log_density.array() - log_density.maxCoeff(&best)).exp();
  verdict.posterior /= verdict.posterior.sum();
  if (verdict.tail.maxCoeff() >= alpha_) verdict.hypothesis = best;
  return verdict;
}

std::vector<Verdict> PredictiveClassifier::classify(const Matrix<double>& recordings) const {
  require_parameter(recordings.rows() > used_.back(), "recordings: statistics", fmt::format("{}", recordings.rows()),
                    "must be those of the networks");
  const Matrix<double> known = where_known(recordings, "recordings");
  std::map<std::vector<Index>, Judge> judges;  // by the statistics that are there
  const auto H = static_cast<Index>(fitted_.size());
  std::vector<Verdict> verdicts;
  for (Index recording = 0; recording < recordings.cols(); ++recording) {
    std::vector<Index> present, rows;
    for (std::size_t i = 0; i < used_.size(); ++i)
      if (known(used_[i], recording) != 0) {
        present.push_back(static_cast<Index>(i));
        rows.push_back(used_[i]);
      }
    if (present.empty()) {
      const Vector<double> ones = Vector<double>::Ones(H);
      verdicts.push_back({{}, ones / static_cast<double>(H), ones, ones, ones, 0 * ones});
      continue;
    }
    auto judge = judges.find(present);
    if (judge == judges.end()) judge = judges.emplace(present, judge_of(present)).first;
    verdicts.push_back(verdict_of(judge->second, recordings(rows, recording)));
  }
  return verdicts;
}

}  // namespace stillpoint
