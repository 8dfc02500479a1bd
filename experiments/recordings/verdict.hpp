// What statistics of recorded animals say of hypotheses whose networks were recorded alike.
//
// One statistic. The law of the next network of a hypothesis is Student's t, the predictive density of a normal law of
// unknown mean and variance (Geisser 1964, Journal of the Royal Statistical Society B 26:69):
//
//   (x - mean) / (s sqrt(1 + 1/n)) ~ t(nu),   mean and s of all networks, n the seeds, nu the smaller of n - 1 and 5
//
// n is of seeds and not of networks: those of one seed, at two gains, resemble each other. Beyond six seeds nu stays: a
// few networks do not show whether their law has tails as a normal one, and the smallest of many tails is one far out.
// A likelihood ratio from n seeds counts as no more than n + 1: of n + 1 exchangeable networks each is the furthest out
// with probability 1 / (n + 1), and what is further than all says no more, whatever the tail of a law that none has seen.
//
// All together. A hypothesis is excluded where its tail is below alpha. Its tail is the smaller of two, each over the
// share of alpha that it may spend:
//
//   .8  of its own networks, those that a rival beats by as much as in this recording, by all statistics with their
//       covariance (analysis/statistics/predictive_density.hpp): which of them is it;
//   .2  D times the smallest tail of the D single laws (Bonferroni): is it any of them.
//
// Their shares add up to alpha, so that both together exclude a true hypothesis no more often. Where its networks are
// too few for the first to come below its share (fewer than 25 independent ones at .05), the second has all of alpha.
// Nothing is multiplied. A distance from a hypothesis alone, without its rivals, excluded too many where networks are
// few against statistics and share seeds, and with networks enough fewer of the wrong ones.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

struct NetworkValue {
  std::uint64_t seed;
  std::string setting;
  double value;
};

struct JudgedStatistic {
  std::string name = {};
  double measured = 0;
  std::map<std::string, std::vector<NetworkValue>> networks = {};  // by hypothesis
};

/// One statistic under one hypothesis.
struct HypothesisLaw {
  std::string hypothesis;
  long networks = 0, seeds = 0;
  double mean = 0;
  Interval predicted = {};  // of the next network, 1 - alpha
  double tail = 1;          // share of networks that are further out than what was measured
  double ratio = 1;         // likelihood over that of the best of them, at least 1 / (seeds + 1)
};

constexpr long fewest_seeds = 3;
/// Of the hypotheses named, those that have networks of three seeds or more, in their order; none where no two networks
/// of any differ. Of one whose networks are all alike the deviation is the root mean square of the others'.
std::vector<HypothesisLaw> laws_of(const JudgedStatistic& statistic, const std::vector<std::string>& hypotheses,
                                   double alpha);

struct JointVerdict {
  struct Tested {
    std::string hypothesis;
    long seeds = 0;  // fewest of any statistic
    double tail = 1, ratio = 1;
    std::optional<double> against_rivals = {};  // absent where networks are too few
    double by_itself = 1;
    double power = 0;  // share of the others' networks, recorded alike, whose rivals would exclude it; 0 without these
    bool excluded = false;
  };
  std::vector<Tested> tested;                                        // none: no two can be, or no statistic
  std::vector<std::string> statistics;                               // that count
  std::vector<std::string> left_out;                                 // those that a tested hypothesis lacks
  std::vector<std::pair<std::string, std::string>> not_tested = {};  // hypothesis, why
};
/// A hypothesis is tested that has a law of half of the statistics at least; a statistic counts that every tested one
/// has a law of.
JointVerdict joint_verdict(const std::vector<JudgedStatistic>& statistics, const std::vector<std::string>& hypotheses,
                           double alpha);

}  // namespace stillpoint
