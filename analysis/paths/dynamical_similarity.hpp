// How alike are the dynamics of two sets of trajectories, whatever the coordinates? Dynamical similarity analysis
// (Ostrow, Eisen, Kozachkov & Fiete 2023, NeurIPS 36, arXiv:2306.10168).
//
// Each set is described by one linear map: delay embedding of the activity, its leading principal components, whitened,
// and the least-squares map A from one sample to the next (Hankel dynamic mode decomposition). Two such maps are
// compared up to an orthogonal change of coordinates,
//
//   d(A, B) = min over C in O(k) of arccos( <A, C B C'> / (|A| |B|) )         [rad], <A, B> = tr A' B
//
// which is 0 for the same dynamics seen in rotated coordinates.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

struct DelayEmbedding {
  Index delays = 5;      // samples stacked into one vector
  Index dimensions = 8;  // principal components kept, at most
};

/// activity: one matrix per run, N x samples, of one N, more samples than delays. Returns A, k x k, where k may be less
/// than asked for when the activity fills fewer dimensions (variance below 1e-9 of the first component's); 0 x 0 when
/// it does not vary. Throws UserError for runs that are too short.
Matrix<double> linear_dynamics(const std::vector<Matrix<double>>& activity, const DelayEmbedding& embedding = {});

/// d(A, B) of two square matrices, the smaller one filled up with zeros; 0 when both are empty or zero, pi/2 when one
/// is. The minimum over rotations and reflections by ascent of a bounded function (each step an orthogonal Procrustes
/// problem) from the coordinates as they are, from paired eigenvectors and from random starts: an upper bound where all
/// of them end in local maxima (8 dimensions and 10 random starts: 3 of 40).
double dynamical_distance(const Matrix<double>& A, const Matrix<double>& B, std::uint64_t random_starts = 10);

}  // namespace stillpoint
