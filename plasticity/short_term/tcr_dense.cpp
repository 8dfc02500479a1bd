// Temporal consistency with S as N x N per trial, column by column.
#include "plasticity/short_term/tcr.hpp"
#include "sim/parts.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class DenseTcr : public ContinuousSynapse<Scalar> {
 public:
  explicit DenseTcr(const Tcr& tcr) : ContinuousSynapse<Scalar>(tcr.dt_ms), tcr_(tcr) {}

  Index rows(Index neurons) const override { return neurons * neurons; }
  double memory(const Sizes& of) const override {
    return sizeof(Scalar) * (of.N * of.N * (of.B + 2) + of.N * of.B);  // S, mask and W, factor
  }
  bool drives() const override { return true; }
  double stability_bound_ms(double rho) const override { return tcr_.stability_bound_ms(rho); }
  void set_strength(double factor) override { tcr_.strength = factor; }
  bool consolidates() const override { return tcr_.consolidates(); }
  void consolidate(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials,
                   Matrix<Scalar>& change) const override {
    tcr_.consolidate(simulation, trials, change);
  }
  void initial_state(MatrixView<Scalar>, MatrixRef<Scalar> state) const override { state.setZero(); }

  void bind(const Network<Scalar>& network) override {
    mask_ = network.mask;
    sign_ = network.sign;
    if (sign_.size() > 0) W_ = network.W;
  }
  void begin(const Network<Scalar>& network, const TrialSet<Scalar>& trials, TrialKey key,
             MatrixView<Scalar> r) override {
    ContinuousSynapse<Scalar>::begin(network, trials, key, r);
    if (tcr_.permuted) permutations_.draw(key, network.size(), trials.batch);
  }

  void add_current_of(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixRef<Scalar> u) const override {
    for_each_part(r.cols(), static_cast<double>(state.size()), [&](Index b) {
      const auto S = as_matrix(state, r.rows(), b);
      if (sign_.size() == 0) u.col(b).noalias() += S * r.col(b);
      for (Index j = 0; j < sign_.size(); ++j)
        with_acting(S, j, [&](const auto& acting) { u.col(b) += r(j, b) * acting; });
    });
  }
  // Where there is no connection S is 0 and has no direction.
  void add_current_tangent(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar> dstate,
                           MatrixView<Scalar> dr, MatrixRef<Scalar> du) const override {
    const Index N = r.rows();
    const Matrix<Scalar> S = as_matrix(state, N, 0);
    Matrix<Scalar> acts = S, passes = mask_;
    for (Index j = 0; j < sign_.size(); ++j) with_acting(S, j, [&](const auto& acting) { acts.col(j) = acting; });
    if (sign_.size() > 0) {
      if (passes.size() == 0) passes.setOnes(N, N);
      passes.array() *= (acts.array() == S.array()).template cast<Scalar>();
    }
    du.noalias() += acts * dr;
    for (Index k = 0; k < dr.cols(); ++k)
      if (passes.size() > 0)
        du.col(k).noalias() += passes.cwiseProduct(as_matrix(dstate, N, k)) * r.col(0);
      else
        du.col(k).noalias() += as_matrix(dstate, N, k) * r.col(0);
  }
  void derivative(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar> post,
                  MatrixRef<Scalar> change) const override {
    const Index N = r.rows();
    const auto per_ms = static_cast<Scalar>(1 / tcr_.tau_s_ms), gain = static_cast<Scalar>(tcr_.gain(N) / tcr_.dt_ms);
    Matrix<Scalar> factor = gain * post;
    if (tcr_.permuted) permutations_.apply<Scalar>(factor);
    for (Index b = 0; b < r.cols(); ++b) {
      Eigen::Map<Matrix<Scalar>> dS(change.col(b).data(), N, N);
      dS.noalias() = factor.col(b) * r.col(b).transpose();
      if (mask_.size() > 0) dS.array() *= mask_.array();
      dS -= per_ms * as_matrix(state, N, b);
    }
  }
  void derivative_tangent(MatrixView<Scalar>, MatrixView<Scalar> r, MatrixView<Scalar> post, MatrixView<Scalar> dstate,
                          MatrixView<Scalar> dr, MatrixView<Scalar> dpost, MatrixRef<Scalar> dchange) const override {
    if (tcr_.permuted) throw std::logic_error("the permuted control has no tangent");
    const Index N = r.rows();
    const auto per_ms = static_cast<Scalar>(1 / tcr_.tau_s_ms), gain = static_cast<Scalar>(tcr_.gain(N) / tcr_.dt_ms);
    for (Index k = 0; k < dr.cols(); ++k) {
      Eigen::Map<Matrix<Scalar>> dS(dchange.col(k).data(), N, N);
      dS.noalias() = gain * dpost.col(k) * r.transpose();
      dS.noalias() += gain * post.col(0) * dr.col(k).transpose();
      if (mask_.size() > 0) dS.array() *= mask_.array();
      dS -= per_ms * as_matrix(dstate, N, k);
    }
  }
  void resting_state(MatrixView<Scalar>, MatrixRef<Scalar> state) const override { state.setZero(); }
  void resting_state_tangent(MatrixView<Scalar>, MatrixView<Scalar>, MatrixRef<Scalar> dstate) const override {
    dstate.setZero();
  }
  bool silent_at_rest() const override { return true; }
  Blockable blockable() const override { return Blockable::induction; }
  void decay(const StepView<Scalar>&) override { this->state() *= static_cast<Scalar>(tcr_.keep()); }

  // The same explicit Euler step as the base class makes from `derivative`, in one pass over S instead of four.
  void advance(const StepView<Scalar>& view) override {
    const Index N = view.r.rows();
    factor_.resize(N, view.r.cols());
    view.postsynaptic_change(factor_);
    if (tcr_.permuted) permutations_.apply<Scalar>(factor_);
    factor_ *= static_cast<Scalar>(tcr_.gain(N));
    const auto keep = static_cast<Scalar>(tcr_.keep());
    for_each_part(factor_.cols(), static_cast<double>(this->state().size()), [&](Index b) {
      Eigen::Map<Matrix<Scalar>> S(this->state().col(b).data(), N, N);
      for (Index j = 0; j < N; ++j) {
        if (mask_.size() > 0)
          S.col(j).array() = keep * S.col(j).array() + view.r(j, b) * factor_.col(b).array() * mask_.col(j).array();
        else
          S.col(j) = keep * S.col(j) + view.r(j, b) * factor_.col(b);
      }
    });
  }

 private:
  static Eigen::Map<const Matrix<Scalar>> as_matrix(MatrixView<Scalar> state, Index N, Index b) {
    return {state.col(b).data(), N, N};
  }
  /// Column j of S as it acts: under Dale's law W + S stays on the neuron's side of 0.
  template <class Use>
  void with_acting(const Eigen::Ref<const Matrix<Scalar>>& S, Index j, Use&& use) const {
    if (sign_(j) > 0)
      use(S.col(j).cwiseMax(-W_.col(j)));
    else
      use(S.col(j).cwiseMin(-W_.col(j)));
  }

  Tcr tcr_;
  Matrix<Scalar> mask_, W_, factor_;
  Vector<Scalar> sign_;
  Permutations permutations_;
};

}  // namespace

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_dense_tcr(const Tcr& tcr) {
  return std::make_unique<DenseTcr<Scalar>>(tcr);
}
template std::unique_ptr<Synapse<float>> make_dense_tcr(const Tcr&);
template std::unique_ptr<Synapse<double>> make_dense_tcr(const Tcr&);

}  // namespace stillpoint
