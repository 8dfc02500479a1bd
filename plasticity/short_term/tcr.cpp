// Temporal consistency as short-term plasticity: a synapse that opposes change of its target's rate.
//
//   tau_s dS_ij/dt = -S_ij - (beta/N) q_i r_j,   q = v * d,   S = 0 at trial start
//   v = tau dr/dt, d = dv/du
//
// Anti-Hebbian in the *change* of the postsynaptic rate (after Xie & Seung 1999, NIPS 12): a synapse whose target is
// rising under its drive weakens. This form is Stillpoint's own realisation of the regulariser of Haputhanthri et al.
// 2025 (arXiv:2502.07256). Per fixed step (explicit Euler, after the step of the network):
//
//   S(t+1) = (1 - dt/tau_s) S(t) - (beta dt / (N tau_s)) q(t) r(t)^T
//
// dense     S as N x N per trial; the only form with a mask, and the one that rk4 and dopri5 integrate jointly
// history   S(t) r(t) = -(beta dt/(N tau_s)) sum_{k<t} (1-dt/tau_s)^(t-1-k) q(k) (r(k) . r(t)): no N x N state at all
// chunked   the history of the last `synapse.chunk` steps, and a dense S to which every full chunk is added as one
// product
//
// All three are the same numbers to rounding (tests/test_short_term.cpp).
#include <algorithm>
#include <cmath>
#include <numeric>

#include "plasticity/short_term/short_term.hpp"
#include "sim/random.hpp"

namespace stillpoint {

double tcr_stability_bound_ms(double beta, double tau_s_ms, double rho) { return 2 * tau_s_ms / (1 + beta * rho); }

template <class Scalar>
Matrix<Scalar> tcr_integral(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, double beta,
                            double tau_s_ms) {
  const auto& run = simulation.trajectory();
  const auto& dynamics = simulation.dynamics();
  const Index N = run.state.rows(), B = run.batch;
  const double dt_ms = simulation.integration().dt_ms, keep = 1 - dt_ms / tau_s_ms;
  Matrix<Scalar> weighted(N, run.steps * B);
  for (Index t = 0; t < run.steps; ++t) {
    auto q = run.at(weighted, t);
    StepView<Scalar>{t, run.at(run.state, t), run.at(run.rates(), t), run.at(run.activation, t), dynamics}
        .postsynaptic_change(q);
    for (Index b = 0; b < B; ++b) {
      const Index left = trials.length[static_cast<std::size_t>(b)] - t;  // steps that q(t) r(t)^T stays in S
      const double decay = std::pow(keep, static_cast<double>(std::max<Index>(left, 0)));
      q.col(b) *= static_cast<Scalar>((1 - decay) / (1 - keep));
    }
  }
  const double scale = -beta * dt_ms * dt_ms / (tau_s_ms * static_cast<double>(N * B));
  return static_cast<Scalar>(scale) * weighted * run.rates().leftCols(run.steps * B).transpose();
}

template Matrix<float> tcr_integral(const Simulation<float>&, const TrialSet<float>&, double, double);
template Matrix<double> tcr_integral(const Simulation<double>&, const TrialSet<double>&, double, double);

namespace {

struct Tcr {
  double beta, tau_s_ms, dt_ms, strength = 1;
  bool permuted;

  explicit Tcr(const SynapseSetting& setting)
      : beta(setting.options.number("synapse.beta")),
        tau_s_ms(setting.options.number("synapse.tau_s_ms")),
        dt_ms(setting.integration.dt_ms),
        permuted(setting.options.text("synapse.postsynaptic") == "permuted") {}
  double keep() const { return 1 - dt_ms / tau_s_ms; }
  double gain(Index neurons) const { return -strength * beta * dt_ms / (tau_s_ms * static_cast<double>(neurons)); }
  double stability_bound_ms(double rho) const { return tcr_stability_bound_ms(strength * beta, tau_s_ms, rho); }
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
  template <class Scalar>
  void apply(MatrixRef<Scalar> post) const {
    for (std::size_t b = 0; b < orders_.size(); ++b) {
      auto column = post.col(static_cast<Index>(b));
      column = column(orders_[b]).eval();
    }
  }

 private:
  std::vector<Eigen::Matrix<Index, Eigen::Dynamic, 1>> orders_;
};

template <class Scalar>
class DenseTcr : public ContinuousSynapse<Scalar> {
 public:
  explicit DenseTcr(const SynapseSetting& setting)
      : ContinuousSynapse<Scalar>(setting.integration.dt_ms), tcr_(setting) {}

  Index rows(Index neurons) const override { return neurons * neurons; }
  bool drives() const override { return true; }
  double stability_bound_ms(double rho) const override { return tcr_.stability_bound_ms(rho); }
  void set_strength(double factor) override { tcr_.strength = factor; }
  void initial_state(MatrixRef<Scalar> state) const override { state.setZero(); }

  void begin(const Network<Scalar>& network, const TrialSet<Scalar>& trials, TrialKey key) override {
    ContinuousSynapse<Scalar>::begin(network, trials, key);
    mask_ = network.mask;
    sign_ = network.sign;
    if (sign_.size() > 0) W_ = network.W;
    if (tcr_.permuted) permutations_.draw(key, network.size(), trials.batch);
  }
  void add_current_of(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixRef<Scalar> u) const override {
    for (Index b = 0; b < r.cols(); ++b) {
      const auto S = as_matrix(state, r.rows(), b);
      if (sign_.size() == 0) u.col(b).noalias() += S * r.col(b);
      // Dale's law: W + S stays on the neuron's side of 0
      for (Index j = 0; j < sign_.size(); ++j)
        if (sign_(j) > 0)
          u.col(b) += r(j, b) * S.col(j).cwiseMax(-W_.col(j));
        else
          u.col(b) += r(j, b) * S.col(j).cwiseMin(-W_.col(j));
    }
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
  // The same explicit Euler step as the base class makes from `derivative`, in one pass over S instead of four.
  void advance(const StepView<Scalar>& view) override {
    const Index N = view.r.rows();
    factor_.resize(N, view.r.cols());
    view.postsynaptic_change(factor_);
    if (tcr_.permuted) permutations_.apply<Scalar>(factor_);
    factor_ *= static_cast<Scalar>(tcr_.gain(N));
    const auto keep = static_cast<Scalar>(tcr_.keep());
    for (Index b = 0; b < factor_.cols(); ++b) {
      Eigen::Map<Matrix<Scalar>> S(this->state().col(b).data(), N, N);
      for (Index j = 0; j < N; ++j) {
        if (mask_.size() > 0)
          S.col(j).array() = keep * S.col(j).array() + view.r(j, b) * factor_.col(b).array() * mask_.col(j).array();
        else
          S.col(j) = keep * S.col(j) + view.r(j, b) * factor_.col(b);
      }
    }
  }

 private:
  static Eigen::Map<const Matrix<Scalar>> as_matrix(MatrixView<Scalar> state, Index N, Index b) {
    return {state.col(b).data(), N, N};
  }
  Tcr tcr_;
  Matrix<Scalar> mask_, W_, factor_;
  Vector<Scalar> sign_;
  Permutations permutations_;
};

template <class Scalar>
class FactoredTcr : public Synapse<Scalar> {
 public:
  /// chunk: steps kept as vectors before they are added to S; at least the trial's length: S is never formed.
  FactoredTcr(const SynapseSetting& setting, Index chunk) : tcr_(setting), chunk_(chunk) {}

  bool drives() const override { return true; }
  double stability_bound_ms(double rho) const override { return tcr_.stability_bound_ms(rho); }
  void set_strength(double factor) override { tcr_.strength = factor; }

  void begin(const Network<Scalar>& network, const TrialSet<Scalar>& trials, TrialKey key) override {
    const Index N = network.size(), B = trials.batch;
    window_ = std::min(chunk_, trials.steps);
    folds_ = window_ < trials.steps;
    rates_.resize(N, window_ * B);
    posts_.resize(N, window_ * B);
    if (folds_) S_.setZero(N, N * B);
    post_.resize(N, B);
    overlap_.resize(window_);
    // decay_(i) = (1 - dt/tau_s)^(window - 1 - i): its last t entries weight steps 0 .. t-1 of the window
    decay_.resize(window_);
    for (Index i = 0; i < window_; ++i)
      decay_(i) = static_cast<Scalar>(std::pow(tcr_.keep(), static_cast<double>(window_ - 1 - i)));
    gain_ = static_cast<Scalar>(tcr_.gain(N));
    filled_ = 0;
    if (tcr_.permuted) permutations_.draw(key, N, B);
  }

  void add_current(Index, MatrixView<Scalar> r, MatrixRef<Scalar> u) override {
    const Index N = r.rows();
    const auto kept = static_cast<Scalar>(std::pow(tcr_.keep(), static_cast<double>(filled_)));
    for (Index b = 0; b < r.cols(); ++b) {
      if (folds_) u.col(b).noalias() += kept * (S_.middleCols(b * N, N) * r.col(b));
      if (filled_ == 0) continue;
      auto overlap = overlap_.head(filled_);
      overlap.noalias() = of_trial(rates_, b).transpose() * r.col(b);
      overlap.array() *= gain_ * decay_.tail(filled_).array();
      u.col(b).noalias() += of_trial(posts_, b) * overlap;
    }
  }

  void advance(const StepView<Scalar>& view) override {
    const Index N = view.r.rows();
    view.postsynaptic_change(post_);
    if (tcr_.permuted) permutations_.apply<Scalar>(post_);
    for (Index b = 0; b < post_.cols(); ++b) {
      rates_.col(b * window_ + filled_) = view.r.col(b);
      posts_.col(b * window_ + filled_) = post_.col(b);
    }
    if (++filled_ < window_ || !folds_) return;
    const auto kept = static_cast<Scalar>(std::pow(tcr_.keep(), static_cast<double>(window_)));
    for (Index b = 0; b < post_.cols(); ++b) {
      auto S = S_.middleCols(b * N, N);
      auto posts = posts_.middleCols(b * window_, window_);
      posts.array().rowwise() *= gain_ * decay_.transpose().array();
      S *= kept;
      S.noalias() += posts * of_trial(rates_, b).transpose();
    }
    filled_ = 0;
  }

 private:
  auto of_trial(const Matrix<Scalar>& history, Index b) const { return history.middleCols(b * window_, filled_); }

  Tcr tcr_;
  Index chunk_, window_ = 0, filled_ = 0;
  bool folds_ = false;
  Scalar gain_ = 0;
  Matrix<Scalar> rates_, posts_;  // N x window per trial: r(k) and q(k)
  Matrix<Scalar> S_;              // N x N per trial
  Matrix<Scalar> post_;
  Vector<Scalar> overlap_, decay_;
  Permutations permutations_;
};

/// Control: the network receives the current that the synapse of another trial of the batch made when it ran unyoked.
template <class Scalar>
class YokedTcr : public Synapse<Scalar> {
 public:
  YokedTcr(const SynapseSetting& setting, std::unique_ptr<Synapse<Scalar>> own)
      : integration_(setting.integration), noise_(setting.noise), own_(std::move(own)) {}

  bool drives() const override { return true; }
  double stability_bound_ms(double rho) const override { return own_->stability_bound_ms(rho); }
  void set_strength(double factor) override { own_->set_strength(factor); }
  void begin(const Network<Scalar>& network, const TrialSet<Scalar>& trials, TrialKey key) override {
    require_parameter(trials.batch > 1, "training.batch", "1",
                   "synapse.current = yoked needs at least two trials in a batch");
    if (!unyoked_ || &unyoked_->network() != &network) {
      unyoked_ = std::make_unique<Simulation<Scalar>>(network, integration_, noise_);
      unyoked_->keep_current(true);
    }
    unyoked_->run(trials, key, *own_);
    replayed_.load(unyoked_->trajectory());
  }
  void add_current(Index step, MatrixView<Scalar> r, MatrixRef<Scalar> u) override {
    replayed_.add_current(step, r, u);
  }

 private:
  Integration integration_;
  Noise noise_;
  std::unique_ptr<Synapse<Scalar>> own_;
  std::unique_ptr<Simulation<Scalar>> unyoked_;
  ReplayedSynapse<Scalar> replayed_{1};
};

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make(const SynapseSetting& setting) {
  const auto& options = setting.options;
  require_parameter(setting.integration.dt_ms <= options.number("synapse.tau_s_ms"), "synapse.tau_s_ms",
                 options.text("synapse.tau_s_ms"), "must be at least integration.dt_ms");
  // Bytes per step and trial: history 2 N T on average N T / 2 each, chunked N^2 + 2 N chunk.
  const Index chunk = options.integer("synapse.chunk");
  std::string form = options.text("synapse.form");
  const bool joint = !setting.integration.has_adjoint();
  if (form == "auto")
    form = setting.constrained || joint ? "dense" : setting.steps <= setting.neurons + chunk ? "history" : "chunked";
  require_parameter(setting.integration.method != Method::dopri5 || options.text("synapse.postsynaptic") == "own",
                 "synapse.postsynaptic", "permuted",
                 "needs a fixed step: integration.method = euler, exponential_euler or rk4");
  require_parameter(!setting.constrained || form == "dense", "synapse.form", form,
                 "a network with a mask or Dale's law needs dense");

  std::unique_ptr<Synapse<Scalar>> synapse;
  if (form == "dense")
    synapse = std::make_unique<DenseTcr<Scalar>>(setting);
  else
    synapse = std::make_unique<FactoredTcr<Scalar>>(setting, form == "history" ? setting.steps : chunk);
  if (options.text("synapse.current") == "yoked")
    synapse = std::make_unique<YokedTcr<Scalar>>(setting, std::move(synapse));
  return synapse;
}

}  // namespace

SynapseKind tcr_synapse() {
  return {
      "tcr",
      "temporal consistency: synapses that oppose change of their target's rate",
      {
          number_option("synapse.beta", "100", "", nonnegative, "strength; S is of order beta r v d / N"),
          number_option("synapse.tau_s_ms", "200", "ms", positive, "time constant of S"),
          choice_option("synapse.form", "auto", {"auto", "dense", "history", "chunked"},
                        "how S is computed: the same numbers at different cost"),
          integer_option("synapse.chunk", "16", "steps", {1, 1e6}, "chunked form: steps between two additions to S"),
          number_option(
              "synapse.consolidation", "0", "1/ms", nonnegative,
              "kappa: after each update W gains kappa times the integral of S over the trial, mean of the batch"),
          choice_option("synapse.postsynaptic", "own", {"own", "permuted"},
                        "control: permuted gives the postsynaptic factor to the wrong neurons, anew each trial"),
          choice_option("synapse.current", "own", {"own", "yoked"},
                        "control: yoked replays the current S r of another trial of the batch"),
      },
      make<float>,
      make<double>};
}

}  // namespace stillpoint
