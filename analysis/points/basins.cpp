#include "analysis/points/basins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

constexpr double same = 1e-4;  // distance of two fixed points that are one, of 1 + |x|

double scale_of(const Vector<double>& x) { return 1 + x.norm(); }

/// Growth of the slowest perturbation [1/ms].
double leading_growth(const Stepper& stepper, const Vector<double>& x) {
  const auto linear = linearisation_of(stepper.equations(), x);
  Eigen::VectorXcd eigenvalues = eigenvalues_of(linear.matrix);
  if (linear.directions > 0) {
    eigenvalues.conservativeResize(eigenvalues.size() + 1);
    eigenvalues.tail(1)(0) = linear.shared;
  }
  return stepper.map() ? std::log(eigenvalues.cwiseAbs().maxCoeff()) / stepper.dt_ms() : eigenvalues.real().maxCoeff();
}

/// The state at rest where a run has all but arrived.
std::optional<Vector<double>> rest_near(const Stepper& stepper, const Vector<double>& end) {
  const auto& equations = stepper.equations();
  if (equations.rest) {
    const auto x = equations.rest(end);
    return x && (*x - end).norm() <= 1e-2 * scale_of(end) ? x : std::nullopt;
  }
  const Index D = end.size();
  const Matrix<double> identity = Matrix<double>::Identity(D, D);
  Vector<double> x = end;
  Matrix<double> jacobian;
  for (int iteration = 0; iteration < 20; ++iteration) {
    Vector<double> velocity = equations.value(x);
    jacobian = equations.tangent(x, identity);
    if (stepper.map()) velocity -= x;
    const Matrix<double> slope = stepper.map() ? jacobian - identity : jacobian;
    const Vector<double> change = LU(slope).solve(-velocity);
    if (!change.allFinite()) break;
    x += change;
    if ((x - end).norm() > 1e-2 * scale_of(end)) return std::nullopt;
    if (change.norm() <= 1e-12 * scale_of(x)) return x;
  }
  return std::nullopt;
}

/// A stable one.
std::optional<Attractor> fixed_point_near(const Stepper& stepper, const Vector<double>& end) {
  const auto x = rest_near(stepper, end);
  if (!x) return std::nullopt;
  const double leading = leading_growth(stepper, *x);
  if (leading >= 0) return std::nullopt;
  return Attractor{Attractor::Kind::fixed_point, *x, 0, 1000 * leading, 0, {}};
}

/// A cycle of a map on which a run has arrived.
std::optional<Attractor> map_cycle_at(const Stepper& stepper, const Vector<double>& end, double longest_ms) {
  const Index longest = stepper.steps(longest_ms);
  Matrix<double> x = end;
  std::vector<Vector<double>> path{end};
  double extent = 0;
  for (Index t = 1; t <= longest; ++t) {
    stepper.advance(x);
    path.push_back(x);
    extent = std::max(extent, (x.col(0) - end).norm());
    if (t == 1 || (x.col(0) - end).norm() > 1e-6 * extent) continue;
    const double period = static_cast<double>(t) * stepper.dt_ms();
    const auto multipliers = multipliers_from(stepper, end, t);
    if (multipliers.size() == 0) return std::nullopt;
    const double leading = std::log(std::abs(multipliers(0))) / period;
    if (leading >= 0) return std::nullopt;
    Attractor cycle{Attractor::Kind::cycle, Matrix<double>(end.size(), t + 1), period, 1000 * leading, 0, {}};
    for (Index i = 0; i <= t; ++i) cycle.path.col(i) = path[static_cast<std::size_t>(i)];
    return cycle;
  }
  return std::nullopt;
}

std::optional<Attractor> flow_cycle_at(const Stepper& stepper, const Vector<double>& end, double longest_ms) {
  CycleSetting setting;
  setting.discard_ms = 0;
  setting.duration_ms = longest_ms;
  setting.closeness = 1e-2;  // the run has arrived
  const auto search = find_cycle(stepper, end, setting);
  if (!search.cycle || !search.cycle->stable()) return std::nullopt;
  const auto& cycle = *search.cycle;
  const double leading = cycle.multipliers.size() > 0 ? std::log(std::abs(cycle.multipliers(0))) / cycle.period_ms : 0;
  return Attractor{Attractor::Kind::cycle, cycle.path, cycle.period_ms, 1000 * leading, 0, {}};
}

bool reached(const Stepper& stepper, const Attractor& attractor, const Vector<double>& x) {
  if (attractor.kind == Attractor::Kind::fixed_point) return (x - attractor.path.col(0)).norm() < same * scale_of(x);
  const Cycle cycle{attractor.path, attractor.period_ms, {}, 0};
  if (!stepper.map()) return cycle.distance(x) < 1e-2 * cycle.extent();
  return (attractor.path.colwise() - x).colwise().norm().minCoeff() < 1e-3 * cycle.extent();
}

}  // namespace

Basins find_basins(const Stepper& stepper, const Matrix<double>& starts, const BasinSetting& setting) {
  require_duration("duration_ms", setting.duration_ms);
  require_duration("longest_period_ms", setting.longest_period_ms);
  const ProductsOnOneThread products;
  Matrix<double> x = starts;
  for ([[maybe_unused]] const Index t : Turns("steps", stepper.steps(setting.duration_ms))) stepper.advance(x);

  Basins basins;
  auto& found = basins.attractors;
  for (const Index sample : Turns("samples", x.cols())) {
    const Vector<double> end = x.col(sample);
    const auto known = [&](const Vector<double>& state) {
      return std::find_if(found.begin(), found.end(), [&](const Attractor& a) { return reached(stepper, a, state); });
    };
    auto attractor = known(end);
    if (attractor == found.end() && end.allFinite()) {
      auto fresh = fixed_point_near(stepper, end);
      if (!fresh)
        fresh = stepper.map() ? map_cycle_at(stepper, end, setting.longest_period_ms)
                              : flow_cycle_at(stepper, end, setting.longest_period_ms);
      // Newton's method may lead to one that is known: the run had not come as near.
      if (fresh && (attractor = known(fresh->path.col(0))) == found.end())
        attractor = found.insert(found.end(), *fresh);
    }
    if (attractor != found.end()) ++attractor->count;
    basins.of_sample.push_back(attractor == found.end() ? -1 : attractor - found.begin());
    basins.unsettled += attractor == found.end() ? 1 : 0;
    basins.diverged += attractor == found.end() && has_diverged(end) ? 1 : 0;
  }

  std::vector<Index> order(found.size()), place(found.size());
  std::iota(order.begin(), order.end(), 0);
  const auto at = [&](Index i) -> Attractor& { return found[static_cast<std::size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return at(a).count > at(b).count; });
  std::vector<Attractor> sorted;
  for (const Index i : order) {
    place[static_cast<std::size_t>(i)] = static_cast<Index>(sorted.size());
    sorted.push_back(at(i));
    sorted.back().share = share_of(at(i).count, x.cols());
  }
  found = std::move(sorted);
  for (auto& index : basins.of_sample)
    if (index >= 0) index = place[static_cast<std::size_t>(index)];
  basins.unsettled_share = share_of(basins.unsettled, x.cols());
  return basins;
}

}  // namespace stillpoint
