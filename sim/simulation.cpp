#include "sim/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/blas.hpp"
#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

Noise make_noise(const Options& options) {
  return {options.number("noise.activity"), options.number("noise.drive"), options.number("noise.drive_tau_ms")};
}

void require_stationary(const Network<double>& network, const Noise& noise) {
  const double most = network.A.size() > 0 ? network.A.cwiseAbs().maxCoeff() : 0;
  require_parameter(noise.activity == 0 || most < 1, "noise.activity", fmt::format("{}", noise.activity),
                    fmt::format("needs |A| < 1 throughout: with |A| = {} a neuron left to itself has no standard "
                                "deviation; use noise.drive",
                                most));
}

namespace {

/// The normal number of each neuron in a step. Of halves, two steps share the number n of the whole one, which with keep
/// k of half a step is (k first + second) / sqrt(1 + k^2); the combination orthogonal to it is drawn beside it.
class StepNormals {
 public:
  StepNormals(TrialKey key, Purpose purpose, Index trial, Index step, Index first_step, bool halved)
      : halved_(halved),
        second_(step % 2 == 1),
        whole_(stream(key, purpose, trial, (halved ? step / 2 : step) + first_step)),
        between_(stream(key, purpose, trial, step / 2 + first_step + points_between)) {}
  double next(double keep) {
    const double whole = whole_.normal();
    if (!halved_) return whole;
    const double between = between_.normal();
    return (second_ ? whole - keep * between : keep * whole + between) / std::sqrt(1 + keep * keep);
  }

 private:
  static constexpr Index points_between = Index(1) << 40;  // beyond any step
  static Stream stream(TrialKey key, Purpose purpose, Index trial, Index step) {
    return Stream(key.seed, purpose, key.update, static_cast<std::uint64_t>(trial), static_cast<std::uint64_t>(step));
  }
  bool halved_, second_;
  Stream whole_, between_;
};

}  // namespace

template <class Scalar>
Simulation<Scalar>::Simulation(const Network<Scalar>& network, const Integration& integration, const Noise& noise)
    : network_(network),
      integration_(integration),
      noise_(noise),
      dynamics_(make_dynamics(network, integration)),
      integrator_(make_integrator<Scalar>(integration, dynamics_->tau_ms())) {
  require_parameter(integration.has_adjoint() || !noise.any(), "integration.method",
                    method_names()[static_cast<std::size_t>(integration.method)],
                    "noise needs euler or exponential_euler");
}

template <class Scalar>
void Simulation<Scalar>::begin(const TrialSet<Scalar>& trials, TrialKey key, Synapse<Scalar>& synapse) {
  const ProductsOnOneThread products;
  const Index N = network_.size(), U = network_.b.size(), T = trials.steps, B = trials.batch;
  require_parameter(B >= 1, "trials", "0", "must be 1 or more: there is nothing to run");
  require_parameter(trials.inputs.rows() == network_.inputs(), "network inputs", fmt::format("{}", network_.inputs()),
                    fmt::format("the trials have {} input channels", trials.inputs.rows()));
  const auto& kind = network_kind(network_.kind);
  require_parameter(
      kind.acts_on_rates || (!synapse.scales() && !synapse.drives()), "synapse.kind", "not none",
      fmt::format("has no meaning in an {}, whose recurrent weights act on gates; use none (and tcr.form = "
                  "loss for temporal consistency)",
                  kind.name));
  synapse_ = &synapse;
  key_ = key;
  auto& run = trajectory_;
  run.steps = T;
  run.batch = B;
  run.reads_state = dynamics_->reads_state();
  run.state.resize(kind.states * N, (T + 1) * B);
  run.activation.resize(U, T * B);
  if (!dynamics_->rate_is_state()) run.rate.resize(N, (T + 1) * B);
  run.efficacy.resize(N, synapse.scales() ? T * B : 0);
  run.presynaptic.resize(N, synapse.scales() ? T * B : 0);
  run.outputs.resize(network_.outputs(), T * B);
  run.current.resize(N, keep_current_ && synapse.drives() ? T * B : 0);

  // The whole trial's W_in s + b at once; the recurrent part is added step by step.
  run.activation.colwise() = network_.b;
  if (network_.inputs() > 0) run.activation.noalias() += network_.W_in * trials.inputs;

  first_ = 0;
  x_.resize(kind.states * N, B);
  drive_noise_.resize(U, noise_.drive > 0 ? B : 0);
  for (Index b = 0; b < B; ++b) {
    const auto trial = static_cast<std::uint64_t>(b);
    auto x0 = x_.col(b);
    if (network_.r0.size() > 0) {
      x0 = network_.r0;
    } else {
      // x(0) = .1 N(0,1) as a current; a network whose state is the rate starts at r(0) = phi of it.
      Stream(key.seed, Purpose::initial_state, key.update, trial).fill_normal(x0, 0.1);
      if (kind.starts_from_rate) apply<Scalar>(network_.nonlinearity, x0);
    }
    if (noise_.drive > 0)
      Stream(key.seed, Purpose::drive_noise, key.update, trial).fill_normal(drive_noise_.col(b), noise_.drive);
  }
  set_state(0, x_);
  const auto r = run.at(run.rates(), 0);
  synapse.begin(network_, trials, key, r);
  if (!integration_.has_adjoint()) {
    auto* continuous = synapse.continuous();
    require_parameter(
        continuous != nullptr || (!synapse.scales() && !synapse.drives()), "integration.method",
        method_names()[static_cast<std::size_t>(integration_.method)],
        "this form of the synapse advances by fixed steps: use euler or exponential_euler, or synapse.form = dense");
    joint_synapse_.resize(continuous ? continuous->rows(N) : 0, B);
    if (continuous) continuous->initial_state(r, joint_synapse_);
  }
}

template <class Scalar>
void Simulation<Scalar>::set_state(Index t, MatrixView<Scalar> x) {
  if (x.data() != x_.data()) x_ = x;
  now(trajectory_.state, t) = x;
  if (!dynamics_->rate_is_state()) dynamics_->rate(x, now(trajectory_.rate, t));
}

template <class Scalar>
void Simulation<Scalar>::step(Index t) {
  look_aside();
  const ProductsOnOneThread products;
  if (integration_.has_adjoint())
    held_step(t);
  else
    joint_step(t);
}

template <class Scalar>
void Simulation<Scalar>::held_step(Index t) {
  auto& run = trajectory_;
  const auto r = now(run.rates(), t);
  auto u = now(run.activation, t);

  if (synapse_->scales()) {
    auto a = now(run.efficacy, t);
    auto z = now(run.presynaptic, t);
    synapse_->efficacy(t, r, a);
    z = a.cwiseProduct(r);
    recurrence_.add(network_, z, u);
  } else {
    recurrence_.add(network_, r, u);
  }
  if (synapse_->drives()) {
    if (run.current.size() > 0) {
      auto current = now(run.current, t);
      current.setZero();
      synapse_->add_current(t, r, current);
      u += current;
    } else {
      synapse_->add_current(t, r, u);
    }
  }
  if (network_.W_fb.size() > 0)
    u.noalias() += network_.W_fb * ((network_.W_out * now(run.read(), t)).colwise() + network_.b_out);
  if (noise_.drive > 0) add_drive_noise(t, u);
  if (perturbation_) perturbation_->add(t, u);

  dynamics_->activate(u);  // u is f from here on
  if (dynamics_->is_map())
    dynamics_->map(u, x_);
  else
    integrator_->step([&](const Matrix<Scalar>& x, Matrix<Scalar>& dxdt) { dynamics_->derivative(x, u, dxdt); }, x_);
  if (noise_.activity > 0) add_activity_noise(t);
  set_state(t + 1, x_);
  synapse_->advance({t, now(run.state, t), r, u, *dynamics_});
}

template <class Scalar>
void Simulation<Scalar>::add_drive_noise(Index t, MatrixRef<Scalar> u) {
  // xi(t), then xi(t+1) = k xi + sigma sqrt(1 - k^2) N(0,1), k = exp(-dt/tau_xi): stationary SD sigma at any dt.
  auto xi_now = drive_noise_.middleCols(first_, u.cols());
  u += xi_now;
  const double keep = std::exp(-integration_.dt_ms / noise_.drive_tau_ms);
  const double kick = noise_.drive * std::sqrt(1 - keep * keep);
  for (Index b = 0; b < u.cols(); ++b) {
    StepNormals normals(key_, Purpose::drive_noise, first_ + b, t, 1, noise_.halved);
    for (auto& xi : xi_now.col(b)) xi = static_cast<Scalar>(keep * static_cast<double>(xi) + kick * normals.next(keep));
  }
}

template <class Scalar>
void Simulation<Scalar>::add_activity_noise(Index t) {
  // Per step SD sigma sqrt(1 - (1-alpha)^2): the stationary SD of x' = (1-alpha) x + noise is sigma at any dt. A neuron
  // of a plrnn whose A has learned its way past 1 has none, and gets no noise.
  for (Index b = 0; b < x_.cols(); ++b) {
    StepNormals normals(key_, Purpose::activity_noise, first_ + b, t, 0, noise_.halved);
    for (Index i = 0; i < x_.rows(); ++i) {
      const double leak = static_cast<double>(dynamics_->leak()(i));
      x_(i, b) += static_cast<Scalar>(noise_.activity * std::sqrt(std::max(0.0, 1 - leak * leak)) * normals.next(leak));
    }
  }
}

template <class Scalar>
void Simulation<Scalar>::joint_derivative(const Matrix<Scalar>& held, const Matrix<Scalar>& joint,
                                          Matrix<Scalar>& change, Matrix<Scalar>* activation) const {
  const Index N = network_.size(), rows = joint.rows() - N;
  const auto x = joint.topRows(N);
  const auto synaptic = joint.bottomRows(rows);
  Matrix<Scalar> r(N, joint.cols());
  dynamics_->rate(x, r);
  Matrix<Scalar> u = held;
  auto* synapse = rows > 0 ? synapse_->continuous() : nullptr;
  if (synapse && synapse->scales()) {
    Matrix<Scalar> a(N, joint.cols());
    synapse->efficacy_of(synaptic, a);
    recurrence_.add(network_, a.cwiseProduct(r), u);
  } else {
    recurrence_.add(network_, r, u);
  }
  if (synapse && synapse->drives()) synapse->add_current_of(synaptic, r, u);
  if (network_.W_fb.size() > 0) u.noalias() += network_.W_fb * ((network_.W_out * r).colwise() + network_.b_out);
  dynamics_->activate(u);
  dynamics_->derivative(x, u, change.topRows(N));
  if (synapse) {
    Matrix<Scalar> post(N, joint.cols());
    StepView<Scalar>{0, x, r, u, *dynamics_}.postsynaptic_change(post);
    synapse->derivative(synaptic, r, post, change.bottomRows(rows));
  }
  if (activation) *activation = u;
}

template <class Scalar>
void Simulation<Scalar>::joint_step(Index t) {
  auto& run = trajectory_;
  const Index N = network_.size(), B = run.batch;
  const auto r = run.at(run.rates(), t);
  if (synapse_->scales()) {
    synapse_->continuous()->efficacy_of(joint_synapse_, run.at(run.efficacy, t));
    run.at(run.presynaptic, t) = run.at(run.efficacy, t).cwiseProduct(r);
  }
  if (run.current.size() > 0) {
    run.at(run.current, t).setZero();
    synapse_->continuous()->add_current_of(joint_synapse_, r, run.at(run.current, t));
  }
  const Index width =
      integration_.method == Method::dopri5 ? 1 : B;  // the error control of one trial must not see another
  Matrix<Scalar> change(N + joint_synapse_.rows(), width), held(N, width), activation;
  for (Index first = 0; first < B; first += width) {
    held = run.at(run.activation, t).middleCols(first, width);
    joint_.resize(N + joint_synapse_.rows(), width);
    joint_ << x_.middleCols(first, width), joint_synapse_.middleCols(first, width);
    joint_derivative(held, joint_, change, &activation);
    run.at(run.activation, t).middleCols(first, width) = activation;
    integrator_->step([&](const Matrix<Scalar>& state,
                          Matrix<Scalar>& derivative) { joint_derivative(held, state, derivative, nullptr); },
                      joint_);
    x_.middleCols(first, width) = joint_.topRows(N);
    joint_synapse_.middleCols(first, width) = joint_.bottomRows(joint_synapse_.rows());
  }
  set_state(t + 1, x_);
}

template <class Scalar>
void Simulation<Scalar>::run_steps() {
  const Index T = trajectory_.steps, B = trajectory_.batch;
  const bool apart = integration_.has_adjoint() && !perturbation_;
  const Index together = apart ? synapse_->trials_together(B) : B, groups = std::max<Index>(B / together, 1);
  for (Index group = 0; group < groups; ++group) {
    if (groups > 1) {
      first_ = group * together;
      x_ = trajectory_.state.middleCols(first_, group + 1 < groups ? together : B - first_);
      synapse_->turn_to(first_);
    }
    for (Index t = 0; t < T; ++t) step(t);
  }
  if (groups == 1) return;
  first_ = 0;
  x_ = trajectory_.at(trajectory_.state, T);
}

template <class Scalar>
void Simulation<Scalar>::read_out(Index t) {
  const ProductsOnOneThread products;
  auto& run = trajectory_;
  auto y_hat = run.at(run.outputs, t);
  y_hat.noalias() = network_.W_out * run.at(run.read(), t + 1);
  y_hat.colwise() += network_.b_out;
}

template <class Scalar>
void Simulation<Scalar>::finish() {
  const ProductsOnOneThread products;
  auto& run = trajectory_;
  run.outputs.noalias() = network_.W_out * run.read().rightCols(run.steps * run.batch);
  run.outputs.colwise() += network_.b_out;
}

template <class Scalar>
const Trajectory<Scalar>& Simulation<Scalar>::run(const TrialSet<Scalar>& trials, TrialKey key,
                                                  Synapse<Scalar>& synapse) {
  const ProductsOnOneThread products;
  begin(trials, key, synapse);
  run_steps();
  finish();
  return trajectory_;
}

template <class Scalar>
double population_speed(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials) {
  const auto& run = simulation.trajectory();
  const auto& dynamics = simulation.dynamics();
  const Index N = simulation.network().size(), B = run.batch;
  Matrix<Scalar> v(N, B);
  double sum = 0;
  Index valid = 0;
  for (Index t = 0; t < run.steps; ++t) {
    dynamics.change(run.at(run.state, t), run.at(run.rates(), t), run.at(run.activation, t), v);
    v.array().colwise() /= dynamics.tau_ms().array();
    for (Index b = 0; b < B; ++b)
      if (t < trials.length[static_cast<std::size_t>(b)]) {
        sum += static_cast<double>(v.col(b).squaredNorm());
        ++valid;
      }
  }
  return 1000 * std::sqrt(sum / static_cast<double>(valid * N));
}

template <class Scalar>
double largest_mean_square_rate(const Trajectory<Scalar>& run) {
  const auto squares = run.rates().leftCols(run.steps * run.batch).colwise().squaredNorm().eval();
  const Eigen::Map<const Matrix<Scalar>> by_trial(squares.data(), run.batch, run.steps);
  return static_cast<double>(by_trial.rowwise().mean().maxCoeff()) / static_cast<double>(run.rates().rows());
}

template class Simulation<float>;
template class Simulation<double>;
template double population_speed(const Simulation<float>&, const TrialSet<float>&);
template double population_speed(const Simulation<double>&, const TrialSet<double>&);
template double largest_mean_square_rate(const Trajectory<float>&);
template double largest_mean_square_rate(const Trajectory<double>&);

}  // namespace stillpoint
