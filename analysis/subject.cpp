#include "analysis/subject.hpp"

#include <algorithm>
#include <numeric>

#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr Index trials_at_once = 32;              // bounds the memory that runs take
constexpr std::uint64_t step_update = 0x5EE7ULL;  // keeps the draws of steps apart from other estimates

}  // namespace

std::vector<std::string> left_out(const Subject& subject, const Takes& takes) {
  std::vector<std::string> names;
  if (!takes.synapse && subject.synapse_kind != "none") names.push_back("synapse " + subject.synapse_kind);
  if (!takes.noise && subject.noise.any()) names.push_back("noise");
  if (!takes.task && !subject.task.empty()) names.push_back("task " + subject.task);
  return names;
}

Matrix<double> states_of_trials(const Subject& subject, Index count, std::uint64_t seed) {
  const auto& network = subject.network;
  const auto all = subject.trials(count);
  Matrix<double> states(network.extent(ArrayAxis::states), count);
  Simulation<double> simulation(network, subject.integration, subject.noise);
  for (Index first = 0; first < count; first += trials_at_once) {
    std::vector<Index> chosen(static_cast<std::size_t>(std::min(trials_at_once, count - first)));
    std::iota(chosen.begin(), chosen.end(), first);
    const auto trials = chosen_trials(all, chosen);
    const auto synapse =
        subject.trial_synapse ? subject.trial_synapse(trials.steps) : std::make_unique<Synapse<double>>();
    const auto& trajectory =
        simulation.run(trials, {seed, evaluation_update + static_cast<std::uint64_t>(first)}, *synapse);
    for (Index b = 0; b < trials.batch; ++b) {
      Stream stream(seed, Purpose::estimate, step_update, static_cast<std::uint64_t>(first + b));
      const Index step = 1 + stream.below(trials.length[static_cast<std::size_t>(b)]);
      states.col(first + b) = trajectory.at(trajectory.state, step).col(b);
    }
  }
  return states;
}

}  // namespace stillpoint
