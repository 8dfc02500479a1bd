// Products of condition means over two disjoint halves of the trials: without what noise adds to a mean's square.
//
// Of n trials x_i (neurons x bins, X their sum) the mean over all splits into halves A, B has a closed form, the mean over
// pairs of different trials:
//
//   <x^A(t), x^B(t')> -> (X' X - sum_i x_i' x_i) / (n (n - 1))
//
// It asks that trials are independent; noise may be correlated between neurons and over time.
#pragma once

#include <vector>

#include "analysis/activity/session.hpp"

namespace stillpoint {

/// bins x bins, symmetric [square of the session's unit]; summed over neurons. Of at least two trials.
Matrix<double> split_half_products(const Session& session, const std::vector<Index>& trials);

}  // namespace stillpoint
