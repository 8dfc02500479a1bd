// What a network is to learn, as Python hands it over: one of the library's tasks, arrays, or a function.
#pragma once

#include <nanobind/nanobind.h>

#include "sim/trial.hpp"
#include "tasks/task.hpp"

namespace stillpoint::python {

namespace nb = nanobind;

/// A source of trials for one time step. `draw` takes the interpreter's lock where it needs it.
struct BoundTask {
  TrialSource draw;
  CriterionKind criterion = CriterionKind::accuracy;
};

/// Throws ParameterError where the task does not fit the time step.
BoundTask task_of(nb::handle task, double dt_ms);

}  // namespace stillpoint::python
