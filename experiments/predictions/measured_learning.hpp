// Networks on their way of learning, of the studies that predictions are made of: measured in parallel and kept as they
// come, where their runs kept networks of enough days.
#pragma once

#include <string>
#include <vector>

#include "experiments/predictions/learning_path.hpp"
#include "experiments/predictions/measured_networks.hpp"

namespace stillpoint {

struct LearningNetwork {
  std::string run, hypothesis;
  std::uint64_t seed = 0;
  double updates_per_day = 0;
  LearningPath path = {};  // without recordings: there was a problem
  std::string problem = {};
};

/// Sessions that a lab records on a day, at most.
constexpr Index most_sessions_per_day = 4;

struct LearningStudy {
  double trials_per_day = 400;
  MeasurementSetting setting = {};  // the middle size alone, most_sessions_per_day sessions of it
  std::vector<LearningNetwork> networks = {};
  long too_few_days = 0;      // runs whose networks are of fewer than DailyChange::fewest_days days
  long updates_of_a_day = 0;  // of the last of those runs, for want of another
};

/// Of study.networks those with enough days; what is measured is kept in DIR `out`/learning. jobs as measure_networks.
LearningStudy measure_learning(const PredictionStudy& study, double trials_per_day, const std::string& out, int jobs,
                               bool quiet);

}  // namespace stillpoint
