#include "python/bindings/synapses.hpp"

#include "experiments/results/subject_file.hpp"
#include "python/bindings/arrays.hpp"
#include "python/bindings/parameters.hpp"

namespace stillpoint::python {

namespace {

template <class Use>
auto with_parameters(nb::handle synapse, Use&& use) {
  if (nb::isinstance<TcrParameters>(synapse)) return use(nb::cast<TcrParameters>(synapse));
  if (nb::isinstance<TsodyksMarkramParameters>(synapse)) return use(nb::cast<TsodyksMarkramParameters>(synapse));
  if (nb::isinstance<DerivativeFeedbackParameters>(synapse))
    return use(nb::cast<DerivativeFeedbackParameters>(synapse));
  if (nb::isinstance<HighPassParameters>(synapse)) return use(nb::cast<HighPassParameters>(synapse));
  throw nb::type_error("synapse: must be None, TCR(), TsodyksMarkram(), DerivativeFeedback() or HighPass()");
}

SynapseModel model_of(const TcrParameters& p) { return tcr_synapse(p); }
SynapseModel model_of(const TsodyksMarkramParameters& p) { return tsodyks_markram_synapse(p); }
SynapseModel model_of(const DerivativeFeedbackParameters& p) { return derivative_feedback_synapse(p); }
SynapseModel model_of(const HighPassParameters& p) { return high_pass_synapse(p); }

TcrParameters simulated(TcrParameters p) {
  if (p.form == TcrParameters::Form::automatic) p.form = TcrParameters::Form::dense;
  return p;
}
template <class P>
P simulated(P p) {
  return p;
}
TcrParameters analysed(const TcrParameters& p) { return as_equation(p); }
template <class P>
P analysed(P p) {
  return p;
}

/// What a network file says of the synapse that its network was trained with.
nb::any trained_with(const BoundNetwork& stored) {
  const auto options = resolved_synapse(stored.synapse);
  const auto& kind = options.text("synapse.kind");
  nb::any found;
  found = kind == "tcr"                   ? nb::cast(tcr_parameters(options))
          : kind == "tsodyks_markram"     ? nb::cast(tsodyks_markram_parameters(options))
          : kind == "derivative_feedback" ? nb::cast(derivative_feedback_parameters(options))
          : kind == "high_pass"           ? nb::cast(high_pass_parameters(options))
                                          : nb::none();
  return found;
}

/// The other way: what a file is to say of it.
std::map<std::string, std::string> as_stored(nb::handle synapse) {
  if (synapse.is_none()) return {};
  auto stored = nb::cast<std::map<std::string, std::string>>(synapse.attr("_texts")());
  stored["kind"] = with_parameters(synapse, [](const auto& p) { return model_of(p).kind; });
  return stored;
}

}  // namespace

SynapseModel synapse_model_of(nb::handle synapse) {
  if (synapse.is_none()) return static_synapse();
  return with_parameters(synapse, [](const auto& p) { return model_of(simulated(p)); });
}

SynapseModel trained_synapse_of(nb::handle synapse) {
  if (synapse.is_none()) return static_synapse();
  return with_parameters(synapse, [](const auto& p) { return model_of(p); });
}

std::vector<std::pair<std::string, std::string>> synapse_assignments(nb::handle synapse) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [name, text] : as_stored(synapse)) all.emplace_back("synapse." + name, text);
  return all;
}

std::shared_ptr<Synapse<double>> equation_of(nb::handle synapse, const Network<double>& network) {
  if (synapse.is_none()) return nullptr;
  return with_parameters(synapse, [&](const auto& p) { return as_equation(model_of(analysed(p)), network); });
}

void bind_synapses(nb::module_& module) {
  const auto checked = [](const auto& p) { model_of(p); };
  using T = TcrParameters;
  bind_parameters(module, "TCR", "Temporal consistency: synapses that oppose change of their target's rate.",
                  synapse_kind("tcr").options, checked, Field{"beta", &T::beta}, Field{"tau_s_ms", &T::tau_s_ms},
                  Field{"form", &T::form}, Field{"chunk", &T::chunk}, Field{"consolidation", &T::consolidation},
                  Field{"postsynaptic", &T::postsynaptic}, Field{"current", &T::current});
  using M = TsodyksMarkramParameters;
  bind_parameters(module, "TsodyksMarkram", "Facilitation and depression (Tsodyks, Pawelzik & Markram 1998).",
                  synapse_kind("tsodyks_markram").options, checked, Field{"use", &M::use},
                  Field{"tau_f_ms", &M::tau_f_ms}, Field{"tau_d_ms", &M::tau_d_ms}, Field{"f_max_hz", &M::f_max_hz},
                  Field{"normalise", &M::normalise});
  using D = DerivativeFeedbackParameters;
  bind_parameters(module, "DerivativeFeedback", "Fast inhibition and slow excitation (Lim & Goldman 2013).",
                  synapse_kind("derivative_feedback").options, checked, Field{"tau_e_ms", &D::tau_e_ms},
                  Field{"tau_i_ms", &D::tau_i_ms});
  using H = HighPassParameters;
  bind_parameters(module, "HighPass", "Each neuron against change of its own rate.", synapse_kind("high_pass").options,
                  checked, Field{"strength", &H::strength}, Field{"tau_h_ms", &H::tau_h_ms});
  module.def("trained_with", trained_with, nb::arg("network"));
  module.def("as_stored", as_stored, nb::arg("synapse").none());
}

}  // namespace stillpoint::python
