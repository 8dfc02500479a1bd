// What the forms of temporal consistency share (plasticity/short_term/tcr.cpp has the equation).
#pragma once

#include <numeric>
#include <utility>

#include "plasticity/short_term/synapses.hpp"
#include "sim/random.hpp"

namespace stillpoint {

/// Largest stable step of the TCR synapse under explicit Euler [ms]: 2 tau_s / (1 + beta rho), the bound along the
/// current S r with slope d = 1; half of it is free of chatter.
double tcr_stability_bound_ms(double beta, double tau_s_ms, double rho);

/// Integral over a trial of S [ms], mean over the trials of a set, N x N: one matrix product over what the run left
/// behind, the same for every form of the synapse (no mask, no permutation).
template <class Scalar>
Matrix<Scalar> tcr_integral(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, double beta,
                            double tau_s_ms);

/// Constants of the equation and of its explicit Euler step.
struct Tcr {
  double beta, tau_s_ms, dt_ms, consolidation, strength = 1;
  bool permuted;

  Tcr(const TcrParameters& parameters, double dt_ms)
      : beta(parameters.beta),
        tau_s_ms(parameters.tau_s_ms),
        dt_ms(dt_ms),
        consolidation(parameters.consolidation),
        permuted(parameters.postsynaptic == TcrParameters::Postsynaptic::permuted) {}
  double keep() const { return 1 - dt_ms / tau_s_ms; }
  double gain(Index neurons) const { return -strength * beta * dt_ms / (tau_s_ms * static_cast<double>(neurons)); }
  double stability_bound_ms(double rho) const { return tcr_stability_bound_ms(strength * beta, tau_s_ms, rho); }
  bool consolidates() const { return beta > 0 && consolidation > 0; }
  template <class Scalar>
  void consolidate(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, Matrix<Scalar>& change) const {
    change += static_cast<Scalar>(consolidation) * tcr_integral(simulation, trials, strength * beta, tau_s_ms);
  }
};

/// Control: the postsynaptic factor goes to the wrong neurons, by a new permutation in each trial.
class Permutations {
 public:
  void draw(TrialKey key, Index neurons, Index batch) {
    orders_.resize(static_cast<std::size_t>(batch));
    for (std::size_t b = 0; b < orders_.size(); ++b) {
      Stream stream(key.seed, Purpose::permutation, key.update, b);
      orders_[b].setLinSpaced(neurons, 0, neurons - 1);
      for (Index i = neurons - 1; i > 0; --i) std::swap(orders_[b](i), orders_[b](stream.below(i + 1)));
    }
  }
  /// post: of the trials from `first` on.
  template <class Scalar>
  void apply(MatrixRef<Scalar> post, Index first = 0) const {
    for (Index b = 0; b < post.cols(); ++b) {
      auto column = post.col(b);
      column = column(orders_[static_cast<std::size_t>(first + b)]).eval();
    }
  }

 private:
  std::vector<Eigen::Matrix<Index, Eigen::Dynamic, 1>> orders_;
};

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_dense_tcr(const Tcr& tcr);
/// chunk: steps kept as vectors before they are added to S; at least the trial's length: S is never formed.
template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_factored_tcr(const Tcr& tcr, Index chunk);

}  // namespace stillpoint
