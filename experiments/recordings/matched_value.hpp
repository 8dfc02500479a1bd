// A prediction's statistic of a recorded session, in samples of the size that the table's networks were recorded in: what
// neurons and trials add of noise is then what it is there.
//
// A session with more neurons or trials than a size is sampled to it without replacement, again and again: of each draw
// the statistic has the law of one session of the table. The value is the mean over draws: of equal mean, and in convex
// order below one draw (Jensen), so that its spread is at most that of the table. To hold it against the table's law
// excludes no more than that says. All predictions of a session take the same draws, as the table's do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/recordings/evidence.hpp"

namespace stillpoint {

struct MatchedValue {
  double value;
  std::optional<double>
      standard_error;             // over trials: a jackknife that leaves out one of ten groups of each experiment's
  double degrees_of_freedom = 0;  // groups less one
};

/// What a session has for a prediction.
struct Sample {
  Index neurons = 0, trials = 0;  // that may be counted; trials of the experiment that has fewest
  std::string cannot = {};        // why there is none
};
Sample sample_for(const Prediction& prediction, const SessionEvidence& session);
/// Why nothing can be told of a prediction that predict was not asked for.
inline const std::string not_in_table = "not in the table";
/// Why no recording is judged by it, "" where one may be. matched: task, constants and recording are the table's.
std::string never_judged(const Prediction& prediction, const PredictionsFile& table, bool matched);
/// What a session of a size of the table records: of stimulated neurons no more than the networks have.
RecordingSize recorded_size(const Prediction& prediction, const RecordingSize& size, const PredictionsFile& table);

/// Draws of a session that is larger than the size.
constexpr int draws_of_session = 25;

/// Absent, and `why` says it, where the statistic is undefined in half of the draws or more. number: of the session, names
/// its draws.
std::optional<MatchedValue> matched_value(const Prediction& prediction, const SessionEvidence& session,
                                          const RecordingSize& size, std::uint64_t number, std::string& why);

/// The statistic of these neurons and trials of all experiments, rows and places of the sessions.
std::optional<double> value_of_sample(const Prediction& prediction, const Evidence& of, const std::vector<Index>& cells,
                                      const std::map<std::string, std::vector<Index>>& trials, std::string& why);

}  // namespace stillpoint
