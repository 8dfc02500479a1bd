// A network on its way of learning, as a lab sees it that records every day.
//
// Day d is over when training has changed the network d times the updates of a day; its recording is of the last
// network that was kept in it, day 0 of the network that has not learned yet.
#pragma once

#include <optional>
#include <vector>

#include "analysis/learning/learning_phases.hpp"
#include "experiments/predictions/measurement.hpp"
#include "experiments/results/subject_file.hpp"

namespace stillpoint {

/// Speed, timescale, dimension and decoding: the predictions of these names, and decoding at the end of the delay.
const std::vector<Prediction>& learning_statistics();

/// When the loss fell [updates]: the drop of an abrupt fall; of a gradual one, which begins and ends nowhere, a tenth,
/// half and nine tenths of the fall of the fitted curve, in log loss.
struct Fall {
  double onset;   // abrupt: the last update before the drop
  double middle;  // abrupt: half of the drop is done
  double before;  // up to here it had not begun; abrupt: the lower end of the interval of the onset
  double after;   // from here on it was over; abrupt: the upper end of the interval of the drop's end
};

struct LearningPath {
  LearningPhases::Verdict verdict = LearningPhases::Verdict::none;
  std::optional<Fall> fall;                          // absent where there is none
  std::vector<long> day, update;                     // of each recording
  std::vector<std::vector<PredictionValue>> values;  // of each recording and of learning_statistics()
};

/// The day in which training makes this update.
long day_of(double update, double updates_per_day);
/// Places of the last of each day, of increasing updates.
std::vector<std::size_t> last_of_days(const std::vector<long>& update, double updates_per_day);

/// Verdict and fall of a curve (analysis/learning/learning_phases.hpp), none of a fall that was undone; "none" for one of
/// fewer points than that needs.
void judge_curve(const LossCurve& curve, LearningPath& path);

/// Trials, noise and recorded neurons are others on each day: what differs between days is also what differs between
/// recordings. Throws UserError as measure_predictions does.
LearningPath measure_learning_path(const SubjectPath& of, const MeasurementSetting& setting, double updates_per_day);

}  // namespace stillpoint
