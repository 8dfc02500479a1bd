// The time loop (there is no other): a network, its synapse and its noise, run through a set of trials.
//
// Step t: u(t) = W z(t) + S(t) r(t) + W_in s(t) + b + W_fb y_hat(t) + xi(t) is held by euler and exponential euler,
// which make x(t+1); then the synapse advances. rk4 and dopri5 integrate network and synapse as one joint system; W_in
// s + b is held.
#pragma once

#include <memory>

#include "sim/integrator.hpp"
#include "sim/recurrence.hpp"
#include "sim/synapse.hpp"

namespace stillpoint {

/// Activity: an uncoupled neuron's state has standard deviation `activity` at any dt. Drive: Ornstein-Uhlenbeck xi.
/// Halved: the path that steps of twice dt have, with a point between any two, so that what differs is the step alone.
struct Noise {
  double activity = 0, drive = 0, drive_tau_ms = 20;
  bool halved = false;
  bool any() const { return activity > 0 || drive > 0; }
};
Noise make_noise(const Options& options);
/// Throws ParameterError where a neuron left to itself has no standard deviation that activity noise could hold: a
/// plrnn with |A| >= 1.
void require_stationary(const Network<double>& network, const Noise& noise);

/// What a trial set left behind. Memory is kept between runs of one shape. D, U: sim/network.hpp.
template <class Scalar>
struct Trajectory {
  Index steps = 0, batch = 0;
  bool reads_state = false;
  Matrix<Scalar> state;        // D x (T+1)*B: x(0) .. x(T)
  Matrix<Scalar> rate;         // N x (T+1)*B, empty when r = x
  Matrix<Scalar> activation;   // U x T*B: f(0) .. f(T-1)
  Matrix<Scalar> efficacy;     // N x T*B: a(t), empty when 1
  Matrix<Scalar> presynaptic;  // N x T*B: z(t), empty when z = r
  Matrix<Scalar> current;      // N x T*B: S(t) r(t), kept on request
  Matrix<Scalar> outputs;      // O x T*B: column block t is y_hat(t+1)

  const Matrix<Scalar>& rates() const { return rate.size() > 0 ? rate : state; }
  /// What the readout sees, N x (T+1)*B.
  const Matrix<Scalar>& read() const { return reads_state ? state : rates(); }
  /// z(0) .. z(T-1), N x T*B: the presynaptic factor of every rule.
  auto presynaptic_factor() const {
    return presynaptic.size() > 0 ? presynaptic.leftCols(steps * batch) : rates().leftCols(steps * batch);
  }
  /// Columns of step t of any array above.
  template <class M>
  auto at(M& array, Index step) const {
    return array.middleCols(step * batch, batch);
  }
};

/// What a rule or an experimenter adds to the drive while a trial runs.
template <class Scalar>
class Perturbation {
 public:
  virtual ~Perturbation() = default;
  /// Adds to u(t), U x B.
  virtual void add(Index t, MatrixRef<Scalar> u) = 0;
};

template <class Scalar>
class Simulation {
 public:
  /// The network must outlive the simulation; its weights may change between runs, its size and time constants may not.
  /// Throws UserError when method and noise do not go together (adaptive steps need smooth input).
  Simulation(const Network<Scalar>& network, const Integration& integration, const Noise& noise = {});

  /// Keeps S(t) r(t) of the next runs, to be replayed or looked at.
  void keep_current(bool keep) { keep_current_ = keep; }

  /// Perturbs the drive of the next runs (fixed steps only); nullptr: no longer.
  void perturb_by(Perturbation<Scalar>* perturbation) { perturbation_ = perturbation; }

  /// Sets x(0), the input of all steps and the synapse; throws UserError when trials and network do not fit, or
  /// where there is no trial.
  void begin(const TrialSet<Scalar>& trials, TrialKey key, Synapse<Scalar>& synapse);
  void step(Index t);
  /// All steps, a few trials after the others where the synapse asks for that (Synapse::trials_together).
  void run_steps();
  /// y_hat(t+1) with the weights as they are now.
  void read_out(Index t);
  /// Reads out all steps.
  void finish();
  /// begin, run_steps, finish.
  const Trajectory<Scalar>& run(const TrialSet<Scalar>& trials, TrialKey key, Synapse<Scalar>& synapse);

  const Network<Scalar>& network() const { return network_; }
  const Dynamics<Scalar>& dynamics() const { return *dynamics_; }
  const Integration& integration() const { return integration_; }
  const Trajectory<Scalar>& trajectory() const { return trajectory_; }
  /// Overwrites x at the start of step t (Lyapunov exponents, perturbations).
  void set_state(Index t, MatrixView<Scalar> x);
  /// Joint integration only: the synapse's rows of the state, now.
  const Matrix<Scalar>& joint_synapse_state() const { return joint_synapse_; }

 private:
  /// Columns of the trials at work at step t of any array of the trajectory.
  template <class M>
  auto now(M& array, Index t) const {
    return array.middleCols(t * trajectory_.batch + first_, x_.cols());
  }
  void held_step(Index t);
  void joint_step(Index t);
  void add_drive_noise(Index t, MatrixRef<Scalar> u);
  void add_activity_noise(Index t);
  void joint_derivative(const Matrix<Scalar>& held, const Matrix<Scalar>& joint, Matrix<Scalar>& change,
                        Matrix<Scalar>* activation) const;

  const Network<Scalar>& network_;
  Integration integration_;
  Noise noise_;
  std::unique_ptr<Dynamics<Scalar>> dynamics_;
  mutable Recurrence<Scalar> recurrence_;
  std::unique_ptr<Integrator<Scalar>> integrator_;
  Trajectory<Scalar> trajectory_;
  Synapse<Scalar>* synapse_ = nullptr;
  Perturbation<Scalar>* perturbation_ = nullptr;
  TrialKey key_;
  bool keep_current_ = false;
  Index first_ = 0;   // of the trials at work,
  Matrix<Scalar> x_;  // and their state
  Matrix<Scalar> drive_noise_, joint_, joint_synapse_;
};

/// Population speed V = sqrt(mean over valid steps, trials and neurons of (dr_i/dt)^2) [1/s].
template <class Scalar>
double population_speed(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials);

/// rho = |r|^2 / N averaged over the steps of a trial, of the most active trial: what a synapse's stability bound is
/// judged at.
template <class Scalar>
double largest_mean_square_rate(const Trajectory<Scalar>& run);

}  // namespace stillpoint
