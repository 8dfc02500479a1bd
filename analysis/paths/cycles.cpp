#include "analysis/paths/cycles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/paths/krylov.hpp"
#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

using Outcome = CycleSearch::Outcome;

constexpr Index largest_formed = 600, most_products = 100;
constexpr double at_rest = 1e-7;  // a path that moves no further than this during the search, relative to 1 + |x|

struct Return {
  double period_ms = 0, distance = std::numeric_limits<double>::infinity();  // distance over the extent of the path
  bool moved = false;
  Matrix<double> end = {};  // where the path was when it had been followed so far
  Index steps = 0;
};

/// The nearest of the path's returns to the plane through x0; the first that is nearer than a hundredth ends the
/// search.
Return first_return(const Stepper& stepper, const Vector<double>& x0, const CycleSetting& setting) {
  const Vector<double> normal = stepper.equations().value(x0).col(0).normalized();
  Matrix<double> x = x0;
  Return found;
  double extent = 0, before = 0;
  const Index steps = stepper.steps(setting.duration_ms);
  for (Index t = 1; t <= steps; ++t) {
    const Matrix<double> last = x;
    stepper.advance(x);
    found.steps = t;
    if (!has_finite_squares(x)) break;
    const double height = normal.dot(x.col(0) - x0);
    extent = std::max(extent, (x.col(0) - x0).norm());
    if (before < 0 && height >= 0) {
      const double share = before / (before - height);
      const Vector<double> crossing = last.col(0) + share * (x.col(0) - last.col(0));
      const double distance = (crossing - x0).norm() / extent;
      if (distance < found.distance) {
        found.distance = distance;
        found.period_ms = (static_cast<double>(t - 1) + share) * stepper.dt_ms();
      }
      if (distance < 0.01) break;
    }
    before = height;
  }
  found.moved = extent > at_rest * (1 + x0.norm()) || !has_finite_squares(x);
  found.end = x;
  return found;
}

bool rests(const Stepper& stepper, const Vector<double>& x, const CycleSetting& setting) {
  return stepper.equations().value(x).norm() * setting.duration_ms < at_rest * (1 + x.norm());
}

/// What became of a path that leads to no cycle, on its way since `first` until the whole search is over.
Outcome without_cycle(const Stepper& stepper, const Return& first, const CycleSetting& setting, Outcome otherwise) {
  Matrix<double> x = first.end;
  for (Index t = first.steps; t < stepper.steps(setting.duration_ms) && has_finite_squares(x); ++t) stepper.advance(x);
  if (!has_finite_squares(x)) return Outcome::diverged;
  return rests(stepper, x, setting) ? Outcome::at_rest : has_diverged(x) ? Outcome::diverged : otherwise;
}

/// Steps of one period; the step is the stepper's or a little less.
Index steps_of(const Stepper& stepper, double period_ms) {
  return std::max<Index>(20, static_cast<Index>(std::ceil(period_ms / stepper.dt_ms())));
}

Matrix<double> path_of(const Stepper& stepper, const Vector<double>& start, double period_ms, Index steps) {
  const auto fine = stepper.with_step(period_ms / static_cast<double>(steps));
  Matrix<double> path(start.size(), steps + 1), x = start;
  path.col(0) = x;
  for (Index t = 0; t < steps; ++t) {
    fine.advance(x);
    path.col(t + 1) = x;
  }
  return path;
}

/// Where so many steps from x end, and their derivative M.
struct Turn {
  Vector<double> end;
  double extent = 0;
  Matrix<double> monodromy;  // empty where it is too large
};

Turn turn_from(const Stepper& stepper, const Vector<double>& x, Index steps) {
  const Index D = x.size(), formed = D <= largest_formed ? D : 0;
  Turn turn{x, 0, Matrix<double>::Identity(formed, formed)};
  Matrix<double> alone = x;
  for (Index t = 0; t < steps; ++t) {
    if (formed > 0)
      stepper.advance(turn.end, turn.monodromy);
    else
      stepper.advance(alone);
    if (formed == 0) turn.end = alone.col(0);
    turn.extent = std::max(turn.extent, (turn.end - x).norm());
  }
  return turn;
}

/// M v
Vector<double> carried(const Stepper& stepper, Vector<double> x, Matrix<double> v, Index steps) {
  for (Index t = 0; t < steps; ++t) stepper.advance(x, v);
  return v.col(0);
}

/// (dx, dT) of the equation above.
Vector<double> newton_step(const Stepper& stepper, const Vector<double>& x, const Turn& turn, Index steps,
                           const Vector<double>& velocity, const Vector<double>& normal, const Vector<double>& right) {
  const Index D = x.size();
  if (turn.monodromy.size() > 0) {
    Matrix<double> system = Matrix<double>::Zero(D + 1, D + 1);
    system.topLeftCorner(D, D) = turn.monodromy - Matrix<double>::Identity(D, D);
    system.topRightCorner(D, 1) = velocity;
    system.bottomLeftCorner(1, D) = normal.transpose();
    return LU(system).solve(right);
  }
  const double speed = velocity.norm();  // dT counts as the way |f| dT
  Vector<double> step = solve_by_products(
      [&](const Vector<double>& v) {
        Vector<double> product(D + 1);
        product << carried(stepper, x, v.head(D), steps) - v.head(D) + v(D) / speed * velocity, normal.dot(v.head(D));
        return product;
      },
      right, 1e-3, most_products);
  step(D) /= speed;
  return step;
}

/// Removes repetitions: Newton's method finds two turns as willingly as one.
double shortest_period(const Stepper& stepper, const Vector<double>& x, double period_ms, Index steps, double extent) {
  for (const int turns : {6, 5, 4, 3, 2}) {
    const auto path = path_of(stepper, x, period_ms / turns, steps);
    if ((path.col(steps) - x).norm() < 1e-6 * extent) return period_ms / turns;
  }
  return period_ms;
}

}  // namespace

double Cycle::extent() const { return (path.colwise() - path.col(0)).colwise().norm().maxCoeff(); }

double Cycle::distance(const Vector<double>& x) const {
  double nearest = std::numeric_limits<double>::infinity();
  for (Index t = 0; t + 1 < path.cols(); ++t) {
    const Vector<double> along = path.col(t + 1) - path.col(t), from = x - path.col(t);
    const double share = std::clamp(from.dot(along) / along.squaredNorm(), 0., 1.);
    nearest = std::min(nearest, (from - share * along).norm());
  }
  return nearest;
}

bool same_cycle(const Cycle& a, const Cycle& b) {
  return std::abs(a.period_ms - b.period_ms) < 1e-3 * a.period_ms && b.distance(a.path.col(0)) < 1e-2 * b.extent();
}

Eigen::VectorXcd multipliers_from(const Stepper& stepper, const Vector<double>& x, Index steps) {
  const ProductsOnOneThread products;
  if (x.size() > largest_formed) {
    Vector<double> start(x.size());
    Stream(1, Purpose::perturbation).fill_normal(start);
    return leading_eigenvalues([&](const Vector<double>& v) { return carried(stepper, x, v, steps); }, start,
                               most_products);
  }
  Eigen::VectorXcd multipliers = eigenvalues_of(turn_from(stepper, x, steps).monodromy);
  std::stable_sort(multipliers.begin(), multipliers.end(), [](auto a, auto b) { return std::abs(a) > std::abs(b); });
  return multipliers;
}

namespace {

/// Newton's method from a return of the path from x0.
std::optional<Cycle> cycle_near(const Stepper& stepper, const Vector<double>& x0, const Return& first,
                                const CycleSetting& setting) {
  const auto velocity = [&](const Vector<double>& x) -> Vector<double> { return stepper.equations().value(x); };
  const Index D = x0.size();
  const Vector<double> normal = velocity(x0).normalized();
  Vector<double> x = x0;
  double period = first.period_ms, extent = 0;
  const Index steps = steps_of(stepper, period);
  const double first_period = period,
               first_extent = (path_of(stepper, x0, period, steps).colwise() - x0).colwise().norm().maxCoeff();
  double closure = first.distance;
  for (Index iteration = 0; iteration <= setting.newton_steps; ++iteration) {
    const auto fine = stepper.with_step(period / static_cast<double>(steps));
    const auto turn = turn_from(fine, x, steps);
    const auto& end = turn.end;
    extent = turn.extent;
    if (!end.allFinite() || !turn.monodromy.allFinite()) return {};
    if (extent < 1e-3 * first_extent) return {};  // it shrank to a fixed point
    closure = (end - x).norm() / extent;
    if (closure < setting.tolerance) break;
    Vector<double> right(D + 1);
    right << x - end, -normal.dot(x - x0);
    Vector<double> change = newton_step(fine, x, turn, steps, velocity(end), normal, right);
    if (!change.allFinite()) return {};
    // Far from the cycle the linear step may be wild: at most a fifth of the period, half of the extent.
    const double wild = std::max(std::abs(change(D)) / (0.2 * period), change.head(D).norm() / (0.5 * extent));
    change /= std::max(1., wild);
    x += change.head(D);
    period += change(D);
    if (period < first_period / 10 || period > first_period * 10) return {};
  }
  if (closure >= setting.tolerance) return {};

  period = shortest_period(stepper, x, period, steps, extent);
  const Index final_steps = steps_of(stepper, period);
  const auto fine = stepper.with_step(period / static_cast<double>(final_steps));
  auto multipliers = multipliers_from(fine, x, final_steps);
  if (multipliers.size() == 0) return {};
  Index motion = 0;
  (multipliers.array() - 1.).abs().minCoeff(&motion);
  std::rotate(multipliers.begin() + motion, multipliers.begin() + motion + 1, multipliers.end());
  const Eigen::VectorXcd others = multipliers.head(multipliers.size() - 1);
  const auto path = path_of(stepper, x, period, final_steps);
  return Cycle{path, period, others, (path.rightCols(1) - x).norm() / extent};
}

/// The cycle of the whole state around one of its latent variables. A turn brings what leaks to c + kept x, whatever x was
/// there: c / (1 - kept) is on the cycle.
Cycle whole_cycle(const Stepper& stepper, const Cycle& latent) {
  const Index steps = latent.path.cols() - 1, others = stepper.dimension() - latent.path.rows();
  const auto fine = stepper.with_step(latent.period_ms / static_cast<double>(steps));
  const double kept = std::pow(fine.kept_by_leak(), static_cast<double>(steps));
  const auto turn = [&](const Vector<double>& x) { return path_of(stepper, x, latent.period_ms, steps); };
  const Vector<double> x = stepper.equations().latent->state(latent.path.col(0));
  Cycle cycle{turn(x + (turn(x).rightCols(1) - x) / (1 - kept)), latent.period_ms, {}, 0};
  cycle.closure = (cycle.path.rightCols(1) - cycle.path.col(0)).norm() / cycle.extent();
  cycle.multipliers.resize(latent.multipliers.size() + others);
  cycle.multipliers << latent.multipliers, Eigen::VectorXcd::Constant(others, kept);
  std::stable_sort(cycle.multipliers.begin(), cycle.multipliers.end(),
                   [](auto a, auto b) { return std::abs(a) > std::abs(b); });
  return cycle;
}

}  // namespace

CycleSearch find_cycle(const Stepper& stepper, const Vector<double>& start, const CycleSetting& setting) {
  const ProductsOnOneThread products;
  require_parameter(!stepper.map(), "as", "map", "cycles are those of a flow: a map has no return map to a plane");
  require_duration("discard_ms", setting.discard_ms);
  require_duration("duration_ms", setting.duration_ms);
  if (const auto latent = stepper.latent()) {
    auto search = find_cycle(*latent, stepper.equations().latent->of(start), setting);
    if (search.cycle) search.cycle = whole_cycle(stepper, *search.cycle);
    return search;
  }
  Matrix<double> state = start;
  for (Index t = 0; t < stepper.steps(setting.discard_ms); ++t) stepper.advance(state);

  const Vector<double> x0 = state;
  CycleSearch search{Outcome::diverged, std::nullopt, std::numeric_limits<double>::infinity()};
  if (!has_finite_squares(x0)) return search;
  search.outcome = Outcome::at_rest;
  if (rests(stepper, x0, setting)) return search;
  const auto first = first_return(stepper, x0, setting);
  search.nearest_return = first.distance;
  if (!first.moved) return search;
  search.outcome = Outcome::no_return;
  if (first.distance <= setting.closeness) {
    search.cycle = cycle_near(stepper, x0, first, setting);
    search.outcome = search.cycle ? Outcome::found : Outcome::not_converged;
  }
  if (!search.cycle) search.outcome = without_cycle(stepper, first, setting, search.outcome);
  return search;
}

CycleList find_cycles(const Stepper& stepper, const Matrix<double>& starts, const CycleSetting& setting) {
  CycleList list;
  for (const Index i : Turns("samples", starts.cols())) {
    const auto search = find_cycle(stepper, starts.col(i), setting);
    list.at_rest += search.outcome == CycleSearch::Outcome::at_rest;
    list.diverged += search.outcome == CycleSearch::Outcome::diverged;
    list.no_return += search.outcome == CycleSearch::Outcome::no_return;
    list.not_converged += search.outcome == CycleSearch::Outcome::not_converged;
    if (!search.cycle) continue;
    std::size_t known = 0;
    while (known < list.cycles.size() && !same_cycle(*search.cycle, list.cycles[known])) ++known;
    if (known == list.cycles.size()) {
      list.cycles.push_back(*search.cycle);
      list.found.push_back(0);
    }
    ++list.found[known];
  }
  return list;
}

}  // namespace stillpoint
