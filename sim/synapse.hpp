// Short-term synaptic efficacy: what a synapse adds to the drive while a trial runs. Static by default.
//
//   u = W z + S r + ...,   z = a * r
//
// a (per presynaptic neuron) and S r (a current) are all that the network sees of a synapse; the synapses themselves
// live in plasticity/short_term. Call order in a trial: begin (and turn_to, where few trials go together), then per step
// efficacy / add_current before the step and advance after it. An analysis binds a ContinuousSynapse to its network and asks for values and tangents: no trial.
#pragma once

#include <limits>

#include "sim/dynamics.hpp"
#include "sim/sizes.hpp"
#include "sim/trial.hpp"

namespace stillpoint {

/// One finished step t, as a synapse may see it. All N x B.
template <class Scalar>
struct StepView {
  Index step;
  MatrixView<Scalar> x, r, f;  // state and rate at the start of the step, f of tau dx/dt = -x + f
  const Dynamics<Scalar>& dynamics;

  /// target = v * d: change of the postsynaptic rate times its gain.
  void postsynaptic_change(MatrixRef<Scalar> target) const {
    dynamics.change(x, r, f, target);
    dynamics.multiply_change_gain(r, f, target);
  }
};

template <class Scalar>
class ContinuousSynapse;
template <class Scalar>
class Simulation;

/// What of a synapse is plasticity, which an experiment can block (plasticity/short_term/blocked.hpp): nothing; what it
/// does to the drive; that, and what activity does to it.
enum class Blockable { nothing, expression, induction };

/// Whose current a synapse replays that replays another trial's: of the next one, or of the next one of the same
/// condition (of the next one where a trial is alone in its condition).
enum class Donors { next, same_condition };

template <class Scalar>
class Synapse {
 public:
  virtual ~Synapse() = default;

  /// Bytes that it holds while trials of these sizes run, for estimates made before (a and z are in the trajectory).
  virtual double memory(const Sizes&) const { return 0; }
  /// Factor on the synapse's strength from the next `begin` on, where it has one.
  virtual void set_strength(double /*factor*/) {}
  /// To the state at trial start, where the rates are r, N x B.
  virtual void begin(const Network<Scalar>& /*network*/, const TrialSet<Scalar>& /*trials*/, TrialKey,
                     MatrixView<Scalar> /*r*/) {}
  /// How many of `batch` trials are to go from their first step to their last before the next ones do, so that what the
  /// synapse holds of them stays in the cache; all of them where that does not matter. The last ones take the rest along.
  virtual Index trials_together(Index batch) const { return batch; }
  /// From here on it is called for the trials from `first` on, as many as there are columns, from their first step.
  virtual void turn_to(Index /*first*/) {}
  /// Whether a differs from 1; if so `efficacy` writes a(t), N x B.
  virtual bool scales() const { return false; }
  virtual void efficacy(Index /*step*/, MatrixView<Scalar> /*r*/, MatrixRef<Scalar> /*a*/) const {}
  /// Whether there is a current; if so `add_current` adds S(t) r(t) to u, N x B.
  virtual bool drives() const { return false; }
  virtual void add_current(Index /*step*/, MatrixView<Scalar> /*r*/, MatrixRef<Scalar> /*u*/) {}
  /// From S(t) to S(t+1), by the synapse's own fixed step (splitting).
  virtual void advance(const StepView<Scalar>&) {}
  virtual Blockable blockable() const { return Blockable::nothing; }
  /// `advance` where activity does nothing to it: what there is decays with the synapse's own time constants.
  virtual void decay(const StepView<Scalar>&) {}
  /// From the next `begin` on, where it replays the currents of other trials.
  virtual void set_donors(Donors) {}
  /// Largest stable step of its own update [ms], given rho = |r|^2 / N of the most active trial.
  virtual double stability_bound_ms(double /*rho*/) const { return std::numeric_limits<double>::infinity(); }
  /// Whether the weights keep something of it after a trial.
  virtual bool consolidates() const { return false; }
  /// Adds that to `change` of W, N x N, after the simulation has run the trials with this synapse.
  virtual void consolidate(const Simulation<Scalar>& /*simulation*/, const TrialSet<Scalar>& /*trials*/,
                           Matrix<Scalar>& /*change*/) const {}
  /// This synapse as a differential equation, or nullptr.
  virtual ContinuousSynapse<Scalar>* continuous() { return nullptr; }
};

/// A synapse given by an ordinary differential equation of a state with `rows(N)` entries per trial: it can be split
/// off (explicit Euler after each step of the network) or integrated jointly with the network, and analysed as one
/// system with it.
///
/// Each value has its tangent at one state: state rows x 1, r and post N x 1, and k directions at once, dstate rows x k,
/// dr and dpost N x k.
template <class Scalar>
class ContinuousSynapse : public Synapse<Scalar> {
 public:
  virtual Index rows(Index neurons) const = 0;
  /// Takes from the network what the equations ask of it; `begin` does so for its trials.
  virtual void bind(const Network<Scalar>& /*network*/) {}
  /// State at trial start, where the rates are r, N x B.
  virtual void initial_state(MatrixView<Scalar> r, MatrixRef<Scalar> state) const = 0;

  /// a of a state, N x B.
  virtual void efficacy_of(MatrixView<Scalar> /*state*/, MatrixRef<Scalar> /*a*/) const {}
  virtual void efficacy_tangent(MatrixView<Scalar> /*state*/, MatrixView<Scalar> /*dstate*/,
                                MatrixRef<Scalar> /*da*/) const {}
  /// u += S r
  virtual void add_current_of(MatrixView<Scalar> /*state*/, MatrixView<Scalar> /*r*/, MatrixRef<Scalar> /*u*/) const {}
  /// du += its tangent
  virtual void add_current_tangent(MatrixView<Scalar> /*state*/, MatrixView<Scalar> /*r*/,
                                   MatrixView<Scalar> /*dstate*/, MatrixView<Scalar> /*dr*/,
                                   MatrixRef<Scalar> /*du*/) const {}
  /// d state / dt [1/ms]; `post` is v * d of StepView.
  virtual void derivative(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar> post,
                          MatrixRef<Scalar> change) const = 0;
  virtual void derivative_tangent(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar> post,
                                  MatrixView<Scalar> dstate, MatrixView<Scalar> dr, MatrixView<Scalar> dpost,
                                  MatrixRef<Scalar> dchange) const = 0;
  /// Where the state comes to rest while the rates stay at r (post = 0), rows x B.
  virtual void resting_state(MatrixView<Scalar> r, MatrixRef<Scalar> state) const = 0;
  virtual void resting_state_tangent(MatrixView<Scalar> r, MatrixView<Scalar> dr, MatrixRef<Scalar> dstate) const = 0;
  /// At rest a = 1 and S r = 0 whatever the rates: fixed points are those of the network alone.
  virtual bool silent_at_rest() const { return false; }

  ContinuousSynapse* continuous() override { return this; }
  /// rows x B: the split state; may be written between steps.
  Matrix<Scalar>& state() { return state_; }

  void begin(const Network<Scalar>& network, const TrialSet<Scalar>& trials, TrialKey, MatrixView<Scalar> r) override {
    bind(network);
    state_.resize(rows(network.size()), trials.batch);
    initial_state(r, state_);
  }
  void efficacy(Index, MatrixView<Scalar>, MatrixRef<Scalar> a) const override { efficacy_of(state_, a); }
  void add_current(Index, MatrixView<Scalar> r, MatrixRef<Scalar> u) override { add_current_of(state_, r, u); }
  void advance(const StepView<Scalar>& view) override {
    change_.resizeLike(state_);  // here, as a synapse that advances by itself needs none of it
    post_.resizeLike(view.r);
    view.postsynaptic_change(post_);
    derivative(state_, view.r, post_, change_);
    state_ += dt_ms_ * change_;
  }

 protected:
  explicit ContinuousSynapse(double dt_ms) : dt_ms_(static_cast<Scalar>(dt_ms)) {}
  Scalar dt_ms_;

 private:
  Matrix<Scalar> state_, change_, post_;
};

}  // namespace stillpoint
