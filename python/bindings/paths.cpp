#include <fmt/format.h>
#include <nanobind/stl/complex.h>

#include <complex>

#include "analysis/paths/cycles.hpp"
#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/points/basins.hpp"
#include "analysis/points/joint_equations.hpp"
#include "analysis/start_states.hpp"
#include "python/bindings/long_call.hpp"
#include "python/bindings/subject.hpp"

namespace stillpoint::python {

namespace {

using Complex = std::complex<double>;

/// A network under constant input as it is stepped, with its synapse where it has one.
struct SteppedSubject : BoundSubject {
  SteppedSubject(const BoundNetwork& network, const Given<1>& input, const std::optional<std::string>& as,
                 nb::handle synapse_given, const std::string& method, std::optional<double> dt_ms)
      : BoundSubject(network, input, as, synapse_given),
        stepper(leaky_stepper(joint_equations(system, continuous()), system.tau_ms(), method_from(method),
                              dt_ms.value_or(0))) {}

  /// D x count
  Matrix<double> starts(Index count, double spread, std::uint64_t seed) const {
    const auto x = trial_starts(system, count, spread, seed);
    if (!continuous()) return x;
    Matrix<double> y(stepper.dimension(), count);
    for (Index i = 0; i < count; ++i) y.col(i) = with_initial_synapse(system, *continuous(), x.col(i));
    return y;
  }
  nb::dict described() const {
    nb::dict made;
    made["as"] = name_of(system.as());
    made["dt_ms"] = stepper.dt_ms();
    made["dimension"] = stepper.dimension();
    return made;
  }

  Stepper stepper;
};

constexpr Index most_exponents = 1000;  // of a state with synapses, whose entries are N^2 and more

Made lyapunov(const BoundNetwork& network, const Given<1>& input, const std::optional<std::string>& as,
              nb::handle synapse, const std::string& method, std::optional<double> dt_ms, Index exponents,
              double duration_ms, double discard_ms, std::uint64_t seed, nb::handle see) {
  const SteppedSubject subject(network, input, as, synapse, method, dt_ms);
  const Index D = subject.stepper.dimension();
  require_parameter(!subject.continuous() || (exponents == 0 ? D : exponents) <= most_exponents, "exponents",
                    fmt::format("{}", exponents),
                    fmt::format("must be from 1 to {} with a synapse, whose state makes {} in all; or synapse=None",
                                most_exponents, D));
  SpectrumSetting setting;
  setting.exponents = exponents;
  setting.duration_ms = duration_ms;
  setting.discard_ms = discard_ms;
  auto spectrum =
      long_call(see, [&] { return lyapunov_spectrum(subject.stepper, subject.starts(1, 0.1, seed), seed, setting); });
  auto made = subject.described();
  made["per_second"] = as_vector(std::move(spectrum.per_second));
  made["standard_error"] = as_vector(std::move(spectrum.standard_error));
  made["kaplan_yorke"] = spectrum.kaplan_yorke;
  made["entropy_per_second"] = spectrum.entropy_per_second;
  return made;
}

Made cycles(const BoundNetwork& network, const Given<1>& input, const std::optional<std::string>& as,
            nb::handle synapse, const std::string& method, std::optional<double> dt_ms, Index samples, double spread,
            double duration_ms, double discard_ms, std::uint64_t seed, nb::handle see) {
  const SteppedSubject subject(network, input, as, synapse, method, dt_ms);
  CycleSetting setting;
  setting.discard_ms = discard_ms;
  setting.duration_ms = duration_ms;
  const auto found =
      long_call(see, [&] { return find_cycles(subject.stepper, subject.starts(samples, spread, seed), setting); });
  auto made = subject.described();
  const auto& list = found.cycles;
  made["samples"] = samples;
  made["at_rest"] = found.at_rest;
  made["diverged"] = found.diverged;
  made["no_return"] = found.no_return;
  made["not_converged"] = found.not_converged;
  made["period_ms"] = each<double>(list, [](const auto& cycle) { return cycle.period_ms; });
  made["stable"] = each<bool>(list, [](const auto& cycle) { return cycle.stable(); });
  made["extent"] = each<double>(list, [](const auto& cycle) { return cycle.extent(); });
  made["closure"] = each<double>(list, [](const auto& cycle) { return cycle.closure; });
  made["found"] = each<std::int64_t>(found.found, [](Index count) { return count; });
  nb::list paths, multipliers;
  for (const auto& cycle : list) {
    paths.append(as_rows<double>(cycle.path.topRows(subject.system.dimension())));
    multipliers.append(as_vector<Complex>(cycle.multipliers));
  }
  made["paths"] = paths;
  made["multipliers"] = multipliers;
  return made;
}

Made basins(const BoundNetwork& network, const Given<1>& input, const std::optional<std::string>& as,
            nb::handle synapse, const std::string& method, std::optional<double> dt_ms, Index samples, double spread,
            double duration_ms, double longest_period_ms, std::uint64_t seed, nb::handle see) {
  const SteppedSubject subject(network, input, as, synapse, method, dt_ms);
  auto starts = subject.starts(samples, spread, seed);
  auto found = long_call(see, [&] { return find_basins(subject.stepper, starts, {duration_ms, longest_period_ms}); });
  const Index D = subject.system.dimension();
  const auto& list = found.attractors;
  auto made = subject.described();
  made["cyclic"] = each<bool>(list, [](const auto& one) { return one.kind == Attractor::Kind::cycle; });
  made["period_ms"] = each<double>(list, [](const auto& one) { return one.period_ms; });
  made["leading_per_s"] = each<double>(list, [](const auto& one) { return one.leading_per_s; });
  made["count"] = each<std::int64_t>(list, [](const auto& one) { return one.count; });
  made["share"] = each<double>(list, [](const auto& one) { return one.share.value; });
  made["low"] = each<double>(list, [](const auto& one) { return one.share.low; });
  made["high"] = each<double>(list, [](const auto& one) { return one.share.high; });
  made["states"] = each_row<double>(D, list, [&](const auto& one) { return one.path.col(0).head(D); });
  nb::list paths;
  for (const auto& one : list) paths.append(as_rows<double>(one.path.topRows(D)));
  made["paths"] = paths;
  made["starts"] = as_rows<double>(starts.topRows(D));
  made["of_sample"] = each<std::int64_t>(found.of_sample, [](Index i) { return i; });
  made["unsettled"] = found.unsettled;
  made["unsettled_share"] =
      nb::make_tuple(found.unsettled_share.value, found.unsettled_share.low, found.unsettled_share.high);
  made["diverged"] = found.diverged;
  return made;
}

}  // namespace

void bind_paths(nb::module_& module) {
  module.def("lyapunov", lyapunov, nb::arg("network"), nb::arg("input"), nb::arg("as_").none(),
             nb::arg("synapse").none(), nb::arg("method"), nb::arg("dt_ms").none(), nb::arg("exponents"),
             nb::arg("duration_ms"), nb::arg("discard_ms"), nb::arg("seed"), nb::arg("see").none());
  module.def("cycles", cycles, nb::arg("network"), nb::arg("input"), nb::arg("as_").none(), nb::arg("synapse").none(),
             nb::arg("method"), nb::arg("dt_ms").none(), nb::arg("samples"), nb::arg("spread"), nb::arg("duration_ms"),
             nb::arg("discard_ms"), nb::arg("seed"), nb::arg("see").none());
  module.def("basins", basins, nb::arg("network"), nb::arg("input"), nb::arg("as_").none(), nb::arg("synapse").none(),
             nb::arg("method"), nb::arg("dt_ms").none(), nb::arg("samples"), nb::arg("spread"), nb::arg("duration_ms"),
             nb::arg("longest_period_ms"), nb::arg("seed"), nb::arg("see").none());
}

}  // namespace stillpoint::python
