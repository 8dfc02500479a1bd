// stillpoint analyze cycles: limit cycles of a network as a flow.
#include "analysis/paths/cycles.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/stepping.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

/// Of the searches, not more than half ended without an answer.
bool mostly_answered(const nlohmann::ordered_json& result) {
  const auto& searches = result["searches"];
  return 2 * (searches["no_return"].get<long>() + searches["not_converged"].get<long>()) <=
         searches["samples"].get<long>();
}

void require_flow(const Stepped& of) {
  if (!of.stepper.map()) return;
  const auto& as = of.given["as"].as<std::string>();
  require_parameter(as != "map", "--as", as, "cycles are those of a flow: must be flow");
  throw UserError("the network is a map, as it was trained, and cycles are those of a flow: give --as flow");
}

void analyse_cycles(const Stepped& of, nlohmann::ordered_json& result, std::string& text) {
  require_flow(of);
  const auto starts = of.starts();
  CycleSetting setting;
  setting.discard_ms = duration_of(of.given, "discard-ms");
  setting.duration_ms = duration_of(of.given, "duration-ms");
  const auto [cycles, found, at_rest, diverged, no_return, not_converged] = find_cycles(of.stepper, starts, setting);

  result["searches"] = {{"samples", starts.cols()},
                        {"at_rest", at_rest},
                        {"diverged", diverged},
                        {"no_return", no_return},
                        {"not_converged", not_converged}};
  result["cycles"] = nlohmann::ordered_json::array();
  if (cycles.empty()) text = "no cycle found\n";
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    const auto& cycle = cycles[i];
    auto path = nlohmann::ordered_json::array();
    for (Index t = 0; t < cycle.path.cols(); ++t) path.push_back(as_json(of.network_part(cycle.path.col(t))));
    result["cycles"].push_back({{"period_ms", cycle.period_ms},
                                {"stable", cycle.stable()},
                                {"multipliers", as_json(cycle.multipliers)},
                                {"extent", cycle.extent()},
                                {"closure", cycle.closure},
                                {"found", found[i]},
                                {"path", path}});
    text += fmt::format("{} cycle, period {:.6g} ms, extent {:.3g}, found {} time{}; largest multipliers",
                        cycle.stable() ? "stable" : "unstable", cycle.period_ms, cycle.extent(), found[i],
                        found[i] == 1 ? "" : "s");
    for (Index m = 0; m < std::min<Index>(3, cycle.multipliers.size()); ++m) {
      const auto value = cycle.multipliers(m);
      text += value.imag() == 0 ? fmt::format(" {:.4g}", value.real())
                                : fmt::format(" {:.4g}{:+.4g}i", value.real(), value.imag());
    }
    text += "\n";
  }
  text +=
      fmt::format("{} search{}: {} came to rest, {}{} did not return within {:g} ms, {} returned but not to a cycle\n",
                  starts.cols(), starts.cols() == 1 ? "" : "es", at_rest,
                  diverged == 0 ? "" : fmt::format("{} grew without bound, ", diverged), no_return, setting.duration_ms,
                  not_converged);
  add_rank(of.stepper, result, text);
  result["hints"] = nlohmann::ordered_json::array();
  const std::string hint =
      "more than half of the searches ended neither at rest nor on a cycle, so that cycles are not counted: chaotic, "
      "or "
      "slow; try a longer --discard-ms and --duration-ms";
  if (!mostly_answered(result)) add_hint(hint, hint, result, text);
}

std::optional<double> period_of_most_found(const nlohmann::ordered_json& result) {
  const auto& cycles = result["cycles"];
  const auto most = std::max_element(cycles.begin(), cycles.end(),
                                     [](const auto& a, const auto& b) { return a["found"] < b["found"]; });
  return most == cycles.end() ? std::nullopt : std::optional<double>((*most)["period_ms"]);
}

}  // namespace

AnalysisKind cycles_analysis() {
  return {
      "cycles",
      "Limit cycles of a flow, from returns of free runs by Newton's method: period and Floquet multipliers.",
      "a network file or a run file",
      "searches [samples, at_rest, diverged, no_return, not_converged], cycles [period_ms, stable, multipliers "
      "(without the one "
      "of the direction of motion; beyond 600 entries of state the leading ones), extent, closure, found, path (states "
      "in equal steps)], hints",
      "stillpoint analyze cycles network.h5 --as flow --samples 16 --json cycles.json",
      [](po::options_description& options) {
        add_path_options(options);
        add_run_options(options, {8, 0.5, 5000, 10000});
      },
      along_path("cycles", analyse_cycles),
      {defined_where(mostly_answered, count_of("cycles", "/cycles")),
       defined_where(mostly_answered, count_of("stable", "/cycles", "stable", true)),
       {"period", "ms", period_of_most_found}}};
}

}  // namespace stillpoint
