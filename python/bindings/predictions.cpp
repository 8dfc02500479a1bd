#include <fmt/format.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "experiments/report/made_predictions.hpp"
#include "python/bindings/watched_call.hpp"

namespace stillpoint::python {

namespace nb = nanobind;

namespace {

using Sizes = std::vector<std::pair<Index, Index>>;

/// The text of predictions.json. No sizes: the usual ones.
std::string predict(const std::vector<std::string>& directories, const std::string& out, const Sizes& sizes,
                    const std::vector<std::string>& only, bool all, long half_step, double f_max_hz,
                    double trials_per_day, int jobs, const nb::callable& see) {
  require_parameter(f_max_hz > 0, "f_max_hz", fmt::format("{}", f_max_hz), "must be > 0 Hz");
  require_parameter(trials_per_day >= 1, "trials_per_day", fmt::format("{}", trials_per_day), "must be 1 or more");
  PredictionStudy study{directories, {}};
  study.all = all;
  study.half_step = half_step;
  study.setting.only = only;
  study.setting.f_max_hz = f_max_hz;
  study.usual_sizes = sizes.empty();
  if (!sizes.empty()) study.setting.sizes.clear();
  for (const auto& [neurons, trials] : sizes) study.setting.sizes.push_back({neurons, trials});
  std::string made;
  watched_call(see, [&] {
    made = predictions_json(make_predictions(std::move(study), trials_per_day, out, jobs, true).report());
  });
  return made;
}

}  // namespace

void bind_predictions(nb::module_& module) {
  module.def("predict", predict, nb::arg("directories"), nb::arg("out"), nb::arg("sizes"), nb::arg("only"),
             nb::arg("all"), nb::arg("half_step"), nb::arg("f_max_hz"), nb::arg("trials_per_day"), nb::arg("jobs"),
             nb::arg("see"));
  module.def("prediction_names", [] {
    std::vector<std::string> names;
    for (const auto& prediction : predictions()) names.push_back(prediction.name);
    return names;
  });
}

}  // namespace stillpoint::python
