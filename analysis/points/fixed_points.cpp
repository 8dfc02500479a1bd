#include "analysis/points/fixed_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "analysis/points/current_stability.hpp"
#include "analysis/points/piecewise_linear.hpp"
#include "analysis/points/resting_synapse.hpp"
#include "analysis/points/same_point.hpp"
#include "analysis/points/stability.hpp"
#include "analysis/start_states.hpp"
#include "sim/blas.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr double tolerance = 1e-12;
constexpr Index cycle_starts = 128;

/// Known points and how often each was found.
class Collection {
 public:
  /// Its number; a new one where no known point is near.
  std::size_t add(const Vector<double>& x) {
    for (std::size_t i = 0; i < states.size(); ++i)
      if (same_point(states[i], x)) return i;
    states.push_back(x);
    hits.push_back(0);
    return states.size() - 1;
  }
  std::vector<Vector<double>> states;
  std::vector<Index> hits;
};

/// Where the points are: with the synapse at rest, or without one that is silent there.
bool moves_points(const ContinuousSynapse<double>* synapse) { return synapse && !synapse->silent_at_rest(); }

Velocity velocity_for(const System& system, const FixedPointSearch& search) {
  return moves_points(search.synapse) ? resting_velocity(system, *search.synapse) : velocity_of(system);
}

/// [1/tau_ref] of a flow
Matrix<double> linearisation(const System& system, const ContinuousSynapse<double>* synapse, const Vector<double>& x) {
  const double unit = system.as() == System::As::flow ? system.reference_tau_ms() : 1;
  if (synapse) {
    const auto reduced = current_linearisation(system, *synapse, x);
    return unit * (reduced ? *reduced : joint_linearisation(system, *synapse, x));
  }
  if (system.as() == System::As::map) return system.jacobian(x);
  return (unit * system.tau_ms().cwiseInverse()).asDiagonal() * system.jacobian(x);
}

/// Whether the Jacobian of a network with relu jumps at x: what is left of its change as the distance goes to 0.
/// Between kinks it is constant, or bent by a synapse at rest, and then in proportion to the distance.
bool lies_on_kink(const System& system, const ContinuousSynapse<double>* synapse, const Velocity& velocity,
                  const Vector<double>& x) {
  if (system.network().nonlinearity != Nonlinearity::relu) return false;
  constexpr double far = 1e-7, near = 1e-9;
  const auto at = velocity.jacobian(x);
  const double rounding = moves_points(synapse) ? 1e-8 * std::max(1.0, at.cwiseAbs().maxCoeff()) : 0;
  Stream stream(1, Purpose::perturbation);
  Vector<double> aside(x.size());
  for (int i = 0; i < 8; ++i) {
    stream.fill_normal(aside, magnitude_of(x));
    for (const double side : {1.0, -1.0}) {
      const Matrix<double> here = velocity.jacobian(x + side * near * aside) - at,
                           there = velocity.jacobian(x + side * far * aside) - at;
      if ((here - near / (far - near) * (there - here)).cwiseAbs().maxCoeff() > rounding) return true;
    }
  }
  return false;
}

FixedPoint describe(const System& system, const FixedPointSearch& search, const Vector<double>& x, Index hits) {
  const auto velocity = velocity_for(system, search);
  FixedPoint point{x, residual_of(velocity, x), {}, 0, true, hits};
  point.eigenvalues = spectrum_by_growth(system.as(), linearisation(system, search.synapse, x));
  point.index = unstable_directions(system.as(), point.eigenvalues, neutral_growth);
  point.on_kink = lies_on_kink(system, search.synapse, velocity, x);
  point.stable = is_stable(system.as(), point.eigenvalues) && !point.on_kink;
  return point;
}

void add_cycles(const System& system, const FixedPointSearch& search, const PiecewiseLinear& map,
                const Matrix<double>& starts, FixedPoints& result) {
  const Matrix<double> few = starts.leftCols(std::min(starts.cols(), cycle_starts));
  for (Index k = 2; k <= search.max_cycle; ++k) {
    const auto found = find_cycles(map, k, few);
    if (found.exact && result.cycles_exact_to == k - 1 && found.singular == 0) result.cycles_exact_to = k;
    for (const auto& states : found.cycles) {
      PiecewiseLinear::Word word;
      for (const auto& state : states.colwise()) word.push_back(map.region_of(state));
      PeriodicOrbit cycle{states, spectrum_by_growth(system.as(), map.product(word)), false};
      cycle.stable = is_stable(system.as(), cycle.multipliers);
      result.cycles.push_back(std::move(cycle));
    }
  }
}

}  // namespace

double chao1_missing(const std::vector<Index>& hits) {
  const auto times = [&](Index n) { return static_cast<double>(std::count(hits.begin(), hits.end(), n)); };
  return std::max(0.0, times(1) * (times(1) - 1) / (2 * (times(2) + 1)));  // no -0
}

FixedPoints find_fixed_points(const System& system, const FixedPointSearch& search) {
  const ProductsOnOneThread products;
  system.network().check("network");
  require_parameter(search.starts >= 1, "starts", fmt::format("{}", search.starts), "must be 1 or more");
  require_parameter(search.max_cycle >= 1, "max_cycle", fmt::format("{}", search.max_cycle), "must be 1 or more");
  const auto pieces = moves_points(search.synapse) ? std::nullopt : PiecewiseLinear::of(system);
  require_parameter(search.max_cycle == 1 || system.as() == System::As::map, "max_cycle",
                    fmt::format("{}", search.max_cycle),
                    "a flow has no k-cycles: must be 1, or the network taken as a map");
  require_parameter(search.max_cycle == 1 || pieces, "max_cycle", fmt::format("{}", search.max_cycle),
                    "k-cycles are found for networks with relu; must be 1 for this one");
  if (search.synapse) equations_with_synapse(system, *search.synapse);  // refuses what has none
  const auto velocity = velocity_for(system, search);

  FixedPoints result{};
  result.tau_ref_ms = system.reference_tau_ms();
  result.starts = search.starts;
  const Matrix<double> starts = search_starts(system, search.starts, search.seed, 0, search.visited);
  Collection known;
  bool enumerated = false;
  if (pieces && pieces->size() <= most_exact_fixed_points) {
    const auto found = find_cycles(*pieces, 1, starts);
    for (const auto& states : found.cycles) known.add(states.col(0));
    result.singular = found.singular;
    enumerated = true;
  }
  const std::size_t from_enumeration = known.states.size();

  NewtonSetting setting;
  setting.damped = !pieces;
  for (Index i = 0; i < starts.cols(); ++i)
    if (const auto root = find_root(velocity, starts.col(i), {}, setting)) {
      ++known.hits[known.add(*root)];
      ++result.converged;
    }
  // Points in a region without a unique solution are the only ones that solving every region can leave out.
  result.exact = enumerated && result.singular == 0 && known.states.size() == from_enumeration;
  result.chao1 = chao1_missing(known.hits);

  if (!result.exact) {
    setting.damped = true;
    setting.iterations = 50;
    result.deflated_starts = (search.starts + 3) / 4;
    const auto before = known.states.size();
    const Matrix<double> more =
        search_starts(system, result.deflated_starts, search.seed, 1, search.visited, (search.starts + 1) / 2);
    for (Index i = 0; i < more.cols(); ++i)
      if (const auto root = find_root(velocity, more.col(i), known.states, setting)) known.add(*root);
    result.found_by_deflation = static_cast<Index>(known.states.size() - before);
    result.missing_at_least = std::max(0.0, result.chao1 - static_cast<double>(result.found_by_deflation));
  }

  for (std::size_t i = 0; i < known.states.size(); ++i)
    if (residual_of(velocity, known.states[i]) <= tolerance)
      result.points.push_back(describe(system, search, known.states[i], known.hits[i]));
  std::stable_sort(result.points.begin(), result.points.end(), [](const FixedPoint& a, const FixedPoint& b) {
    return std::make_tuple(!a.stable, a.index, -a.hits) < std::make_tuple(!b.stable, b.index, -b.hits);
  });
  result.cycles_exact_to = result.exact ? 1 : 0;
  if (search.max_cycle > 1) add_cycles(system, search, *pieces, starts, result);
  return result;
}

}  // namespace stillpoint
