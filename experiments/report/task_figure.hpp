// Example trials of a task: one column per trial, one strip per channel, time in ms.
#pragma once

#include <string>

#include "tasks/task.hpp"

namespace stillpoint {

struct TaskExamples {
  std::string title;         // stands above the figure
  const Task& task;          // names the channels
  TrialSet<double> trials;   // those to be drawn are among them
  std::vector<Index> shown;  // which, from left to right
  double dt_ms;
};

/// Inputs above targets; where an output is graded its strip is shaded, and only there its target is drawn.
std::string task_figure(const TaskExamples& examples);

}  // namespace stillpoint
