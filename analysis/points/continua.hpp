// Which points of a search are isolated, and which lie on one continuum: a line, a ring, a plane of fixed points.
//
// On a continuum of dimension d the Jacobian J of F has d null directions at every point. The converse fails: at a
// pitchfork J is singular and the point isolated. What decides is whether a point that is moved along the null
// directions and sent back to F = 0 stays away.
#pragma once

#include <vector>

#include "analysis/points/newton.hpp"

namespace stillpoint {

struct PointGroup {
  std::vector<std::size_t> members;  // rising
  Index dimension = 0;               // of the continuum; 0: one point, which the solver cannot tell from its neighbours
};

/// Every one of `points` (residual at most 1e-12) is in one group, groups by their first member.
///
/// Null directions: singular values of J up to 1e-5 max(1, the largest one). A solver that stops at a residual of 1e-12
/// ends within 1e-7 of a continuum whose other directions are faster than that, and J's null directions are of that
/// size there. Steps along them are 3e-2 max(1, max|x|); a point where F grows with the second to the fifth power of
/// the distance is solved to 1e-12 within 4e-3, so that steps back to it come nearer than .3 of that length.
/// `dimension` is the rank of what is left of these steps on solutions of F = 0. Points of one dimension are of one
/// continuum where `connected` leads from the one to the other through others; points at its end (a kink of relu)
/// belong to it. Degenerate points between which F is 0 to the solver's accuracy all along are one. Rings narrower than
/// .1 are not seen.
std::vector<PointGroup> group_points(const Velocity& velocity, const std::vector<Vector<double>>& points);

/// Whether solutions lead from a to b: the point half way, sent back to F = 0, stays between them, and so do those half
/// way to it, until steps are shorter than 3e-2 max(1, max|x|). F falls by Levenberg-Marquardt steps with the damping
/// |F|^2, which converge to the nearest point of a continuum as fast as Newton's method does to an isolated one
/// (Yamashita & Fukushima 2001, doi:10.1007/978-3-7091-6217-0_18).
bool connected(const Velocity& velocity, const Vector<double>& a, const Vector<double>& b);

}  // namespace stillpoint
