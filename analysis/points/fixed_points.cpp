#include "analysis/points/fixed_points.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/points/piecewise_linear.hpp"
#include "analysis/points/point_list.hpp"
#include "analysis/points/same_point.hpp"
#include "analysis/points/stability.hpp"
#include "analysis/start_states.hpp"
#include "analysis/synaptic_equations.hpp"
#include "sim/blas.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

constexpr double tolerance = 1e-12;
constexpr Index cycle_starts = 128;

/// Known points and how often each was found.
struct Collection : SearchEnds {
  /// Its number; a new one where no known point is near.
  std::size_t add(const Vector<double>& x) {
    for (std::size_t i = 0; i < states.size(); ++i)
      if (same_point(states[i], x)) return i;
    states.push_back(x);
    hits.push_back(0);
    return states.size() - 1;
  }
};

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
  for (const Index i : Turns("starts", starts.cols()))
    if (const auto root = find_root(velocity, starts.col(i), {}, setting)) {
      ++known.hits[known.add(*root)];
      ++result.converged;
    }
  // Points in a region without a unique solution are the only ones that solving every region can leave out.
  result.exact = enumerated && result.singular == 0 && known.states.size() == from_enumeration;
  const auto from_starts = known.states.size();

  if (!result.exact) {
    setting.damped = true;
    setting.iterations = 50;
    result.deflated_starts = (search.starts + 3) / 4;
    const Matrix<double> more =
        search_starts(system, result.deflated_starts, search.seed, 1, search.visited, (search.starts + 1) / 2);
    for (const Index i : Turns("deflated starts", more.cols()))
      if (const auto root = find_root(velocity, more.col(i), known.states, setting)) known.add(*root);
  }

  SearchEnds ends;
  std::vector<bool> deflated;
  for (std::size_t i = 0; i < known.states.size(); ++i) {
    if (residual_of(velocity, known.states[i]) > tolerance) continue;
    ends.states.push_back(known.states[i]);
    ends.hits.push_back(known.hits[i]);
    deflated.push_back(i >= from_starts);
  }
  std::vector<Index> hits;
  for (const auto& [members, dimension] : list_points(system, search, ends, result)) {
    hits.push_back(0);
    for (const auto i : members) hits.back() += ends.hits[i];
    result.found_by_deflation +=
        std::all_of(members.begin(), members.end(), [&](auto i) -> bool { return deflated[i]; });
  }
  result.chao1 = chao1_missing(hits);
  if (!result.exact)
    result.missing_at_least = std::max(0.0, result.chao1 - static_cast<double>(result.found_by_deflation));
  result.cycles_exact_to = result.exact ? 1 : 0;
  if (search.max_cycle > 1) add_cycles(system, search, *pieces, starts, result);
  return result;
}

}  // namespace stillpoint
