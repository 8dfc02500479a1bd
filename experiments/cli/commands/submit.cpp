#include <errno.h>
#include <fmt/format.h>

#include <filesystem>

#include "experiments/cli/batch_queue.hpp"
#include "experiments/cli/batch_script.hpp"
#include "experiments/cli/study_arguments.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"
#include "experiments/options/shell_word.hpp"
#include "experiments/results/atomic_file.hpp"
#include "experiments/results/text_file.hpp"
#include "experiments/runs/progress.hpp"
#include "experiments/study/run_queue.hpp"
#include "experiments/study/runner.hpp"
#include "experiments/study/study_directory.hpp"
#include "experiments/study/study_jobs.hpp"
#include "experiments/study/study_status.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

constexpr long usual_tasks = 8;

/// This program, as a node of the cluster finds it: where it was started by a path that one, so that a script that
/// stands before it, or a link that moves with new versions, stays.
std::string program_path() {
  const std::string name = ::program_invocation_name;
  if (name.find('/') != std::string::npos) return fs::absolute(name).lexically_normal().string();
  return fs::read_symlink("/proc/self/exe").string();
}

/// Of the study and its tuning. Throws UserError where `run` would, for what lies there already.
long runs_left(const Study& study, const std::string& directory) {
  const auto open = [&](const RunJob& job) {
    return study.tune.empty() ? !finished(study, job) : !fs::exists(job.path);
  };
  long left = 0;
  for (const auto& jobs : {tuning_jobs(study, directory), study_jobs(study, directory)})
    for (const auto& job : jobs) left += open(job) ? 1 : 0;
  return left;
}

/// The least that lets every task bring something to an end.
void check_time(const std::string& time, const std::string& directory) {
  if (time.empty()) return;
  const double told = told_before_seconds + told_early_seconds, seconds = batch_seconds(time);
  const auto enough = [&](double needed, const std::string& why) {
    const double minutes = std::ceil((needed + told) / 60);
    require_argument(
        seconds >= 60 * minutes, "--time", time,
        fmt::format("must be {:.0f} minutes at least: {}, and a task is told to keep its runs up to {} before its end",
                    minutes, why, duration_text(told)));
  };
  const double kept = std::chrono::duration<double>(kept_every).count();
  enough(kept, fmt::format("runs are kept every {}", duration_text(kept)));
  if (!fs::exists(fs::path(directory) / "study.json")) return;
  const auto status = read_status(directory);
  const double beside = std::max(status.runs.longest_beside, status.tuning ? status.tuning->longest_beside : 0);
  enough(beside,
         fmt::format(
             "a run here took {} beside its updates (search for its control, evaluation), of which nothing is kept",
             duration_text(beside)));
}

std::vector<std::string> words_of_a_task(const StudyRequest& request, const BatchJob& job) {
  std::vector<std::string> words = {program_path(), "run",    job.folder() + "/study.ini", "--out", job.directory,
                                    "--leave",      "--quiet"};
  if (request.quick) words.push_back("--quick");
  for (const auto& entry : request.set) words.insert(words.end(), {"--set", entry});
  return words;
}

int submit(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("tasks", po::value<long>(),
                        "tasks of the array job, each on its own processors; default: 8, or as many as runs are left")(
      "time", po::value<std::string>()->default_value(""),
      "time limit of a task, as sbatch takes it: 12:00:00 or 2-0; default: the partition's")(
      "partition", po::value<std::string>()->default_value(""), "partition; default: the cluster's")(
      "sbatch", po::value<std::vector<std::string>>()->composing(),
      "a further option of sbatch, without its dashes: account=LAB, mem=4G, cpus-per-task=4; may be given again")(
      "dry-run", "print the script, and change nothing");
  add_run_study_options(options);
  po::positional_options_description positional;
  positional.add("STUDY.ini", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto request = study_request(command, values);
  const bool dry = values.count("dry-run") > 0;

  BatchJob job;
  job.directory = fs::absolute(study_directory(command, values)).lexically_normal().string();
  if (job.directory.size() > 1 && job.directory.back() == '/') job.directory.pop_back();
  job.tasks = values.count("tasks") ? values["tasks"].as<long>() : usual_tasks;
  require_argument(job.tasks >= 1, "--tasks", fmt::format("{}", job.tasks), "must be 1 or more");
  job.time = values["time"].as<std::string>();
  job.partition = values["partition"].as<std::string>();
  if (values.count("sbatch")) job.sbatch = values["sbatch"].as<std::vector<std::string>>();
  job.started_in = fs::current_path().string();
  check_batch_job(job);

  const auto study = read_study(request);
  check_study_directory(study, job.directory);
  check_time(job.time, job.directory);
  const long left = runs_left(study, job.directory);
  if (left == 0) {
    tell(fmt::format("every run is finished: there is nothing to submit; next: stillpoint summary {}",
                     shell_word(job.directory)));
    return 0;
  }
  if (job.tasks > left) {
    if (values.count("tasks")) tell(fmt::format("{} tasks instead of {}: as many runs are left", left, job.tasks));
    job.tasks = left;
  }
  job.name = study.name;
  job.command = words_of_a_task(request, job);
  const auto script = batch_script(job);
  if (dry) {
    fmt::print("{}", script);
    return 0;
  }
  tell_remarks(study, false);
  open_study_directory(study, job.directory);
  fs::create_directories(job.folder());
  write_atomically(job.folder() + "/study.ini", read_text(request.path));  // the study may change meanwhile
  write_atomically(job.script(), script);
  const auto before = queued_tasks(job.script());
  const auto number = sbatch(job.script());
  if (before && before->running + before->waiting > 0)
    tell(fmt::format("tasks of this study are there already, {} running and {} waiting: {} more will help them",
                     before->running, before->waiting, job.tasks));
  const auto each = job.time.empty() ? "" : fmt::format(", {} each at most", duration_text(batch_seconds(job.time)));
  fmt::print("submitted job {}: {}{} for {}; next: stillpoint status {}\n", number,
             job.tasks == 1 ? "1 task" : fmt::format("{} tasks", job.tasks), each,
             left == 1 ? "the run that is left" : fmt::format("{} runs", left), shell_word(job.directory));
  return 0;
}

}  // namespace

Command submit_command() {
  return {
      "submit",
      "STUDY.ini --out DIR [--tasks N] [--time TIME] [--partition NAME] [--sbatch KEY=VALUE]... [--set KEY=VALUE]... "
      "[--quick] [--dry-run]",
      "Runs a study on a cluster: an array job of Slurm whose tasks share DIR, which all nodes must see. Each works "
      "until\n"
      "nothing is left to take or its time is nearly over; one that is killed or requeued loses two minutes. The same\n"
      "command again adds tasks. Its script is DIR/cluster/job.sh, which PBS and SGE take as well (docs/clusters.md).",
      "stillpoint submit experiments/studies/quickstart.ini --out results/quickstart --tasks 8 --time 12:00:00",
      submit};
}

}  // namespace stillpoint
