// Condition means without what noise adds to their squares: products of means over two disjoint halves of the trials.
//
// Of n trials x_i (neurons x bins, X their sum) the mean over all splits into halves A and B has a closed form, the
// mean over pairs of different trials:
//
//   <x^A(t), x^B(t')> -> (X' X - sum_i x_i' x_i) / (n (n - 1))
//
// It asks that trials are independent; noise may be correlated between neurons and over time.
#pragma once

#include <vector>

#include "analysis/activity/session.hpp"

namespace stillpoint {

/// Of at least two trials; summed over neurons [square of the session's unit]. All t and t', bins x bins, symmetric:
Matrix<double> split_half_products(const Session& session, const std::vector<Index>& trials);
/// t = t' alone, in less time.
Vector<double> split_half_squares(const Session& session, const std::vector<Index>& trials);

}  // namespace stillpoint
