#include "analysis/paths/collapse.hpp"

#include <cmath>

#include "sim/random.hpp"

namespace stillpoint {

namespace {
constexpr double same_state = 0.05;
}

Collapse measure_collapse(const Network<double>& network, const Integration& integration, Synapse<double>& synapse,
                          const TrialSet<double>& trials, std::uint64_t seed) {
  const TrialKey key{seed, evaluation_update};
  auto silent = trials;
  silent.inputs.setZero();
  Simulation<double> with(network, integration), without(network, integration);
  const auto& heard = with.run(trials, key, synapse);
  const auto& unheard = without.run(silent, key, synapse);

  double difference = 0, power = 0;
  for (Index t = 0; t < trials.steps; ++t)
    for (Index b = 0; b < trials.batch; ++b)
      if (trials.valid(t, b)) {
        const auto r = heard.at(heard.rates(), t + 1).col(b);
        difference += (r - unheard.at(unheard.rates(), t + 1).col(b)).squaredNorm();
        power += r.squaredNorm();
      }

  std::vector<Vector<double>> found;
  for (Index b = 0; b < trials.batch; ++b) {
    const Vector<double> end = heard.at(heard.rates(), trials.length[static_cast<std::size_t>(b)]).col(b);
    bool is_new = true;
    for (const auto& known : found)
      is_new = is_new && (known - end).norm() > same_state * std::sqrt(static_cast<double>(end.size()));
    if (is_new) found.push_back(end);
  }
  return {static_cast<double>(found.size()) / static_cast<double>(trials.batch),
          power > 0 ? std::sqrt(difference / power) : 0};
}

}  // namespace stillpoint
