// The predictions of every trained network of one or more studies, measured in parallel and kept as they come: a
// command that was stopped goes on where it was.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiments/predictions/measurement.hpp"
#include "experiments/results/records.hpp"

namespace stillpoint {

struct MeasuredNetwork {
  std::string run;         // its file
  std::size_t study = 0;   // place of its study among the directories
  std::string hypothesis;  // or arm
  std::string setting;  // of what differs between conditions beside the hypothesis: gain, task; "" where nothing does
  std::string variant;  // of what the hypothesis has of its own: beta, tau_s; "" where nothing differs
  std::uint64_t seed = 0;
  bool unmatched = false;                    // a control that is not matched
  std::vector<PredictionValue> values = {};  // in the order of predictions(); empty: there was a problem
  std::string problem = {};
};

struct PredictionStudy {
  std::vector<std::string> directories;  // of the studies
  MeasurementSetting setting;
  bool usual_sizes = false;  // nobody asked for these sizes: those of more neurons than a network has are left out
  bool all = false;          // also networks that did not reach criterion
  long half_step = 3;        // networks of each condition, of its first seeds, that are measured at half the step too
  std::vector<MeasuredNetwork> networks = {};
  std::map<std::string, long> unlearned = {};  // runs that did not reach criterion, by hypothesis
  long diverged = 0, missing = 0;              // runs left out: diverged in training; planned, not finished
  long not_measured = 0;                       // diverge in an experiment, or cannot be experimented on
};

/// Fills in the networks; what is measured is kept in DIR `out`/networks, which is made where there is something to keep. jobs: 0 is one per processor. Throws
/// UserError where a directory holds no study or no finished run, or where no network could be measured.
void measure_networks(PredictionStudy& study, const std::string& out, int jobs, bool quiet);

}  // namespace stillpoint
