// stillpoint analyze basins: attractors, and the share of sampled states that each one draws in.
#include "analysis/points/basins.hpp"

#include <fmt/format.h>

#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/stepping.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

nlohmann::ordered_json share_json(Index count, const IntervalEstimate& share) {
  return {{"count", count}, {"share", share.value}, {"interval", {share.low, share.high}}};
}

/// Not more than half of the runs are unsettled.
bool mostly_settled(const nlohmann::ordered_json& result) { return result["unsettled"]["share"].get<double>() <= 0.5; }

void analyse_basins(const Stepped& of, nlohmann::ordered_json& result, std::string& text) {
  const auto starts = of.starts();
  const BasinSetting setting{duration_of(of.given, "duration-ms"), duration_of(of.given, "longest-period-ms")};
  const auto basins = find_basins(of.stepper, starts, setting);

  result["samples"] = starts.cols();
  result["attractors"] = nlohmann::ordered_json::array();
  text = "attractor    period [ms]  share  95 %            leading [1/s]\n";
  for (const auto& attractor : basins.attractors) {
    const bool cycle = attractor.kind == Attractor::Kind::cycle;
    nlohmann::ordered_json one{{"kind", cycle ? "cycle" : "fixed point"}};
    one["period_ms"] = cycle ? nlohmann::ordered_json(attractor.period_ms) : nlohmann::ordered_json(nullptr);
    one["leading_per_s"] = attractor.leading_per_s;
    one.update(share_json(attractor.count, attractor.share));
    one["state"] = as_json(of.network_part(attractor.path.col(0)));
    result["attractors"].push_back(one);
    text += fmt::format("{:11}  {:>11}  {:.3f}  [{:.3f}, {:.3f}]  {:.4g}\n", cycle ? "cycle" : "fixed point",
                        cycle ? fmt::format("{:.5g}", attractor.period_ms) : "-", attractor.share.value,
                        attractor.share.low, attractor.share.high, attractor.leading_per_s);
  }
  result["unsettled"] = share_json(basins.unsettled, basins.unsettled_share);
  result["diverged"] = basins.diverged;
  result["of_sample"] = basins.of_sample;
  const char* const of_a_map = of.stepper.map() ? " (as the map of an oscillating flow is: try --as flow)" : "";
  text += fmt::format(
      "{:11}  {:>11}  {:.3f}  [{:.3f}, {:.3f}]\n{} states, {:g} ms each; unsettled: neither at rest nor periodic by "
      "then: chaotic, slow, quasi-periodic{} or, {} of them, without bound\n",
      "unsettled", "-", basins.unsettled_share.value, basins.unsettled_share.low, basins.unsettled_share.high,
      starts.cols(), setting.duration_ms, of_a_map, basins.diverged);
  result["hints"] = nlohmann::ordered_json::array();
  if (mostly_settled(result)) return;
  if (2 * basins.diverged > basins.unsettled) {
    const std::string hint =
        "more than half of the runs are unsettled, so that attractors are not counted: most of these grow without "
        "bound (weights too strong, or dt too long?)";
    return add_hint(hint, hint, result, text);
  }
  const auto hint = fmt::format(
      "more than half of the runs are unsettled, so that attractors are not counted: try {}a longer --duration-ms",
      of.stepper.map() ? "--as flow (the map of an oscillating flow is quasi-periodic), or " : "");
  add_hint(hint, hint, result, text);
}

}  // namespace

AnalysisKind basins_analysis() {
  return {
      "basins",
      "Attractors that sampled states reach, fixed points and cycles, and the share of each with its interval.",
      "a network file or a run file",
      "attractors [kind, period_ms, leading_per_s, count, share, interval, state], unsettled [count, share, interval], "
      "diverged, of_sample (index into attractors; -1: unsettled), hints",
      "stillpoint analyze basins network.h5 --samples 200 --spread 1 --json basins.json",
      [](po::options_description& options) {
        add_path_options(options);
        options.add_options()("samples", po::value<long>()->default_value(100), "states to start from")(
            "spread", usual_number(1), "their standard deviation per entry (through phi where the state is a rate)")(
            "duration-ms", usual_number(10000), "of each run")("longest-period-ms", usual_number(5000), "of cycles");
      },
      along_path("basins", analyse_basins),
      {defined_where(mostly_settled, count_of("attractors", "/attractors")),
       of_a_share(largest_of("largest_share", "", "/attractors", "/share")),
       of_a_share(number_at("unsettled", "", "/unsettled/share"))}};
}

}  // namespace stillpoint
