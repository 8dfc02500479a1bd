// Where a network rests: its fixed points under constant input, their stability, and how many the search may have
// missed.
#pragma once

#include <optional>
#include <vector>

#include "analysis/points/completeness.hpp"
#include "analysis/points/interval_proof.hpp"
#include "analysis/system.hpp"
#include "sim/synapse.hpp"

namespace stillpoint {

struct FixedPoint {
  Vector<double> state;          // D
  double residual;               // max|F| / max(1, max|x|), at most 1e-12
  Eigen::VectorXcd eigenvalues;  // flow: of tau_ref T^-1 J, dimensionless; map: multipliers; the most unstable first
  Index index;                   // unstable directions: real part above 1e-9, modulus above 1 + 1e-9
  bool stable;                   // all on the other side of the border, by as much; never on a kink
  Index hits;                    // starts of phase 1 that ended here; 0: found otherwise
  bool on_kink = false;          // relu: the Jacobian differs between directions, these eigenvalues are of one of them
  Index neutral = 0;             // directions that neither grow nor decay; on a continuum its own are among them
  std::optional<Index> continuum = {};  // that it lies on, of FixedPoints::continua; its `index` leaves that one's out
  Index number = 0;                     // from 1, in the order of the list; points of a continuum share one
};

/// A line or ring (dimension 1), plane (2) .. of fixed points, of which the search found some.
struct Continuum {
  Index dimension, number;
  std::vector<Index> points;      // of FixedPoints::points
  double extent;                  // the largest distance between two of them
  Index hits;                     // of all of them
  Index least_index, most_index;  // unstable directions across it, where it is smooth
  bool attracts;                  // all directions across it decay at every point of it that was found off kinks
};

struct PeriodicOrbit {
  Matrix<double> states;         // D x k
  Eigen::VectorXcd multipliers;  // D
  bool stable;
};

struct FixedPointSearch {
  Index starts = 1024;
  /// Starts of all phases and looks together; no more than of phases 1 and 2: no look. Absent: usual_budget(starts).
  std::optional<Index> budget = {};
  double coverage = 0.01;  // looks end where unseen_share.high is below this
  /// Boxes of a proof (analysis/points/interval_proof.hpp); absent: default_proof_boxes up to 10 neurons, or 3 latent
  /// variables of low rank, else none.
  std::optional<Index> proof_boxes = {};
  Index max_cycle = 1;  // k-cycles up to here, of relu maps
  std::uint64_t seed = 1;
  Matrix<double> visited = {};  // D x n, half of the starts in turn; empty: states of free runs without a synapse
  /// Points and stability with this synapse, bound to the network; nullptr: none. Of a synapse that acts through one
  /// current (analysis/points/current_stability.hpp) there are 2D eigenvalues per point, of another D + its rows.
  const ContinuousSynapse<double>* synapse = nullptr;
};

constexpr Index default_proof_boxes = 20000;
inline Index usual_budget(Index starts) { return 4 * starts; }

/// exact: every region of a piecewise-linear network was solved, and each had one solution. proved: by intervals.
enum class Completeness { exact, proved, estimated };
/// "exact", "proved", "estimated"
std::string name_of(Completeness complete);

struct ProofSummary {
  Index boxes, points;                 // looked at; zeros that are proved
  std::vector<IntervalBox> undecided;  // in latent variables (analysis/points/latent_equation.hpp)
};

struct FixedPoints {
  Completeness complete;
  UnseenShare unseen_share;
  Missing missing;
  std::optional<ProofSummary> proof;
  std::optional<Index> rank;  // of W, where its latent variables were searched (analysis/points/latent_equation.hpp)
  bool rank_recognised;       // by its numbers: it has no factors
  double chao1;               // chao1_missing of phase 1; a continuum counts as one
  /// Stable ones first, then by index, then isolated ones first, then by the first entry of the state that differs (by
  /// more than 1e-4): where two searches find the same points, they number them alike.
  std::vector<FixedPoint> points;
  std::vector<Continuum> continua;    // by number
  std::vector<PeriodicOrbit> cycles;  // by k
  Index cycles_exact_to = 0;          // up to this k all words of regions were solved
  double tau_ref_ms;
  Index starts, converged;  // of phase 1
  Index deflated_starts, found_by_deflation;
  Index singular = 0;  // words of regions without a unique solution, where points may form a continuum
};

/// Phase 1: Newton's method (analysis/points/newton.hpp) from `starts` independent states (analysis/start_states.hpp), ends
/// merged within 1e-6 of max(1, max|x|). Networks with relu are solved region by region
/// (analysis/points/piecewise_linear.hpp), all of them up to N = 14; of small networks with tanh or logistic it is proved
/// that there is no further point. Else phase 2: a quarter as many starts, with every known point deflated. What is found
/// is then told apart from pieces of a continuum (analysis/points/continua.hpp). Where the list is not complete for
/// certain, looks follow: fresh starts are counted by whether they end on it; what is new joins it for the next look, until
/// the share of new ends is below `coverage` or the budget is spent; none where more than a fifth of the hits of phase 1
/// are of points hit once. With a synapse that is not silent at rest the search is that of x with the synapse at rest
/// (analysis/points/resting_synapse.hpp), region by region and proof never. Throws UserError where the network holds NaN,
/// where max_cycle > 1 and it is no relu map, where coverage is not between 0 and 1, and where the synapse has no meaning
/// in it.
FixedPoints find_fixed_points(const System& system, const FixedPointSearch& search = {});

/// The number of the point of the list at x (within `near` of 1 + |x|), or of the continuum that x lies on.
std::optional<Index> number_of(const FixedPoints& found, const System& system, const Vector<double>& x,
                               double near = 1e-4);

}  // namespace stillpoint
