// The local rules as their papers write them: sums over synapses, steps and trials, index by index, slow. They share
// nothing with plasticity/rules/ but the numbers of the run that was recorded; drive, slopes, traces and errors are
// worked out anew.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plasticity/gradient.hpp"

namespace stillpoint {

/// A run without noise, and the weights that it started with.
struct Recorded {
  const Network<double>& network;
  const Integration& integration;
  const Trajectory<double>& run;  // with the current kept where the synapse drives
  const TrialSet<double>& trials;
};

/// A rule over any number of trial sets, in order; it remembers what its paper has it remember.
class LiteralRule {
 public:
  virtual ~LiteralRule() = default;
  /// Adds what the rule emits for one trial set; `written` has the network's shapes.
  virtual void write(const Recorded& recorded, Gradient<double>& written) = 0;
};

/// What a transcription needs beside the run: options of its rule, the feedback F (N x O), the seed of fixed draws.
struct LiteralSetting {
  const Options& options;
  Matrix<double> feedback;
  std::uint64_t seed = 1;
};

/// nullptr where there is no transcription of the rule.
std::unique_ptr<LiteralRule> literal_rule(const std::string& name, const LiteralSetting& setting);

/// dL/dw of temporal consistency as a local rule: with eligibility traces (tcr.form = local) or without
/// (instantaneous).
void literal_temporal_consistency(const Recorded& recorded, double lambda, bool traces, Gradient<double>& written);

}  // namespace stillpoint
