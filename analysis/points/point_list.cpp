#include "analysis/points/point_list.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "analysis/points/current_stability.hpp"
#include "analysis/points/latent_equation.hpp"
#include "analysis/points/resting_synapse.hpp"
#include "analysis/points/same_point.hpp"
#include "analysis/points/stability.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/random.hpp"

namespace stillpoint {

bool moves_points(const ContinuousSynapse<double>* synapse) { return synapse && !synapse->silent_at_rest(); }

Velocity velocity_for(const System& system, const FixedPointSearch& search) {
  return moves_points(search.synapse) ? resting_velocity(system, *search.synapse) : velocity_of(system);
}

namespace {

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

/// Of the flow in units of 1/tau_ref, or of the map, by growth.
Eigen::VectorXcd spectrum_at(const System& system, const ContinuousSynapse<double>* synapse,
                             const LatentEquation* latent, const Vector<double>& x) {
  if (synapse || !latent || !has_one_tau(system))
    return spectrum_by_growth(system.as(), linearisation(system, synapse, x));
  Eigen::VectorXcd values = Eigen::VectorXcd::Constant(x.size(), -1);
  values.head(latent->dimension()) = eigenvalues_of(latent->velocity().jacobian(latent->latent_of(x)));
  const double pace = system.tau_ms()(0) / system.network().tau_ms(0);
  if (system.as() == System::As::map) values = (1 + pace * values.array()).matrix();
  return by_growth(system.as(), std::move(values));
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

FixedPoint describe(const System& system, const FixedPointSearch& search, const LatentEquation* latent,
                    const Vector<double>& x, Index hits, Index dimension) {
  const auto velocity = velocity_for(system, search);
  FixedPoint point{x, residual_of(velocity, x), {}, 0, true, hits};
  point.eigenvalues = spectrum_at(system, search.synapse, latent, x);
  const auto across = transverse(system.as(), point.eigenvalues, dimension);
  point.index = unstable_directions(system.as(), across, neutral_growth);
  point.neutral = dimension + neutral_directions(system.as(), across);
  point.on_kink = lies_on_kink(system, search.synapse, velocity, x);
  point.stable = dimension == 0 && is_stable(system.as(), point.eigenvalues) && !point.on_kink;
  return point;
}

/// What is one entry of the list: a point, or those of a continuum.
struct Entry {
  Continuum continuum;
  std::vector<FixedPoint> points;
  /// Less is further up. On a grid that rounding errors do not cross; ties by the last digit.
  auto key() const {
    const auto& x = points[0].state;
    const Vector<double> coarse = (1e4 * x).array().round();
    return std::make_tuple(!continuum.attracts, continuum.least_index, continuum.dimension,
                           std::vector<double>(coarse.begin(), coarse.end()), std::vector<double>(x.begin(), x.end()));
  }
};

/// The end of the search nearest to a point that the solver cannot tell from its neighbours.
Vector<double> best_of(const Velocity& velocity, const std::vector<Vector<double>>& states,
                       const std::vector<std::size_t>& members) {
  Vector<double> mean = Vector<double>::Zero(states[members[0]].size());
  for (const auto i : members) mean += states[i] / static_cast<double>(members.size());
  auto best = states[members[0]];
  for (const auto i : members)
    if (residual_of(velocity, states[i]) < residual_of(velocity, best)) best = states[i];
  return members.size() > 1 && residual_of(velocity, mean) < residual_of(velocity, best) ? mean : best;
}

Entry entry_of(const System& system, const FixedPointSearch& search, const SearchEnds& known, const PointGroup& group) {
  Entry entry{{group.dimension, 0, {}, 0, 0, 0, 0, false}, {}};
  auto& continuum = entry.continuum;
  for (const auto i : group.members) continuum.hits += known.hits[i];
  if (group.dimension == 0) {
    const auto x = best_of(velocity_for(system, search), known.states, group.members);
    entry.points.push_back(describe(system, search, known.latent, x, continuum.hits, 0));
    continuum.attracts = entry.points[0].stable;
    continuum.least_index = entry.points[0].index;
    return entry;
  }
  bool smooth = false;
  continuum.attracts = true;
  for (const auto i : group.members) {
    entry.points.push_back(describe(system, search, known.latent, known.states[i], known.hits[i], group.dimension));
    const auto& point = entry.points.back();
    for (const auto& other : entry.points)
      continuum.extent = std::max(continuum.extent, (point.state - other.state).norm());
    if (point.on_kink) continue;
    continuum.least_index = smooth ? std::min(continuum.least_index, point.index) : point.index;
    continuum.most_index = std::max(continuum.most_index, point.index);
    continuum.attracts = continuum.attracts && point.index == 0 && point.neutral == group.dimension;
    smooth = true;
  }
  continuum.attracts = continuum.attracts && smooth;
  return entry;
}

/// Numbers points and continua in their order.
void add_entries(std::vector<Entry>& entries, FixedPoints& result) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key() < b.key(); });
  Index number = 0;
  for (auto& [continuum, points] : entries) {
    continuum.number = ++number;
    const auto place = static_cast<Index>(result.continua.size());
    for (auto& point : points) {
      point.number = number;
      if (continuum.dimension > 0) point.continuum = place;
      continuum.points.push_back(static_cast<Index>(result.points.size()));
      result.points.push_back(std::move(point));
    }
    if (continuum.dimension > 0) result.continua.push_back(std::move(continuum));
  }
}

}  // namespace

std::vector<PointGroup> list_points(const System& system, const FixedPointSearch& search, const Velocity& velocity,
                                    const SearchEnds& ends, FixedPoints& result) {
  auto groups = group_points(velocity, ends.coordinates);
  std::vector<Entry> entries;
  for (const auto& group : groups) entries.push_back(entry_of(system, search, ends, group));
  add_entries(entries, result);
  return groups;
}

std::optional<Index> number_of(const FixedPoints& found, const System& system, const Vector<double>& x, double near) {
  const auto distance = [&](const FixedPoint& point) { return (point.state - x).norm(); };
  const auto nearest = [&](const FixedPoint& a, const FixedPoint& b) { return distance(a) < distance(b); };
  const auto closest = std::min_element(found.points.begin(), found.points.end(), nearest);
  if (closest == found.points.end()) return {};
  if (distance(*closest) < near * (1 + x.norm())) return closest->number;
  for (const auto& continuum : found.continua) {
    const auto closer = [&](Index a, Index b) {
      return nearest(found.points[static_cast<std::size_t>(a)], found.points[static_cast<std::size_t>(b)]);
    };
    const auto& member = found.points[static_cast<std::size_t>(
        *std::min_element(continuum.points.begin(), continuum.points.end(), closer))];
    if (connected(velocity_of(system), member.state, x)) return continuum.number;
  }
  return {};
}

}  // namespace stillpoint
