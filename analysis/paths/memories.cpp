#include "analysis/paths/memories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "analysis/paths/cycles.hpp"
#include "analysis/points/newton.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr Index trials_at_once = 32;                                      // bounds the memory that runs take
constexpr double near = 1e-2, same = 1e-4, arrived = 1e-6, aside = 1e-6;  // of 1 + |x|
constexpr double on_cycle = 1e-2;                                         // of its extent

double scale_of(const Vector<double>& x) { return 1 + x.norm(); }

/// States of network and synapse, one column per trial.
struct Joint {
  Matrix<double> x, synaptic;

  Joint(Index D, Index rows, Index B) : x(D, B), synaptic(rows, B) {}
  void take(Index b, const Matrix<double>& state, ContinuousSynapse<double>* synapse) {
    x.col(b) = state.col(b);
    if (synapse) synaptic.col(b) = synapse->state().col(b);
  }
};

/// Trials first .. first + count - 1 up to their ends, then `input`.
TrialSet<double> held_trials(const TrialSet<double>& trials, const std::vector<Index>& ends,
                             const Vector<double>& input, Index first, Index count, Index hold) {
  const Index last = *std::max_element(ends.begin() + first, ends.begin() + first + count);
  auto held = TrialSet<double>::zeros(trials.inputs.rows(), trials.targets.rows(), last + hold, count);
  for (Index b = 0; b < count; ++b)
    for (Index t = 0; t < held.steps; ++t)
      held.inputs.col(held.column(t, b)) = t < ends[static_cast<std::size_t>(first + b)]
                                               ? Vector<double>(trials.inputs.col(trials.column(t, first + b)))
                                               : input;
  return held;
}

/// The path of one trial, D x steps + 1.
Matrix<double> path_of(const Trajectory<double>& run, Index trial) {
  return run.state(Eigen::all, Eigen::seqN(trial, run.steps + 1, run.batch));
}

std::optional<MemoryAttractor> fixed_point_at(const System& system, const Matrix<double>& path) {
  const Vector<double> end = path.rightCols(1);
  if (!end.allFinite()) return {};
  const auto root = find_root(system, end);
  if (!root) return {};
  const Vector<double> distances = (path.colwise() - *root).colwise().norm();
  const double distance = distances.tail(1)(0), before = distances(0);
  if (!(distances.tail(path.cols() / 2).maxCoeff() < near * scale_of(end))) return {};
  if (distance > arrived * scale_of(end) && distance > before / 2) return {};
  return MemoryAttractor{MemoryAttractor::Kind::fixed_point, *root, 0};
}

Cycle as_cycle(const Matrix<double>& path) { return {path, 0, {}, 0}; }

std::optional<MemoryAttractor> cycle_at(const Matrix<double>& path, double dt_ms) {
  const Index T = path.cols() - 1;
  const Vector<double> end = path.col(T);
  if (!end.allFinite()) return {};
  const Vector<double> distance = (path.colwise() - end).colwise().norm();
  if (distance.maxCoeff() < same * scale_of(end)) return {};  // at rest
  double extent = 0;
  for (Index back = 1; 2 * back + 1 <= T; ++back) {
    extent = std::max(extent, distance(T - back));
    // The nearest step of a return after the path has left.
    const double here = distance(T - back);
    if (here > extent / 2 || here > distance(T - back + 1) || here > distance(T - back - 1)) continue;
    const auto around = [&](Index t) { return as_cycle(path.middleCols(t - 1, 3)); };
    bool recurs = around(T - back).distance(end) < on_cycle * extent;
    for (Index k = 1; recurs && k <= 8; ++k) {
      const Index t = T - k * T / 16;
      recurs = around(std::max<Index>(1, t - back)).distance(path.col(t)) < on_cycle * extent;
    }
    if (!recurs) continue;
    // The share of a step by which the return falls short, from the squared distances about the nearest step.
    const double early = std::pow(distance(T - back - 1), 2), late = std::pow(distance(T - back + 1), 2);
    const double curvature = early - 2 * here * here + late;
    const double shift = curvature > 0 ? (late - early) / (2 * curvature) : 0;
    return MemoryAttractor{MemoryAttractor::Kind::cycle, path.rightCols(back + 2),
                           (static_cast<double>(back) + shift) * dt_ms};
  }
  return {};
}

bool same_attractor(const MemoryAttractor& known, const MemoryAttractor& fresh) {
  if (known.kind != fresh.kind) return false;
  if (known.kind == MemoryAttractor::Kind::fixed_point)
    return (known.path - fresh.path).norm() < same * scale_of(known.path);
  const auto cycle = as_cycle(known.path);
  return cycle.distance(fresh.path.col(0)) < on_cycle * cycle.extent();
}

/// The network whose presynaptic efficacies stay what they are.
Network<double> with_efficacy(Network<double> network, const Vector<double>& a) {
  if (network.has_factors())
    network.V = a.asDiagonal() * network.V;
  else
    network.W = network.W * a.asDiagonal();
  if (network.bulk.size() > 0) network.bulk = network.bulk * a.asDiagonal();
  return network;
}

}  // namespace

std::vector<Index> answer_begins(const TrialSet<double>& trials) {
  std::vector<Index> begins;
  for (Index b = 0; b < trials.batch; ++b) {
    const auto graded = [&](Index t) { return trials.mask.col(trials.column(t, b)).any(); };
    Index t = trials.steps;
    while (t > 0 && !graded(t - 1)) --t;
    while (t > 0 && graded(t - 1)) --t;
    begins.push_back(t);
  }
  return begins;
}

Memories run_memories(const Network<double>& network, const Integration& integration, Synapse<double>& synapse,
                      const TrialSet<double>& trials, const std::vector<Index>& ends, const Vector<double>& input,
                      const MemorySetting& setting) {
  auto* continuous = synapse.continuous();
  require_parameter(continuous != nullptr || (!synapse.drives() && !synapse.scales()), "synapse.form", "not dense",
                    "memories are followed with the state of the synapse: use synapse.form = dense, or none");
  require_parameter(integration.has_adjoint(), "integration.method",
                    method_names()[static_cast<std::size_t>(integration.method)], "must be euler or exponential_euler");
  const double dt = integration.dt_ms;
  const auto steps = [&](double ms) { return static_cast<Index>(std::llround(ms / dt)); };
  for (const auto& [name, value, least] :
       {std::tuple("hold_ms", setting.hold_ms, Index(1)), std::tuple("settle_ms", setting.settle_ms, Index(16))})
    require_parameter(
        std::isfinite(value) && steps(value) >= least, name, fmt::format("{}", value),
        fmt::format("must be {} ms or more: {} steps of {} ms", static_cast<double>(least) * dt, least, dt));
  const Index B = trials.batch, D = network_kind(network.kind).states * network.size(), hold = steps(setting.hold_ms),
              half = steps(setting.settle_ms / 2), rows = continuous ? continuous->rows(network.size()) : 0;

  Memories result{Matrix<double>(D, B), Matrix<double>(D, B), Matrix<double>(D, B), {}, {}};
  const System without_synapse(network, input, System::as_trained(network));
  Simulation<double> simulation(network, integration, setting.noise), quiet(network, integration);
  for (Index first = 0; first < B; first += trials_at_once) {
    const Index count = std::min(trials_at_once, B - first);
    const TrialKey key{setting.key.seed, setting.key.update + static_cast<std::uint64_t>(first)};
    const auto held = held_trials(trials, ends, input, first, count, hold);
    Joint joint(D, rows, count);
    simulation.begin(held, key, synapse);
    for (Index t = 0; t <= held.steps; ++t) {
      const Matrix<double> x = simulation.trajectory().at(simulation.trajectory().state, t);
      for (Index b = 0; b < count; ++b) {
        const Index end = ends[static_cast<std::size_t>(first + b)];
        if (t == end) joint.take(b, x, continuous);
        if (t == end + hold) result.held.col(first + b) = x.col(b);
      }
      if (t < held.steps) simulation.step(t);
    }
    result.kept.middleCols(first, count) = joint.x;
    for (Index b = 0; b < count; ++b) {
      Vector<double> direction(D);
      Stream(key.seed, Purpose::perturbation, key.update, static_cast<std::uint64_t>(b)).fill_normal(direction);
      joint.x.col(b) += aside * scale_of(joint.x.col(b)) * direction.normalized();
    }

    auto settling = TrialSet<double>::zeros(input.size(), trials.targets.rows(), half, count);
    settling.inputs.colwise() = input;
    for (int part = 0; part < 2; ++part) {
      quiet.begin(settling, key, synapse);
      quiet.set_state(0, joint.x);
      if (continuous) continuous->state() = joint.synaptic;
      for (Index t = 0; t < half; ++t) quiet.step(t);
      const Matrix<double> x = quiet.trajectory().at(quiet.trajectory().state, half);
      for (Index b = 0; b < count; ++b) joint.take(b, x, continuous);
    }
    result.settled.middleCols(first, count) = joint.x;
    Matrix<double> a(network.size(), count);
    if (synapse.scales()) synapse.efficacy(half, quiet.trajectory().at(quiet.trajectory().rates(), half), a);
    for (Index b = 0; b < count; ++b) {
      const auto path = path_of(quiet.trajectory(), b);
      auto found =
          synapse.scales()
              ? fixed_point_at(System(with_efficacy(network, a.col(b)), input, System::as_trained(network)), path)
              : fixed_point_at(without_synapse, path);
      if (!found) found = cycle_at(path, dt);
      auto& known = result.attractors;
      const auto place = std::find_if(known.begin(), known.end(),
                                      [&](const auto& each) { return found && same_attractor(each, *found); });
      result.of_trial.push_back(found ? place - known.begin() : -1);
      if (found && place == known.end()) known.push_back(*found);
    }
  }
  return result;
}

std::string name_of(MemoryEnd::Verdict verdict) {
  static const char* const names[] = {"own", "undecided", "shared", "none", "unsettled"};
  return names[static_cast<std::size_t>(verdict)];
}

std::vector<MemoryEnd> memory_ends(const std::vector<Index>& of_trial, const std::vector<Index>& first) {
  std::vector<MemoryEnd> ends;
  for (std::size_t i = 0; i + 1 < first.size(); ++i) {
    std::map<Index, Index> counts;
    MemoryEnd end{MemoryEnd::Verdict::none, first[i + 1] - first[i], 0, 0, -1, {}};
    for (Index b = first[i]; b < first[i + 1]; ++b) {
      const Index place = of_trial[static_cast<std::size_t>(b)];
      ++(place < 0 ? end.unsettled : counts[place]);
    }
    for (const auto& [place, count] : counts)
      if (count > end.settled) {
        end.settled = count;
        if (2 * count > end.trials) end.attractor = place;
      }
    ends.push_back(end);
  }
  const auto is_unsettled = [](const MemoryEnd& end) { return 2 * end.unsettled >= end.trials; };
  const bool all_settled = std::none_of(ends.begin(), ends.end(), is_unsettled);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    auto& end = ends[i];
    for (std::size_t j = 0; j < ends.size(); ++j)
      if (j != i && end.attractor >= 0 && ends[j].attractor == end.attractor) end.shared_with.push_back(j);
    using Verdict = MemoryEnd::Verdict;
    end.verdict = is_unsettled(end)          ? Verdict::unsettled
                  : end.attractor < 0        ? Verdict::none
                  : !end.shared_with.empty() ? Verdict::shared
                  : all_settled              ? Verdict::own
                                             : Verdict::undecided;
  }
  return ends;
}

}  // namespace stillpoint
