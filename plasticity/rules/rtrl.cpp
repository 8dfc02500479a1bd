// Real-time recurrent learning (Williams & Zipser 1989, doi:10.1162/neco.1989.1.2.270): the exact gradient, computed
// forward in time. P = dx/dtheta is carried along, N x N*J per trial, at O(N^4) per step: an oracle for small networks.
// The diagonal A of a plrnn is one more source, x_i; an initial state that learns has dx/dx(0), which starts as I.
#include "plasticity/rules/forward_step.hpp"
#include "plasticity/rules/rules.hpp"

namespace stillpoint {

namespace {

constexpr long largest = 32;

template <class Scalar>
class Rtrl : public Rule<Scalar> {
 public:
  bool online() const override { return true; }
  double memory(const Sizes& of) const override {
    const double J = of.N + of.K + 1, P = of.N * of.N * (J + 1);  // with A or r0 one source more
    return sizeof(Scalar) * (ForwardStep<Scalar>::numbers(of) + P * (of.B + 1));
  }
  void check(const Network<Scalar>& network, bool) const override {
    require_parameter(network.size() <= largest, "network.size", std::to_string(network.size()),
                      "rtrl serves at most 32 neurons (O(N^4) per step); use bptt, or uoro");
  }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey) override {
    const auto& network = simulation.network();
    const Index N = network.size(), J = N + network.inputs() + 1 + (network.A.size() > 0 ? 1 : 0);
    P_.assign(static_cast<std::size_t>(trials.batch), Matrix<Scalar>::Zero(N, N * J));
    from_start_.assign(network.r0.size() > 0 ? P_.size() : 0, Matrix<Scalar>::Identity(N, N));
    sum_.setZero(N, J);
    start_sum_.setZero(network.r0.size());
  }

  void step(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar> error) override {
    forward_.set(t, view, error);
    const auto& run = view.simulation.trajectory();
    const Index N = sum_.rows(), J = forward_.presynaptic.rows();
    const bool learns_A = sum_.cols() > J;
    auto flat_sum = sum_.reshaped();
    for (Index b = 0; b < run.batch; ++b) {
      auto& P = P_[static_cast<std::size_t>(b)];
      const auto x = run.at(run.state, t).col(b);
      if (view.direct) {
        const auto drive = run.at(view.direct->drive, t).col(b);
        flat_sum.noalias() += P.transpose() * forward_.direct.col(b);
        sum_.leftCols(J).noalias() += drive * forward_.presynaptic.col(b).transpose();
        if (learns_A) sum_.col(J) += drive.cwiseProduct(x);
      }
      const Matrix<Scalar> jacobian = forward_.jacobian(view, b);
      next_.noalias() = jacobian * P;
      for (Index j = 0; j < J; ++j)
        for (Index i = 0; i < N; ++i) next_(i, j * N + i) += forward_.gain(i, b) * forward_.presynaptic(j, b);
      for (Index i = 0; learns_A && i < N; ++i) next_(i, J * N + i) += x(i);
      P.swap(next_);
      flat_sum.noalias() += P.transpose() * forward_.signal.col(b);
      if (from_start_.empty()) continue;
      auto& from_start = from_start_[static_cast<std::size_t>(b)];
      if (view.direct) start_sum_.noalias() += from_start.transpose() * forward_.direct.col(b);
      from_start = jacobian * from_start;
      start_sum_.noalias() += from_start.transpose() * forward_.signal.col(b);
    }
  }

  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient) override {
    const Index J = sum_.rows() + view.trials.inputs.rows() + 1;
    split_by_source<Scalar>(sum_.leftCols(J), gradient);
    if (sum_.cols() > J) gradient.A = sum_.col(J);
    gradient.r0 = start_sum_;
    sum_.setZero();
    start_sum_.setZero();
  }

 private:
  ForwardStep<Scalar> forward_;
  std::vector<Matrix<Scalar>> P_;           // per trial: column j*N + i is dx/dtheta_ij
  std::vector<Matrix<Scalar>> from_start_;  // per trial: dx/dx(0), where the network has an initial state of its own
  Matrix<Scalar> next_, sum_;
  Vector<Scalar> start_sum_;
};

RuleTraits rtrl_traits() {
  RuleTraits traits{"rtrl", "real-time recurrent learning: the exact gradient, forward in time; at most 32 neurons"};
  traits.truth = RuleTraits::Truth::exact;
  traits.takes_direct_terms = true;
  traits.reaches_state_parameters = true;
  return traits;
}

}  // namespace

RuleModel rtrl() { return rule_model<Rtrl>(rtrl_traits()); }

RuleKind rtrl_rule() {
  return {rtrl_traits(), {true_feedback_option()}, [](const Options&) { return rtrl(); }};
}

}  // namespace stillpoint
