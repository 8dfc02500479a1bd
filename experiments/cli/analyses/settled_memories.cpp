#include "experiments/cli/analyses/settled_memories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/points/stability.hpp"

namespace stillpoint {

namespace {

/// With its state, which settling keeps: the dense form of TCR.
std::unique_ptr<Synapse<double>> synapse_with_state(const TrainedRun& run, const Network<double>& network,
                                                    bool trained) {
  if (!trained) return std::make_unique<Synapse<double>>();
  Options options = run.options;
  if (options.text("synapse.kind") == "tcr") {
    require_parameter(
        options.text("synapse.current") == "own", "synapse.current", options.text("synapse.current"),
        "its current is another trial's, so that it leads to no attractor of its own; use --synapse none");
    options.set("synapse.form", "dense");
  }
  return synapse_model(options).make<double>(synapse_context(network, run.integration, {}, 1));
}

/// Of network and synapse, and the slowest direction of the attractors that are listed.
double slowest_time_ms(const SubjectFile& file, const FixedPoints& listed, bool with_synapse) {
  double slowest = file.subject.network.tau_ms.maxCoeff();
  if (with_synapse)
    for (const auto& option : synapse_kind(file.subject.synapse_kind).options)
      if (option.name.rfind("synapse.tau", 0) == 0) slowest = std::max(slowest, file.synapse.number(option.name));
  const bool map = file.subject.as == System::As::map;
  for (const auto& point : listed.points) {
    if (!point.stable) continue;
    const auto leading = point.eigenvalues(0);
    const double decay = map ? -std::log(std::abs(leading)) : -leading.real();
    slowest = std::max(slowest, listed.tau_ref_ms / decay);
  }
  return slowest;
}

}  // namespace

SettledMemories settle_memories(const SubjectFile& file, const SettleRequest& request, const FixedPoints& listed) {
  const auto& run = file.require_run();
  const auto& subject = file.subject;
  const auto synapse = synapse_with_state(run, subject.network, request.with_synapse);
  SettledMemories settled{memory_trials(run, request.trials),
                          request.with_synapse ? subject.synapse_kind : "none",
                          request.setting,
                          {},
                          {},
                          {},
                          0};
  // An approach from a distance of 1 to the last digits, and as long again for what is slower far from the attractor.
  constexpr double times = 20, least_ms = 10000, most_ms = 320000;
  settled.enough_ms =
      std::clamp(std::ceil(times * slowest_time_ms(file, listed, request.with_synapse)), least_ms, most_ms);
  settled.setting.settle_ms = request.settle_ms.value_or(least_ms);
  if (!request.settle_ms) settled.setting.settle_at_most_ms = settled.enough_ms;
  settled.found = run_memories(subject.network, run.integration, *synapse, settled.drawn.trials, settled.drawn.ends,
                               subject.input, settled.setting);
  if (!request.settle_ms) settled.setting.settle_ms = settled.found.settled_ms;
  settled.ends = memory_ends(settled.found.of_trial, settled.drawn.first);
  // Points with efficacies held at their last values are those of the list up to where these have come.
  const double near = synapse->scales() ? 1e-2 : 1e-4;
  const auto system = subject.system();
  for (const auto& attractor : settled.found.attractors)
    settled.numbers.push_back(attractor.kind == MemoryAttractor::Kind::cycle
                                  ? std::nullopt
                                  : number_of(listed, system, attractor.path.col(0), near));
  return settled;
}

std::vector<std::string> names_of_attractors(const SettledMemories& settled) {
  std::vector<std::string> names;
  Index others = 0;
  for (const auto& number : settled.numbers) {
    if (number) {
      names.push_back(fmt::format("{}", *number));
      continue;
    }
    // a .. z, a1 .. z1, ..
    const auto round = others / 26;
    names.push_back(static_cast<char>('a' + others++ % 26) + (round > 0 ? fmt::format("{}", round) : std::string()));
  }
  return names;
}

}  // namespace stillpoint
