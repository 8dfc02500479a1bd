#include "sim/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/options/nearest.hpp"

namespace stillpoint {

const std::vector<std::string>& Recorder::known_names() {
  static const std::vector<std::string> names = {"rate",     "rate_hz", "state",  "output",
                                                 "efficacy", "current", "synapse"};
  return names;
}

Recorder::Recorder(const std::vector<std::string>& names, Index every, const Simulation<double>& simulation,
                   Synapse<double>& synapse, Index steps, Index batch)
    : simulation_(simulation), synapse_(synapse.continuous()), every_(every) {
  const auto& known = known_names();
  for (const auto& name : names) {
    require_parameter(std::find(known.begin(), known.end(), name) != known.end(), "record", name,
                      must_be_one_of(name, known));
    const bool of_synapse = name == "synapse" || name == "efficacy" || name == "current";
    const bool present = name == "rate_hz"    ? simulation.network().rate_hz > 0
                         : name == "efficacy" ? synapse.scales()
                         : name == "current"  ? synapse.drives()
                         : name == "synapse"  ? synapse_ || synapse.scales() || synapse.drives()
                                              : true;
    const char* others = synapse.scales() && synapse.drives() ? "efficacy, current, synapse"
                         : synapse.scales()                   ? "efficacy, synapse"
                         : synapse.drives()                   ? "current, synapse"
                                                              : "nothing of its own";
    require_parameter(present, "record", name,
                      name == "rate_hz" ? "this network's rates have no unit (network.rate_hz when it was trained)"
                                        : fmt::format("this synapse has none; it has {}; rate, state and output are "
                                                      "there with any",
                                                      others));
    require_parameter(!of_synapse || synapse_, "record", name,
                      "what a synapse does is read from its state, which is kept with synapse.form = dense and "
                      "synapse.current = own; rate, state and output are there with any");
    const Index N = simulation.network().size();
    const Index channels = name == "output"    ? simulation.network().outputs()
                           : name == "state"   ? N * network_kind(simulation.network().kind).states
                           : name == "synapse" ? synapse_->rows(N)
                                               : N;
    const Index samples = steps / every + 1;
    recordings_[name] = {batch, samples, channels,
                         std::vector<double>(static_cast<std::size_t>(batch * samples * channels))};
  }
}

const Matrix<double>& Recorder::synapse_state() const {
  return simulation_.integration().has_adjoint() ? synapse_->state() : simulation_.joint_synapse_state();
}

Matrix<double> Recorder::value(const std::string& name, Index t) const {
  const auto& run = simulation_.trajectory();
  const auto& network = simulation_.network();
  const Matrix<double> r = run.at(run.rates(), t);
  if (name == "rate") return r;
  if (name == "rate_hz") return network.rate_hz * r;
  if (name == "state") return run.at(run.state, t);
  if (name == "output") return (network.W_out * run.at(run.read(), t)).colwise() + network.b_out;
  if (name == "synapse") return synapse_state();
  Matrix<double> result = Matrix<double>::Zero(r.rows(), r.cols());
  if (name == "efficacy")
    synapse_->efficacy_of(synapse_state(), result);
  else
    synapse_->add_current_of(synapse_state(), r, result);
  return result;
}

void Recorder::observe(Index t) {
  if (t % every_ != 0) return;
  for (auto& [name, recording] : recordings_) {
    const Matrix<double> values = value(name, t);
    for (Index trial = 0; trial < recording.trials; ++trial)
      std::copy_n(values.col(trial).data(), recording.channels,
                  recording.values.begin() + (trial * recording.samples + t / every_) * recording.channels);
  }
}

}  // namespace stillpoint
