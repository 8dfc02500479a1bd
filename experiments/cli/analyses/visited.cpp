#include "experiments/cli/analyses/visited.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/results/trained_run.hpp"
#include "sim/files/hdf5.hpp"
#include "sim/random.hpp"
#include "sim/simulation.hpp"

namespace stillpoint {

namespace {

constexpr Index trials_at_once = 32;              // bounds the memory that runs take
constexpr std::uint64_t step_update = 0x5EE7ULL;  // keeps the draws of steps apart from other estimates

bool is_run_file(const std::string& file) {
  const auto held = hdf5::lock();
  const auto opened = hdf5::open(file);
  return hdf5::read_text(opened.openGroup("/"), "format", file) == "stillpoint-run";
}

/// Without its task a file is as good as one without a run, unless the task is asked for.
std::optional<TrainedRun> run_of(const std::string& file, bool required) {
  if (required) return open_run(file);
  try {
    return open_run(file);
  } catch (const UserError&) {
    return {};
  }
}

}  // namespace

void add_visited_option(boost::program_options::options_description& options) {
  options.add_options()("visited", boost::program_options::value<std::string>(),
                        "visited starts: trials (of the task that a run file brings, its default) or free (runs)");
}

Matrix<double> states_of_trials(const std::string& file, const boost::program_options::variables_map& given,
                                const Network<double>& network, Index count) {
  const auto which = given.count("visited") ? given["visited"].as<std::string>() : "";
  require_parameter(which.empty() || which == "trials" || which == "free", "--visited", which, "must be trials or free");
  if (which == "free" || (which.empty() && !is_run_file(file))) return {};
  const auto run = run_of(file, which == "trials");
  if (!run || count < 1) return {};
  const auto seed = seed_of(given);
  const auto all = run->trials(count);
  Matrix<double> states(network_kind(network.kind).states * network.size(), count);
  Simulation<double> simulation(network, run->integration, make_noise(run->options));
  for (Index first = 0; first < count; first += trials_at_once) {
    std::vector<Index> chosen(static_cast<std::size_t>(std::min(trials_at_once, count - first)));
    std::iota(chosen.begin(), chosen.end(), first);
    const auto trials = chosen_trials(all, chosen);
    const auto synapse = run->synapse(network, trials.steps);
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
