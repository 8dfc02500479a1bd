#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "python/bindings/arrays.hpp"
#include "python/bindings/long_call.hpp"
#include "python/bindings/parameters.hpp"
#include "python/bindings/synapses.hpp"
#include "sim/random.hpp"
#include "sim/recorder.hpp"

namespace stillpoint::python {

namespace {

/// [trial, step, channel] as K x T*B.
TrialSet<double> trials_of(const Given<3>& inputs, Index outputs) {
  const auto B = static_cast<Index>(inputs.shape(0)), T = static_cast<Index>(inputs.shape(1)),
             K = static_cast<Index>(inputs.shape(2));
  auto trials = TrialSet<double>::zeros(K, outputs, T, B);
  for (Index b = 0; b < B; ++b)
    for (Index t = 0; t < T; ++t)
      for (Index k = 0; k < K; ++k) trials.inputs(k, trials.column(t, b)) = inputs(b, t, k);
  return trials;
}

Made simulate(const BoundNetwork& stored, const Given<3>& inputs, const Integration& integration, const Noise& noise,
              nb::handle synapse_given, std::uint64_t seed, const std::vector<std::string>& record, Index every,
              nb::handle see) {
  const auto& network = stored.network;
  require_parameter(every >= 1, "every", fmt::format("{}", every), "must be 1 or more");
  require_stationary(network, noise);
  const auto trials = trials_of(inputs, network.outputs());
  const auto synapse =
      synapse_model_of(synapse_given).make<double>(synapse_context(network, integration, noise, trials.steps));
  Simulation<double> simulation(network, integration, noise);
  Recorder recorder(record, every, simulation, *synapse, trials.steps, trials.batch);
  const double bound_ms = long_call(see, [&] {
    simulation.begin(trials, {seed, evaluation_update}, *synapse);
    recorder.observe(0);
    for (const Index t : Turns("steps", trials.steps)) {
      simulation.step(t);
      recorder.observe(t + 1);
    }
    return synapse->stability_bound_ms(largest_mean_square_rate(simulation.trajectory()));
  });
  nb::dict made;
  for (auto& [name, recording] : recorder.take())
    made[name.c_str()] = handed_over(std::move(recording.values), {static_cast<std::size_t>(recording.trials),
                                                                   static_cast<std::size_t>(recording.samples),
                                                                   static_cast<std::size_t>(recording.channels)});
  made["diverges"] = !simulation.trajectory().state.allFinite();
  made["bound_ms"] = integration.has_adjoint() ? bound_ms : std::numeric_limits<double>::infinity();
  return made;
}

}  // namespace

void bind_simulate(nb::module_& module) {
  const auto options = integration_options();
  bind_parameters(
      module, "Integration", "How time advances.", options,
      [=](const Integration& of) {
        option_of(options, "dt_ms").check(number_text(of.dt_ms));
        option_of(options, "tolerance").check(number_text(of.tolerance));
      },
      Field{"method", &Integration::method}, Field{"dt_ms", &Integration::dt_ms},
      Field{"tolerance", &Integration::tolerance});
  std::vector<Option> of_noise;
  for (const auto& option : options)
    if (option.name.rfind("noise.", 0) == 0) of_noise.push_back(option);
  bind_parameters(
      module, "Noise", "Noise of states and of the drive.", of_noise,
      [=](const Noise& of) {
        option_of(of_noise, "activity").check(number_text(of.activity));
        option_of(of_noise, "drive").check(number_text(of.drive));
        option_of(of_noise, "drive_tau_ms").check(number_text(of.drive_tau_ms));
      },
      Field{"activity", &Noise::activity}, Field{"drive", &Noise::drive}, Field{"drive_tau_ms", &Noise::drive_tau_ms});
  module.def("simulate", simulate, nb::arg("network"), nb::arg("inputs"), nb::arg("integration"), nb::arg("noise"),
             nb::arg("synapse").none(), nb::arg("seed"), nb::arg("record"), nb::arg("every"), nb::arg("see").none());
  module.def("method_names", [] { return method_names(); });
}

}  // namespace stillpoint::python
