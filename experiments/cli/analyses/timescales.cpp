// stillpoint analyze timescales: of the linearised network at a state, and of the activity's autocorrelation.
#include "analysis/paths/timescales.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/cli/analyses/activity.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

nlohmann::ordered_json state_json(const Stepped& of, const std::string& name, const Vector<double>& y,
                                  std::string& text) {
  const auto modes = modes_at(of.stepper.equations(), y);
  const double velocity = of.velocity(y).norm();
  auto list = nlohmann::ordered_json::array();
  for (const auto& mode : modes)
    list.push_back({{"tau_ms", mode.tau_ms},
                    {"period_ms", number_or_null(mode.period_ms)},
                    {"eigenvalue", {mode.eigenvalue.real(), mode.eigenvalue.imag()}},
                    {"directions", mode.directions}});
  text += fmt::format("at {} (|velocity| {:.2g}): slowest modes, growing ones first\n", name, velocity);
  for (std::size_t i = 0; i < std::min<std::size_t>(5, modes.size()); ++i)
    text += fmt::format(
        "  {} {:.4g} ms{}{}\n", modes[i].tau_ms < 0 ? "grows in " : "decays in", std::abs(modes[i].tau_ms),
        modes[i].period_ms ? fmt::format(", period {:.4g} ms", *modes[i].period_ms) : "",
        modes[i].directions > 1 ? fmt::format(", {} directions of the synapse alone", modes[i].directions) : "");
  return {{"state", name}, {"velocity", velocity}, {"modes", list}};
}

/// Where modes are taken, by name.
using States = std::vector<std::pair<std::string, Vector<double>>>;
States states_of(const Stepped& of, const Activity& activity) {
  const auto& which = of.given["state"].as<std::string>();
  if (which == "zero") return {{"zero", of.at_rest(Vector<double>::Zero(of.system.dimension()))}};
  if (which != "end") return {{"the given state", of.at_rest(numbers_of("--state", which))}};
  Matrix<double> end = activity.of == Activity::Of::free ? activity.runs.end : Matrix<double>();
  if (end.size() == 0) {
    end = of.starts();
    const double run_ms = duration_of(of.given, "discard-ms") + duration_of(of.given, "duration-ms");
    for (Index t = 0; t < of.stepper.steps(run_ms); ++t) of.stepper.advance(end);
    require_bounded(end);
  }
  States states;
  for (Index i = 0; i < end.cols(); ++i) states.emplace_back(fmt::format("the end of free run {}", i + 1), end.col(i));
  return states;
}

std::string shown(const std::optional<double>& tau_ms) { return tau_ms ? fmt::format("{:.4g} ms", *tau_ms) : "-"; }

/// Where the nearest curve of trials is no description: which way it is none.
std::string fit_of(const Autocorrelation& measured) {
  const auto& offset = measured.offset;
  if (!offset) return shown(measured.fitted_ms);
  const auto tau = measured.fitted_ms ? shown(measured.fitted_ms) : *offset < 0 ? "- (swings)" : "- (plateaus)";
  return fmt::format("{}, to an offset of {:.3f}", tau, *offset);
}

void add_population(const Population& population, const Activity& activity, nlohmann::ordered_json& result,
                    std::string& text) {
  const auto measured =
      autocorrelation(activity.runs.activity, population.neurons, activity.runs.sample_ms, activity.about);
  result["populations"].push_back({{"name", population.name},
                                   {"neurons", population.neurons.size()},
                                   {"integrated_ms", number_or_null(measured.integrated_ms)},
                                   {"e_folding_ms", number_or_null(measured.e_folding_ms)},
                                   {"fitted_ms", number_or_null(measured.fitted_ms)},
                                   {"amplitude", number_or_null(measured.amplitude)},
                                   {"offset", number_or_null(measured.offset)},
                                   {"autocorrelation", as_json(measured.value)}});
  const std::string name = fmt::format("{} ({} neurons)", population.name, population.neurons.size());
  if (measured.value.size() == 0)
    text += fmt::format("  {:30}  at rest: nothing varies\n", name);
  else if (!measured.integrated_ms && !measured.fitted_ms && !measured.offset)
    text += fmt::format("  {:30}  {:10}  does not decay within {:.4g} ms: periodic, or {} too short\n", name,
                        shown(measured.e_folding_ms),
                        static_cast<double>(measured.value.size() - 1) * activity.runs.sample_ms,
                        activity.of == Activity::Of::trials ? "trials are" : "--duration-ms is");
  else
    text += fmt::format("  {:30}  {:10}  {:10}  {}\n", name, shown(measured.e_folding_ms),
                        shown(measured.integrated_ms), fit_of(measured));
}

/// Runs about their own mean that are too short for what was measured in them.
void add_hints(double duration_ms, nlohmann::ordered_json& result, std::string& text) {
  const auto taus_ms = values_in(result, "/populations", "/integrated_ms");
  if (result["populations"][0]["integrated_ms"].is_null())
    result["hints"].push_back(
        "the autocorrelation does not decay: periodic activity, or runs that are too short (a longer --duration-ms)");
  if (taus_ms.empty()) return;
  const double tau_ms = *std::max_element(taus_ms.begin(), taus_ms.end());
  const double share = short_share(tau_ms, duration_ms), enough = 0.1, enough_ms = duration_ms * share / enough;
  if (share <= enough) return;
  const double unit = std::max(1., std::pow(10, std::floor(std::log10(enough_ms)) - 1));  // two digits
  add_hint(
      "runs are shorter than a hundred time constants, so that times are short by a share of some 10 tau / "
      "duration: give a longer --duration-ms",
      fmt::format("runs are only {:.0f} times as long as {:.4g} ms: short by a share of some {:.0f} %; "
                  "--duration-ms {:.0f} has a hundred",
                  duration_ms / tau_ms, tau_ms, 100 * share, unit * std::ceil(enough_ms / unit)),
      result, text);
}

void analyse_timescales(const Stepped& of, nlohmann::ordered_json& result, std::string& text) {
  const auto& which = of.given["state"].as<std::string>();
  if (which != "zero" && which != "end") {  // a wrong one is refused before the runs
    const auto x = numbers_of("--state", which);
    require_parameter(x.size() == of.system.dimension() && x.allFinite(), "--state", fmt::format("{} values", x.size()),
                      fmt::format("must be {} numbers, the dimension of the state", of.system.dimension()));
  }
  const bool measures = of.given.count("trials") > 0 || duration_of(of.given, "duration-ms") > 0;
  Activity activity{Activity::Of::free, {}, About::own_mean, {}};
  result["activity"] = nullptr;
  if (measures) {
    activity = activity_of(of, of.system.reference_tau_ms() / 5, false, result);
    require_lasting(of, activity.of, activity.motion, "time scale", ", or --duration-ms 0 for the modes alone");
  }
  result["states"] = nlohmann::ordered_json::array();
  for (const auto& [name, y] : states_of(of, activity)) {
    std::string own;
    result["states"].push_back(state_json(of, name, y, own));
    if (result["states"].size() == 1) text += own;
  }
  if (!of.synapse && activity.of != Activity::Of::free && !of.file.without_synapse.empty())
    of.file.without_synapse += "; of the modes, the activity is with it";

  result["populations"] = nlohmann::ordered_json::array();
  result["hints"] = nlohmann::ordered_json::array();
  if (!measures) return;
  text += fmt::format("{:32}  {:10}  {:10}  fitted\n",
                      fmt::format("{}, rates' SD {:.3g}", name_of(activity.of), activity.motion.sd), "to 1/e",
                      "integrated");
  for (const auto& population : populations_of(of.system.network())) add_population(population, activity, result, text);
  if (activity.of != Activity::Of::trials) add_hints(duration_of(of.given, "duration-ms"), result, text);
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
  return {
      "timescales",
      "Time constants: of the linearised network at a state, and of activity: free, under noise or in trials.",
      "a network file or a run file",
      "states [state, velocity, modes [tau_ms (< 0: growth; null: none), period_ms (null: none), eigenvalue, "
      "directions (that share it)]], activity free|noise|trials, noise, rates_sd, populations [name, neurons, "
      "integrated_ms, e_folding_ms (first lag at or below 1/e) and fitted_ms (null: no decay; of trials also where the "
      "curve swings or plateaus), amplitude, offset (of trials), autocorrelation], hints. Refused: activity at rest "
      "(SD up to 1e-10 of its root mean square) or that dies out (SD in the second half of the runs below half of "
      "that in the first)",
      "stillpoint analyze timescales network.h5 --noise 0.1 --json timescales.json",
      [](po::options_description& options) {
        add_path_options(options);
        add_run_options(options, {8, 0.5, 2000, 20000});
        options.add_options()("state", po::value<std::string>()->default_value("end"),
                              "where eigenvalues are taken: zero, end (of each free run), or v1,v2,..");
        add_activity_options(options, "a fifth of the time constant");
      },
      along_path("timescales", analyse_timescales),
      {number_at("integrated", "ms", "/populations/0/integrated_ms"),
       number_at("e_folding", "ms", "/populations/0/e_folding_ms"),
       number_at("fitted", "ms", "/populations/0/fitted_ms"),
       of_any_sign(number_at("offset", "", "/populations/0/offset")),
       of_any_sign({"slowest_mode", "1/s", growth_of_slowest_mode})}};
}

}  // namespace stillpoint
