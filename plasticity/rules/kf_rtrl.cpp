// Kronecker-factored real-time recurrent learning (Mujika, Meier & Steger 2018, arXiv:1805.10842): dx/dtheta estimated
// by one Kronecker product per trial, dx_n/dtheta_ij = v_j A_ni, unbiased over two random signs per step:
//
//   v' = k_1 p_1 v + k_2 p_2 z~,   A' = k_1 J A / p_1 + k_2 diag(c) / p_2
//   p_1 = sqrt(|J A| / |v|),   p_2 = sqrt(|diag(c)| / |z~|)                (Frobenius norms; k_1, k_2 = +-1)
//
// O(N^3) per trial and step. It fits networks whose dx(t+1)/dtheta is a Kronecker product: those of sim/dynamics.hpp.
#include <cmath>

#include "plasticity/rules/forward_step.hpp"
#include "plasticity/rules/rules.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class KfRtrl : public Rule<Scalar> {
 public:
  bool online() const override { return true; }
  double memory(const Sizes& of) const override {
    const double J = of.N + of.K + 1, A = of.N * of.N;
    return sizeof(Scalar) * (ForwardStep<Scalar>::numbers(of) + (A + J) * of.B + A + of.N * J);
  }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key) override {
    const Index N = simulation.network().size(), J = N + simulation.network().inputs() + 1;
    key_ = key;
    v_.setZero(J, trials.batch);
    A_.assign(static_cast<std::size_t>(trials.batch), Matrix<Scalar>::Zero(N, N));
    sum_.setZero(N, J);
  }

  void step(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar> error) override {
    forward_.set(t, view, error);
    const auto& run = view.simulation.trajectory();
    const Scalar small = Scalar(1e-7);
    for (Index b = 0; b < run.batch; ++b) {
      auto& A = A_[static_cast<std::size_t>(b)];
      const auto z = forward_.presynaptic.col(b);
      const auto c = forward_.gain.col(b);
      if (view.direct) {
        sum_.noalias() += (A.transpose() * forward_.direct.col(b)) * v_.col(b).transpose();
        sum_.noalias() += run.at(view.direct->drive, t).col(b) * z.transpose();
      }
      JA_.noalias() = forward_.jacobian(view, b) * A;
      Stream signs(key_.seed, Purpose::estimate, key_.update, static_cast<std::uint64_t>(b),
                   static_cast<std::uint64_t>(t));
      const Scalar k_1 = signs.bernoulli(0.5) ? Scalar(1) : Scalar(-1),
                   k_2 = signs.bernoulli(0.5) ? Scalar(1) : Scalar(-1);
      const Scalar p_1 = std::sqrt((JA_.norm() + small) / (v_.col(b).norm() + small));
      const Scalar p_2 = std::sqrt((c.norm() + small) / (z.norm() + small));
      v_.col(b) = k_1 * p_1 * v_.col(b) + k_2 * p_2 * z;
      A = (k_1 / p_1) * JA_;
      A.diagonal() += (k_2 / p_2) * c;
      sum_.noalias() += (A.transpose() * forward_.signal.col(b)) * v_.col(b).transpose();
    }
  }

  void write(const TrialSetView<Scalar>&, Gradient<Scalar>& gradient) override {
    split_by_source<Scalar>(sum_, gradient);
    sum_.setZero();
  }

 private:
  TrialKey key_;
  ForwardStep<Scalar> forward_;
  Matrix<Scalar> v_, JA_, sum_;    // J x B, N x N, N x J
  std::vector<Matrix<Scalar>> A_;  // N x N per trial
};

RuleTraits kf_rtrl_traits() {
  RuleTraits traits{"kf_rtrl", "unbiased Kronecker-factored estimate of real-time recurrent learning"};
  traits.truth = RuleTraits::Truth::unbiased;
  traits.takes_direct_terms = true;
  return traits;
}

}  // namespace

RuleModel kf_rtrl() { return rule_model<KfRtrl>(kf_rtrl_traits()); }

RuleKind kf_rtrl_rule() {
  return {kf_rtrl_traits(), {true_feedback_option()}, [](const Options&) { return kf_rtrl(); }};
}

}  // namespace stillpoint
