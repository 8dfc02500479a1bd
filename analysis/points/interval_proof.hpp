// Are these all fixed points? A proof by interval branch and prune, for networks with tanh or logistic (Neumaier 1990,
// doi:10.1017/CBO9780511526473; Kearfott 1996, doi:10.1007/978-1-4757-2495-0).
//
// Every zero of the latent equation lies in one box. A box is narrowed by a contraction that loses no zero, dropped where
// it is empty or lies where exactly one zero was proved to be, cut in two otherwise. It is finished where no box is left.
// What is proved is proved of the network whose weights and constant drive are those of the equation, in double.
#pragma once

#include "analysis/points/interval_operators.hpp"

namespace stillpoint {

struct FixedPointProof {
  std::vector<Vector<double>> zeros;   // n, each within `radius` of the only zero there
  std::vector<double> radius;          // of each
  std::vector<IntervalBox> undecided;  // which may hold more of them; none: these are all
  Index boxes = 0;                     // that were looked at
  bool complete() const { return undecided.empty(); }
};

/// Whether phi is one that it knows.
bool can_be_proved(const LatentEquation& equation);

/// `known`: zeros found before, which spares boxes; `boxes`: how many to look at. A box less wide than 1e-7 in all its
/// entries stays undecided, as about a degenerate point, a line of points, or two that are as near as that.
FixedPointProof prove_fixed_points(const LatentEquation& equation, const std::vector<Vector<double>>& known,
                                   Index boxes);

}  // namespace stillpoint
