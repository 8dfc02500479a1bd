// Steps through weight space that are as large as those of training and lead nowhere: the control for what training
// does to the phase space.
#pragma once

#include <cstdint>

#include "sim/network.hpp"

namespace stillpoint {

/// Euclidean distance over all arrays that may learn. Throws UserError for networks of two shapes.
double weight_distance(const Network<double>& from, const Network<double>& to);

/// `at`, moved by the step from -> to turned into a random direction: with P and Q orthogonal, drawn uniformly,
///
///   dW -> P dW Q',   dW_in -> P dW_in,   db -> P db,   dW_out -> dW_out Q',   dM -> P dM,   dV -> Q dV
///
/// (P acts on each gate of an lstm alike), so that not only the length of the step but all singular values are those of
/// training: a step with entries drawn one by one would spread its length over all directions, where training moves
/// along a few. Mask and Dale's law are kept; dW is scaled to its length again, and may lose some of it to them. One
/// (seed, walk, index), one pair P, Q.
Network<double> random_step(const Network<double>& at, const Network<double>& from, const Network<double>& to,
                            std::uint64_t seed, std::uint64_t walk, std::uint64_t index);

}  // namespace stillpoint
