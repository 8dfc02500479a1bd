#include "analysis/restructuring.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/option.hpp"

namespace stillpoint {

namespace {

Matrix<double> increments(const Matrix<double>& path) {
  return path.rightCols(path.cols() - 1) - path.leftCols(path.cols() - 1);
}

Matrix<double> pooled_increments(const std::vector<Matrix<double>>& control, Index d) {
  Index count = 0;
  for (const auto& path : control) {
    require_option(path.rows() == d && path.cols() >= 1, "control", fmt::format("{} x {}", path.rows(), path.cols()),
                   fmt::format("must have {} descriptors, as the path, and a checkpoint or more", d));
    require_option(path.allFinite(), "control", "not finite", "all descriptors must be finite");
    count += path.cols() - 1;
  }
  require_option(count >= d + 2, "control", fmt::format("{} increments", count),
                 fmt::format("must have {} or more for {} descriptors", d + 2, d));
  Matrix<double> all(d, count);
  Index column = 0;
  for (const auto& path : control) {
    all.middleCols(column, path.cols() - 1) = increments(path);
    column += path.cols() - 1;
  }
  return all;
}

double last_lead(const std::vector<double>& events, double drop) {
  double least = std::numeric_limits<double>::infinity();
  for (const double event : events)
    if (event <= drop) least = std::min(least, drop - event);
  return least;
}

/// The lower of the two in the middle, so that a median is infinite where half of the runs have no event.
double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// `leads`: of every run, in one resample.
template <class Leads>
LeadTest test_leads(const std::vector<EventTimes>& runs, Index resamples, Leads leads) {
  require_option(runs.size() >= 2, "runs", fmt::format("{}", runs.size()), "must be 2 or more");
  require_option(resamples >= 1, "resamples", fmt::format("{}", resamples), "must be 1 or more");
  std::vector<double> observed;
  for (const auto& run : runs) {
    require_option(run.last > run.first, "last checkpoint", fmt::format("{}", run.last),
                   fmt::format("must be after the first, {}", run.first));
    observed.push_back(last_lead(run.events, run.drop));
  }
  const double value = median(observed);
  Index as_small = 1;
  for (Index b = 0; b < resamples; ++b) as_small += median(leads(static_cast<std::uint64_t>(b))) <= value;
  const auto with_event =
      std::count_if(observed.begin(), observed.end(), [](double lead) { return std::isfinite(lead); });
  return {value, static_cast<double>(as_small) / static_cast<double>(resamples + 1), with_event};
}

}  // namespace

std::vector<RestructuringEvent> find_restructuring(const Matrix<double>& path,
                                                   const std::vector<Matrix<double>>& control,
                                                   double false_positive_rate) {
  require_option(false_positive_rate > 0 && false_positive_rate < 1, "false_positive_rate",
                 fmt::format("{}", false_positive_rate), "must be between 0 and 1");
  require_option(path.rows() >= 1 && path.cols() >= 2, "path", fmt::format("{} x {}", path.rows(), path.cols()),
                 "must have a descriptor or more, and two checkpoints or more");
  require_option(path.allFinite(), "path", "not finite", "all descriptors must be finite");
  const Index d = path.rows();
  const auto reference = pooled_increments(control, d);
  const double M = static_cast<double>(reference.cols()), size = static_cast<double>(d);
  const Vector<double> mean = reference.rowwise().mean();
  const Matrix<double> centred = reference.colwise() - mean;
  const Vector<double> deviation = (centred.rowwise().squaredNorm() / (M - 1)).cwiseSqrt();
  for (Index k = 0; k < d; ++k)
    require_option(deviation(k) > 0, "control", fmt::format("descriptor {}", k), "must not be constant");
  // Standardised first, so that no unit matters to what counts as dependent.
  const Vector<double> unit = deviation.cwiseInverse();
  const Matrix<double> z_reference = unit.asDiagonal() * centred,
                       correlation = z_reference * z_reference.transpose() / (M - 1);
  const Eigen::LDLT<Matrix<double>> factor(correlation);
  require_option(factor.vectorD().minCoeff() > 1e-10, "control", "dependent descriptors",
                 "none may follow from the others; leave one out");

  const Matrix<double> z = unit.asDiagonal() * (increments(path).colwise() - mean);
  const Index steps = z.cols();
  const boost::math::fisher_f F(size, M - size);
  const boost::math::students_t t(M - 1);
  const double limit =
      boost::math::quantile(boost::math::complement(t, false_positive_rate / size / 2)) * std::sqrt(1 + 1 / M);
  std::vector<RestructuringEvent> events;
  for (Index step = 0; step < steps; ++step) {
    const double T2 = M / (M + 1) * z.col(step).dot(factor.solve(z.col(step)));
    const double p = boost::math::cdf(boost::math::complement(F, (M - size) / (size * (M - 1)) * T2));
    const double corrected = std::min(1.0, p * static_cast<double>(steps));
    if (corrected > false_positive_rate) continue;
    if (events.empty() || events.back().high != step)
      events.push_back({step + 1, step, step + 1, corrected, {}});
    else if (events.back().high = step + 1; corrected < events.back().p) {
      events.back().at = step + 1;
      events.back().p = corrected;
    }
  }
  for (auto& event : events) {
    const Vector<double> moved = z.col(event.at - 1).cwiseAbs();
    std::vector<Index> order(static_cast<std::size_t>(d));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](Index a, Index b) { return moved(a) > moved(b); });
    for (const Index k : order)
      if (event.carried_by.empty() || moved(k) > limit) event.carried_by.push_back(k);
  }
  return events;
}

std::optional<Located> lead_time(const std::vector<RestructuringEvent>& events, const std::vector<double>& update,
                                 const Located& drop) {
  std::optional<Located> lead;
  for (const auto& event : events) {
    require_option(event.low >= 0 && event.high < static_cast<Index>(update.size()), "event",
                   fmt::format("checkpoint {}", event.high), fmt::format("there are {} updates", update.size()));
    const auto of = [&](Index checkpoint) { return update[static_cast<std::size_t>(checkpoint)]; };
    if (of(event.at) <= drop.value)
      lead = Located{drop.value - of(event.at), drop.low - of(event.high), drop.high - of(event.low)};
  }
  return lead;
}

LeadTest permute_drops(const std::vector<EventTimes>& runs, std::uint64_t seed, Index resamples) {
  return test_leads(runs, resamples, [&](std::uint64_t b) {
    Stream stream(seed, Purpose::permutation, 0, b);
    std::vector<double> drops, leads;
    for (const auto& run : runs) drops.push_back(run.drop);
    for (std::size_t i = drops.size() - 1; i > 0; --i)
      std::swap(drops[i], drops[static_cast<std::size_t>(stream.below(static_cast<Index>(i) + 1))]);
    for (std::size_t i = 0; i < runs.size(); ++i) leads.push_back(last_lead(runs[i].events, drops[i]));
    return leads;
  });
}

LeadTest shift_events(const std::vector<EventTimes>& runs, std::uint64_t seed, Index resamples) {
  return test_leads(runs, resamples, [&](std::uint64_t b) {
    Stream stream(seed, Purpose::permutation, 1, b);
    std::vector<double> leads;
    for (const auto& run : runs) {
      const double length = run.last - run.first, shift = stream.uniform(0, length);
      auto moved = run.events;
      for (auto& event : moved) event = run.first + std::fmod(event - run.first + shift, length);
      leads.push_back(last_lead(moved, run.drop));
    }
    return leads;
  });
}

}  // namespace stillpoint
