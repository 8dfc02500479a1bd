// Where analyses begin. z: independent N(0, 1) entries; where the state is a rate, phi of what is said of z.
#pragma once

#include "analysis/system.hpp"

namespace stillpoint {

/// D x count states as trials begin: spread z. The same states for the same seed, whatever the count. Throws UserError
/// unless spread > 0 and count > 0.
Matrix<double> trial_starts(const System& system, Index count, double spread, std::uint64_t seed);

/// D x count states of every size: s z, log s uniform on [log .1, log 3], each state with an s of its own; `scale` times
/// that where the state is no rate. `draw`: another number, other states.
Matrix<double> multiscale_states(const System& system, Index count, std::uint64_t seed, std::uint64_t draw,
                                 double scale = 1);

/// D x count states from which searches begin, each drawn on its own, so that what they lead to can be counted as a
/// sample:
///
///   even columns   visited: a free run under the system's input, from a multiscale state, after 1, 2, 5, 10, 20 or 50
///                  time constants (geometric mean; networks in discrete time: steps), in turn; flows by explicit Euler,
///                  a fifth of the shortest tau per step. A run that leaves every bound (|x| > 1e6) gives its initial
///                  state
///   odd columns    multiscale states, scaled by the root mean square of the visited ones where that is above 1
///
/// visited: D x n states that the network was seen in, in place of those of free runs: one after the other from column
/// `next` on, from the front again where they end; to be a sample, each is to be drawn on its own.
Matrix<double> search_starts(const System& system, Index count, std::uint64_t seed, std::uint64_t draw = 0,
                             const Matrix<double>& visited = {}, Index next = 0);

/// D x count columns of `visited` in turn from `next` on. Throws UserError unless they are states of the system.
Matrix<double> visited_states(const System& system, const Matrix<double>& visited, Index count, Index next = 0);

}  // namespace stillpoint
