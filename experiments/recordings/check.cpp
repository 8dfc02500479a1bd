#include "experiments/recordings/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "experiments/options/argument.hpp"
#include "experiments/predictions/hypotheses.hpp"
#include "experiments/recordings/check_notes.hpp"

namespace stillpoint {

namespace {

/// None where nothing varies but by rounding: a decoder that never fails says nothing of how often it will.
std::optional<Interval> interval_of(const IntervalEstimate& estimate) {
  constexpr double rounding = 1e-9;
  const bool varies = estimate.high - estimate.low > rounding * std::max(1., std::abs(estimate.value));
  return varies ? std::optional(Interval{estimate.low, estimate.high}) : std::nullopt;
}

/// Sizes of the table from the largest down.
std::vector<std::size_t> by_size(const AnimalsFile& table) {
  std::vector<std::size_t> order(table.sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return table.sizes[a].neurons * table.sizes[a].trials > table.sizes[b].neurons * table.sizes[b].trials;
  });
  return order;
}

class Checking {
 public:
  Checking(const std::vector<SessionEvidence>& sessions, const std::vector<std::string>& animals,
           const PredictionsFile& table, const CheckRequest& request, const std::vector<std::string>& hypotheses)
      : sessions_(sessions), animals_(animals), table_(table), request_(request), hypotheses_(hypotheses) {}

  CheckedPrediction check(std::size_t place) const {
    const auto& prediction = predictions()[place];
    CheckedPrediction checked{place};
    checked.statistic.name = prediction.name;
    checked.needed = needed_sample(prediction, table_, request_.matched);
    checked.cannot = measure(prediction, checked);
    if (!checked.cannot.empty()) return checked;
    checked.laws = laws_of(checked.statistic, hypotheses_, request_.alpha);
    if (checked.laws.empty())
      checked.cannot = fmt::format("no hypothesis of the table has it in networks of {} seeds", fewest_seeds);
    return checked;
  }

 private:
  using Sessions = std::map<std::string, std::vector<std::size_t>>;  // by animal

  /// Why it cannot be told, "" where it can.
  std::string measure(const Prediction& prediction, CheckedPrediction& checked) const {
    if (auto never = never_judged(prediction, table_, request_.matched); !never.empty()) return never;
    const auto& networks = table_.animals.animals.at(prediction.name);
    std::vector<Sample> samples;
    Sessions usable;
    std::string why;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      samples.push_back(sample_for(prediction, sessions_[i]));
      if (samples.back().cannot.empty())
        usable[animals_[i]].push_back(i);
      else
        why = samples.back().cannot;
    }
    if (usable.empty()) return why;
    const auto size = size_for(prediction, networks, samples, usable);
    if (!size) return too_small(prediction, samples, usable);
    checked.size = recorded_size(prediction, table_.animals.sizes[*size], table_);
    const auto values = values_at(prediction, checked.size, usable, checked, why);
    if (values.empty()) return why;
    checked.statistic.measured = checked.measured;
    for (const auto& name : hypotheses_)
      if (const auto of = networks.find(name); of != networks.end())
        checked.statistic.networks[name] = networks_at(of->second[*size], checked.sessions);
    return "";
  }

  /// The largest that every session is enough for and that two hypotheses have networks at.
  std::optional<std::size_t> size_for(const Prediction& prediction,
                                      const std::map<std::string, std::vector<std::vector<SetAnimal>>>& networks,
                                      const std::vector<Sample>& samples, const Sessions& usable) const {
    for (const auto size : by_size(table_.animals)) {
      const auto needed = recorded_size(prediction, table_.animals.sizes[size], table_);
      const bool enough = std::all_of(usable.begin(), usable.end(), [&](const auto& animal) {
        return std::all_of(animal.second.begin(), animal.second.end(), [&](std::size_t i) {
          return samples[i].neurons >= needed.neurons && samples[i].trials >= needed.trials;
        });
      });
      long hypotheses = 0;
      for (const auto& name : hypotheses_)
        if (const auto of = networks.find(name); of != networks.end())
          hypotheses += static_cast<long>(of->second[size].size()) >= fewest_seeds ? 1 : 0;
      if (enough && hypotheses >= 2) return size;
    }
    return std::nullopt;
  }

  std::string too_small(const Prediction& prediction, const std::vector<Sample>& samples,
                        const Sessions& usable) const {
    Index neurons = std::numeric_limits<Index>::max(), trials = neurons;
    for (const auto& [animal, places] : usable)
      for (const auto i : places) {
        neurons = std::min(neurons, samples[i].neurons);
        trials = std::min(trials, samples[i].trials);
      }
    const auto least = recorded_size(prediction, table_.animals.sizes[by_size(table_.animals).back()], table_);
    const bool stimulated = prediction.cells == Prediction::Cells::stimulated;
    if (neurons >= least.neurons && trials >= least.trials)
      return "is undefined in the networks of the table at this size";
    return fmt::format("{} {}neurons and {} trials of each experiment are there, the least of the table are {} and {}",
                       neurons, stimulated ? "stimulated " : "", trials, least.neurons, least.trials);
  }

  /// Of animals; fills in value and interval.
  std::vector<double> values_at(const Prediction& prediction, const RecordingSize& size, const Sessions& usable,
                                CheckedPrediction& checked, std::string& why) const {
    std::vector<double> of_animals, of_one;
    std::optional<MatchedValue> last;
    checked.sessions = 0;
    for (const auto& [animal, places] : usable) {
      std::vector<double> values;
      for (const auto i : places)
        if (const auto found = matched_value(prediction, sessions_[i], size, i, why)) {
          values.push_back(found->value);
          last = found;
        }
      if (values.empty()) continue;
      of_animals.push_back(mean_of(values));
      const auto count = static_cast<long>(values.size());
      checked.sessions = checked.sessions == 0 ? count : std::min(checked.sessions, count);
      of_one = values;
    }
    if (of_animals.empty()) return {};
    checked.animals = static_cast<long>(of_animals.size());
    checked.measured = mean_of(of_animals);
    const double level = 1 - request_.alpha;
    if (of_animals.size() > 1) {
      checked.over = "animals";
      checked.interval = interval_of(*student_mean(of_animals, level));
    } else if (of_one.size() > 1) {
      checked.over = "sessions";
      checked.interval = interval_of(*student_mean(of_one, level));
    } else {
      checked.over = "trials";
      if (last->standard_error)
        checked.interval =
            interval_of(student_interval(checked.measured, *last->standard_error, last->degrees_of_freedom, level));
    }
    return of_animals;
  }

  /// Networks with as many sessions as animals have: the mean of those of them where the statistic is defined, the
  /// same sessions in every statistic; of the first that is, where it is in none.
  static std::vector<NetworkValue> networks_at(const std::vector<SetAnimal>& networks, long sessions) {
    std::vector<NetworkValue> values;
    for (const auto& [animal, setting, numbers] : networks) {
      const auto used = std::lower_bound(numbers.begin(), numbers.end(), sessions) - numbers.begin();
      const auto first = animal.sessions.begin();
      values.push_back({animal.seed, setting, mean_of({first, first + std::max<std::ptrdiff_t>(used, 1)})});
    }
    return values;
  }

  const std::vector<SessionEvidence>& sessions_;
  const std::vector<std::string>& animals_;
  const PredictionsFile& table_;
  const CheckRequest& request_;
  const std::vector<std::string>& hypotheses_;
};

/// No controls, in the order of hypotheses().
std::vector<std::string> hypotheses_of(const PredictionsFile& table) {
  std::set<std::string> there;
  for (const auto& [prediction, networks] : table.animals.animals)
    for (const auto& [name, sizes] : networks) there.insert(name);
  std::vector<std::string> names;
  for (const auto& each : hypotheses())
    if (!each.control && there.count(each.name)) names.push_back(each.name);
  return names;
}

std::string animal_of(const SessionEvidence& session, bool files_are_animals) {
  return files_are_animals || session.subject.empty() ? session.file : session.subject;
}

/// A session may lack an experiment that another one has.
void require_experiments(const std::vector<SessionEvidence>& sessions, const EvidenceRequest& request) {
  for (const auto& [name, filter] : request.experiments)
    require_argument(std::any_of(sessions.begin(), sessions.end(),
                                 [&, &of = name](const auto& session) {
                                   const auto why = session.lacking.find(of);
                                   return why == session.lacking.end() || why->second.rfind(no_trials, 0) != 0;
                                 }),
                     "--experiment", fmt::format("{}={}", name, filter.text()), "no trial of any recording meets it");
}

std::vector<std::string> left_of(const JointVerdict& joint) {
  std::vector<std::string> left;
  for (const auto& each : joint.tested)
    if (!each.excluded) left.push_back(each.hypothesis);
  return left;
}

}  // namespace

Check check_recordings(const std::vector<Recording>& recordings, const PredictionsFile& table,
                       const CheckRequest& request) {
  if (!table.of_spikes)
    throw UserError(table.path +
                    ": is of calcium imaging; spikes are held against a table of spikes: run predict "
                    "without recording.signal=calcium");
  Check check;
  check.alpha = request.alpha;
  check.hypotheses = hypotheses_of(table);
  require_usable(recordings, request.evidence);
  for (const auto& recording : recordings) {
    check.sessions.push_back(evidence_of(recording, request.evidence, table));
    check.animals.push_back(animal_of(check.sessions.back(), request.files_are_animals));
  }
  require_experiments(check.sessions, request.evidence);
  const Checking checking(check.sessions, check.animals, table, request, check.hypotheses);
  std::vector<JudgedStatistic> judged;
  for (std::size_t i = 0; i < predictions().size(); ++i) {
    check.predictions.push_back(checking.check(i));
    if (check.predictions.back().cannot.empty()) judged.push_back(check.predictions.back().statistic);
  }
  check.joint = joint_verdict(judged, check.hypotheses, request.alpha);
  check.notes = notes_of(check.sessions, table, request.matched);
  check.next = next_samples(left_of(check.joint), table, request.matched);
  for (auto& session : check.sessions) session.evidence.sessions.clear();
  return check;
}

}  // namespace stillpoint
