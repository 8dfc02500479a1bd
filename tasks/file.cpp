// Trials of your own: trial sets read from an HDF5 file (docs/file-formats.md says what must be in it). Every trial of
// an update, and of the evaluation, is drawn from the file with replacement, all equally likely.
//
// A file without the attribute `tolerance` holds targets +1 and -1, graded by sign; learned means a high accuracy. With
// it an output counts as correct within that tolerance; learned means a small mean squared error.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/files/hdf5.hpp"
#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<TrialFileParameters>& file_list() {
  static const auto list = ParameterList<TrialFileParameters>().text("task.file", &TrialFileParameters::file,
                                                                     "HDF5 file with inputs, targets, mask and dt_ms");
  return list;
}

std::string shape_text(const std::vector<hsize_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

/// A misspelt array or attribute would be silently taken as absent.
void refuse_unknown(const hdf5::ReadGroup& root) {
  static const std::vector<std::string> arrays = {"inputs", "targets", "mask", "condition", "length"},
                                        attributes = {"dt_ms", "tolerance"};
  const auto check = [&](const std::string& what, const std::string& name, const std::vector<std::string>& known) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UserError(fmt::format("{}: {} {}: unknown in a file of trials; known are {}", root.where(), what, name,
                                  fmt::join(known, ", ")));
  };
  for (const auto& name : root.members()) check("dataset", name, arrays);
  for (const auto& name : root.attributes()) check("attribute", name, attributes);
}

/// One array, finite and of a shape that the others allow.
hdf5::Array read_finite(const hdf5::ReadGroup& root, const std::string& name, const std::vector<hsize_t>& shape = {}) {
  auto array = root.array(name);
  require_parameter(shape.empty() || array.shape == shape, root.where() + ": dataset " + name, shape_text(array.shape),
                    "must have shape " + shape_text(shape));
  if (!std::all_of(array.values.begin(), array.values.end(), [](double value) { return std::isfinite(value); }))
    throw UserError(fmt::format("{}: dataset {}: must be finite", root.where(), name));
  return array;
}

/// One whole number from 0 to `high` per trial.
std::vector<Index> read_whole(const hdf5::ReadGroup& root, const std::string& name, hsize_t trials, double low,
                              double high) {
  std::vector<Index> numbers;
  for (const double value : read_finite(root, name, {trials}).values)
    numbers.push_back(whole_number(root.where() + ": dataset " + name, value, low, high));
  return numbers;
}

/// row-major [trial, step, channel] -> columns t*B + b; nothing beyond a trial's length
Matrix<double> columns_of(const hdf5::Array& array, const TrialSet<double>& trials) {
  const auto channels = static_cast<Index>(array.shape[2]);
  Matrix<double> columns = Matrix<double>::Zero(channels, trials.steps * trials.batch);
  for (Index b = 0; b < trials.batch; ++b)
    for (Index t = 0; t < trials.steps && trials.valid(t, b); ++t)
      columns.col(trials.column(t, b)) =
          Eigen::Map<const Vector<double>>(array.values.data() + (b * trials.steps + t) * channels, channels);
  return columns;
}

/// Every trial is graded somewhere, by 0 or 1, within its length, against targets that its measure can judge.
void check_grading(const TrialSet<double>& trials, const hdf5::Array& mask, const std::string& path) {
  const auto ones = std::count(mask.values.begin(), mask.values.end(), 1.0),
             zeros = std::count(mask.values.begin(), mask.values.end(), 0.0);
  if (static_cast<std::size_t>(ones + zeros) != mask.values.size())
    throw UserError(path + ": dataset mask: must be 0 or 1 throughout");
  if (ones != (trials.mask.array() == 1).count())
    throw UserError(path + ": dataset mask: must be 0 beyond the length of a trial");
  for (Index b = 0; b < trials.batch; ++b) {
    double graded = 0;
    for (Index t = 0; t < trials.steps; ++t) graded += trials.mask.col(trials.column(t, b)).sum();
    if (graded == 0) throw UserError(fmt::format("{}: dataset mask: grades nothing of trial {}", path, b));
  }
  if (trials.tolerance == 0 && (trials.mask.array() == 1 && trials.targets.array().abs() != 1).any())
    throw UserError(path + ": dataset targets: must be +1 or -1 where graded, or the attribute tolerance be given");
}

TrialSet<double> read_trials(const std::string& path, double dt_ms) {
  const hdf5::ReadFile file(path);
  const auto& root = file.root();
  refuse_unknown(root);
  const double made_for = root.number("dt_ms");
  require_parameter(std::abs(made_for - dt_ms) <= 1e-9 * dt_ms, "integration.dt_ms", fmt::format("{}", dt_ms),
                    fmt::format("must be {}, the dt_ms of {}", made_for, path));

  const auto inputs = read_finite(root, "inputs"), targets = read_finite(root, "targets");
  const auto is_set = [](const hdf5::Array& array) { return array.shape.size() == 3 && !array.values.empty(); };
  require_parameter(is_set(inputs), path + ": dataset inputs", shape_text(inputs.shape),
                    "must have shape [trials, steps, channels], none of them 0");
  const hsize_t count = inputs.shape[0], steps = inputs.shape[1];
  require_parameter(is_set(targets) && targets.shape[0] == count && targets.shape[1] == steps,
                    path + ": dataset targets", shape_text(targets.shape),
                    fmt::format("must have shape [{}, {}, outputs]", count, steps));
  const auto mask = read_finite(root, "mask", targets.shape);

  auto trials = TrialSet<double>::zeros(0, 0, static_cast<Index>(steps), static_cast<Index>(count));
  if (root.has("length")) trials.length = read_whole(root, "length", count, 1, static_cast<double>(steps));
  if (root.has("condition")) {
    const auto condition = read_whole(root, "condition", count, 0, 1e9);
    trials.condition.assign(condition.begin(), condition.end());
  }
  if (root.has_attribute("tolerance")) {
    trials.tolerance = root.number("tolerance");
    require_parameter(trials.tolerance > 0 && std::isfinite(trials.tolerance), path + ": attribute tolerance",
                      fmt::format("{}", trials.tolerance), "must be a number > 0");
  }
  trials.inputs = columns_of(inputs, trials);
  trials.targets = columns_of(targets, trials);
  trials.mask = columns_of(mask, trials);
  check_grading(trials, mask, path);
  return trials;
}

class TrialsOfAFile : public Task {
 public:
  TrialsOfAFile(const TrialFileParameters& parameters, double dt_ms) {
    require_parameter(!parameters.file.empty(), "task.file", "(empty)", "must be an HDF5 file of trials");
    all_ = read_trials(parameters.file, dt_ms);
  }

  Index inputs() const override { return all_.inputs.rows(); }
  Index outputs() const override { return all_.targets.rows(); }
  CriterionKind criterion() const override {
    return all_.tolerance > 0 ? CriterionKind::mean_squared_error : CriterionKind::accuracy;
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    auto trials = draw_trials(*this, all_.steps, key, count, [&](Stream& stream, Trial trial) {
      const Index drawn = stream.below(all_.batch);
      for (Index t = 0; t < all_.steps; ++t) {
        const Index to = trial.set.column(t, trial.b), from = all_.column(t, drawn);
        trial.set.inputs.col(to) = all_.inputs.col(from);
        trial.set.targets.col(to) = all_.targets.col(from);
        trial.set.mask.col(to) = all_.mask.col(from);
      }
      trial.end(all_.condition[static_cast<std::size_t>(drawn)], all_.length[static_cast<std::size_t>(drawn)]);
    });
    trials.tolerance = all_.tolerance;
    return trials;
  }

 private:
  TrialSet<double> all_;
};

}  // namespace

std::unique_ptr<Task> make_task(const TrialFileParameters& parameters, double dt_ms) {
  return make_checked<TrialsOfAFile>(file_list(), parameters, dt_ms);
}

TaskKind file_task() {
  return {"file", "trials of your own, drawn from an HDF5 file (layout: docs/file-formats.md)",
          "as in the file, 0 without", file_list().options(),
          [](const Options& options, double dt_ms) { return make_task(file_list().from(options), dt_ms); }};
}

}  // namespace stillpoint
