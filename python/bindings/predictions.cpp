#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "analysis/activity/recording_model.hpp"
#include "experiments/report/made_predictions.hpp"
#include "python/bindings/parameters.hpp"
#include "python/bindings/watched_call.hpp"

namespace stillpoint::python {

namespace nb = nanobind;

namespace {

using Sizes = std::vector<std::pair<Index, Index>>;

/// The text of predictions.json. No sizes: the usual ones; nothing else: the libraries' defaults.
std::string predict(const std::vector<std::string>& directories, const std::string& out, const Sizes& sizes,
                    const std::vector<std::string>& only, const RecordingModel& recording, bool all,
                    std::optional<long> half_step, std::optional<double> f_max_hz, std::optional<double> trials_per_day,
                    int jobs, const nb::callable& see) {
  PredictionStudy study{directories, {}};
  auto& hz = study.setting.f_max_hz;
  hz = f_max_hz.value_or(hz);
  const double per_day = trials_per_day.value_or(LearningStudy().trials_per_day);
  require_parameter(hz > 0, "f_max_hz", fmt::format("{}", hz), "must be > 0 Hz");
  require_parameter(per_day >= 1, "trials_per_day", fmt::format("{}", per_day), "must be 1 or more");
  study.all = all;
  study.half_step = half_step.value_or(study.half_step);
  study.setting.only = only;
  study.setting.recording = recording;
  study.usual_sizes = sizes.empty();
  if (!sizes.empty()) study.setting.sizes.clear();
  for (const auto& [neurons, trials] : sizes) study.setting.sizes.push_back({neurons, trials});
  std::string made;
  watched_call(see,
               [&] { made = predictions_json(make_predictions(std::move(study), per_day, out, jobs, true).report()); });
  return made;
}

}  // namespace

void bind_predictions(nb::module_& module) {
  using R = RecordingModel;
  using C = CalciumImaging;
  bind_parameters(
      module, "Recording", "What an electrode or a microscope sees of rates (docs/predictions.md).",
      recording_list().options(), [](const R& model) { check(model); }, Field{"signal", &R::signal},
      Field{"bin_ms", &R::bin_ms}, Field{"shape", &R::shape}, Field{"gain_sd", &R::gain_sd},
      Field{"gain_correlation_ms", &R::gain_correlation_ms}, Field{"calcium_rise_ms", &R::calcium, &C::rise_ms},
      Field{"calcium_decay_ms", &R::calcium, &C::decay_ms}, Field{"frame_hz", &R::calcium, &C::frame_hz},
      Field{"calcium_peak", &R::calcium, &C::peak}, Field{"calcium_noise", &R::calcium, &C::noise},
      Field{"calcium_baseline", &R::calcium, &C::baseline});
  module.def("predict", predict, nb::arg("directories"), nb::arg("out"), nb::arg("sizes"), nb::arg("only"),
             nb::arg("recording"), nb::arg("all"), nb::arg("half_step").none(), nb::arg("f_max_hz").none(),
             nb::arg("trials_per_day").none(), nb::arg("jobs"), nb::arg("see"));
  module.def("prediction_names", [] {
    std::vector<std::string> names;
    for (const auto& prediction : predictions()) names.push_back(prediction.name);
    return names;
  });
}

}  // namespace stillpoint::python
