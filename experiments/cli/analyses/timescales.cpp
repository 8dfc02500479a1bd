// stillpoint analyze timescales: of the linearised network at a state, and of the activity's autocorrelation.
#include "analysis/paths/timescales.hpp"

#include <fmt/format.h>

#include "analysis/paths/free_runs.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/stepping.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

nlohmann::ordered_json state_json(const System& system, const std::string& name, const Vector<double>& x,
                                  std::string& text) {
  const auto modes = modes_at(system, x);
  auto list = nlohmann::ordered_json::array();
  for (const auto& mode : modes)
    list.push_back({{"tau_ms", mode.tau_ms},
                    {"period_ms", number_or_null(mode.period_ms)},
                    {"eigenvalue", {mode.eigenvalue.real(), mode.eigenvalue.imag()}}});
  text +=
      fmt::format("at {} (|velocity| {:.2g}): slowest modes, growing ones first\n", name, system.velocity(x).norm());
  for (std::size_t i = 0; i < std::min<std::size_t>(5, modes.size()); ++i)
    text +=
        fmt::format("  {} {:.4g} ms{}\n", modes[i].tau_ms < 0 ? "grows in " : "decays in", std::abs(modes[i].tau_ms),
                    modes[i].period_ms ? fmt::format(", period {:.4g} ms", *modes[i].period_ms) : "");
  return {{"state", name}, {"velocity", system.velocity(x).norm()}, {"modes", list}};
}

std::string shown(const std::optional<double>& tau_ms) { return tau_ms ? fmt::format("{:.4g} ms", *tau_ms) : "-"; }

void analyse_timescales(const System& system, const Stepper& stepper, const Given& given,
                        nlohmann::ordered_json& result, std::string& text) {
  std::vector<Vector<double>> states;
  const auto& state = given["state"].as<std::string>();
  if (state != "zero" && state != "end") states.push_back(numbers_of("--state", state));
  if (!states.empty()) modes_at(system, states[0]);  // refuses a wrong one before the runs

  const double sample_ms = given.count("sample-ms") ? given["sample-ms"].as<double>() : system.reference_tau_ms() / 5;
  const auto runs = free_runs(
      stepper, starts_of(system, given), [&](const Matrix<double>& x) { return system.read(x); },
      duration_of(given, "discard-ms"), duration_of(given, "duration-ms"), sample_ms);
  auto list = nlohmann::ordered_json::array();
  if (state == "zero") list.push_back(state_json(system, "zero", Vector<double>::Zero(system.dimension()), text));
  if (!states.empty()) list.push_back(state_json(system, "the given state", states[0], text));
  if (state == "end")
    for (Index i = 0; i < runs.end.cols(); ++i) {
      std::string own;
      list.push_back(state_json(system, fmt::format("the end of run {}", i + 1), runs.end.col(i), own));
      if (i == 0) text += own;
    }
  result["states"] = list;

  result["sample_ms"] = runs.sample_ms;
  result["populations"] = nlohmann::ordered_json::array();
  text += "autocorrelation of the activity   integrated  fitted\n";
  for (const auto& population : populations_of(system.network())) {
    const auto measured = autocorrelation(runs.activity, population.neurons, runs.sample_ms);
    result["populations"].push_back({{"name", population.name},
                                     {"neurons", population.neurons.size()},
                                     {"integrated_ms", number_or_null(measured.integrated_ms)},
                                     {"fitted_ms", number_or_null(measured.fitted_ms)},
                                     {"autocorrelation", as_json(measured.value)}});
    const std::string name = fmt::format("{} ({} neurons)", population.name, population.neurons.size());
    if (measured.value.size() == 0)
      text += fmt::format("  {:30}  at rest: nothing varies\n", name);
    else if (!measured.integrated_ms)
      text += fmt::format("  {:30}  does not decay within {:.4g} ms: periodic, or --duration-ms is too short\n", name,
                          static_cast<double>(measured.value.size() - 1) * runs.sample_ms);
    else
      text += fmt::format("  {:30}  {:10}  {}\n", name, shown(measured.integrated_ms), shown(measured.fitted_ms));
  }
}

/// [1/s], below 0 where it decays; mean over the states. A tau of its own has no mean: it passes through infinity.
std::optional<double> growth_of_slowest_mode(const nlohmann::ordered_json& result) {
  const auto tau_ms = values_in(result, "/states", "/modes/0/tau_ms");
  if (tau_ms.empty() || tau_ms.size() < result["states"].size()) return std::nullopt;
  double sum = 0;
  for (const double tau : tau_ms) sum -= 1000 / tau;
  return sum / static_cast<double>(tau_ms.size());
}

}  // namespace

AnalysisKind timescales_analysis() {
  return {"timescales",
          "Time constants: of the linearised network at a state, and of the autocorrelation of free activity.",
          "a network file or a run file",
          "states [state, velocity, modes [tau_ms (< 0: growth; null: none), period_ms (null: none), eigenvalue]], "
          "populations [name, neurons, integrated_ms and fitted_ms (null: no decay), autocorrelation]",
          "stillpoint analyze timescales network.h5 --state zero --json timescales.json",
          [](po::options_description& options) {
            add_path_options(options);
            add_run_options(options, {8, 0.5, 2000, 20000});
            options.add_options()("state", po::value<std::string>()->default_value("end"),
                                  "where eigenvalues are taken: zero, end (of each run), or v1,v2,..")(
                "sample-ms", po::value<double>(), "of the autocorrelation; default: a fifth of the time constant");
          },
          along_path("timescales", analyse_timescales),
          {number_at("integrated", "ms", "/populations/0/integrated_ms"),
           number_at("fitted", "ms", "/populations/0/fitted_ms"),
           {"slowest_mode", "1/s", growth_of_slowest_mode}}};
}

}  // namespace stillpoint
