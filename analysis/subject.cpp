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

void run_trials(
    const Subject& subject, const Noise& noise, const TrialSet<double>& trials, std::uint64_t seed,
    const Matrix<double>& starts,
    const std::function<void(Index first, const TrialSet<double>& some, const Trajectory<double>& run)>& look) {
  Simulation<double> simulation(subject.network, subject.integration, noise);
  for (Index first = 0; first < trials.batch; first += trials_at_once) {
    std::vector<Index> chosen(static_cast<std::size_t>(std::min(trials_at_once, trials.batch - first)));
    std::iota(chosen.begin(), chosen.end(), first);
    const auto some = chosen_trials(trials, chosen);
    const auto synapse =
        subject.trial_synapse ? subject.trial_synapse(some.steps) : std::make_unique<Synapse<double>>();
    simulation.begin(some, {seed, evaluation_update + static_cast<std::uint64_t>(first)}, *synapse);
    if (starts.size() > 0) simulation.set_state(0, starts.middleCols(first, some.batch));
    for (Index t = 0; t < some.steps; ++t) simulation.step(t);
    look(first, some, simulation.trajectory());
  }
}

Matrix<double> states_of_trials(const Subject& subject, Index count, std::uint64_t seed) {
  Matrix<double> states(subject.network.extent(ArrayAxis::states), count);
  run_trials(subject, subject.noise, subject.trials(count), seed, {},
             [&](Index first, const TrialSet<double>& trials, const Trajectory<double>& run) {
               for (Index b = 0; b < trials.batch; ++b) {
                 Stream stream(seed, Purpose::estimate, step_update, static_cast<std::uint64_t>(first + b));
                 const Index step = 1 + stream.below(trials.length[static_cast<std::size_t>(b)]);
                 states.col(first + b) = run.at(run.state, step).col(b);
               }
             });
  return states;
}

}  // namespace stillpoint
