#include "experiments/recordings/check_notes.hpp"

#include <fmt/format.h>

namespace stillpoint {

namespace {

constexpr double few_spikes = 0.8;     // of the rate at r = 0
constexpr std::size_t most_notes = 8;  // of what was left out

}  // namespace

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
      if (said[note]++ == 0 && said.size() <= most_notes) notes.push_back(note);
  if (said.size() > most_notes) notes.push_back(fmt::format("and {} more of this kind", said.size() - most_notes));
  return notes;
}

}  // namespace stillpoint
