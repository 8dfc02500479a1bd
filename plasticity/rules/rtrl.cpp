// Real-time recurrent learning (Williams & Zipser 1989, doi:10.1162/neco.1989.1.2.270): the exact gradient, computed
// forward in time. P = dx/dtheta is carried along, N x N*J per trial, at O(N^4) per step: an oracle for small networks.
#include "plasticity/feedback.hpp"
#include "plasticity/rules/forward_step.hpp"

namespace stillpoint {

namespace {

constexpr long largest = 32;

template <class Scalar>
class Rtrl : public Rule<Scalar> {
 public:
  bool online() const override { return true; }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey) override {
    const Index N = simulation.network().size(), J = N + simulation.network().inputs() + 1;
    P_.assign(static_cast<std::size_t>(trials.batch), Matrix<Scalar>::Zero(N, N * J));
    sum_.setZero(N, J);
  }

  void step(Index t, const Lesson<Scalar>& lesson, MatrixView<Scalar> error) override {
    forward_.set(t, lesson, error);
    const auto& run = lesson.simulation.trajectory();
    const Index N = sum_.rows(), J = sum_.cols();
    auto flat_sum = sum_.reshaped();
    for (Index b = 0; b < run.batch; ++b) {
      auto& P = P_[static_cast<std::size_t>(b)];
      if (lesson.direct) {
        flat_sum.noalias() += P.transpose() * forward_.direct.col(b);
        sum_.noalias() += run.at(lesson.direct->drive, t).col(b) * forward_.presynaptic.col(b).transpose();
      }
      next_.noalias() = forward_.jacobian(lesson, b) * P;
      for (Index j = 0; j < J; ++j)
        for (Index i = 0; i < N; ++i) next_(i, j * N + i) += forward_.gain(i, b) * forward_.presynaptic(j, b);
      P.swap(next_);
      flat_sum.noalias() += P.transpose() * forward_.signal.col(b);
    }
  }

  void write(const Lesson<Scalar>&, Gradient<Scalar>& gradient) override {
    split_by_source(sum_, gradient);
    sum_.setZero();
  }

 private:
  ForwardStep<Scalar> forward_;
  std::vector<Matrix<Scalar>> P_;  // per trial: column j*N + i is dx/dtheta_ij
  Matrix<Scalar> next_, sum_;
};

template <class Scalar>
std::unique_ptr<Rule<Scalar>> make(const Options& options) {
  require_option(!options.knows("network.size") || options.integer("network.size") <= largest, "network.size",
                 options.text("network.size"), "rtrl serves at most 32 neurons (O(N^4) per step); use bptt, or uoro");
  return std::make_unique<Rtrl<Scalar>>();
}

}  // namespace

RuleKind rtrl_rule() {
  RuleKind kind{"rtrl",
                "real-time recurrent learning: the exact gradient, forward in time; at most 32 neurons",
                {true_feedback_option()},
                make<float>,
                make<double>};
  kind.truth = RuleKind::Truth::exact;
  kind.takes_direct_terms = true;
  return kind;
}

}  // namespace stillpoint
