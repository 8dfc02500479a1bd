// stillpoint analyze dimension: how many dimensions the activity of free runs fills.
#include "analysis/paths/dimension.hpp"

#include <fmt/format.h>

#include "experiments/cli/analyses/activity.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

void analyse_dimension(const Stepped& of, nlohmann::ordered_json& result, std::string& text) {
  const auto activity = activity_of(of, of.system.reference_tau_ms(), true, result);
  const auto& runs = activity.runs;
  of.file.takes.synapse |= activity.of != Activity::Of::free && wants_synapse(of.given);  // of any form
  const auto estimate = dimension_of(runs.activity);
  // Runs that die out at different points fill the dimension of these; at one point, that of the last to decay.
  if (estimate.uncorrected > 0)
    require_lasting(of, activity.of, motion_of(runs.activity, About::common_mean), "dimension");

  result["runs"] = runs.activity.size();
  result["samples_per_run"] = runs.activity[0].cols();
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
  text += fmt::format(" of {} (uncorrected {:.4g}); {} {} of {} samples\n", estimate.eigenvalues.size(),
                      estimate.uncorrected, runs.activity.size(), name_of(activity.of), runs.activity[0].cols());
  double sum = 0;
  text += "component  share   sum\n";
  for (Index i = 0; i < std::min<Index>(10, estimate.eigenvalues.size()); ++i) {
    sum += estimate.eigenvalues(i);
    text += fmt::format("{:9}  {:.3f}  {:.3f}\n", i + 1, estimate.eigenvalues(i) / total, sum / total);
  }
}

}  // namespace

AnalysisKind dimension_analysis() {
  return {"dimension",
          "Participation ratio of activity (free, under noise, in trials), corrected for finite samples; principal "
          "components.",
          "a network file or a run file",
          "participation_ratio (null: no activity, or too few runs), interval [low, high], "
          "participation_ratio_uncorrected, "
          "eigenvalues of the covariance, falling",
          "stillpoint analyze dimension network.h5 --samples 64 --json dimension.json",
          [](po::options_description& options) {
            add_path_options(options);
            add_run_options(options, {32, 0.5, 2000, 10000});
            add_activity_options(options, "the time constant");
          },
          along_path("dimension", analyse_dimension),
          {number_at("participation_ratio", "", "/participation_ratio")}};
}

}  // namespace stillpoint
