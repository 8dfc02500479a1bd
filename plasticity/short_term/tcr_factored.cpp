// Temporal consistency without S, or with an S to which many steps are added at once: its history and chunked forms.
#include <algorithm>
#include <cmath>

#include "plasticity/short_term/tcr.hpp"
#include "sim/parts.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class FactoredTcr : public Synapse<Scalar> {
 public:
  FactoredTcr(const Tcr& tcr, Index chunk) : tcr_(tcr), chunk_(chunk) {}

  double memory(const Sizes& of) const override {
    const double window = std::min(static_cast<double>(chunk_), of.T);
    const double S = window < of.T ? of.N * of.N : 0;
    return sizeof(Scalar) * (S + (2 * window + 1) * of.N + window) * of.B;
  }

  bool drives() const override { return true; }
  double stability_bound_ms(double rho) const override { return tcr_.stability_bound_ms(rho); }
  void set_strength(double factor) override { tcr_.strength = factor; }
  bool consolidates() const override { return tcr_.consolidates(); }
  void consolidate(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials,
                   Matrix<Scalar>& change) const override {
    tcr_.consolidate(simulation, trials, change);
  }

  void begin(const Network<Scalar>& network, const TrialSet<Scalar>& trials, TrialKey key,
             MatrixView<Scalar>) override {
    const Index N = network.size(), B = trials.batch;
    window_ = std::min(chunk_, trials.steps);
    folds_ = window_ < trials.steps;
    rates_.resize(N, window_ * B);
    posts_.resize(N, window_ * B);
    if (folds_) S_.setZero(N, N * B);
    overlap_.resize(window_, B);
    // decay_(i) = (1 - dt/tau_s)^(window - 1 - i): its last t entries weight steps 0 .. t-1 of the window
    decay_.resize(window_);
    for (Index i = 0; i < window_; ++i)
      decay_(i) = static_cast<Scalar>(std::pow(tcr_.keep(), static_cast<double>(window_ - 1 - i)));
    gain_ = static_cast<Scalar>(tcr_.gain(N));
    turn_to(0);
    if (tcr_.permuted) permutations_.draw(key, N, B);
  }

  // Half-filled, the histories of these trials take three quarters of a second-level cache of 1 MB. From too_large
  // neurons on a product with so few states loses what that saves (docs/performance.md).
  Index trials_together(Index batch) const override {
    constexpr Index bytes = 1500000, fewest = 8, too_large = 1024;
    const Index N = rates_.rows(), numbers = N * (2 * window_ + (folds_ ? N : 0));
    if (N >= too_large) return batch;
    const Index fit = bytes / (numbers * static_cast<Index>(sizeof(Scalar)));
    return std::min(batch, std::max<Index>(fit / fewest, 1) * fewest);
  }
  void turn_to(Index first) override {
    first_ = first;
    filled_ = 0;
  }

  void add_current(Index, MatrixView<Scalar> r, MatrixRef<Scalar> u) override {
    const Index N = r.rows();
    const auto kept = static_cast<Scalar>(std::pow(tcr_.keep(), static_cast<double>(filled_)));
    for_each_part(r.cols(), operations(r.cols()), [&](Index b) {
      if (folds_) u.col(b).noalias() += kept * (S_.middleCols((first_ + b) * N, N) * r.col(b));
      if (filled_ == 0) return;
      auto overlap = overlap_.col(first_ + b).head(filled_);
      overlap.noalias() = of_trial(rates_, b).transpose() * r.col(b);
      overlap.array() *= gain_ * decay_.tail(filled_).array();
      u.col(b).noalias() += of_trial(posts_, b) * overlap;
    });
  }

  void advance(const StepView<Scalar>& view) override {
    post_.resizeLike(view.r);
    view.postsynaptic_change(post_);
    if (tcr_.permuted) permutations_.apply<Scalar>(post_, first_);
    append(view.r);
  }
  Blockable blockable() const override { return Blockable::induction; }
  void decay(const StepView<Scalar>& view) override {
    post_.setZero(view.r.rows(), view.r.cols());
    append(view.r);
  }

 private:
  /// One more step, of these rates and of post_.
  void append(MatrixView<Scalar> r) {
    const Index N = r.rows();
    for (Index b = 0; b < post_.cols(); ++b) {
      const Index at = (first_ + b) * window_ + filled_;
      rates_.col(at) = r.col(b);
      posts_.col(at) = post_.col(b);
    }
    if (++filled_ < window_ || !folds_) return;
    const auto kept = static_cast<Scalar>(std::pow(tcr_.keep(), static_cast<double>(window_)));
    for_each_part(post_.cols(), operations(post_.cols()) * static_cast<double>(N), [&](Index b) {
      auto S = S_.middleCols((first_ + b) * N, N);
      auto posts = posts_.middleCols((first_ + b) * window_, window_);
      posts.array().rowwise() *= gain_ * decay_.transpose().array();
      S *= kept;
      S.noalias() += posts * of_trial(rates_, b).transpose();
    });
    filled_ = 0;
  }

  /// Of a step in which `trials` are at work.
  double operations(Index trials) const {
    const Index N = rates_.rows();
    return static_cast<double>(trials * N) * static_cast<double>(2 * filled_ + (folds_ ? N : 0));
  }
  /// b: among the trials at work
  auto of_trial(const Matrix<Scalar>& history, Index b) const {
    return history.middleCols((first_ + b) * window_, filled_);
  }

  Tcr tcr_;
  Index chunk_, window_ = 0, filled_ = 0, first_ = 0;
  bool folds_ = false;
  Scalar gain_ = 0;
  Matrix<Scalar> rates_, posts_;   // N x window per trial: r(k) and q(k)
  Matrix<Scalar> S_;               // N x N per trial
  Matrix<Scalar> post_, overlap_;  // overlap_: window x B
  Vector<Scalar> decay_;
  Permutations permutations_;
};

}  // namespace

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_factored_tcr(const Tcr& tcr, Index chunk) {
  return std::make_unique<FactoredTcr<Scalar>>(tcr, chunk);
}
template std::unique_ptr<Synapse<float>> make_factored_tcr(const Tcr&, Index);
template std::unique_ptr<Synapse<double>> make_factored_tcr(const Tcr&, Index);

}  // namespace stillpoint
