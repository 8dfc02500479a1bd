#include "analysis/points/slow_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/points/latent_equation.hpp"
#include "analysis/points/newton.hpp"
#include "analysis/points/same_point.hpp"
#include "analysis/points/stability.hpp"
#include "analysis/start_states.hpp"
#include "analysis/stepper.hpp"
#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

constexpr double at_rest = 1e-9, converged = 1e-9;
constexpr double unit = std::numeric_limits<double>::epsilon();
constexpr int longest_passage = 200000;  // steps

/// Where q is minimised: |F|^2 / 2 = |velocity|^2 / 2 in coordinates that are the state, or of low rank R others.
class Landscape {
 public:
  explicit Landscape(const System& system) : system_(system), velocity_(velocity_of(system)) {
    if (!has_one_tau(system)) return;
    auto found = LatentEquation::of_low_rank(system);
    if (!found) return;
    const Matrix<double> lift = found->rate_is_state ? found->least_rates() : found->B,
                         metric = lift.transpose() * lift;
    const auto sizes = symmetric_eigenvalues_of(metric);
    if (!(sizes(0) > least_metric * sizes(sizes.size() - 1))) return;
    latent_ = std::move(found);
    lift_ = lift;
    root_ = cholesky_factor_of(metric).transpose();
    back_ = root_.triangularView<Eigen::Upper>().solve(Matrix<double>::Identity(root_.rows(), root_.cols()));
    pace_ = system.as() == System::As::map ? system.tau_ms()(0) / system.network().tau_ms(0) : 1;
    velocity_ = {
        [this](const Vector<double>& w) -> Vector<double> { return pace_ * root_ * latent_->value(back_ * w); },
        [this](const Vector<double>& w) -> Matrix<double> {
          return pace_ * root_ * latent_->tangent(back_ * w, back_);
        }};
  }
  Landscape(const Landscape&) = delete;  // its velocity looks at it
  Landscape& operator=(const Landscape&) = delete;

  const Velocity& velocity() const { return velocity_; }
  Vector<double> coordinates_of(const Vector<double>& x) const {
    return latent_ ? Vector<double>(root_ * latent_->latent_of(x)) : x;
  }
  /// The state of least |F| there. Of rates with A r / scale = z it is phi(B z + b) less F, the least rates that make dz/dt;
  /// of currents in the span of b and B, B z + b.
  Vector<double> state_of(const Vector<double>& w) const {
    if (!latent_) return w;
    const Vector<double> z = back_ * w;
    if (!latent_->rate_is_state) return latent_->state_of(z);
    return latent_->state_of(z) - lift_ * latent_->value(z);
  }
  /// Eigenvalues of the flow [1/tau_ref] or multipliers less 1 of a map, and their directions in the state; of low rank those
  /// that do not leak alone, which are no slower.
  EigenDecomposition spectrum_at(const Vector<double>& w) const {
    const bool flow = system_.as() == System::As::flow;
    if (!latent_) {
      Matrix<double> J = velocity_.jacobian(w);
      if (flow) J = (system_.reference_tau_ms() * system_.tau_ms().cwiseInverse()).asDiagonal() * J;
      return eigen_decomposition_of(J);
    }
    const Vector<double> z = back_ * w;
    auto spectrum = eigen_decomposition_of(pace_ * latent_->velocity().jacobian(z));
    Eigen::MatrixXcd directions = latent_->B * spectrum.vectors;
    if (latent_->rate_is_state) {
      Matrix<double> r = latent_->B * z + latent_->b, slope = Matrix<double>::Ones(r.rows(), 1);
      apply<double>(latent_->phi, r);
      multiply_by_slope<double>(latent_->phi, r, slope);
      directions = slope.col(0).asDiagonal() * directions;
    }
    spectrum.vectors = directions;
    return spectrum;
  }

 private:
  static constexpr double least_metric = 1e-10;  // factors nearer to dependent ones: the state is searched
  const System& system_;
  Velocity velocity_;
  std::optional<LatentEquation> latent_;
  Matrix<double> lift_;         // F = lift dz/dt [per tau]; N x R
  Matrix<double> root_, back_;  // w = root z, z = back w, |w| the length of lift z
  double pace_ = 1;             // of a step of the map
};

/// Hessian of |F|^2 / 2: J^T J + sum_i F_i Hessian(F_i); the sum by central differences of J^T F at fixed F, whose
/// error is as small as F.
Matrix<double> hessian_of(const Velocity& velocity, const Vector<double>& x, const Vector<double>& F,
                          const Matrix<double>& J) {
  const double h = 1e-5 * magnitude_of(x);
  Matrix<double> curvature(x.size(), x.size());
  for (Index j = 0; j < x.size(); ++j) {
    Vector<double> up = x, down = x;
    up(j) += h;
    down(j) -= h;
    curvature.col(j) = (velocity.jacobian(up) - velocity.jacobian(down)).transpose() * F / (2 * h);
  }
  return J.transpose() * J + (curvature + curvature.transpose()) / 2;
}

enum class End { minimum, fixed_point, unfinished };

/// Newton's method on q; eigenvalues of the Hessian by their modulus, so that it leaves saddles, and half steps until q
/// falls.
End minimise(const Velocity& velocity, Vector<double>& x) {
  x = descend(velocity, x, at_rest);
  for (int iteration = 0; iteration < 100; ++iteration) {
    if (!x.allFinite()) return End::unfinished;
    if (residual_of(velocity, x) <= at_rest) return End::fixed_point;
    const Vector<double> F = velocity.value(x);
    const auto J = velocity.jacobian(x);
    const Vector<double> gradient = J.transpose() * F;
    const auto H = symmetric_eigen_decomposition_of(hessian_of(velocity, x, F, J));
    const double largest = H.values.cwiseAbs().maxCoeff();
    const Vector<double> curvature = H.values.cwiseAbs().cwiseMax(1e-15 * largest);
    Vector<double> step = -(H.vectors * (H.vectors.transpose() * gradient).cwiseQuotient(curvature));
    const double size = std::max(1.0, x.norm());
    const auto at_minimum = H.values.minCoeff() > 0 ? End::minimum : End::unfinished;
    if (step.norm() <= converged * size) return at_minimum;
    const bool below_rounding = -gradient.dot(step) <= 32 * unit * F.squaredNorm();  // twice what q is to fall by
    step *= std::min(1.0, 0.5 * size / step.norm());
    double share = 1;
    for (; share > 1e-6; share /= 2)
      if (velocity.value(x + share * step).norm() < F.norm()) break;
    if (!(share > 1e-6)) {
      if (!below_rounding) return End::unfinished;
      x += step;  // the gradient is known better than q
      return at_minimum;
    }
    x += share * step;
  }
  return End::unfinished;
}

/// D x count, see the header.
Matrix<double> slow_starts(const System& system, Index count, std::uint64_t seed, const Matrix<double>& visited) {
  const Index runs = (count + 1) / 2;
  const bool flow = system.as() == System::As::flow;
  const double dt_ms = flow ? system.tau_ms().minCoeff() / 5 : 0;
  const auto steps = static_cast<Index>(50 * (flow ? system.reference_tau_ms() / dt_ms : 1));
  constexpr std::uint64_t draw = 100;  // other states than fixed points are searched from
  Matrix<double> x =
      visited.size() > 0 ? visited_states(system, visited, runs) : multiscale_states(system, runs, seed, draw);
  Matrix<double> last = x, slowest = x;
  Vector<double> least = Vector<double>::Constant(runs, INFINITY), before = least;
  Eigen::Array<bool, Eigen::Dynamic, 1> falling = Eigen::Array<bool, Eigen::Dynamic, 1>::Constant(runs, false);
  for (const Index step : Turns("steps", steps)) {
    const Vector<double> speed = system.velocity(x).colwise().norm();
    for (Index i = 0; i < runs; ++i) {
      if (falling(i) && speed(i) > before(i) && before(i) < least(i)) {
        least(i) = before(i);
        slowest.col(i) = last.col(i);
      }
      falling(i) = speed(i) < before(i) && step > 0;
    }
    before = speed;
    last = x;
    x = system.next(x, dt_ms);
  }
  for (Index i = 0; i < runs; ++i)
    if (!std::isfinite(least(i)) && x.col(i).allFinite()) slowest.col(i) = x.col(i);
  Matrix<double> starts(system.dimension(), count);
  starts << slowest, multiscale_states(system, count - runs, seed, draw + 1);
  return starts;
}

/// `along`: covector whose product with x - point is the coordinate along the slow direction.
std::optional<double> passage_time(const System& system, const SlowPoint& point, const Vector<double>& along,
                                   double distance) {
  const Stepper stepper(equations_of(system), Method::rk4, system.tau_ms().minCoeff() / 20);
  Matrix<double> x = point.state - distance * point.slow_direction;
  for (int step = 1; step <= longest_passage; ++step) {
    stepper.advance(x);
    const Vector<double> offset = x.col(0) - point.state;
    if (!offset.allFinite() || along.dot(offset) >= distance || offset.norm() >= 2 * distance)
      return step * stepper.dt_ms();
  }
  return {};
}

SlowPoint describe(const System& system, const Landscape& landscape, const Vector<double>& w, double radius) {
  const bool flow = system.as() == System::As::flow;
  const Vector<double> x = landscape.state_of(w), F = system.velocity(x), tau = system.tau_ms();
  const auto D = static_cast<double>(x.size());
  SlowPoint point{x, F.squaredNorm() / (2 * D), 1000 * F.cwiseQuotient(tau).norm() / std::sqrt(D), {}, {}, 0, {}, 0};
  const auto spectrum = landscape.spectrum_at(w);
  Index slow = 0;
  spectrum.values.cwiseAbs().minCoeff(&slow);
  point.eigenvalue = spectrum.values(slow) + (flow ? 0.0 : 1.0);
  for (Index i = 0; i < spectrum.values.size(); ++i)
    point.index += i != slow && growth_of(system.as(), spectrum.values(i) + (flow ? 0.0 : 1.0)) > 0;
  point.slow_direction = spectrum.vectors.col(slow).real().normalized();
  // J^T F = 0: T F is the left null vector of T^-1 J, orthogonal to every other eigenvector, and grows along the flow.
  Vector<double> along = flow ? Vector<double>(tau.cwiseProduct(F)) : F;
  const double overlap = along.dot(point.slow_direction);
  if (overlap < 0) point.slow_direction *= -1;
  if (std::abs(overlap) > 1e-9 * along.norm())
    point.passage_ms = passage_time(system, point, along / std::abs(overlap), radius);
  return point;
}

}  // namespace

SlowPoints find_slow_points(const System& system, const SlowPointSearch& search) {
  const ProductsOnOneThread products;
  system.network().check("network");
  require_parameter(search.starts >= 1, "starts", fmt::format("{}", search.starts), "must be 1 or more");
  require_parameter(std::isfinite(search.radius) && search.radius > 0, "radius", fmt::format("{}", search.radius),
                    "must be > 0");
  SlowPoints result{{}, search.starts, 0, 0};
  std::vector<Vector<double>> states;
  std::vector<Index> hits;
  const auto starts = slow_starts(system, search.starts, search.seed, search.visited);
  const Landscape landscape(system);
  for (const Index i : Turns("starts", starts.cols())) {
    Vector<double> x = landscape.coordinates_of(starts.col(i));
    const End end = minimise(landscape.velocity(), x);
    result.at_fixed_points += end == End::fixed_point;
    result.unfinished += end == End::unfinished;
    if (end != End::minimum) continue;
    const auto known =
        std::find_if(states.begin(), states.end(), [&](const auto& state) { return same_point(state, x); });
    if (known == states.end()) {
      states.push_back(x);
      hits.push_back(1);
    } else {
      ++hits[static_cast<std::size_t>(known - states.begin())];
    }
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    result.points.push_back(describe(system, landscape, states[i], search.radius));
    result.points.back().hits = hits[i];
  }
  std::stable_sort(result.points.begin(), result.points.end(),
                   [](const SlowPoint& a, const SlowPoint& b) { return a.q < b.q; });
  return result;
}

}  // namespace stillpoint
