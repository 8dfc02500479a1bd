#include "analysis/restructuring/descriptors.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/paths/dimension.hpp"
#include "analysis/paths/dynamical_similarity.hpp"
#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/paths/memories.hpp"
#include "analysis/points/attractor_match.hpp"
#include "analysis/points/newton.hpp"
#include "analysis/start_states.hpp"
#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr Index cloud_size = 128, settling_runs = 32;
constexpr Index looked_at = 2000;  // states along the trials, at most

double root_mean_square(const Matrix<double>& values) {
  return std::sqrt(values.squaredNorm() / static_cast<double>(values.size()));
}

/// Every so many columns of what was valid in the trials: state or activity at the start of a step.
Matrix<double> thinned(const Matrix<double>& array, const TrialSet<double>& trials) {
  const Index stride = std::max<Index>(1, trials.valid_columns() / looked_at);
  std::vector<Index> columns;
  Index seen = 0;
  for (Index t = 0; t < trials.steps; ++t)
    for (Index b = 0; b < trials.batch; ++b)
      if (trials.valid(t, b) && seen++ % stride == 0) columns.push_back(trials.column(t, b));
  Matrix<double> chosen(array.rows(), static_cast<Index>(columns.size()));
  for (Index i = 0; i < chosen.cols(); ++i) chosen.col(i) = array.col(columns[static_cast<std::size_t>(i)]);
  return chosen;
}

double variance(const Matrix<double>& states) {
  return (states.colwise() - states.rowwise().mean()).squaredNorm() / static_cast<double>(states.cols());
}

/// log of the participation ratio; 0 where the activity does not vary.
double log_dimension(const Matrix<double>& activity) {
  const Matrix<double> centred = activity.colwise() - activity.rowwise().mean();
  const Matrix<double> covariance = centred * centred.transpose();
  return covariance.squaredNorm() > 0 ? std::log(participation_ratio(covariance)) : 0;
}

/// About fifty samples per trial, over the shortest one's length.
std::vector<Matrix<double>> sampled(const Matrix<double>& activity, const TrialSet<double>& trials) {
  const Index length = *std::min_element(trials.length.begin(), trials.length.end()),
              stride = std::max<Index>(1, length / 50);
  std::vector<Matrix<double>> runs(static_cast<std::size_t>(trials.batch),
                                   Matrix<double>(activity.rows(), length / stride));
  for (Index b = 0; b < trials.batch; ++b)
    for (Index i = 0; i < length / stride; ++i)
      runs[static_cast<std::size_t>(b)].col(i) = activity.col(trials.column(i * stride, b));
  return runs;
}

System at_rest(const Network<double>& network) {
  return System(network, Vector<double>::Zero(network.inputs()), System::as_trained(network));
}

/// Stable fixed points among the ends of runs, and how many runs came to rest.
Matrix<double> resting_points(const System& system, const Matrix<double>& ends, double radius, double& settled) {
  const double near = radius / 20;
  std::vector<Vector<double>> points;
  Index at_rest = 0;
  const Matrix<double> velocity = system.velocity(ends);
  for (Index i = 0; i < ends.cols(); ++i) {
    if (velocity.col(i).norm() > 0.1 * near) continue;  // still under way: it moves on by that much in a time constant
    const auto known = std::find_if(points.begin(), points.end(),
                                    [&](const auto& point) { return (point - ends.col(i)).norm() < 0.1 * near; });
    if (known != points.end()) {
      ++at_rest;
      continue;
    }
    const auto root = find_root(system, ends.col(i));
    if (!root || (*root - ends.col(i)).norm() > near) continue;
    ++at_rest;
    if (std::none_of(points.begin(), points.end(),
                     [&](const auto& point) { return (point - *root).norm() < 1e-3 * near; }))
      points.push_back(*root);
  }
  settled = static_cast<double>(at_rest) / static_cast<double>(ends.cols());
  Matrix<double> columns(ends.rows(), static_cast<Index>(points.size()));
  for (std::size_t i = 0; i < points.size(); ++i) columns.col(static_cast<Index>(i)) = points[i];
  return columns;
}

}  // namespace

const std::vector<std::string>& descriptor_names() {
  static const std::vector<std::string> names = {"attractors", "settled",   "field",  "slowest",
                                                 "exponent",   "dimension", "memory", "dynamics"};
  return names;
}

double explained_variance(const Matrix<double>& states, const Matrix<double>& targets) {
  const Matrix<double> x = states.colwise() - states.rowwise().mean(), y = targets.colwise() - targets.rowwise().mean();
  const double total = x.squaredNorm();
  if (!(total > 0 && y.squaredNorm() > 0)) return 0;
  const auto basis = column_space_of(y.transpose());
  const Index B = states.cols(), rank = basis.cols();
  if (rank == 0 || B - 1 <= rank) return 0;
  const double share = (x * basis).squaredNorm() / total;
  return 1 - (1 - share) * static_cast<double>(B - 1) / static_cast<double>(B - 1 - rank);
}

GeometryProbe::GeometryProbe(const Network<double>& first, const Integration& integration, TrialSet<double> trials,
                             Synapse<double>& synapse, std::uint64_t seed)
    : integration_(integration), trials_(std::move(trials)), synapse_(synapse), seed_(seed) {
  Simulation<double> simulation(first, integration_);
  const auto& run = simulation.run(trials_, {seed_, 0}, synapse_);
  require_bounded(run.state);
  const auto visited = thinned(run.state, trials_);
  const auto system = at_rest(first);
  cloud_ = multiscale_states(system, cloud_size, seed_, 0, std::max(1., root_mean_square(visited)));
  Stream stream(seed_, Purpose::estimate, 1);
  for (Index i = 0; i < cloud_size; i += 2) cloud_.col(i) = visited.col(stream.below(visited.cols()));
  radius_ = std::sqrt((cloud_.colwise() - cloud_.rowwise().mean()).colwise().squaredNorm().mean());
}

Geometry GeometryProbe::operator()(const Network<double>& network) const {
  const ProductsOnOneThread products;
  Simulation<double> simulation(network, integration_);
  const auto& run = simulation.run(trials_, {seed_, 0}, synapse_);
  require_bounded(run.state);
  Geometry geometry;
  geometry.dimension = log_dimension(thinned(run.read(), trials_));
  geometry.dynamics = linear_dynamics(sampled(run.read(), trials_));
  Matrix<double> states(run.state.rows(), trials_.batch), targets(trials_.targets.rows(), trials_.batch);
  const auto asked_at = answer_begins(trials_);
  for (Index b = 0; b < trials_.batch; ++b) {
    const Index t = asked_at[static_cast<std::size_t>(b)];
    states.col(b) = run.state.col(trials_.column(t, b));
    targets.col(b) = trials_.targets.col(trials_.column(t, b));
  }
  const auto visited = thinned(run.state, trials_);
  const double all = variance(visited);
  geometry.memory = all > 0 ? explained_variance(states, targets) * variance(states) / all : 0;

  const auto system = at_rest(network);
  geometry.velocity = system.velocity(cloud_);
  const Matrix<double> on_the_way = system.velocity(visited);
  const double D = static_cast<double>(system.dimension());
  geometry.slowest = std::log10(std::max(1e-12, std::sqrt(on_the_way.colwise().squaredNorm().minCoeff() / D)));

  const auto stepper = network_stepper(system, Method::euler);
  const double trial_ms = static_cast<double>(trials_.steps) * integration_.dt_ms;
  Matrix<double> x = cloud_.leftCols(settling_runs);
  for (Index t = 0; t < stepper.steps(3 * trial_ms); ++t) stepper.advance(x);
  require_bounded(x);
  geometry.attractors = resting_points(system, x, radius_, geometry.settled);
  const auto spectrum = lyapunov_spectrum(stepper, cloud_.col(0), seed_, {1, 5 * trial_ms, trial_ms, 20});
  const double per_trial = spectrum.per_second(0) * trial_ms / 1000;
  geometry.exponent = std::max(-20., per_trial);  // silent units make it -infinity
  return geometry;
}

Matrix<double> GeometryProbe::path(const std::vector<Geometry>& networks) const {
  const ProductsOnOneThread products;
  const double unit = root_mean_square(networks.front().velocity), lone = radius_ / 4;
  Matrix<double> path(8, static_cast<Index>(networks.size()));
  double attractors = 0, field = 0, dynamics = 0;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const auto& now = networks[i];
    if (i > 0) {
      const auto& before = networks[i - 1];
      attractors += match_attractors(before.attractors, now.attractors, {lone, lone}).cost / radius_;
      field += root_mean_square(now.velocity - before.velocity) / unit;
      dynamics += dynamical_distance(before.dynamics, now.dynamics, 0);
    }
    path.col(static_cast<Index>(i)) << attractors, now.settled, field, now.slowest, now.exponent, now.dimension,
        now.memory, dynamics;
  }
  return path;
}

}  // namespace stillpoint
