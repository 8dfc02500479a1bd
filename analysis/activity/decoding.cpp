#include "analysis/activity/decoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "analysis/activity/cross_temporal.hpp"
#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

/// What is shrunk at least, so that the covariance has an inverse where trials leave directions out.
constexpr double least_shrinkage = 1e-6;
constexpr double level = 0.05;

/// (1 - s) S + s tr S / N I, S the covariance of n columns of mean 0, s the share of Ledoit & Wolf 2004:
/// b^2 / d^2, d^2 = |S - tr S / N I|^2, b^2 = sum_k |r_k r_k' - S|^2 / n^2, at most d^2. The identity where all are 0.
Matrix<double> shrunk_covariance(const Matrix<double>& residuals) {
  const Index N = residuals.rows();
  const auto n = static_cast<double>(residuals.cols());
  Matrix<double> S = residuals * residuals.transpose() / n;
  const double size = S.trace() / static_cast<double>(N);
  if (size <= 0) return Matrix<double>::Identity(N, N);
  const double squared = S.squaredNorm(), distance = squared - size * size * static_cast<double>(N),
               spread = (residuals.colwise().squaredNorm().array().square().sum() / n - squared) / n,
               share = distance > 0 ? std::clamp(spread / distance, least_shrinkage, 1.0) : 1;
  S *= 1 - share;
  S.diagonal().array() += share * size;
  return S;
}

/// Trials of one part of the data, by condition.
struct Split {
  std::vector<std::vector<Index>> learned, tested;
};
Split split_of(const std::vector<ConditionGroup>& groups, Index fold, Index folds) {
  Split split;
  for (const auto& group : groups) {
    split.learned.emplace_back();
    split.tested.emplace_back();
    for (std::size_t i = 0; i < group.trials.size(); ++i)
      (static_cast<Index>(i) % folds == fold ? split.tested : split.learned).back().push_back(group.trials[i]);
  }
  return split;
}

/// The conditions' means of the trials learned from, less their mean: N x conditions, and that mean.
struct Means {
  Matrix<double> of;
  Vector<double> common;
};
Means means_at(const Session& session, const Split& split, Index bin) {
  Means means{Matrix<double>::Zero(session.neurons(), static_cast<Index>(split.learned.size())), {}};
  for (std::size_t k = 0; k < split.learned.size(); ++k)
    for (const Index trial : split.learned[k])
      means.of.col(static_cast<Index>(k)) +=
          session.trials[static_cast<std::size_t>(trial)].col(bin) / static_cast<double>(split.learned[k].size());
  means.common = means.of.rowwise().mean();
  means.of.colwise() -= means.common;
  return means;
}

/// Shares found of held-out trials, mean over conditions: time learned at x time tested at.
Matrix<double> accuracies(const Session& session, const std::vector<ConditionGroup>& groups, Index folds) {
  const ProductsOnOneThread one_thread;
  require_parameter(folds >= 2, "folds", fmt::format("{}", folds), "must be at least 2");
  const Index N = session.neurons(), T = session.bins(), K = static_cast<Index>(groups.size());
  Matrix<double> found = Matrix<double>::Zero(T, T);
  for (Index fold = 0; fold < folds; ++fold) {
    const auto split = split_of(groups, fold, folds);
    Matrix<double> axes(N, T * K), common(N, T);
    Vector<double> offsets(T * K);
    for (Index t = 0; t < T; ++t) {
      look_aside();
      const auto means = means_at(session, split, t);
      common.col(t) = means.common;
      Index count = 0, column = 0;
      for (const auto& trials : split.learned) count += static_cast<Index>(trials.size());
      Matrix<double> residuals(N, count);
      for (Index k = 0; k < K; ++k)
        for (const Index trial : split.learned[static_cast<std::size_t>(k)])
          residuals.col(column++) =
              session.trials[static_cast<std::size_t>(trial)].col(t) - means.common - means.of.col(k);
      axes.middleCols(t * K, K) = solve_positive_definite_by_column(shrunk_covariance(residuals), means.of);
      offsets.segment(t * K, K) = means.of.cwiseProduct(axes.middleCols(t * K, K)).colwise().sum().transpose() / 2;
    }
    for (Index k = 0; k < K; ++k) {
      const double share =
          1 / static_cast<double>(K * static_cast<Index>(groups[static_cast<std::size_t>(k)].trials.size()));
      for (const Index trial : split.tested[static_cast<std::size_t>(k)]) {
        look_aside();
        Matrix<double> scores = axes.transpose() * (session.trials[static_cast<std::size_t>(trial)] - common);
        scores.colwise() -= offsets;
        for (Index tested = 0; tested < T; ++tested)
          for (Index t = 0; t < T; ++t) {
            Index best = 0;
            scores.col(tested).segment(t * K, K).maxCoeff(&best);
            if (best == k) found(t, tested) += share;
          }
      }
    }
  }
  return found;
}

/// Whether a share of so many trials found is more than chance makes.
bool above_chance(double share, const std::vector<ConditionGroup>& groups) {
  double trials = 0;
  for (const auto& group : groups) trials += static_cast<double>(group.trials.size());
  const double right = std::round(share * trials);
  if (right < 1) return false;
  const boost::math::binomial law(trials, 1 / static_cast<double>(groups.size()));
  return boost::math::cdf(boost::math::complement(law, right - 1)) < level;
}

}  // namespace

CrossTemporalDecoding cross_temporal_decoding(const Session& session, const Window& window, double lag_ms,
                                              Index folds) {
  const auto compared = cross_temporal(session, window, lag_ms, 3);
  CrossTemporalDecoding result;
  result.accuracy = accuracies(compared.activity, compared.groups, folds);
  result.chance = 1 / static_cast<double>(compared.groups.size());
  result.diagonal = result.accuracy.diagonal().mean();
  double sum = 0, pairs = 0;
  compared.for_each_pair([&](Index t, Index u) {
    sum += result.accuracy(t, u) + result.accuracy(u, t);
    pairs += 2;
  });
  result.off_diagonal = sum / pairs;
  if (above_chance(result.diagonal, compared.groups))
    result.stability = (result.off_diagonal - result.chance) / (result.diagonal - result.chance);
  return result;
}

DecodingAccuracy decoding_accuracy(const Session& session, const Window& window, Index folds) {
  auto part = within(session, window);
  part = coarser(part, part.bins(), Signal::spikes);
  const auto groups = several_conditions(part, 3);
  const double found = accuracies(part, groups, folds)(0, 0);
  return {found, 1 / static_cast<double>(groups.size()), above_chance(found, groups)};
}

}  // namespace stillpoint
