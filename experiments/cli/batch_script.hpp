// The script of an array job whose tasks work on one study: for Slurm, whose options it names, PBS and SGE.
#pragma once

#include <string>
#include <vector>

namespace stillpoint {

struct BatchJob {
  std::string directory;        // of the study, absolute
  std::string name;             // of the study; in that of the job other characters than letters, digits, _ . - are -
  long tasks;                   // >= 1
  std::string time, partition;  // as sbatch takes them; empty: those of the cluster
  std::vector<std::string> sbatch;   // further options of sbatch, without dashes: "mem=4G", "exclusive"
  std::string started_in;            // where relative paths of the study begin
  std::vector<std::string> command;  // of every task

  std::string folder() const { return directory + "/cluster"; }
  std::string script() const { return folder() + "/job.sh"; }
};

/// How long before its time is over a task is told, by SIGTERM: it keeps what its runs have reached. Slurm may be a
/// minute early.
constexpr int told_before_seconds = 120, told_early_seconds = 60;

/// The text of `script()`. A task's log is folder()/JOB_TASK.log; to one that is requeued it is appended.
std::string batch_script(const BatchJob& job);

/// Throws UserError where a path or an option cannot stand in a script.
void check_batch_job(const BatchJob& job);

/// Seconds of a time as sbatch takes it: M, M:S, H:M:S, D-H, D-H:M or D-H:M:S. Throws UserError "--time ..".
double batch_seconds(const std::string& time);

}  // namespace stillpoint
