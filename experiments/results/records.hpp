// What a finished study looks like to a report: plain values, read from its run files.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "experiments/results/condition_label.hpp"
#include "experiments/results/program.hpp"
#include "experiments/results/thin_curve.hpp"

namespace stillpoint {

/// A value that many hold and none changes.
template <class Value>
class Shared {
 public:
  Shared(Value value = {}) : value_(std::make_shared<const Value>(std::move(value))) {}
  const Value& operator*() const { return *value_; }
  const Value* operator->() const { return value_.get(); }

 private:
  std::shared_ptr<const Value> value_;
};

/// What a matched control was made of.
struct Match {
  std::string property = "none";  // "speed" [1/s], "chaos" (leading Lyapunov exponent [1/s]), or "none"
  double factor = 1;              // by which all tau (speed) or all W (chaos) were multiplied, or `option` was
  double target = 0;              // of the TCR network
  double before = 0;              // at factor 1
  double achieved = 0;            // of the matched network
  bool matched = true;            // achieved is as close to the target as asked for
  std::string option = {};        // of the synapse, or ""
};

/// How the gradient of a rule lay to BPTT's on the same trials, means over updates.
struct AlignmentRecord {
  std::string rule;
  double cosine, norm_ratio;
};

/// Where a controlled schedule was to hold the population speed V, and where it was [1/s].
struct ControlledSpeed {
  double set_point;
  double reached;     // mean over the last tenth of the updates
  bool held() const;  // within 5 %
};

using OptionTexts = std::map<std::string, std::string>;  // full name -> value as text

struct RunRecord {
  enum class Outcome { reached, not_reached, diverged };
  std::uint64_t seed = 0;
  Outcome outcome = Outcome::not_reached;  // diverged wins over reached: reached_at and diverged_at tell both
  std::optional<long> reached_at;          // update at which the criterion was reached
  std::optional<long> diverged_at;         // update whose loss or gradient was not finite
  long updates = 0;  // the whole budget, also of a run that stopped early: one that never reached is censored here
  double final_accuracy = 0, final_loss = 0;    // on the 512 evaluation trials, NaN when diverged
  double speed_at_start = 0, speed_at_end = 0;  // V [1/s]
  bool over_stability_bound = false;
  bool unmatched = false;  // a matched control for which no factor came close enough
  bool collapsed = false;  // after freeze-in all trials ended alike, or hardly depended on the input
  double seconds_per_update = 0;
  std::vector<AlignmentRecord> alignment;  // of the rule and its shadows, where shadow.rules were given
  /// Where a controlled schedule worked on temporal consistency and the run did not diverge.
  std::optional<ControlledSpeed> controlled_speed = {};
  Shared<OptionTexts> options = {};   // every resolved option that applies to the run
  Shared<ProgramFacts> program = {};  // that trained it
  Shared<ThinCurve> curve = {};       // how it learned

  /// Whether loss or gradient ever ceased to be finite, be it after criterion was reached.
  bool diverged() const { return outcome == Outcome::diverged || diverged_at.has_value(); }
  /// Mean cosine of the rule that trained with the true gradient, where it was measured.
  std::optional<double> own_cosine() const;
};

/// How far the runs of a condition are, by their seeds.
struct Completion {
  std::set<std::uint64_t> planned = {};  // that `stillpoint run` was asked for
  std::set<std::uint64_t> running = {};  // claimed by a process that was alive half a minute ago
  std::set<std::uint64_t> kept = {};     // stopped on their way
  bool at_least = false;                 // an earlier program did not note its plan: as far as files tell
};

/// One point of the grid: the options that vary in this study, the same in every condition, and its finished runs sorted
/// by seed.
struct Condition {
  Varied varied;
  std::vector<RunRecord> runs;
  std::string tuned = {};  // which values were tried and chosen for it, as text; empty where none were
  long number = 0;         // that of its files: condition0003-.. is number 3
  long directory = 0;      // where several are read as one study: of the first that has it, from 1; else 0
  Completion completion = {};
  std::string tuned_edge = {};  // "at the upper edge of rate": a better value may lie beyond those tried; or empty

  long done() const { return static_cast<long>(runs.size()); }
  /// Seeds planned, or done or begun without a plan.
  long planned() const;
  long running() const;
  long missing() const { return planned() - done() - running(); }
  long unmatched() const;
  /// "#3", or "#2.3" where it is number 3 of the second directory.
  std::string tag() const;
  std::string label() const { return condition_label(varied); }
  /// "#3 tcr, gain = 2.5": what it is called wherever there is room.
  std::string name() const { return tag() + " " + label(); }
};

/// A combination of the grid that could not be run, and why.
struct LeftOut {
  Varied varied;
  std::string reason;
};

struct StudyRecord {
  bool has_runs() const;
  /// Whether every planned run is done.
  bool finished() const;
  /// Runs of each program.
  std::map<ProgramFacts, long> programs() const;

  std::string name;
  std::vector<Condition> conditions;            // in grid order
  std::vector<std::string> tuned_options = {};  // chosen for each condition: part of it, not what it is compared by
  std::vector<LeftOut> left_out = {};           // not applicable
  std::vector<std::string> fixed = {};          // options that the study sets to one value for all conditions
};

}  // namespace stillpoint
