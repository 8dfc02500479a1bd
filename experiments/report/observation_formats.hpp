// What is observed in recordings, as a table and as JSON (docs/file-formats.md).
#pragma once

#include <string>

#include "experiments/predictions/report_entry.hpp"
#include "experiments/recordings/observation.hpp"
#include "experiments/report/observation_figure.hpp"

namespace stillpoint {

std::string observation_table(const Observation& of);
std::string observation_json(const Observation& of);

/// What observation_json wrote, as far as its figure shows it. Throws UserError where something is missing.
ShownObservation shown_observation_of(const ReportEntry& all);

}  // namespace stillpoint
