// What a study predicts: each statistic under each hypothesis, which pairs of hypotheses it tells apart, in recordings
// of which size, and how many animals that takes.
//
// The first study's networks make the table, each hypothesis in the variant (beta, tau_s) that most of its networks
// have. Whatever else differs between its conditions (gain, task) is pooled, seeds being what is resampled; two
// hypotheses are compared over the seeds and settings in which both learned. In how many settings and variants, of all
// studies, a difference holds is counted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/best_statistic.hpp"
#include "analysis/statistics/discrimination.hpp"
#include "experiments/predictions/measured_networks.hpp"

namespace stillpoint {

struct HypothesisValue {
  std::string hypothesis;
  std::optional<Estimate> value;                       // by rates, mean over networks; interval: Student's t over seeds
  long networks = 0;                                   // where it is defined
  long undefined = 0;                                  // where it is not
  long unmatched = 0;                                  // of both: controls that are not matched
  long censored = 0;                                   // of those that have one: at the largest there can be
  std::vector<std::optional<Estimate>> recorded = {};  // the same of recordings, at each size
};

/// Two hypotheses in recordings of one size.
struct PairAtSize {
  RecordingSize size;
  std::optional<Discrimination> discrimination;
  std::optional<Estimate> difference;          // of b less a, by recordings; interval as below
  std::optional<long> animals_80, animals_90;  // per group; absent beyond most_animals, or where too few networks tell

  /// The interval of the difference excludes 0, and there is a sample that shows it.
  bool tells() const {
    return animals_80 && difference && difference->interval &&
           (difference->interval->low > 0 || difference->interval->high < 0);
  }
};

/// Whether recordings tell two hypotheses apart by what their networks do.
enum class Told {
  no,
  not_by_rates,  // by rates the difference has the other sign, or there is none: what recordings show is their noise
  within_step,   // half the time step may change the statistic by more than a fifth of the difference by rates
  yes
};

struct PairRow {
  std::string a, b;
  std::optional<Estimate> difference;  // of b less a, by rates; interval: Student's t over seeds that both have
  std::vector<PairAtSize> sizes;
  long holds = 0,
       settings = 0;  // settings and variants in which, by rates, it has its sign with an AUC of .7 at least
  /// Most that half the time step changes the statistic under either, by the interval of it; 0: not judged.
  double step_change = 0;

  Told told(std::size_t size) const;
};

struct PredictionRow {
  std::size_t prediction;  // of predictions()
  std::vector<HypothesisValue> values;
  struct InSetting {
    std::string setting, variant;
    std::size_t study;
    HypothesisValue value;
  };
  std::vector<InSetting> settings;  // every setting and variant for itself
  std::vector<PairRow> pairs;
  /// Change at half the time step, over seeds, under the hypothesis where it may be largest; absent where none has three
  /// seeds measured at it. `measured` says whether any network was.
  struct StepChange {
    std::string hypothesis;
    Estimate change;
  };
  std::optional<StepChange> half_step;
  bool measured_at_half_step = false;
  /// Whether it may be more than a fifth of a difference that recordings show; absent where it was judged for none.
  std::optional<bool> step_dependent;
  std::string undefined;  // why it is undefined, of the first network where it is
};

struct BestOfPair {
  std::string a, b;
  std::size_t prediction;
  double auc_of_choice;                    // networks of even seeds
  std::optional<Discrimination> reported;  // networks of odd seeds
};

struct PredictionTable {
  std::vector<std::string> hypotheses;  // in the order of hypotheses(), then other arms
  std::vector<PredictionRow> rows;
  std::vector<BestOfPair> best;  // at the middle size
};

/// Sessions that the value of an animal of the lab is the mean of. Means and differences here are of all that a network
/// has; AUC and samples, of so many.
constexpr long sessions_per_animal = 2;
constexpr long most_animals = 200;
/// From here on a difference is called one [AUC, or 1 less it].
constexpr double told_apart = 0.7;

/// Student's interval, absent of a single value; absent without values.
std::optional<Estimate> mean_with_interval(const std::vector<double>& values);
/// Mean over seeds of b less a, each seed's the mean over its animals; absent where they share none.
std::optional<Estimate> mean_difference(const std::vector<Animal>& a, const std::vector<Animal>& b);

PredictionTable table_of(const PredictionStudy& study);

/// A network as an animal, in recordings of one size.
struct SetAnimal {
  Animal animal;
  std::string setting;
  std::vector<Index> numbers = {};  // of its sessions, from 0, rising: those between have no value
};
std::vector<SetAnimal> animals_of(const PredictionStudy& study, const std::string& hypothesis, std::size_t prediction,
                                  std::size_t size);
/// Those of the seeds and settings that both have: what differs between them is the hypothesis.
std::pair<std::vector<Animal>, std::vector<Animal>> alike(const std::vector<SetAnimal>& a,
                                                          const std::vector<SetAnimal>& b);
/// The networks of the table: of the first study, in the usual variant of their hypothesis.
std::vector<const MeasuredNetwork*> tabled(const PredictionStudy& study, const std::string& hypothesis);
std::vector<std::string> hypotheses_in(const PredictionStudy& study);

}  // namespace stillpoint
