#include "experiments/predictions/learning_path.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/predictions/families/families.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

using Verdict = LearningPhases::Verdict;

const Prediction& prediction_named(const std::string& name) {
  return *std::find_if(predictions().begin(), predictions().end(),
                       [&](const auto& prediction) { return prediction.name == name; });
}

std::uint64_t seed_of_day(std::uint64_t seed, long update) {
  return Stream(seed, Purpose::recording, static_cast<std::uint64_t>(update), 0, 3).bits();
}

}  // namespace

const std::vector<Prediction>& learning_statistics() {
  static const auto all = [] {
    std::vector<Prediction> list;
    for (const char* name : {"delay_speed", "autocorrelation_400", "delay_dimension"})
      list.push_back(prediction_named(name));
    list.push_back({"delay_decoding",
                    "",
                    "Condition decoded at the end of the delay",
                    "cross-validated discriminant analysis with shrunk covariance, (accuracy - chance) / (1 - chance)",
                    "last 60 ms of the delay",
                    "spikes of as many neurons as possible in trials of the task",
                    "grows with neurons and trials: match both",
                    {"trial"},
                    Prediction::Cells::any,
                    [](const Evidence& of) { return decoded_at_end(of, "trial"); }});
    return list;
  }();
  return all;
}

long day_of(double update, double updates_per_day) {
  return static_cast<long>(std::ceil(update / updates_per_day - 1e-9));
}

std::vector<std::size_t> last_of_days(const std::vector<long>& update, double updates_per_day) {
  std::vector<std::size_t> places;
  const auto day = [&](std::size_t i) { return day_of(static_cast<double>(update[i]), updates_per_day); };
  for (std::size_t i = 0; i < update.size(); ++i)
    if (i + 1 == update.size() || day(i + 1) > day(i)) places.push_back(i);
  return places;
}

namespace {

/// The first update at which the fitted loss has done this share of its fall, in log loss.
double fallen(const LearningPhases& phases, double share) {
  const double first = std::log(phases.fitted.front()), last = std::log(phases.fitted.back());
  std::size_t i = 0;
  while (i + 1 < phases.fitted.size() && first - std::log(phases.fitted[i]) < share * (first - last)) ++i;
  return phases.update[i];
}

}  // namespace

void judge_curve(const LossCurve& curve, LearningPath& path) {
  if (curve.loss.size() < LearningPhases::fewest_points) return;
  const auto phases = find_learning_phases(curve);
  path.verdict = phases.verdict;
  if (phases.verdict == Verdict::abrupt)
    path.fall =
        Fall{phases.drop()->from.value, phases.drop()->update.value, phases.drop()->from.low, phases.drop()->to.high};
  else if (phases.verdict == Verdict::gradual && phases.fitted.back() < phases.fitted.front())
    path.fall = Fall{fallen(phases, 0.1), fallen(phases, 0.5), fallen(phases, 0.1), fallen(phases, 0.9)};
}

LearningPath measure_learning_path(const SubjectPath& of, const MeasurementSetting& setting, double updates_per_day) {
  LearningPath path;
  judge_curve({of.run.curve.update, of.run.curve.loss, of.run.curve.accuracy}, path);
  std::vector<long> updates;
  for (const auto& checkpoint : of.checkpoints) updates.push_back(checkpoint.update);
  auto preparation = preparation_of(of.file, setting.f_max_hz);
  const auto seed = preparation.seed;
  for (const auto place : last_of_days(updates, updates_per_day)) {
    const auto& checkpoint = of.checkpoints[place];
    preparation.network = checkpoint.network;
    preparation.seed = seed_of_day(seed, checkpoint.update);
    path.update.push_back(checkpoint.update);
    path.day.push_back(day_of(static_cast<double>(checkpoint.update), updates_per_day));
    path.values.push_back(measure_predictions(preparation, setting, false, learning_statistics()));
  }
  return path;
}

}  // namespace stillpoint
