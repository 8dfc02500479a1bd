#include "tasks/stored_trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cmath>
#include <fstream>

#include "sim/files/hdf5.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

std::string shape_text(const std::vector<hsize_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

/// A misspelt array or attribute would be silently taken as absent.
void refuse_unknown(const hdf5::ReadGroup& root) {
  static const std::vector<std::string> arrays = {"inputs", "targets", "mask", "condition", "length"},
                                        attributes = {"dt_ms", "tolerance"};
  const auto check = [&](const std::string& what, const std::string& name, const std::vector<std::string>& known) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UserError(fmt::format("{}: {} {}: unknown in a file of trials; known are {}{}", root.where(), what, name,
                                  fmt::join(known, ", "), did_you_mean(name, known)));
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

/// row-major [trial, step, channel] -> columns t*B + b
Matrix<double> columns_of(const hdf5::Array& array, const TrialSet<double>& trials) {
  const auto channels = static_cast<Index>(array.shape[2]);
  Matrix<double> columns(channels, trials.steps * trials.batch);
  for (Index b = 0; b < trials.batch; ++b)
    for (Index t = 0; t < trials.steps; ++t)
      columns.col(trials.column(t, b)) =
          Eigen::Map<const Vector<double>>(array.values.data() + (b * trials.steps + t) * channels, channels);
  return columns;
}

double read_positive(const hdf5::ReadGroup& root, const std::string& name, const std::string& unit) {
  const double value = root.number(name);
  require_parameter(value > 0 && std::isfinite(value), root.where() + ": attribute " + name, fmt::format("{}", value),
                    "must be a number > 0" + unit);
  return value;
}

void read_grading(const hdf5::ReadGroup& root, TrialSet<double>& trials) {
  const auto targets = read_finite(root, "targets");
  require_parameter(targets.shape.size() == 3 && !targets.values.empty() &&
                        targets.shape[0] == static_cast<hsize_t>(trials.batch) &&
                        targets.shape[1] == static_cast<hsize_t>(trials.steps),
                    root.where() + ": dataset targets", shape_text(targets.shape),
                    fmt::format("must have shape [{}, {}, outputs]", trials.batch, trials.steps));
  const auto mask = read_finite(root, "mask", targets.shape);
  trials.targets = columns_of(targets, trials);
  trials.mask = columns_of(mask, trials);
  check_grading(trials, root.where() + ": dataset ");
}

StoredTrials read_hdf5(const std::string& path) {
  const hdf5::ReadFile file(path);
  const auto& root = file.root();
  refuse_unknown(root);
  StoredTrials stored;
  stored.dt_ms = read_positive(root, "dt_ms", " [ms]");

  const auto inputs = read_finite(root, "inputs");
  require_parameter(inputs.shape.size() == 3 && inputs.shape[0] > 0 && inputs.shape[1] > 0, path + ": dataset inputs",
                    shape_text(inputs.shape), "must have shape [trials, steps, channels], trials and steps not 0");
  const hsize_t count = inputs.shape[0], steps = inputs.shape[1];
  auto& trials = stored.trials;
  trials = TrialSet<double>::zeros(0, 0, static_cast<Index>(steps), static_cast<Index>(count));
  if (root.has("length")) trials.length = read_whole(root, "length", count, 1, static_cast<double>(steps));
  if (root.has("condition")) {
    const auto condition = read_whole(root, "condition", count, 0, 1e9);
    trials.condition.assign(condition.begin(), condition.end());
  }
  if (root.has_attribute("tolerance")) trials.tolerance = read_positive(root, "tolerance", "");
  trials.inputs = columns_of(inputs, trials);
  if (root.has("targets") || root.has("mask")) read_grading(root, trials);
  clear_padding(trials);
  return stored;
}

StoredTrials read_csv(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw UserError(path + ": cannot be read");
  std::vector<std::vector<double>> rows;
  long number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    std::vector<std::string> words;
    boost::split(words, line, boost::is_any_of(","));
    auto& row = rows.emplace_back();
    try {
      for (auto& word : words)
        row.push_back(number_option("a value", "", "", any_number, "").value_of(boost::trim_copy(word)));
    } catch (const ParameterError& problem) {
      rows.pop_back();
      const bool may_be_names = number == 1, is_end = boost::trim_copy(line).empty() && file.peek() == EOF;
      if (may_be_names || is_end) continue;
      throw UserError(fmt::format("{}: line {}: '{}': {}, one for each channel, with commas between", path, number,
                                  problem.value, problem.allowed));
    }
    if (row.size() != rows.front().size())
      throw UserError(fmt::format("{}: line {}: has {} values, the first step has {}", path, number, row.size(),
                                  rows.front().size()));
  }
  if (rows.empty()) throw UserError(path + ": holds no step; a line is a step, a column a channel");
  StoredTrials stored;
  stored.trials =
      TrialSet<double>::zeros(static_cast<Index>(rows.front().size()), 0, static_cast<Index>(rows.size()), 1);
  for (std::size_t t = 0; t < rows.size(); ++t)
    for (std::size_t k = 0; k < rows[t].size(); ++k)
      stored.trials.inputs(static_cast<Index>(k), static_cast<Index>(t)) = rows[t][k];
  return stored;
}

}  // namespace

void check_grading(const TrialSet<double>& trials, const std::string& place) {
  const auto mask = trials.mask.array(), targets = trials.targets.array();
  if (!(mask == 0 || mask == 1).all()) throw UserError(place + "mask: must be 0 or 1 throughout");
  for (Index b = 0; b < trials.batch; ++b) {
    double graded = 0;
    for (Index t = 0; t < trials.steps; ++t) {
      const double here = trials.mask.col(trials.column(t, b)).sum();
      if (here > 0 && !trials.valid(t, b)) throw UserError(place + "mask: must be 0 beyond the length of a trial");
      graded += here;
    }
    if (graded == 0) throw UserError(fmt::format("{}mask: grades nothing of trial {}", place, b));
  }
  if (trials.tolerance == 0 && (mask == 1 && targets.abs() != 1).any())
    throw UserError(place + "targets: must be +1 or -1 where graded, or a tolerance be given");
}

void clear_padding(TrialSet<double>& trials) {
  for (Index b = 0; b < trials.batch; ++b)
    for (Index t = trials.length[static_cast<std::size_t>(b)]; t < trials.steps; ++t) {
      trials.inputs.col(trials.column(t, b)).setZero();
      if (trials.targets.rows() > 0) trials.targets.col(trials.column(t, b)).setZero();
    }
}

StoredTrials read_trials(const std::string& path) {
  return boost::iends_with(path, ".csv") ? read_csv(path) : read_hdf5(path);
}

}  // namespace stillpoint
