// Every run of a study, finished or not, in the order in which they are taken.
#pragma once

#include <string>
#include <vector>

#include "experiments/runs/run_job.hpp"
#include "experiments/study/study.hpp"

namespace stillpoint {

/// The study's own runs. The jobs refer to the study, which outlives them.
std::vector<RunJob> study_jobs(const Study& study, const std::string& directory);

/// The runs of its candidates; none without a [tune] section.
std::vector<RunJob> tuning_jobs(const Study& study, const std::string& directory);

}  // namespace stillpoint
