// Unbiased online recurrent optimization (Tallec & Ollivier 2018, arXiv:1702.05043): dx/dtheta estimated by one outer
// product s theta^T per trial, unbiased over random signs nu:
//
//   s' = rho_0 J s + rho_1 nu,   theta'_ij = theta_ij / rho_0 + nu_i c_i z~_j / rho_1
//   rho_0 = sqrt(|theta| / |J s|),   rho_1 = sqrt(|nu c z~^T| / |nu|)       (their variance reduction)
#include <cmath>

#include "plasticity/rules/forward_step.hpp"
#include "plasticity/rules/rules.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Uoro : public Rule<Scalar> {
 public:
  bool online() const override { return true; }
  double memory(const Sizes& of) const override {
    const double theta = of.N * (of.N + of.K + 1);
    return sizeof(Scalar) * (ForwardStep<Scalar>::numbers(of) + (theta + 2 * of.N) * of.B + theta);
  }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key) override {
    const Index N = simulation.network().size(), J = N + simulation.network().inputs() + 1;
    key_ = key;
    s_.setZero(N, trials.batch);
    theta_.assign(static_cast<std::size_t>(trials.batch), Matrix<Scalar>::Zero(N, J));
    sum_.setZero(N, J);
    nu_.resize(N);
  }

  void step(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar> error) override {
    forward_.set(t, view, error);
    const auto& run = view.simulation.trajectory();
    const auto& leak = view.simulation.dynamics().leak();
    const auto& W = forward_.weights(view.simulation.network());
    const Scalar small = Scalar(1e-7);
    if (view.direct)
      for (Index b = 0; b < run.batch; ++b)
        sum_ += forward_.direct.col(b).dot(s_.col(b)) * theta_[static_cast<std::size_t>(b)];
    Js_.noalias() = W * s_.cwiseProduct(forward_.slope);
    Js_.array() = Js_.array() * forward_.gain.array() + s_.array().colwise() * leak.array();
    for (Index b = 0; b < run.batch; ++b) {
      auto& theta = theta_[static_cast<std::size_t>(b)];
      Stream signs(key_.seed, Purpose::estimate, key_.update, static_cast<std::uint64_t>(b),
                   static_cast<std::uint64_t>(t));
      for (auto& sign : nu_) sign = signs.bernoulli(0.5) ? Scalar(1) : Scalar(-1);
      const auto z = forward_.presynaptic.col(b);
      const auto nu_c = nu_.cwiseProduct(forward_.gain.col(b)).eval();
      const Scalar rho_0 = std::sqrt((theta.norm() + small) / (Js_.col(b).norm() + small)) + small;
      const Scalar rho_1 = std::sqrt((nu_c.norm() * z.norm() + small) / (nu_.norm() + small)) + small;
      s_.col(b) = rho_0 * Js_.col(b) + rho_1 * nu_;
      theta /= rho_0;
      theta.noalias() += (nu_c / rho_1) * z.transpose();
      sum_ += forward_.signal.col(b).dot(s_.col(b)) * theta;
      if (view.direct) sum_.noalias() += run.at(view.direct->drive, t).col(b) * z.transpose();
    }
  }

  void write(const TrialSetView<Scalar>&, Gradient<Scalar>& gradient) override {
    split_by_source<Scalar>(sum_, gradient);
    sum_.setZero();
  }

 private:
  TrialKey key_;
  ForwardStep<Scalar> forward_;
  Matrix<Scalar> s_, Js_, sum_;        // N x B, N x B, N x J
  std::vector<Matrix<Scalar>> theta_;  // N x J per trial
  Vector<Scalar> nu_;
};

RuleTraits uoro_traits() {
  RuleTraits traits{"uoro", "unbiased rank-one estimate of real-time recurrent learning"};
  traits.truth = RuleTraits::Truth::unbiased;
  traits.takes_direct_terms = true;
  return traits;
}

}  // namespace

RuleModel uoro() { return rule_model<Uoro>(uoro_traits()); }

RuleKind uoro_rule() {
  return {uoro_traits(), {true_feedback_option()}, [](const Options&) { return uoro(); }};
}

}  // namespace stillpoint
