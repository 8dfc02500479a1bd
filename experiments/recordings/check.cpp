#include "experiments/recordings/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "experiments/options/argument.hpp"
#include "experiments/predictions/hypotheses.hpp"

namespace stillpoint {

namespace {

constexpr double few_spikes = 0.8;  // of the rate at r = 0

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<Interval> interval_of(double value, double error, double degrees, double alpha) {
  if (!(error > 0)) return std::nullopt;
  const boost::math::students_t student(degrees);
  const double reach = error * boost::math::quantile(boost::math::complement(student, alpha / 2));
  return Interval{value - reach, value + reach};
}

/// Of independent values.
std::optional<Interval> interval_of_mean(const std::vector<double>& values, double alpha) {
  const auto count = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean_of(values)) * (value - mean_of(values));
  return interval_of(mean_of(values), std::sqrt(squares / (count - 1) / count), count - 1, alpha);
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
    checked.needed = needed_sample(prediction);
    checked.cannot = measure(prediction, checked);
    if (!checked.cannot.empty()) return checked;
    checked.laws = laws_of(checked.statistic, hypotheses_, request_.alpha);
    if (checked.laws.empty())
      checked.cannot = fmt::format("no hypothesis of the table has it in networks of {} seeds", fewest_seeds);
    return checked;
  }

 private:
  using Sessions = std::map<std::string, std::vector<std::size_t>>;  // by animal

  std::optional<NeededSample> needed_sample(const Prediction& prediction) const {
    std::map<std::pair<Index, Index>, NeededSample> found;
    const auto pairs = table_.pairs.find(prediction.name);
    if (pairs == table_.pairs.end()) return std::nullopt;
    for (const auto& pair : pairs->second) {
      const bool focus = pair.a == table_.focus || pair.b == table_.focus;
      if (!focus || !pair.animals_80 || is_control(pair.a) || is_control(pair.b)) continue;
      auto& sample =
          found.emplace(std::pair(pair.size.neurons, pair.size.trials), NeededSample{pair.size, 0, 0}).first->second;
      sample.animals = std::max(sample.animals, *pair.animals_80);
      ++sample.told;
    }
    std::optional<NeededSample> best;
    for (const auto& [size, sample] : found)
      if (!best || sample.told > best->told) best = sample;
    return best;
  }

  /// Why it cannot be told, "" where it can.
  std::string measure(const Prediction& prediction, CheckedPrediction& checked) const {
    const auto networks = table_.animals.animals.find(prediction.name);
    if (networks == table_.animals.animals.end()) return not_in_table;
    if (prediction.contrast.empty() && !request_.matched)
      return "is a level, no contrast within an animal: another task, rate or constant changes it (--matched: they are "
             "the table's)";
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
    const auto size = size_for(prediction, networks->second, samples, usable);
    if (!size) return too_small(prediction, samples, usable);
    checked.size = recorded_size(prediction, table_.animals.sizes[*size], table_);
    const auto values = values_at(prediction, checked.size, usable, checked, why);
    if (values.empty()) return why;
    checked.statistic.measured = checked.measured;
    for (const auto& name : hypotheses_)
      if (const auto of = networks->second.find(name); of != networks->second.end())
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
    if (of_animals.size() > 1) {
      checked.over = "animals";
      checked.interval = interval_of_mean(of_animals, request_.alpha);
    } else if (of_one.size() > 1) {
      checked.over = "sessions";
      checked.interval = interval_of_mean(of_one, request_.alpha);
    } else {
      checked.over = "trials";
      if (last->standard_error)
        checked.interval =
            interval_of(checked.measured, *last->standard_error, last->degrees_of_freedom, request_.alpha);
    }
    return of_animals;
  }

  static std::vector<NetworkValue> networks_at(const std::vector<SetAnimal>& animals, long sessions) {
    std::vector<NetworkValue> values;
    for (const auto& [animal, setting] : animals) {
      const auto used = std::min<std::ptrdiff_t>(sessions, static_cast<std::ptrdiff_t>(animal.sessions.size()));
      values.push_back({animal.seed, setting, mean_of({animal.sessions.begin(), animal.sessions.begin() + used})});
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

std::vector<std::string> notes_of(const std::vector<SessionEvidence>& sessions, const PredictionsFile& table,
                                  bool matched) {
  std::vector<std::string> notes;
  double rate_hz = 0;
  for (const auto& session : sessions) rate_hz += session.rate_hz / static_cast<double>(sessions.size());
  notes.push_back(fmt::format("{:.3g} Hz in the mean of units and trials; the table's networks fire at up to {:g} Hz{}",
                              rate_hz, table.f_max_hz,
                              rate_hz < few_spikes * table.f_max_hz / 2
                                  ? fmt::format(", half of that at r = 0: FEWER SPIKES ARE MORE NOISE THAN THE TABLE "
                                                "HAS, what is excluded may be wrong; make it anew by predict "
                                                "--f-max-hz {:.3g}",
                                                2 * rate_hz)
                                  : ""));
  if (!matched)
    notes.push_back(
        fmt::format("counts are in bins of {:g} ms, as in the table; its spikes are of a renewal process: "
                    "bursts, drift and sorting errors are not in it",
                    table.bin_ms));
  std::map<std::string, long> said;
  for (const auto& session : sessions)
    for (const auto& note : session.notes)
      if (said[note]++ == 0 && said.size() <= 8) notes.push_back(note);
  if (said.size() > 8) notes.push_back(fmt::format("and {} more of this kind", said.size() - 8));
  return notes;
}

/// A session may lack an experiment that another one has.
void require_experiments(const std::vector<SessionEvidence>& sessions, const EvidenceRequest& request) {
  for (const auto& [name, filter] : request.experiments)
    require_argument(std::any_of(sessions.begin(), sessions.end(),
                                 [&, &of = name](const auto& session) {
                                   const auto why = session.lacking.find(of);
                                   return why == session.lacking.end() || why->second.rfind(no_trials, 0) != 0;
                                 }),
                     "--experiment", fmt::format("{}={}", name, filter.text()), "no trial of any recording is");
}

std::vector<Check::Next> next_of(const Check& check, const PredictionsFile& table) {
  std::vector<std::string> left;
  for (const auto& each : check.joint.tested)
    if (!each.excluded) left.push_back(each.hypothesis);
  const bool focus = std::count(left.begin(), left.end(), table.focus) > 0;
  std::vector<Check::Next> all;
  for (std::size_t i = 0; i < left.size(); ++i)
    for (std::size_t j = i + 1; j < left.size(); ++j) {
      if (focus && left[i] != table.focus && left[j] != table.focus) continue;
      std::optional<Check::Next> best;
      for (const auto& prediction : predictions()) {
        const auto pairs = table.pairs.find(prediction.name);
        if (prediction.contrast.empty() || pairs == table.pairs.end()) continue;
        for (const auto& pair : pairs->second)
          if (std::set<std::string>{pair.a, pair.b} == std::set<std::string>{left[i], left[j]} && pair.animals_80 &&
              (!best || *pair.animals_80 < *best->pair.animals_80))
            best = Check::Next{left[i], left[j], prediction.name, pair};
      }
      if (best) all.push_back(*best);
    }
  return all;
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
  check.next = next_of(check, table);
  for (auto& session : check.sessions) session.evidence.sessions.clear();
  return check;
}

}  // namespace stillpoint
