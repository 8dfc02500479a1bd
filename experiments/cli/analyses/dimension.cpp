// stillpoint analyze dimension: how many dimensions the activity of free runs fills.
#include "analysis/paths/dimension.hpp"

#include <fmt/format.h>

#include "analysis/paths/free_runs.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/stepping.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

void analyse_dimension(const System& system, const Stepper& stepper, const Given& given, nlohmann::ordered_json& result,
                       std::string& text) {
  const double sample_ms = given.count("sample-ms") ? given["sample-ms"].as<double>() : system.reference_tau_ms();
  const auto runs = free_runs(
      stepper, starts_of(system, given), [&](const Matrix<double>& x) { return system.read(x); },
      duration_of(given, "discard-ms"), duration_of(given, "duration-ms"), sample_ms);
  const auto estimate = dimension_of(runs.activity);

  result["runs"] = runs.activity.size();
  result["samples_per_run"] = runs.activity[0].cols();
  result["sample_ms"] = runs.sample_ms;
  const auto& ratio = estimate.participation_ratio;
  const auto interval = ratio ? ratio->interval : std::nullopt;
  result["participation_ratio"] = ratio ? Json(ratio->value) : Json(nullptr);
  result["interval"] = interval ? Json{interval->low, interval->high} : Json{nullptr, nullptr};
  result["participation_ratio_uncorrected"] = estimate.uncorrected;
  result["eigenvalues"] = as_json(estimate.eigenvalues);

  const double total = estimate.eigenvalues.sum();
  if (estimate.uncorrected == 0) {
    text = fmt::format("the activity of {} runs does not vary: all rest at one state, no dimension\n",
                       runs.activity.size());
    return;
  }
  text = ratio ? fmt::format("participation ratio {:.4g}", ratio->value) : "participation ratio: too few runs to tell";
  if (interval) text += fmt::format(" [{:.4g}, {:.4g}]", interval->low, interval->high);
  text += fmt::format(" of {} (uncorrected {:.4g}); {} run{} of {} samples\n", estimate.eigenvalues.size(),
                      estimate.uncorrected, runs.activity.size(), runs.activity.size() == 1 ? "" : "s",
                      runs.activity[0].cols());
  double sum = 0;
  text += "component  share   sum\n";
  for (Index i = 0; i < std::min<Index>(10, estimate.eigenvalues.size()); ++i) {
    sum += estimate.eigenvalues(i);
    text += fmt::format("{:9}  {:.3f}  {:.3f}\n", i + 1, estimate.eigenvalues(i) / total, sum / total);
  }
}

}  // namespace

AnalysisKind dimension_analysis() {
  return {
      "dimension",
      "Participation ratio of the activity of free runs, corrected for finite samples, and its principal components.",
      "a network file or a run file",
      "participation_ratio (null: no activity, or too few runs), interval [low, high], "
      "participation_ratio_uncorrected, "
      "eigenvalues of the covariance, falling",
      "stillpoint analyze dimension network.h5 --samples 64 --json dimension.json",
      [](po::options_description& options) {
        add_path_options(options);
        add_run_options(options, {32, 0.5, 2000, 10000});
        options.add_options()("sample-ms", po::value<double>(), "between samples; default: the time constant");
      },
      along_path("dimension", analyse_dimension),
      {number_at("participation_ratio", "", "/participation_ratio")}};
}

}  // namespace stillpoint
