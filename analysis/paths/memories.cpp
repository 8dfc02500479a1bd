#include "analysis/paths/memories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>

#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr Index trials_at_once = 32;  // bounds the memory that runs take
constexpr double aside = 1e-6;        // of 1 + |x|
constexpr Index longest_path = 5000;  // states of a run that are looked at
constexpr Index steps_at_once = 2000;

double scale_of(const Vector<double>& x) { return 1 + x.norm(); }

/// States of network and synapse, one column per trial.
struct Joint {
  Matrix<double> x, synaptic;

  Joint(Index D, Index rows, Index B) : x(D, B), synaptic(rows, B) {}
  void take(Index b, const Matrix<double>& state, ContinuousSynapse<double>* synapse) {
    x.col(b) = state.col(b);
    if (synapse) synaptic.col(b) = synapse->state().col(b);
  }
  Joint of(const std::vector<Index>& chosen) const {
    Joint some(x.rows(), synaptic.rows(), static_cast<Index>(chosen.size()));
    some.x = x(Eigen::all, chosen);
    some.synaptic = synaptic(Eigen::all, chosen);
    return some;
  }
  void put(Index b, const Joint& other, Index from) {
    x.col(b) = other.x.col(from);
    synaptic.col(b) = other.synaptic.col(from);
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

/// The network whose presynaptic efficacies stay what they are.
Network<double> with_efficacy(Network<double> network, const Vector<double>& a) {
  if (network.has_factors())
    network.V = a.asDiagonal() * network.V;
  else
    network.W = network.W * a.asDiagonal();
  if (network.bulk.size() > 0) network.bulk = network.bulk * a.asDiagonal();
  return network;
}

/// Runs without noise under one input.
class Settling {
 public:
  Settling(const Network<double>& network, const Integration& integration, Synapse<double>& synapse,
           const Vector<double>& input)
      : network_(network),
        dt_ms_(integration.dt_ms),
        synapse_(synapse),
        input_(input),
        quiet_(network, integration),
        without_synapse_(network, input, System::as_trained(network)) {}

  /// Moves `joint` on by so many steps. Of each trial the states of every `stride`-th step, the last one among them;
  /// none for stride 0.
  std::vector<Matrix<double>> run(Joint& joint, Index steps, Index stride = 0) {
    const Index count = joint.x.cols(), kept = stride > 0 ? steps / stride + 1 : 0;
    std::vector<Matrix<double>> paths(static_cast<std::size_t>(count), Matrix<double>(joint.x.rows(), kept));
    auto* continuous = synapse_.continuous();
    for (Index done = 0, part; done < steps; done += part) {
      part = std::min(steps_at_once, steps - done);
      auto held = TrialSet<double>::zeros(input_.size(), network_.outputs(), part, count);
      held.inputs.colwise() = input_;
      quiet_.begin(held, {}, synapse_);
      quiet_.set_state(0, joint.x);
      if (continuous) continuous->state() = joint.synaptic;
      for (Index t = 0; t < part; ++t) quiet_.step(t);
      const auto& run = quiet_.trajectory();
      for (Index t = 0; stride > 0 && t <= part; ++t)
        if (const Index left = steps - done - t; left % stride == 0)
          for (Index b = 0; b < count; ++b)
            paths[static_cast<std::size_t>(b)].col(kept - 1 - left / stride) = run.at(run.state, t).col(b);
      const Matrix<double> x = run.at(run.state, part);
      for (Index b = 0; b < count; ++b) joint.take(b, x, continuous);
      efficacy_.resize(network_.size(), count);
      if (synapse_.scales()) synapse_.efficacy(part, run.at(run.rates(), part), efficacy_);
    }
    return paths;
  }

  /// Where trial b of the last run, whose path that is, has come to.
  std::optional<MemoryAttractor> attractor_of(Index b, const Matrix<double>& path, Index stride) const {
    const double step_ms = static_cast<double>(stride) * dt_ms_;
    if (!synapse_.scales()) return attractor_at(without_synapse_, path, step_ms);
    const auto network = with_efficacy(network_, efficacy_.col(b));
    return attractor_at(System(network, input_, System::as_trained(network)), path, step_ms);
  }

 private:
  const Network<double>& network_;
  double dt_ms_;
  Synapse<double>& synapse_;
  const Vector<double>& input_;
  Simulation<double> quiet_;
  System without_synapse_;
  Matrix<double> efficacy_;
};

/// Place of the attractor among the known ones, to which it is added where it is new.
Index place_of(const MemoryAttractor& found, std::vector<MemoryAttractor>& known) {
  const auto place =
      std::find_if(known.begin(), known.end(), [&](const auto& each) { return same_attractor(each, found); });
  const Index index = place - known.begin();
  if (place == known.end()) known.push_back(found);
  return index;
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

  Memories result{Matrix<double>(D, B), Matrix<double>(D, B), Matrix<double>(D, B), 0, {}, {}};
  Simulation<double> simulation(network, integration, setting.noise);
  Settling settling(network, integration, synapse, input);
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

    // Those that have not settled go on, each time as long as they have run.
    std::vector<Index> running(static_cast<std::size_t>(count));
    std::iota(running.begin(), running.end(), Index{0});
    result.of_trial.resize(static_cast<std::size_t>(first + count), -1);
    settling.run(joint, half);
    for (Index ran = 2 * half;; ran *= 2) {
      auto going = joint.of(running);
      const Index stride = (ran / 2 + longest_path - 1) / longest_path;
      const auto paths = settling.run(going, ran / 2, stride);
      std::vector<Index> unsettled;
      for (std::size_t i = 0; i < running.size(); ++i) {
        const Index b = running[i];
        joint.put(b, going, static_cast<Index>(i));
        if (const auto found = settling.attractor_of(static_cast<Index>(i), paths[i], stride))
          result.of_trial[static_cast<std::size_t>(first + b)] = place_of(*found, result.attractors);
        else
          unsettled.push_back(b);
      }
      result.settled.middleCols(first, count) = joint.x;
      result.settled_ms = std::max(result.settled_ms, static_cast<double>(ran) * dt);
      running = std::move(unsettled);
      if (running.empty() || static_cast<double>(ran) * dt >= setting.settle_at_most_ms) break;
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
