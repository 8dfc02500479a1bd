#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/cli/study_arguments.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"
#include "experiments/options/shell_word.hpp"
#include "experiments/runs/machine.hpp"
#include "experiments/runs/signals.hpp"
#include "experiments/study/runner.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

int run_command_line(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("jobs", po::value<int>()->default_value(0),
                        "runs at a time; 0: one per processor that may be used; fewer where memory is short")(
      "threads-per-run", po::value<int>()->default_value(0),
      "threads that share the work of one large run, which is the same to the bit on any number; 0: those that no "
      "other "
      "run takes")("leave", "ends when other processes have all the runs that are left; default: waits, to take over")(
      "quiet", "no progress and no remarks; warnings stay");
  add_run_study_options(options);
  po::positional_options_description positional;
  positional.add("STUDY.ini", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;

  const auto request = study_request(command, values);
  RunnerSetting setting;
  setting.directory = study_directory(command, values);
  setting.jobs = values["jobs"].as<int>();
  require_argument(setting.jobs >= 0, "--jobs", fmt::format("{}", setting.jobs), "must be 0 or more");
  setting.threads_per_run = values["threads-per-run"].as<int>();
  const int processors = usable_processors();
  require_argument(
      setting.threads_per_run >= 0 && setting.threads_per_run <= processors, "--threads-per-run",
      fmt::format("{}", setting.threads_per_run),
      fmt::format("must be from 0 to {}, the processors that may be used; 0 takes those that are free", processors));
  setting.quiet = values.count("quiet") > 0;
  setting.leaves = values.count("leave") > 0;

  std::size_t left = 0;
  try {
    const auto study = read_study(request);
    const StudySignals signals;
    left = run_study(study, setting);
  } catch (const StudyStopped& stopped) {
    tell(fmt::format("stopped by signal {}; what the runs had reached is kept: the same command goes on",
                     stopped.signal));
    return 128 + stopped.signal;  // as a shell says that a signal ended a program
  }
  if (left > 0)
    tell(fmt::format("{} left to other processes, which work on {}; see: stillpoint status {}",
                     left == 1 ? "1 run is" : fmt::format("{} runs are", left), left == 1 ? "it" : "them",
                     shell_word(setting.directory)));
  else if (!setting.quiet)
    tell(fmt::format("results in {}; next: stillpoint summary {}", setting.directory, shell_word(setting.directory)));
  return 0;
}

}  // namespace

Command run_command() {
  return {"run",
          "STUDY.ini --out DIR [--jobs N] [--threads-per-run N] [--set KEY=VALUE]... [--quick] [--leave] [--quiet]",
          "Trains every condition of a study for every seed; one HDF5 file per run. Finished runs are never redone.\n"
          "Runs that were stopped go on where they were kept: every two minutes, on SIGTERM, SIGINT and SIGUSR1.\n"
          "Several processes may run one study into one directory: they divide the runs. With a larger\n"
          "training.updates finished runs go on to it.",
          "stillpoint run experiments/studies/quickstart.ini --out results/quickstart --set study.seeds=4",
          run_command_line};
}

}  // namespace stillpoint
