// A figure of what is observed in recordings: spikes of some units and their rates by condition, the population's rates,
// the autocorrelation with its fit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/recordings/observation.hpp"
#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// Units whose spikes are drawn, of the first session.
inline constexpr int drawn_units = 3;

/// What is drawn of an observation. Units, the fit of the autocorrelation and spikes are those of the first session.
struct ShownObservation {
  std::string file, unit, align;
  bool of_spikes = true;
  Index units = 0;
  std::size_t sessions = 1;
  double from_ms = 0, bin_ms = 1;
  Conditions conditions;
  std::vector<Curve> rates;  // by condition
  Curve autocorrelation;
  std::optional<IntrinsicTimescale> timescale;
  std::vector<Raster> rasters;
};
ShownObservation shown_observation(const Observation& of);

/// 180 mm wide.
Figure observation_figure(ShownObservation of);

}  // namespace stillpoint
