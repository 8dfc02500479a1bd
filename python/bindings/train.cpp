#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <limits>

#include "experiments/options/run_options.hpp"
#include "experiments/runs/threads.hpp"
#include "experiments/study/rule_checks.hpp"
#include "plasticity/check/gradient_kind.hpp"
#include "plasticity/trainer.hpp"
#include "python/bindings/arrays.hpp"
#include "python/bindings/long_call.hpp"
#include "python/bindings/parameters.hpp"
#include "python/bindings/rules.hpp"
#include "python/bindings/synapses.hpp"
#include "python/bindings/tasks.hpp"

namespace stillpoint::python {

namespace {

/// The task's trials, where they fit the network.
TrialSource trials_for(const Network<double>& network, const TrialSource& draw) {
  return [K = network.inputs(), O = network.outputs(), draw](TrialKey key, Index count) {
    auto trials = draw(key, count);
    require_parameter(trials.inputs.rows() == K, "net: W_in", fmt::format("{} input(s)", K),
                      fmt::format("the task has {}", trials.inputs.rows()));
    require_parameter(trials.targets.rows() == O, "net: W_out", fmt::format("{} output(s)", O),
                      fmt::format("the task has {}", trials.targets.rows()));
    require_parameter(trials.batch == count, "task", fmt::format("{} trials", trials.batch),
                      fmt::format("{} were asked for", count));
    return trials;
  };
}

template <class Scalar>
nb::object as_bound(const Network<Scalar>& network, double dt_ms) {
  BoundNetwork made{network.template cast<double>(), {}};
  made.network.dt_ms = dt_ms;
  return nb::cast(std::move(made));
}

template <class Scalar>
Made training_dict(Training<Scalar> training, double dt_ms) {
  Made made, alignment, checkpoints;
  made["initial"] = as_bound(training.initial, dt_ms);
  made["network"] = as_bound(training.final, dt_ms);
  made["after_freeze_in"] =
      training.after_freeze_in ? as_bound(*training.after_freeze_in, dt_ms) : nb::object(nb::none());
  for (const auto& [update, network] : training.checkpoints) checkpoints[nb::int_(update)] = as_bound(network, dt_ms);
  made["checkpoints"] = checkpoints;
  made["outcome"] = name_of(training.outcome);
  made["reached_at"] = training.reached_at;
  made["diverged_at"] = training.diverged_at;
  made["final_loss"] = training.final_score.loss;
  made["final_accuracy"] = training.final_score.accuracy;
  auto& curve = training.curve;
  for (auto& one : curve.alignment)
    alignment[one.rule.c_str()] =
        nb::make_tuple(as_vector(std::move(one.cosine)), as_vector(std::move(one.norm_ratio)));
  made["alignment"] = alignment;
  made["update"] = as_vector(std::move(curve.update));
  made["loss"] = as_vector(std::move(curve.loss));
  made["accuracy"] = as_vector(std::move(curve.accuracy));
  made["speed"] = as_vector(std::move(curve.speed));
  made["stability_bound_ms"] = as_vector(std::move(curve.stability_bound_ms));
  made["strength"] = as_vector(std::move(curve.strength));
  return made;
}

template <class Scalar>
Made run_training(TrainingSetting& setting, const Network<double>& network, nb::handle callback, nb::handle see) {
  const double dt_ms = setting.integration.dt_ms;
  setting.progress = [&](const Standing& at) {
    if (callback.is_none()) return Next::go_on;
    const nb::gil_scoped_acquire held;
    const auto goes_on = callback(at.update, as_bound(at.network(), dt_ms), at.score.loss);
    return goes_on.is(nb::handle(Py_False)) ? Next::stop : Next::go_on;
  };
  const RunThreads share(sharing_threads());
  Training<Scalar> training;
  nb::object ended_by = nb::none();
  try {
    long_call(see, [&] { train_in_place<Scalar>(setting, network, training); });
  } catch (const nb::python_error& error) {  // Ctrl-C, or of the callback, the rule, the trials
    ended_by = nb::borrow(error.value());
  }
  auto made = training_dict(std::move(training), dt_ms);
  made["ended_by"] = ended_by;
  return made;
}

Made train_network(const BoundNetwork& stored, nb::handle task, nb::handle rule, nb::handle synapse,
                   const Integration& integration, const Noise& noise, const OptimizerParameters& optimizer,
                   const std::optional<TemporalConsistencyParameters>& consistency, const ScheduleParameters& schedule,
                   nb::handle added, const nb::typed<nb::list, nb::any>& shadows, Index updates, Index batch,
                   double criterion, double criterion_mse, bool stop_at_criterion, const std::vector<long>& checkpoints,
                   bool trains_start, double weight_noise, Index within_trial, Index freeze_in_updates,
                   Index freeze_in_every, std::uint64_t seed, const std::string& precision, nb::handle callback,
                   nb::handle see) {
  const auto& network = stored.network;
  const auto source = task_of(task, integration.dt_ms);
  TrainingSetting setting;
  setting.trials = trials_for(network, source.draw);
  setting.criterion_is_error = source.criterion == CriterionKind::mean_squared_error;
  setting.seed = seed;
  setting.synapse = trained_synapse_of(synapse);
  setting.integration = integration;
  setting.noise = noise;
  setting.training = {updates, batch, criterion, criterion_mse, stop_at_criterion};
  setting.checkpoints = checkpoints;
  auto& learner = setting.learner;
  learner.rule = rule_model_of(rule);
  if (!added.is_none()) learner.added = rule_model_of(added);
  for (const auto& one : shadows) learner.shadows.push_back(rule_model_of(one));
  learner.optimizer = optimizer;
  if (consistency) learner.consistency = *consistency;
  learner.schedule = schedule;
  learner.trains_start = trains_start;
  learner.weight_noise = weight_noise;
  learner.within_trial = within_trial;
  learner.freeze_in_updates = freeze_in_updates;
  learner.freeze_in_every = freeze_in_every;
  return precision == "double" ? run_training<double>(setting, network, callback, see)
                               : run_training<float>(setting, network, callback, see);
}

Made check_dict(const RuleCheck& check) {
  Made made;
  const auto verdict = check.verdict();
  made["verdict"] = verdict == RuleCheck::Verdict::ok       ? "ok"
                    : verdict == RuleCheck::Verdict::failed ? "failed"
                                                            : "not checked";
  made["against"] = check.against;
  made["error"] = check.error;
  made["bound"] = check.bound;
  made["note"] = check.note;
  return made;
}

/// steps: the last so many of each trial; nothing: all.
Made check_gradients(nb::handle rule, const BoundNetwork& stored, nb::handle task, nb::handle synapse,
                     const Integration& integration, const Noise& noise, Index trials, std::optional<Index> steps,
                     Index draws, std::uint64_t seed, nb::handle see) {
  const auto source = task_of(task, integration.dt_ms);
  auto assignments = rule_assignments(rule);
  for (auto& one : synapse_assignments(synapse)) assignments.push_back(std::move(one));
  const auto options = resolve_options(assignments);
  const auto model = rule_model_of(rule);
  const auto found = long_call(see, [&] {
    auto drawn = trials_for(stored.network, source.draw)({seed, 0}, trials);
    if (steps) drawn = last_steps(drawn, *steps);
    require_parameter(drawn.mask.sum() > 0, "steps", fmt::format("{}", drawn.steps),
                      "the task grades none of these last steps");
    return judge_gradient(model, {options, stored.network, integration, noise, drawn, seed, draws});
  });
  Made made;
  nb::list tried;
  for (const auto& check : found.tried) tried.append(check_dict(check));
  made["rule"] = model.traits.name;
  made["kind"] = name_of(found.kind);
  using Truth = RuleTraits::Truth;
  const auto claim = model.traits.truth;
  made["claim"] = name_of(model.traits.emits != Emits::gradient ? GradientJudgement::Kind::none
                          : claim == Truth::exact               ? GradientJudgement::Kind::exact
                          : claim == Truth::unbiased            ? GradientJudgement::Kind::unbiased
                                                                : GradientJudgement::Kind::approximate);
  made["tried"] = tried;
  made["own_claim"] = found.own_claim ? nb::object(check_dict(*found.own_claim)) : nb::none();
  made["cosine"] = found.alignment ? found.alignment->cosine : NAN;
  made["norm_ratio"] = found.alignment ? found.alignment->norm_ratio : NAN;
  return made;
}

}  // namespace

void bind_train(nb::module_& module) {
  const auto unchecked = [](const auto&) {};
  using O = OptimizerParameters;
  bind_parameters(module, "Optimizer", "From gradient to weight change.", optimizer_list().options(), unchecked,
                  Field{"name", &O::kind}, Field{"rate", &O::rate}, Field{"clip", &O::clip},
                  Field{"momentum", &O::momentum}, Field{"beta1", &O::beta1}, Field{"beta2", &O::beta2},
                  Field{"epsilon", &O::epsilon}, Field{"parameters", &O::learning});
  using C = TemporalConsistencyParameters;
  bind_parameters(
      module, "TemporalConsistency", "Temporal consistency of the weights (docs/rules.md).",
      temporal_consistency_list().options(),
      [](const C& of) {
        require_parameter(of.form != C::Form::none, "tcr.form", "none",
                          "does nothing; must be loss (of gradient rules), local or instantaneous (beside "
                          "any rule)");
      },
      Field{"form", &C::form}, Field{"lambda_", &C::lambda});
  using S = ScheduleParameters;
  bind_parameters(
      module, "Schedule", "The strength of temporal consistency over the updates (docs/rules.md).",
      schedule_list().options(), [](const S& of) { Schedule(of, std::numeric_limits<Index>::max()); },
      Field{"shape", &S::shape}, Field{"from_", &S::from}, Field{"until", &S::until}, Field{"final", &S::final},
      Field{"speed", &S::speed}, Field{"proportional", &S::proportional}, Field{"integral", &S::integral});
  module.def("train", train_network, nb::arg("network"), nb::arg("task"), nb::arg("rule"), nb::arg("synapse").none(),
             nb::arg("integration"), nb::arg("noise"), nb::arg("optimizer"), nb::arg("consistency").none(),
             nb::arg("schedule"), nb::arg("added").none(), nb::arg("shadows"), nb::arg("updates"), nb::arg("batch"),
             nb::arg("criterion"), nb::arg("criterion_mse"), nb::arg("stop_at_criterion"), nb::arg("checkpoints"),
             nb::arg("trains_start"), nb::arg("weight_noise"), nb::arg("within_trial"), nb::arg("freeze_in_updates"),
             nb::arg("freeze_in_every"), nb::arg("seed"), nb::arg("precision"), nb::arg("callback").none(),
             nb::arg("see").none());
  module.def("check_gradients", check_gradients, nb::arg("rule"), nb::arg("network"), nb::arg("task"),
             nb::arg("synapse").none(), nb::arg("integration"), nb::arg("noise"), nb::arg("trials"),
             nb::arg("steps").none(), nb::arg("draws"), nb::arg("seed"), nb::arg("see").none());
  module.def("log_checkpoints", [](long updates) { return checkpoint_updates("log", updates); }, nb::arg("updates"));
}

}  // namespace stillpoint::python
