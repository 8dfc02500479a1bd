// Trials of your own: trial sets read from an HDF5 file (docs/file-formats.md says what must be in it). Every trial of
// an update, and of the evaluation, is drawn from the file with replacement, all equally likely.
//
// A file without the attribute `tolerance` holds targets +1 and -1, graded by sign; learned means a high accuracy. With
// it an output counts as correct within that tolerance; learned means a small mean squared error.
#include <fmt/format.h>

#include <cmath>

#include "tasks/drawing.hpp"
#include "tasks/stored_trials.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<TrialFileParameters>& file_list() {
  static const auto list = ParameterList<TrialFileParameters>().text("task.file", &TrialFileParameters::file,
                                                                     "HDF5 file with inputs, targets, mask and dt_ms");
  return list;
}

class TrialsOfOnesOwn : public Task {
 public:
  explicit TrialsOfOnesOwn(std::shared_ptr<const TrialSet<double>> all) : all_(std::move(all)) {}

  Index inputs() const override { return all_->inputs.rows(); }
  Index outputs() const override { return all_->targets.rows(); }
  CriterionKind criterion() const override {
    return all_->tolerance > 0 ? CriterionKind::mean_squared_error : CriterionKind::accuracy;
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const auto& all = *all_;
    auto trials = draw_trials(*this, all.steps, key, count, [&](Stream& stream, Trial trial) {
      const Index drawn = stream.below(all.batch);
      for (Index t = 0; t < all.steps; ++t) {
        const Index to = trial.set.column(t, trial.b), from = all.column(t, drawn);
        trial.set.inputs.col(to) = all.inputs.col(from);
        trial.set.targets.col(to) = all.targets.col(from);
        trial.set.mask.col(to) = all.mask.col(from);
      }
      trial.end(all.condition[static_cast<std::size_t>(drawn)], all.length[static_cast<std::size_t>(drawn)]);
    });
    trials.tolerance = all.tolerance;
    return trials;
  }

 private:
  std::shared_ptr<const TrialSet<double>> all_;
};

}  // namespace

std::unique_ptr<Task> make_task(std::shared_ptr<const TrialSet<double>> trials) {
  return std::make_unique<TrialsOfOnesOwn>(std::move(trials));
}

std::unique_ptr<Task> make_task(const TrialFileParameters& parameters, double dt_ms) {
  file_list().check(parameters);
  require_parameter(!parameters.file.empty(), "task.file", "(empty)", "must be an HDF5 file of trials");
  const auto stored = read_trials(parameters.file);
  if (!stored.graded())
    throw UserError(parameters.file + ": dataset targets: missing; a task has targets and mask beside its inputs");
  require_parameter(std::abs(*stored.dt_ms - dt_ms) <= 1e-9 * dt_ms, "integration.dt_ms", fmt::format("{}", dt_ms),
                    fmt::format("must be {}, the dt_ms of {}", *stored.dt_ms, parameters.file));
  return make_task(std::make_shared<const TrialSet<double>>(stored.trials));
}

TaskKind file_task() {
  return {"file", "trials of your own, drawn from an HDF5 file (layout: docs/file-formats.md)",
          "as in the file, 0 without", file_list().options(),
          [](const Options& options, double dt_ms) { return make_task(file_list().from(options), dt_ms); }};
}

}  // namespace stillpoint
