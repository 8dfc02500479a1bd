#include "plasticity/temporal_consistency.hpp"

namespace stillpoint {

namespace {
const std::vector<std::string> forms = {"none", "loss", "local", "instantaneous"};
}

const ParameterList<TemporalConsistencyParameters>& temporal_consistency_list() {
  using P = TemporalConsistencyParameters;
  static const auto list =
      ParameterList<P>()
          .choice("tcr.form", &P::form, forms,
                  "temporal consistency of the weights: as a term of the loss, or as a local rule with or without "
                  "traces beside any rule (as short-term plasticity: synapse.kind = tcr)")
          .number("tcr.lambda", &P::lambda, "", nonnegative,
                  "its strength, in units of the mean of |tau dr/dt|^2 / 2N");
  return list;
}

void require_place(const TemporalConsistencyParameters& parameters, const RuleTraits& rule) {
  require_parameter(parameters.form != TemporalConsistencyParameters::Form::loss || rule.takes_direct_terms, "tcr.form",
                    forms[static_cast<std::size_t>(parameters.form)],
                    "rule " + rule.name + " has no place for it; use local, instantaneous, or synapse.kind = tcr");
}

template <class Scalar>
TemporalConsistency<Scalar>::TemporalConsistency(const TemporalConsistencyParameters& parameters)
    : form_(parameters.form), lambda_(parameters.lambda) {
  temporal_consistency_list().check(parameters);
}

template <class Scalar>
void TemporalConsistency<Scalar>::begin(const TrialSet<Scalar>& trials, Index neurons) {
  if (!active()) return;
  change_.resize(neurons, trials.batch);
  scale_ = lambda_ * strength_ / static_cast<double>(trials.valid_columns() * neurons);
  energy_ = 0;
}

template <class Scalar>
void TemporalConsistency<Scalar>::observe(Index t, const Simulation<Scalar>& simulation,
                                          const TrialSet<Scalar>& trials) {
  if (!active()) return;
  const auto& run = simulation.trajectory();
  const auto& dynamics = simulation.dynamics();
  const auto x = run.at(run.state, t), r = run.at(run.rates(), t), f = run.at(run.activation, t);
  terms_.state.resize(run.state.rows(), run.steps * run.batch);
  terms_.drive.resize(run.activation.rows(), run.steps * run.batch);
  dynamics.change(x, r, f, change_);
  for (Index b = 0; b < run.batch; ++b)
    if (!trials.valid(t, b)) change_.col(b).setZero();
  energy_ += scale_ / 2 * static_cast<double>(change_.squaredNorm());
  change_ *= static_cast<Scalar>(scale_);
  dynamics.change_back(x, r, f, change_, run.at(terms_.state, t), run.at(terms_.drive, t));
}

template <class Scalar>
void TemporalConsistency<Scalar>::add_gradient(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials,
                                               Gradient<Scalar>& gradient) {
  if (form_ == Form::instantaneous) {
    gradient.W.noalias() += terms_.drive * simulation.trajectory().presynaptic_factor().transpose();
    gradient.W_in.noalias() += terms_.drive * trials.inputs.transpose();
    gradient.b += terms_.drive.rowwise().sum();
    if (gradient.A.size() > 0)
      gradient.A +=
          terms_.drive.cwiseProduct(simulation.trajectory().state.leftCols(terms_.drive.cols())).rowwise().sum();
  } else if (form_ == Form::local) {
    const Matrix<Scalar> no_error(0, trials.steps * trials.batch), no_feedback(simulation.network().size(), 0);
    own_path_({simulation, trials, no_error, no_feedback, &terms_}, own_);
    gradient.W += own_.W;
    gradient.W_in += own_.W_in;
    gradient.b += own_.b;
    if (gradient.A.size() > 0) gradient.A += own_.A;
    if (gradient.r0.size() > 0) gradient.r0 += own_.r0;
  }
}

template class TemporalConsistency<float>;
template class TemporalConsistency<double>;

}  // namespace stillpoint
