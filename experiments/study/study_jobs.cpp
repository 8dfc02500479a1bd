#include "experiments/study/study_jobs.hpp"

#include "experiments/study/study_directory.hpp"

namespace stillpoint {

std::vector<RunJob> study_jobs(const Study& study, const std::string& directory) {
  std::vector<RunJob> jobs;
  for (long i = 0; i < study.seeds; ++i)  // all conditions of a seed first: a stopped study has whole pairs
    for (std::size_t condition = 0; condition < study.points.size(); ++condition) {
      const auto seed = study.first_seed + static_cast<std::uint64_t>(i);
      const auto& point = study.points[condition];
      jobs.push_back({&point.options, condition, &point.varied, seed, run_path(directory, condition, seed)});
    }
  return jobs;
}

std::vector<RunJob> tuning_jobs(const Study& study, const std::string& directory) {
  std::vector<RunJob> jobs;
  for (long i = 0; i < study.tuning_seeds; ++i)  // so that soon every candidate is known to take how long
    for (std::size_t condition = 0; condition < study.points.size(); ++condition)
      for (std::size_t candidate = 0; candidate < study.points[condition].candidates.size(); ++candidate) {
        const auto seed = study.first_tuning_seed + static_cast<std::uint64_t>(i);
        const auto& point = study.points[condition];
        if (!point.candidates[candidate].left_out.empty()) continue;
        jobs.push_back({&point.candidates[candidate].options, condition, &point.varied, seed,
                        tuning_path(directory, condition, candidate, seed)});
      }
  return jobs;
}

}  // namespace stillpoint
