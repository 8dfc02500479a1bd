// A simulated session recorded as an electrode or a microscope sees it (analysis/activity/recording_model.hpp), as an
// NWB file. The layout is documented in docs/file-formats.md.
#pragma once

#include <optional>
#include <string>

#include "experiments/recordings/simulated_session.hpp"

namespace stillpoint {

struct RecordedSession {
  RecordingModel recording;
  std::optional<Index> neurons;  // absent: 60, or all where there are fewer
  Index number = 1;              // from 1: another sample of neurons and noise
  bool rates = true;             // beside what is recorded
  std::string start_time;        // ISO 8601
  std::string command;
};

/// What was written.
struct SessionCounts {
  Index neurons = 0, stimulated = 0, trials = 0;
  long spikes = 0;
  double length_s = 0;
};

/// Written while it is simulated, and there when it is whole (results/atomic_file). Of memory it takes a few trials and 8
/// bytes a spike. Throws UserError where there are fewer neurons, frames are shorter than the bins of the rates or the
/// file cannot be written.
SessionCounts write_session(const SimulatedSession& session, const RecordedSession& as, const std::string& out);

}  // namespace stillpoint
