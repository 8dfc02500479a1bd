// The phase space of a network in a few numbers, to be followed from checkpoint to checkpoint
// (analysis/restructuring/restructuring.hpp).
//
// All networks of a path are probed alike: by the same trials of the task, and by the same cloud of states under zero
// input, as the map that was trained (or the flow, where there is no step).
//
//   attractors   cost of matching the stable fixed points of successive checkpoints (analysis/points/attractor_match.hpp), in
//                units of the cloud's radius; summed over the path. Fixed points are those where runs from 32 states of
//                the cloud, left alone for three times the length of a trial, have come to rest (Newton's method finds
//                one within a twentieth of the radius); a birth or death costs a quarter of the radius
//   settled      share of these runs that have come to rest
//   field        root mean square over the cloud of the change of velocity between successive checkpoints, relative to
//                the velocity of the first network; summed
//   slowest      log10 of the lowest speed under zero input at states of the trials, root mean square over entries [1 /
//                time constant of a flow, change per step of a map]
//   exponent     leading Lyapunov exponent under zero input, per length of a trial, over five of them, one discarded
//   dimension    log of the participation ratio of activity in the trials
//   memory       variance of states over trials that targets explain (adjusted for their number) at the step at which
//                the last graded stretch begins, relative to the variance of all states in the trials: how large what
//                the network knows is when it is asked
//   dynamics     distance of the linear dynamics of activity in the trials between successive checkpoints, up to
//                rotation (analysis/paths/dynamical_similarity.hpp); summed
#pragma once

#include <string>
#include <vector>

#include "analysis/restructuring/restructuring.hpp"
#include "sim/simulation.hpp"

namespace stillpoint {

const std::vector<std::string>& descriptor_names();

/// What one network's phase space looks like to the probe.
struct Geometry {
  Matrix<double> attractors;  // D x n
  double settled;
  Matrix<double> velocity;  // D x cloud
  double slowest, exponent, dimension, memory;
  Matrix<double> dynamics;  // linear_dynamics of the trials
};

class GeometryProbe {
 public:
  /// The cloud is made of states that the first network visits in its trials and of random states, half and half. The
  /// synapse must serve networks of this shape, and outlive the probe, as must what it was made from. Throws UserError
  /// where activity grows without bound.
  GeometryProbe(const Network<double>& first, const Integration& integration, TrialSet<double> trials,
                Synapse<double>& synapse, std::uint64_t seed);
  /// Throws UserError where activity grows without bound.
  Geometry operator()(const Network<double>& network) const;
  /// Descriptors of successive networks, 8 x their number, as above.
  Matrix<double> path(const std::vector<Geometry>& networks) const;

 private:
  Integration integration_;
  TrialSet<double> trials_;
  Synapse<double>& synapse_;
  std::uint64_t seed_;
  Matrix<double> cloud_;
  double radius_;  // root mean square distance of the cloud from its mean
};

/// Share of the variance of states (N x B, over trials) that targets (O x B) explain by linear regression, adjusted for
/// chance: 1 - (1 - R^2) (B - 1) / (B - 1 - rank); 0 where nothing varies.
double explained_variance(const Matrix<double>& states, const Matrix<double>& targets);

}  // namespace stillpoint
