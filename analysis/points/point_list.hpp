// From the ends of a search to the list of points: what is one point or one continuum, its stability, its number.
#pragma once

#include "analysis/points/continua.hpp"
#include "analysis/points/fixed_points.hpp"
#include "analysis/points/latent_equation.hpp"

namespace stillpoint {

/// Whether points are those with the synapse at rest; else it is silent there, or there is none.
bool moves_points(const ContinuousSynapse<double>* synapse);
/// Zero where the points are. What the search looks at must outlive it.
Velocity velocity_for(const System& system, const FixedPointSearch& search);

struct SearchEnds {
  std::vector<Vector<double>> states;  // residual at most 1e-12
  std::vector<Vector<double>>
      coordinates;          // of each, those of the search: the state, or the latent variables of low rank
  std::vector<Index> hits;  // starts of phase 1 that ended at each
  const LatentEquation* latent = nullptr;  // whose variables the coordinates are
};
/// `velocity`: of the coordinates. Fills points and continua of `result`; returns which ends are one entry of that list, in
/// no order of it.
std::vector<PointGroup> list_points(const System& system, const FixedPointSearch& search, const Velocity& velocity,
                                    const SearchEnds& ends, FixedPoints& result);

}  // namespace stillpoint
