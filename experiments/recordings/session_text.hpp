// What the NWB file of a simulated session says in words: of itself, its subject, where it comes from, and its series.
#pragma once

#include "experiments/recordings/nwb_writer.hpp"
#include "experiments/recordings/session_file.hpp"

namespace stillpoint {

NwbSession session_text(const SimulatedSession& session, const RecordedSession& as, const std::vector<Index>& neurons);

enum class SeriesKind { rates, frames, inputs, current, silencing };
NwbSeriesHead series_head(SeriesKind kind, const SimulatedSession& session);

}  // namespace stillpoint
