// Where searches of the phase space begin.
#pragma once

#include "analysis/system.hpp"

namespace stillpoint {

/// D x count states, each drawn on its own, so that what they lead to can be counted as a sample:
///
///   even columns   visited: a free run under the system's input, from a random state, after 1, 2, 5, 10, 20 or 50 time
///                  constants (geometric mean; networks in discrete time: steps), in turn; flows by explicit Euler, a
///                  fifth of the shortest tau per step
///   odd columns    random: z or, where the state is a rate, phi(z); z_i ~ N(0, s^2), log s uniform on [log .1, log 3];
///   states
///                  that are not rates times the root mean square of the visited ones where that is above 1
///
/// A run that leaves every bound (|x| > 1e6) gives its initial state. `draw`: another number, other states.
///
/// visited: D x n states that the network was seen in, in place of those of free runs: one after the other from column
/// `next` on, from the front again where they end; to be a sample, each is to be drawn on its own.
Matrix<double> search_starts(const System& system, Index count, std::uint64_t seed, std::uint64_t draw = 0,
                             const Matrix<double>& visited = {}, Index next = 0);

/// D x count columns of `visited` in turn from `next` on. Throws UserError unless they are states of the system.
Matrix<double> visited_states(const System& system, const Matrix<double>& visited, Index count, Index next = 0);

/// The random states alone, D x count.
Matrix<double> random_states(const System& system, Index count, std::uint64_t seed, std::uint64_t draw,
                             double scale = 1);

}  // namespace stillpoint
