#include "python/bindings/tasks.hpp"

#include <memory>

#include "python/bindings/arrays.hpp"
#include "python/bindings/long_call.hpp"
#include "python/bindings/parameters.hpp"
#include "python/bindings/rules.hpp"
#include "sim/random.hpp"
#include "tasks/stored_trials.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint::python {

namespace {

/// [trial, step, channel], whatever its strides, as columns t*B + b.
Matrix<double> columns_by_step(const Given<3>& array) {
  const auto B = static_cast<Index>(array.shape(0)), T = static_cast<Index>(array.shape(1)),
             channels = static_cast<Index>(array.shape(2));
  Matrix<double> columns(channels, T * B);
  for (Index t = 0; t < T; ++t)
    for (Index b = 0; b < B; ++b)
      for (Index k = 0; k < channels; ++k) columns(k, t * B + b) = array(b, t, k);
  return columns;
}

/// Trials of one's own, whose arrays Python has checked for their shapes; throws UserError where they cannot be graded.
TrialSet<double> trials_from(const Given<3>& inputs, const Given<3>& targets, const Given<3>& mask,
                             const std::vector<int>& condition, const std::vector<Index>& length, double tolerance) {
  TrialSet<double> trials{static_cast<Index>(inputs.shape(1)),
                          static_cast<Index>(inputs.shape(0)),
                          columns_by_step(inputs),
                          columns_by_step(targets),
                          columns_by_step(mask),
                          condition,
                          length,
                          tolerance};
  check_grading(trials);
  clear_padding(trials);
  return trials;
}

struct ArrayTask {
  std::shared_ptr<const TrialSet<double>> trials;
};

/// A function of Python, (seed, count) -> arrays as trials_from takes them; let go of with the interpreter's lock held.
struct FunctionTask {
  std::shared_ptr<nb::object> function;
  double tolerance;
};

TrialSet<double> drawn_by(const FunctionTask& task, TrialKey key, Index count) {
  const nb::gil_scoped_acquire lock;
  const auto seed = Stream(key.seed, Purpose::trial, key.update).bits() >> 11;  // a float has room for it
  const auto made = nb::cast<nb::tuple>((*task.function)(seed, count));
  return trials_from(nb::cast<Given<3>>(made[0]), nb::cast<Given<3>>(made[1]), nb::cast<Given<3>>(made[2]),
                     nb::cast<std::vector<int>>(made[3]), nb::cast<std::vector<Index>>(made[4]), task.tolerance);
}

BoundTask bound(std::shared_ptr<const Task> task) {
  return {[task](TrialKey key, Index count) { return task->draw(key, count); }, task->criterion()};
}

/// One of the library's.
struct TaskClass {
  bool (*is)(nb::handle);
  BoundTask (*make)(nb::handle, double dt_ms);
};
std::vector<TaskClass>& task_classes() {
  static std::vector<TaskClass> all;
  return all;
}

/// What can be judged of a task before its time step is known.
template <class P>
void require_whatever_the_step(const P& parameters) {
  constexpr double fine_ms = 0.01;
  try {
    make_task(parameters, fine_ms);
  } catch (const ParameterError& error) {
    const auto of_step = [](const std::string& text) { return text.find("integration.dt_ms") != std::string::npos; };
    if (!of_step(error.name) && !of_step(error.allowed)) throw;
  }
}

template <class P, class... T>
void bind_task(nb::module_& module, const char* name, const char* kind_name, Field<P, T>... fields) {
  const auto& kind = task_kind(kind_name);
  bind_parameters<P>(module, name, kind.help + ".\n\ncondition of a trial: " + kind.condition, kind.options,
                     require_whatever_the_step<P>, fields...);
  task_classes().push_back(
      {[](nb::handle task) { return nb::isinstance<P>(task); },
       [](nb::handle task, double dt_ms) { return bound(make_task(nb::cast<const P&>(task), dt_ms)); }});
}

/// Arrays in the order of time, trial and channel.
Made draw_trials_of(nb::handle given, double dt_ms, std::uint64_t seed, std::uint64_t update, Index count) {
  const auto task = task_of(given, dt_ms);
  auto trials = long_call([&] { return task.draw({seed, update}, count); });
  const auto as_array = [&](Matrix<double> columns) {
    const auto channels = static_cast<std::size_t>(columns.rows());
    return handed_over(std::move(columns),
                       {static_cast<std::size_t>(trials.steps), static_cast<std::size_t>(trials.batch), channels});
  };
  Made made;
  made["inputs"] = as_array(std::move(trials.inputs));
  made["targets"] = as_array(std::move(trials.targets));
  made["mask"] = as_array(std::move(trials.mask));
  made["condition"] = as_vector(std::move(trials.condition));
  made["length"] = as_vector(std::move(trials.length));
  made["tolerance"] = trials.tolerance;
  return made;
}

}  // namespace

BoundTask task_of(nb::handle task, double dt_ms) {
  for (const auto& one : task_classes())
    if (one.is(task)) return one.make(task, dt_ms);
  if (nb::isinstance<ArrayTask>(task)) return bound(make_task(nb::cast<const ArrayTask&>(task).trials));
  if (!nb::isinstance<FunctionTask>(task)) throw nb::type_error("task: must be one of stillpoint.tasks");
  const auto function = nb::cast<FunctionTask>(task);
  return {[function](TrialKey key, Index count) { return drawn_by(function, key, count); },
          function.tolerance > 0 ? CriterionKind::mean_squared_error : CriterionKind::accuracy};
}

void bind_tasks(nb::module_& module) {
  using Evidence = EvidenceAccumulationParameters;
  bind_task(module, "EvidenceAccumulation", "evidence_accumulation", Field{"slots", &Evidence::slots},
            Field{"slot_ms", &Evidence::slot_ms}, Field{"pulse_ms", &Evidence::pulse_ms},
            Field{"amplitude", &Evidence::amplitude}, Field{"favoured", &Evidence::favoured},
            Field{"delay_ms", &Evidence::delay_ms}, Field{"response_ms", &Evidence::response_ms},
            Field{"ties", &Evidence::ties});
  using Flips = FlipFlopParameters;
  bind_task(module, "FlipFlop", "flip_flop", Field{"bits", &Flips::bits}, Field{"slots", &Flips::slots},
            Field{"slot_ms", &Flips::slot_ms}, Field{"pulse_ms", &Flips::pulse_ms},
            Field{"pulse_probability", &Flips::pulse_probability}, Field{"amplitude", &Flips::amplitude},
            Field{"settle_ms", &Flips::settle_ms});
  using Addition = DelayedAdditionParameters;
  bind_task(module, "DelayedAddition", "delayed_addition", Field{"samples", &Addition::samples},
            Field{"sample_ms", &Addition::sample_ms}, Field{"delay_ms", &Addition::delay_ms},
            Field{"response_ms", &Addition::response_ms});
  using Cues = DelayedCueDiscriminationParameters;
  bind_task(module, "DelayedCueDiscrimination", "delayed_cue_discrimination", Field{"cues", &Cues::cues},
            Field{"cue_ms", &Cues::cue_ms}, Field{"delay_ms", &Cues::delay_ms},
            Field{"response_ms", &Cues::response_ms}, Field{"amplitude", &Cues::amplitude});
  using Sine = SineGenerationParameters;
  bind_task(module, "SineGeneration", "sine_generation", Field{"frequencies_hz", &Sine::frequencies_hz},
            Field{"duration_ms", &Sine::duration_ms}, Field{"amplitude", &Sine::amplitude}, Field{"cue", &Sine::cue},
            Field{"cue_ms", &Sine::cue_ms}, Field{"settle_ms", &Sine::settle_ms});
  using Tracking = FastTrackingParameters;
  bind_task(module, "FastTracking", "fast_tracking", Field{"channels", &Tracking::channels},
            Field{"duration_ms", &Tracking::duration_ms}, Field{"correlation_ms", &Tracking::correlation_ms},
            Field{"amplitude", &Tracking::amplitude}, Field{"lag_ms", &Tracking::lag_ms});
  using Match = DelayedMatchToSampleParameters;
  bind_task(module, "DelayedMatchToSample", "delayed_match_to_sample", Field{"stimuli", &Match::stimuli},
            Field{"sample_ms", &Match::sample_ms}, Field{"delay_ms", &Match::delay_ms},
            Field{"test_ms", &Match::test_ms}, Field{"response_ms", &Match::response_ms},
            Field{"amplitude", &Match::amplitude});
  using Context = ContextIntegrationParameters;
  bind_task(module, "ContextIntegration", "context_integration", Field{"coherences", &Context::coherences},
            Field{"noise", &Context::noise}, Field{"stimulus_ms", &Context::stimulus_ms},
            Field{"delay_ms", &Context::delay_ms}, Field{"response_ms", &Context::response_ms});
  using Memory = WorkingMemoryParameters;
  bind_task(module, "WorkingMemory", "working_memory_n", Field{"cues", &Memory::cues}, Field{"cue_ms", &Memory::cue_ms},
            Field{"delay_ms", &Memory::delay_ms}, Field{"distractors", &Memory::distractors},
            Field{"distractor_probability", &Memory::distractor_probability},
            Field{"distractor_ms", &Memory::distractor_ms}, Field{"response_ms", &Memory::response_ms},
            Field{"amplitude", &Memory::amplitude});
  using Timing = IntervalTimingParameters;
  bind_task(module, "IntervalTiming", "interval_timing", Field{"interval_ms", &Timing::interval_ms},
            Field{"pulse_ms", &Timing::pulse_ms}, Field{"hold_ms", &Timing::hold_ms},
            Field{"amplitude", &Timing::amplitude}, Field{"threshold", &Timing::threshold});
  bind_task(module, "TrialFile", "file", Field{"file", &TrialFileParameters::file});

  nb::class_<ArrayTask>(module, "ArrayTask")
      .def(
          "__init__",
          [](ArrayTask* self, const Given<3>& inputs, const Given<3>& targets, const Given<3>& mask,
             const std::vector<int>& condition, const std::vector<Index>& length, double tolerance) {
            new (self) ArrayTask{std::make_shared<const TrialSet<double>>(
                trials_from(inputs, targets, mask, condition, length, tolerance))};
          },
          nb::arg("inputs"), nb::arg("targets"), nb::arg("mask"), nb::arg("condition"), nb::arg("length"),
          nb::arg("tolerance"));
  nb::class_<FunctionTask>(module, "FunctionTask")
      .def(
          "__init__",
          [](FunctionTask* self, nb::object function, double tolerance) {
            new (self) FunctionTask{held(std::move(function)), tolerance};
          },
          nb::arg("function"), nb::arg("tolerance"));
  module.def("draw_trials", draw_trials_of, nb::arg("task"), nb::arg("dt_ms"), nb::arg("seed"), nb::arg("update"),
             nb::arg("count"));
}

}  // namespace stillpoint::python
