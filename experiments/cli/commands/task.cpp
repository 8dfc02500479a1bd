#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "experiments/cli/command.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/durations.hpp"
#include "experiments/options/effect.hpp"
#include "experiments/options/known_options.hpp"
#include "experiments/report/task_figure.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/study.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

constexpr Index sample = 1000;           // trials drawn at once, of which some are shown
constexpr std::uint64_t samples = 10;    // as many for the shares of conditions
constexpr std::size_t most_columns = 6;  // of the figure
constexpr std::size_t most_listed = 16;  // that are listed

Options resolve(const std::string& name, const po::variables_map& values) {
  Assignments all{{"task.name", name}};
  if (values.count("dt")) all.emplace_back("integration.dt_ms", fmt::format("{}", values["dt"].as<double>()));
  if (values.count("set"))
    for (const auto& entry : values["set"].as<std::vector<std::string>>()) {
      const std::string allowed = "must be KEY=VALUE, an option of the task";
      const auto [key, value] = key_and_value("--set", entry, allowed);
      check_value(key, value);
      require_argument(key.rfind("task.", 0) == 0, "--set", entry, allowed);
      require_argument(key != "task.name", "--set", entry, "the task is the first argument");
      assign(all, key, value);
    }
  const auto options = resolve_options(all);
  refuse_without_effect(all, options);
  return options;
}

long at_least(const po::variables_map& values, const std::string& name, long least) {
  const long value = values[name].as<long>();
  require_argument(value >= least, "--" + name, fmt::format("{}", value), fmt::format("must be {} or more", least));
  return value;
}

void print_options(const TaskKind& kind, const Options& options) {
  for (const auto& option : kind.options)
    fmt::print("  {:28} {:>12} {:3} {}\n", option.name, options.text(option.name), option.unit, option.help);
  for (const auto& line : rounded_durations(options)) fmt::print("  rounded: {}\n", line);
}

void print_conditions(const TaskKind& kind, const Task& task, std::uint64_t seed) {
  std::map<int, Index> counts;
  for (std::uint64_t update = 0; update < samples; ++update)
    for (const int condition : task.draw({seed, update}, sample).condition) ++counts[condition];
  const double all = static_cast<double>(sample * samples);
  fmt::print("conditions  {} (shares of {} trials)\n", kind.condition, all);
  std::size_t listed = 0;
  for (const auto& [condition, count] : counts) {
    if (++listed > most_listed) break;
    fmt::print("  {:<6} {:5.1f} %\n", condition, 100 * static_cast<double>(count) / all);
  }
  if (counts.size() > most_listed) fmt::print("  and {} more\n", counts.size() - most_listed);
}

std::string criterion_text(const Task& task, const TrialSet<double>& trials, const Options& options) {
  const bool is_error = task.criterion() == CriterionKind::mean_squared_error;
  const auto learned =
      is_error ? "mean squared error at most training.criterion_mse = " + options.text("training.criterion_mse")
               : "accuracy at least training.criterion = " + options.text("training.criterion");
  return trials.tolerance > 0
             ? fmt::format("{}; an output counts as right when closer than {:g} to its target", learned,
                           trials.tolerance)
             : fmt::format("{}; an output counts as right when it has the sign of its target", learned);
}

void describe_task(const TaskKind& kind, const Task& task, const TrialSet<double>& trials, const Options& options,
                   std::uint64_t seed) {
  const double dt_ms = options.number("integration.dt_ms");
  std::vector<std::string> names;
  for (Index channel = 0; channel < task.inputs(); ++channel) names.push_back(task.input_name(channel));
  const auto [shortest, longest] = std::minmax_element(trials.length.begin(), trials.length.end());
  const auto ms = [&](Index steps) { return static_cast<double>(steps) * dt_ms; };
  fmt::print("{}: {}\n\n", kind.name, kind.help);
  fmt::print("difficulty  {}\n", options.text("task.difficulty"));
  fmt::print("inputs      {}: {}\n", task.inputs(), fmt::join(names, ", "));
  fmt::print("outputs     {}\n", task.outputs());
  fmt::print("time step   {:g} ms\n", dt_ms);
  if (*shortest == *longest)
    fmt::print("trials      {} steps, {:g} ms\n", *longest, ms(*longest));
  else
    fmt::print("trials      {} to {} steps, {:g} to {:g} ms, padded to {} steps\n", *shortest, *longest, ms(*shortest),
               ms(*longest), trials.steps);
  fmt::print("graded      {:.1f} % of (step, output) pairs\n",
             100 * trials.mask.sum() / static_cast<double>(trials.valid_columns() * task.outputs()));
  fmt::print("learned     {}\n", criterion_text(task, trials, options));
  print_conditions(kind, task, seed);
  fmt::print("options\n");
  print_options(kind, options);
}

/// The first trials of conditions that were not shown yet; when all were, the first of the others.
std::vector<Index> examples_of(const TrialSet<double>& trials, std::size_t count) {
  std::vector<Index> shown;
  std::map<int, Index> times;
  for (Index round = 0; shown.size() < count && round < trials.batch; ++round) {
    times.clear();
    for (Index b = 0; b < trials.batch && shown.size() < count; ++b)
      if (times[trials.condition[static_cast<std::size_t>(b)]]++ == round) shown.push_back(b);
  }
  std::sort(shown.begin(), shown.end());
  return shown;
}

int task(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description description;
  description.add_options()("plot", po::value<OutputFile>(), "SVG file: example trials, of different conditions first")(
      "set", po::value<std::vector<std::string>>()->composing(), "task.KEY=VALUE; may be given again")(
      "dt", po::value<double>(), "time step [ms]; default: that of integration.dt_ms")(
      "trials", po::value<long>()->default_value(3), "trials in the figure, at most 6")(
      "seed", po::value<long>()->default_value(1), "seed of the trials: a study's evaluation trials of that seed");
  po::positional_options_description positional;
  positional.add("NAME", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, description, positional, values)) return 0;
  const auto& kind = task_kind(required(command, values, "NAME"));
  const auto options = resolve(kind.name, values);
  const auto seed = static_cast<std::uint64_t>(at_least(values, "seed", 0));
  const auto shown = static_cast<std::size_t>(at_least(values, "trials", 1));
  require_argument(shown <= most_columns, "--trials", fmt::format("{}", shown),
                   fmt::format("must be at most {}, one column each", most_columns));
  const auto plot = output_path(values, "plot");
  require_svg("--plot", plot);

  const double dt_ms = options.number("integration.dt_ms");
  const auto made = kind.make(options, dt_ms);
  const auto trials = made->draw({seed, evaluation_update}, sample);
  if (!plot.empty()) write_atomically(plot, task_figure({kind.name, *made, trials, examples_of(trials, shown), dt_ms}));
  describe_task(kind, *made, trials, options, seed);
  return 0;
}

}  // namespace

Command task_command() {
  return {"task", "NAME [--plot FILE.svg] [--set task.KEY=VALUE]... [--dt MS] [--trials N] [--seed N]",
          "Says what a task is at these options, and draws example trials.",
          "stillpoint task flip_flop --set task.difficulty=hard --plot flip_flop.svg", task};
}

}  // namespace stillpoint
