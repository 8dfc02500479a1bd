// A rehearsal of the verdict: simulated recordings of networks whose hypothesis is known are classified by others of
// the study, before any animal is.
//
// An animal's recording is the mean over its sessions of the statistics of rehearsed_statistics(), fixed beforehand;
// the classifier (analysis/statistics/predictive_density.hpp) learns the law of these over the networks of one half of
// the seeds and is asked about those of the other, and the other way round. No control of another hypothesis takes
// part.
#pragma once

#include <string>
#include <vector>

#include "analysis/statistics/confusion_matrix.hpp"
#include "experiments/predictions/prediction_table.hpp"

namespace stillpoint {

/// Names of predictions: what is recorded at rest, in a task, under current and under a block.
const std::vector<std::string>& rehearsed_statistics();

struct Rehearsal {
  RecordingSize size;
  std::vector<std::string> statistics;  // that are used
  ConfusionMatrix within;               // networks of the table, by those of the other half of the seeds
  /// Networks of the table and of its hypotheses' other variants (beta, tau_s), by those of the other half of the seeds,
  /// where the classifier has a law for each variant and an answer is the variant's hypothesis; empty without variants.
  ConfusionMatrix variants;
  ConfusionMatrix outside;  // of other variants and other studies (beta, tau_s, gain, task), by all of the table
  /// Each hypothesis left out of the classifier: of its networks so many are none of the others.
  struct LeftOut {
    std::string hypothesis, mostly;  // what they are taken for most often, "" where none of these
    long none, total;
  };
  std::vector<LeftOut> left_out;
};

/// Networks of settings (gain, task) that every one of the hypotheses has, as far as there are any. One for each size
/// of recordings; none with fewer than two hypotheses of three networks in either half, or without a statistic that
/// these have.
std::vector<Rehearsal> rehearse(const PredictionStudy& study);

}  // namespace stillpoint
