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
// All together. A hypothesis is excluded where its tail is below alpha. Its tail is the larger of two:
//
//   that of PredictiveClassifier: the distance of the statistics with their covariance;
//   D times the smallest tail of the D single laws (Bonferroni), which needs no covariance.
//
// The second bounds the rate at which a true hypothesis is excluded, whatever the dependence: the first alone excludes
// too many where networks are few against statistics and share seeds (tests/test_verdict.cpp). Nothing is multiplied.
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
