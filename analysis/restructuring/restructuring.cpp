#include "analysis/restructuring/restructuring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/statistics/quantiles.hpp"
#include "sim/options/option.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// As they are, or per distance moved (0 where the weights did not move).
Matrix<double> increments(const DescriptorPath& path, bool per_distance) {
  const Index T = path.value.cols();
  require_parameter(T >= 2 && path.step.size() == T - 1, "path",
                    fmt::format("{} checkpoints, {} steps", T, path.step.size()),
                    "must have two checkpoints or more, and a step between any two");
  require_parameter(path.value.allFinite() && path.step.allFinite(), "path", "not finite", "all values must be finite");
  Matrix<double> delta = path.value.rightCols(T - 1) - path.value.leftCols(T - 1);
  if (per_distance)
    for (Index t = 0; t + 1 < T; ++t) delta.col(t) *= path.step(t) > 0 ? 1 / path.step(t) : 0;
  return delta;
}

double last_lead(const std::vector<double>& events, double drop) {
  double least = std::numeric_limits<double>::infinity();
  for (const double event : events)
    if (event <= drop) least = std::min(least, drop - event);
  return least;
}

/// The value at or below that share, without interpolation.
double value_at(const std::vector<double>& sorted, double q) {
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

/// `leads`: of every run, in one resample.
template <class Leads>
LeadTest test_leads(const std::vector<EventTimes>& runs, Index resamples, Leads leads) {
  require_parameter(runs.size() >= 2, "runs", fmt::format("{}", runs.size()), "must be 2 or more");
  require_parameter(resamples >= 1, "resamples", fmt::format("{}", resamples), "must be 1 or more");
  const auto preceded = [](const std::vector<double>& all) {
    return std::count_if(all.begin(), all.end(), [](double lead) { return std::isfinite(lead); });
  };
  std::vector<double> observed;
  for (const auto& run : runs) {
    require_parameter(run.last > run.first, "last checkpoint", fmt::format("{}", run.last),
                      fmt::format("must be after the first, {}", run.first));
    observed.push_back(last_lead(run.events, run.drop));
  }
  LeadTest test{};
  test.median = median(observed);
  test.with_event = preceded(observed);
  std::vector<double> medians;
  std::vector<std::vector<double>> of_run(runs.size());
  Index as_small = 1, as_many = 1;
  for (Index b = 0; b < resamples; ++b) {
    const auto null = leads(static_cast<std::uint64_t>(b));
    medians.push_back(median(null));
    as_small += medians.back() <= test.median;
    as_many += preceded(null) >= test.with_event;
    test.null_with_event += static_cast<double>(preceded(null)) / static_cast<double>(resamples);
    for (std::size_t i = 0; i < runs.size(); ++i) of_run[i].push_back(null[i]);
  }
  test.p = static_cast<double>(as_small) / static_cast<double>(resamples + 1);
  test.p_with_event = static_cast<double>(as_many) / static_cast<double>(resamples + 1);
  std::sort(medians.begin(), medians.end());
  test.null_median = value_at(medians, 0.5);
  test.null_low = value_at(medians, 0.025);
  test.null_high = value_at(medians, 0.975);
  for (std::size_t i = 0; i < runs.size(); ++i)
    test.longer += std::isfinite(observed[i]) && observed[i] > median(std::move(of_run[i]));
  return test;
}

}  // namespace

WalkScale walk_scale(const std::vector<DescriptorPath>& walks) {
  require_parameter(!walks.empty(), "walks", "0", "must be 1 or more");
  const Index d = walks.front().value.rows();
  for (const auto& walk : walks)
    require_parameter(walk.value.rows() == d, "walk", fmt::format("{} descriptors", walk.value.rows()),
                      fmt::format("must have {}, as the first walk", d));
  WalkScale scale{Matrix<double>::Zero(d, 2), Matrix<double>::Zero(d, 2)};
  for (Index kind = 0; kind < 2; ++kind) {
    Index count = 0;
    for (const auto& walk : walks) count += walk.value.cols() - 1;
    require_parameter(count >= 2, "walks", fmt::format("{} increments", count), "must have 2 or more");
    Matrix<double> all(d, count);
    Index column = 0;
    for (const auto& walk : walks) {
      all.middleCols(column, walk.value.cols() - 1) = increments(walk, kind == 1);
      column += walk.value.cols() - 1;
    }
    scale.mean.col(kind) = all.rowwise().mean();
    const Matrix<double> centred = all.colwise() - scale.mean.col(kind);
    scale.deviation.col(kind) = (centred.rowwise().squaredNorm() / static_cast<double>(count - 1)).cwiseSqrt();
  }
  require_parameter((scale.deviation.array() > 0).any(), "walks", "constant", "one descriptor at least must vary");
  return scale;
}

Matrix<double> standardised(const DescriptorPath& path, const WalkScale& scale) {
  require_parameter(path.value.rows() == scale.mean.rows(), "path", fmt::format("{} descriptors", path.value.rows()),
                    fmt::format("must have {}, as the walks", scale.mean.rows()));
  const auto z = [&](Index kind) -> Matrix<double> {
    const auto deviation = scale.deviation.col(kind).array();
    const Vector<double> unit = (deviation > 0).select(deviation.inverse(), 0 * deviation);
    return (unit.asDiagonal() * (increments(path, kind == 1).colwise() - scale.mean.col(kind))).cwiseAbs();
  };
  return z(0).cwiseMin(z(1));
}

std::vector<Matrix<double>> standardised_walks(const std::vector<DescriptorPath>& walks) {
  std::vector<Matrix<double>> z;
  for (std::size_t i = 0; i < walks.size(); ++i) {
    auto others = walks;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    z.push_back(standardised(walks[i], walk_scale(others)));
  }
  return z;
}

namespace {

Matrix<double> scores(const Matrix<double>& z, const ControlPopulation& controls) {
  return controls.unit.cwiseInverse().asDiagonal() * z;
}

double p_of(double score, const std::vector<double>& controls) {
  const auto as_large = std::count_if(controls.begin(), controls.end(), [&](double each) { return each >= score; });
  return static_cast<double>(1 + as_large) / static_cast<double>(controls.size() + 1);
}

bool enough(std::size_t controls, double rate) { return static_cast<Index>(controls) >= controls_needed(rate); }

}  // namespace

Index controls_needed(double false_positive_rate) {
  return std::max<Index>(2, static_cast<Index>(std::ceil(1 / false_positive_rate - 1 - 1e-9)));
}

ControlPopulation control_population(const std::vector<Matrix<double>>& z) {
  require_parameter(z.size() >= 2, "controls", fmt::format("{}", z.size()), "must be 2 or more");
  const Index d = z.front().rows();
  Matrix<double> reached(d, static_cast<Index>(z.size()));
  for (std::size_t i = 0; i < z.size(); ++i) reached.col(static_cast<Index>(i)) = z[i].rowwise().maxCoeff();
  const auto unit_without = [&](Index left_out) {
    Vector<double> unit(d);
    for (Index k = 0; k < d; ++k) {
      std::vector<double> values;
      for (Index i = 0; i < reached.cols(); ++i)
        if (i != left_out) values.push_back(reached(k, i));
      unit(k) = std::max(1., median(std::move(values)));
    }
    return unit;
  };
  ControlPopulation population{unit_without(-1), {}};
  for (Index i = 0; i < reached.cols(); ++i)
    population.largest.push_back(reached.col(i).cwiseQuotient(unit_without(i)).maxCoeff());
  return population;
}

std::vector<RestructuringEvent> find_restructuring(const Matrix<double>& z,
                                                   const std::vector<ControlPopulation>& controls,
                                                   double false_positive_rate) {
  require_parameter(false_positive_rate > 0 && false_positive_rate < 1, "false_positive_rate",
                    fmt::format("{}", false_positive_rate), "must be between 0 and 1");
  require_parameter(!controls.empty(), "controls", "0", "must be one population or more");
  Matrix<double> p = Matrix<double>::Zero(z.rows(), z.cols()), strength = z;
  for (const auto& population : controls) {
    require_parameter(enough(population.largest.size(), false_positive_rate), "controls",
                      fmt::format("{}", population.largest.size()),
                      fmt::format("must be {} or more for a false-positive rate of {}",
                                  controls_needed(false_positive_rate), false_positive_rate));
    const auto score = scores(z, population);
    p = p.cwiseMax(score.unaryExpr([&](double each) { return p_of(each, population.largest); }));
    strength = strength.cwiseMin(score);
  }
  std::vector<RestructuringEvent> events;
  for (Index step = 0; step < z.cols(); ++step) {
    const double least = p.col(step).minCoeff();
    if (least > false_positive_rate) continue;
    const auto larger = [&](Index other) { return strength.col(step).maxCoeff() > strength.col(other).maxCoeff(); };
    if (events.empty() || events.back().high != step)
      events.push_back({step, step + 1, step + 1, step + 1, least, {}});
    else if (events.back().high = step + 1; larger(events.back().peak - 1)) {
      events.back().peak = step + 1;
      events.back().p = least;
    }
  }
  for (auto& event : events) {
    const Index step = event.peak - 1;
    for (Index k = 0; k < z.rows(); ++k)
      if (p(k, step) <= false_positive_rate) event.carried_by.push_back(k);
    std::stable_sort(event.carried_by.begin(), event.carried_by.end(),
                     [&](Index a, Index b) { return strength(a, step) > strength(b, step); });
  }
  return events;
}

Count false_positives(const std::vector<Matrix<double>>& z, double false_positive_rate) {
  std::vector<Matrix<double>> half[2];
  for (std::size_t i = 0; i < z.size(); ++i) half[i % 2].push_back(z[i]);
  Count count{0, 0};
  for (int side = 0; side < 2; ++side) {
    if (!enough(half[1 - side].size(), false_positive_rate)) return {0, 0};
    const auto controls = control_population(half[1 - side]);
    for (const auto& path : half[side])
      count.value += p_of(scores(path, controls).maxCoeff(), controls.largest) <= false_positive_rate;
    count.of += static_cast<Index>(half[side].size());
  }
  return count;
}

std::optional<IntervalEstimate> lead_time(const std::vector<RestructuringEvent>& events,
                                          const std::vector<double>& update, const IntervalEstimate& drop) {
  std::optional<IntervalEstimate> lead;
  for (const auto& event : events) {
    require_parameter(event.low >= 0 && event.high < static_cast<Index>(update.size()), "event",
                      fmt::format("checkpoint {}", event.high), fmt::format("there are {} updates", update.size()));
    const auto of = [&](Index checkpoint) { return update[static_cast<std::size_t>(checkpoint)]; };
    if (of(event.at) <= drop.value)
      lead = IntervalEstimate{drop.value - of(event.at), drop.low - of(event.at), drop.high - of(event.low)};
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
