// What recordings of a lab hold of the experiments of the predictions (predictions/prediction.hpp): trials by
// experiment, aligned to its event and counted in the bins of the table.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/recordings/predictions_file.hpp"
#include "experiments/recordings/selection.hpp"

namespace stillpoint {

/// How a lab's own names are read.
struct EvidenceRequest {
  std::map<std::string, RowFilter> experiments = {};  // trials of these; of others: column `experiment` has its name
  RowFilter units{"--units", ""}, stimulated{"--stimulated", ""};
  std::string align = "event_time";  // the event (events_of)
  std::string condition = "";        // column of trials; "": `condition` where there is one
  std::optional<double> delay_ms, membrane_ms;
};

/// How `lacking` begins of an experiment that the recording has no trials of.
inline const std::string no_trials = "no trials of";

/// One session: the same units in every experiment.
struct SessionEvidence {
  std::string file, subject;
  Evidence evidence;                             // of all units and trials
  std::optional<std::vector<Index>> stimulated;  // rows of the sessions; absent where that is not known
  std::map<std::string, std::string> lacking;    // experiment -> why it is not there
  double rate_hz = 0;                            // mean over units and trials
  std::vector<std::string> notes = {};           // what was left out, as it is said of each experiment
};

/// Throws UserError where one has no units or no trials, where nothing says which trials are which, or where a filter
/// asks for a value that none has.
void require_usable(const std::vector<Recording>& recordings, const EvidenceRequest& request);
/// Of one that is usable. Throws UserError where it has no trials of an experiment of the predictions, or no column that
/// is asked for.
SessionEvidence evidence_of(const Recording& recording, const EvidenceRequest& request, const PredictionsFile& table);

}  // namespace stillpoint
