#include "experiments/runs/run_memory.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "analysis/paths/lyapunov.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/runs/controls.hpp"
#include "plasticity/trainer.hpp"
#include "sim/sizes.hpp"

namespace stillpoint {

namespace {

constexpr double in_double = sizeof(double);            // what tasks and controls compute in
constexpr double curve_bytes = 6 * sizeof(double);      // of a LearningCurve, per update
constexpr double alignment_bytes = 2 * sizeof(double);  // and compared rule

/// Numbers in a network, and in the gradient of one, whose W is never factors.
struct Arrays {
  double network = 0, gradient = 0;
  bool constrained = false, factors = false;
};

/// Whether a drawn network has an array that its kind may have or lack.
bool draws(const std::string& array, const NetworkKind& kind, const Options& options) {
  const auto above = [&](const char* option, double value) {
    return options.knows(option) && options.number(option) > value;
  };
  if (array == "W_fb") return options.text("network.feedback") != "none";
  if (array == "r0") return options.text("network.initial_state") != "random";
  if (array == "bulk") return above("network.bulk", 0);
  if (array == "sign") return above("network.excitatory", 0);
  return kind.diagonal || (options.knows("network.density") &&
                           (options.number("network.density") < 1 || options.integer("network.modules") > 1 ||
                            !options.flag("network.autapses")));
}

Arrays arrays_of(const Options& options, const Sizes& sizes) {
  const auto& kind = network_kind(options.text("network.kind"));
  Network<double> given;  // stays empty where the network is drawn
  const bool drawn = options.text("network.start") == "none";
  if (!drawn) given = make_network(options, static_cast<Index>(sizes.K), static_cast<Index>(sizes.O), 1);
  const double rank = kind.factors && drawn ? static_cast<double>(options.integer("network.rank")) : 0;
  const std::map<ArrayAxis, double> extent = {{ArrayAxis::one, 1},          {ArrayAxis::neurons, sizes.N},
                                              {ArrayAxis::states, sizes.D}, {ArrayAxis::drives, sizes.U},
                                              {ArrayAxis::inputs, sizes.K}, {ArrayAxis::outputs, sizes.O},
                                              {ArrayAxis::rank, rank}};
  Arrays arrays;
  arrays.factors = kind.factors;
  for_each_array(
      [&](const ArrayTraits& array, const auto& values) {
        const auto presence = presence_of(kind, array);
        const bool here = drawn ? presence == ArrayPresence::required ||
                                      (presence == ArrayPresence::optional && draws(array.name, kind, options))
                                : values.size() > 0;
        if (!here) return;
        const double numbers =
            drawn ? extent.at(array.rows) * extent.at(array.columns) : static_cast<double>(values.size());
        arrays.network += numbers;
        if (array.role == ArrayTraits::Role::learns) arrays.gradient += numbers;
        arrays.constrained |= array.role == ArrayTraits::Role::constraint;
      },
      given);
  if (kind.factors) arrays.gradient += sizes.U * sizes.N;
  return arrays;
}

Sizes sizes_of(const Options& options, const Task& task) {
  const auto& kind = network_kind(options.text("network.kind"));
  Sizes sizes;
  sizes.N = static_cast<double>(options.integer("network.size"));
  sizes.D = static_cast<double>(kind.states) * sizes.N;
  sizes.U = static_cast<double>(kind.gates) * sizes.N;
  sizes.K = static_cast<double>(task.inputs());
  sizes.O = static_cast<double>(task.outputs());
  sizes.T = static_cast<double>(std::max<Index>(1, task.draw({1, 0}, 0).steps));
  sizes.B = static_cast<double>(options.integer("training.batch"));
  sizes.rate_is_state = kind.starts_from_rate;
  sizes.constant_gain = kind.name == "leaky_current" && options.knows("network.tau_ms") &&
                        options.range("network.tau_ms").low == options.range("network.tau_ms").high &&
                        options.number("network.tau_spread") == 0;
  return sizes;
}

Sizes with_trials(Sizes sizes, double B) {
  sizes.B = B;
  return sizes;
}

double updates_of(const Options& options) { return static_cast<double>(options.integer("training.updates")); }

}  // namespace

double checkpoint_count(const Options& options) {
  const auto& text = options.text("training.checkpoints");
  const auto words = split_words(text);
  if (text == "none") return 0;
  if (text == "log") return 2 * std::ceil(std::log10(updates_of(options) + 1));
  if (words.size() == 2 && words[0] == "every")
    return std::ceil(updates_of(options) / std::max(1.0, std::atof(words[1].c_str())));
  return static_cast<double>(words.size());
}

namespace {

/// One run of trials in the time loop, its synapse included.
template <class Scalar>
double simulation_memory(const Options& options, const Arrays& arrays, const Sizes& sizes, const SynapseModel& model) {
  const auto synapse = model.make<Scalar>({make_integration(options), make_noise(options), arrays.constrained,
                                           arrays.factors, static_cast<Index>(sizes.N), static_cast<Index>(sizes.T)});
  const double a_and_z = synapse->scales() ? 2 * sizes.N * sizes.T * sizes.B : 0;
  return sizeof(Scalar) * (sizes.trajectory() + a_and_z) + synapse->memory(sizes);
}

/// Moments of the optimizer for each number that learns, of freeze-in beside those of the task.
double moments_of(const LearnerParameters& learner) {
  using Kind = OptimizerParameters::Kind;
  const double one = learner.optimizer.kind == Kind::adam ? 2 : learner.optimizer.kind == Kind::momentum ? 1 : 0;
  return learner.freeze_in_updates > 0 || learner.freeze_in_every > 0 ? 2 * one : one;
}

/// What a kept run remembers beside its network (Learner::keep).
template <class Scalar>
double state_memory(const Options& options, const Arrays& arrays, const Sizes& sizes) {
  const auto learner = learner_parameters(options);
  const bool by_step = learner.rule.traits.emits == Emits::change_by_step;
  return sizeof(Scalar) * moments_of(learner) * arrays.gradient +
         (by_step ? learner.rule.make<Scalar>()->memory(sizes) : 0);
}

/// While it trains: trials of an update as the task draws them, then as they are used, and beside them the evaluation.
template <class Scalar>
double training_memory(const Options& options, const Arrays& arrays, const Sizes& sizes, double kept_networks) {
  constexpr double s = sizeof(Scalar);
  const auto learner = learner_parameters(options);
  const auto model = synapse_model(options);
  const bool consolidates = options.text("synapse.kind") == "tcr" && options.number("synapse.consolidation") > 0;
  const bool local = learner.consistency.form == TemporalConsistencyParameters::Form::local;
  const double shadows = learner.shadows.empty() ? 0 : static_cast<double>(learner.shadows.size()) + 1;  // with bptt

  const double gradients = 2 + (learner.added ? 1 : 0) + (local ? 1 : 0) + shadows +
                           (learner.rule.traits.emits == Emits::change_by_step ? 1 : 0);
  double rules = learner.rule.make<Scalar>()->memory(sizes);
  if (learner.added) rules += learner.added->make<Scalar>()->memory(sizes);
  for (const auto& shadow : learner.shadows) rules += shadow.make<Scalar>()->memory(sizes);
  if (shadows > 0) rules += bptt().make<Scalar>()->memory(sizes);
  rules += TemporalConsistency<Scalar>(learner.consistency).memory(sizes);

  const double networks = in_double * arrays.network +
                          s * (kept_networks * arrays.network + (gradients + moments_of(learner)) * arrays.gradient);
  const double updating = s * (sizes.trial_set() + sizes.O * sizes.T * sizes.B) + rules +
                          simulation_memory<Scalar>(options, arrays, sizes, model);
  const double drawing = in_double * sizes.trial_set(),
               consolidating = consolidates ? s * (sizes.N * sizes.T * sizes.B + arrays.network) : 0;
  const auto all = with_trials(sizes, evaluation_trials), block = with_trials(sizes, evaluation_block);
  const double evaluating = simulation_memory<Scalar>(options, arrays, block, model) + std::max(drawing, consolidating);
  return networks + updating + s * all.trial_set() + std::max(in_double * all.trial_set(), evaluating);
}

/// Of a control, before the training: what it is matched to, or what it is matched by, on its own trials in double.
double matching_memory(const Options& options, const Arrays& arrays, const Sizes& sizes) {
  const auto& property = options.text("control.match");
  if (property == "none") return 0;
  auto tcr = tcr_parameters(options);
  auto tried = with_trials(sizes, match_trials);
  double drawn = tried.trial_set();
  if (property == "chaos") {
    const LyapunovSetting setting;
    const auto replicas = static_cast<double>(setting.replicas);
    tcr.form = TcrParameters::Form::dense;
    tried.B = 2 * replicas;
    tried.T = setting.duration_ms / options.number("integration.dt_ms");
    drawn = tried.trial_set() + with_trials(sizes, replicas * (tried.T / sizes.T + 2)).trial_set();
    tried.T = std::min(tried.T, static_cast<double>(LyapunovSetting::steps_held));
  }
  return in_double * (3 * arrays.network + drawn) + simulation_memory<double>(options, arrays, tried, tcr_synapse(tcr));
}

template <class Scalar>
double memory_of(const Options& options, const Task& task) {
  constexpr double s = sizeof(Scalar);
  const auto sizes = sizes_of(options, task);
  const auto arrays = arrays_of(options, sizes);
  const bool freezes_in = options.integer("freeze_in.updates") > 0;
  const auto compared = static_cast<double>(split_words(options.text("shadow.rules")).size() + 1);
  const double curves =
      updates_of(options) * (curve_bytes + (options.text("shadow.rules") == "none" ? 0 : compared * alignment_bytes));
  const double kept_networks = checkpoint_count(options) + (freezes_in ? 1 : 0);

  const double training = training_memory<Scalar>(options, arrays, sizes, kept_networks + 3) + curves;
  // a run that is kept, beside its training: its state, the image while HDF5 writes it, a copy of that, and one network
  // in the order of files
  const double left = s * (kept_networks + 2) * arrays.network + curves,
               state = state_memory<Scalar>(options, arrays, sizes);
  const double keeping = 3 * state + 2 * left + 2 * s * arrays.network;
  const auto tried = with_trials(sizes, FreezeIn::trials);
  const double collapse = freezes_in
                              ? left + in_double * (2 * arrays.network + 2 * tried.trial_set() + tried.trajectory()) +
                                    simulation_memory<double>(options, arrays, tried, synapse_model(options))
                              : 0;
  return program_bytes + std::max({training + keeping, collapse, matching_memory(options, arrays, sizes)});
}

}  // namespace

double run_memory(const Options& options, const Task& task) {
  return options.text("integration.precision") == "double" ? memory_of<double>(options, task)
                                                           : memory_of<float>(options, task);
}

}  // namespace stillpoint
