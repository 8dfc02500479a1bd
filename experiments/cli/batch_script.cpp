#include "experiments/cli/batch_script.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string.hpp>
#include <regex>

#include "experiments/options/argument.hpp"
#include "experiments/options/shell_word.hpp"

namespace stillpoint {

namespace {

std::string job_name(const std::string& study) {
  return "stillpoint-" + std::regex_replace(study, std::regex("[^A-Za-z0-9_.-]"), "-");
}

/// A line of options for sbatch, which reads quotes as a shell does.
std::string option_line(const std::string& option) {
  const auto equals = option.find('=');
  if (is_plain_word(option)) return "#SBATCH --" + option + "\n";
  return fmt::format("#SBATCH --{}\"{}\"\n", option.substr(0, equals + 1), option.substr(equals + 1));
}

void require_writable(const std::string& name, const std::string& path) {
  require_argument(path.find_first_of("\"\\\n\r") == std::string::npos, name, path,
                   "must hold no quotes, backslashes or line breaks, which a job's script cannot name");
}

}  // namespace

std::string batch_script(const BatchJob& job) {
  std::vector<std::string> options = {"job-name=" + job_name(job.name), fmt::format("array=1-{}", job.tasks)};
  if (!job.time.empty()) options.push_back("time=" + job.time);
  if (!job.partition.empty()) options.push_back("partition=" + job.partition);
  options.insert(options.end(), {"requeue", "open-mode=append", fmt::format("signal=B:TERM@{}", told_before_seconds),
                                 fmt::format("output={}/%A_%a.log", boost::replace_all_copy(job.folder(), "%", "%%"))});
  options.insert(options.end(), job.sbatch.begin(), job.sbatch.end());  // the last word
  std::string lines;
  for (const auto& option : options) lines += option_line(option);
  std::vector<std::string> words;
  for (const auto& word : job.command) words.push_back(shell_word(word));
  return fmt::format(
      "#!/bin/sh\n"
      "# Written by `stillpoint submit`, submitted by: sbatch --parsable {}\n"
      "# Every task works on the study until nothing is left to take or its time is nearly over: again, it adds more.\n"
      "{}"
      "job=${{SLURM_ARRAY_JOB_ID:-${{SLURM_JOB_ID:-${{PBS_JOBID:-${{JOB_ID:-none}}}}}}}}\n"
      "task=${{SLURM_ARRAY_TASK_ID:-${{PBS_ARRAY_INDEX:-${{PBS_ARRAYID:-${{SGE_TASK_ID:-none}}}}}}}}\n"
      "echo \"$(date -u +%Y-%m-%dT%H:%M:%SZ): task $task of job $job begins on $(hostname)\"\n"
      "cd {} || exit 2\n"
      "exec {}\n",  // so that signals reach the program
      shell_word(job.script()), lines, shell_word(job.started_in), fmt::join(words, " "));
}

void check_batch_job(const BatchJob& job) {
  require_writable("--out", job.directory);
  static const std::regex form(R"([a-z][a-z0-9-]*(=[^"\\\n\r]+)?)");
  for (const auto& option : job.sbatch) {
    require_argument(std::regex_match(option, form), "--sbatch", option,
                     "must be an option of sbatch without its dashes, as mem=4G or exclusive");
    for (const char* own : {"array", "time", "partition"})
      require_argument(
          option.substr(0, option.find('=')) != own, "--sbatch", option,
          fmt::format("give {} in its place", own == std::string("array") ? "--tasks" : std::string("--") + own));
    for (const char* own : {"signal", "requeue", "no-requeue", "wrap", "output"})
      require_argument(option.substr(0, option.find('=')) != own, "--sbatch", option,
                       "is set by the script itself, so that tasks keep their runs and go on");
  }
  static const std::regex word("[A-Za-z0-9_.,+-]*");
  require_argument(std::regex_match(job.partition, word), "--partition", job.partition,
                   "must be the name of a partition, or several with commas");
}

double batch_seconds(const std::string& time) {
  static const std::regex form(R"((?:(\d{1,4})-)?(\d{1,9})(?::(\d{1,2}))?(?::(\d{1,2}))?)");
  std::smatch parts;
  require_argument(
      std::regex_match(time, parts, form), "--time", time,
      "must be a time of Slurm: MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS or DAYS-HOURS, as 90, 12:00:00 or 2-0");
  const auto number = [&](int part) { return parts[part].matched ? std::stod(parts[part]) : 0; };
  if (parts[1].matched) return 86400 * number(1) + 3600 * number(2) + 60 * number(3) + number(4);
  return parts[4].matched ? 3600 * number(2) + 60 * number(3) + number(4) : 60 * number(2) + number(3);
}

}  // namespace stillpoint
