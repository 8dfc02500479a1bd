#include "experiments/runs/run_job.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "experiments/options/message.hpp"
#include "experiments/results/begun_run.hpp"
#include "experiments/results/trained_run.hpp"
#include "experiments/runs/all_runs.hpp"
#include "experiments/runs/controls.hpp"
#include "experiments/runs/signals.hpp"
#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

/// When a run is to be kept or to stop.
class Pace {
 public:
  Pace(const Claim& claim, const AllRuns& all, const std::string& path)
      : claim_(claim), all_(all), directory_(fs::path(path).parent_path()) {}

  Next after_update() {
    if (claim_.lost() && !fs::exists(directory_))
      throw UserError(directory_.string() + ": has vanished while its runs were trained; give the study again");
    if (claim_.lost() || all_.given_up || StudySignals::stopped_by() != 0) return Next::stop;
    if (StudySignals::keeps_asked() == asked_ && Clock::now() - kept_ < kept_every) return Next::go_on;
    asked_ = StudySignals::keeps_asked();
    kept_ = Clock::now();
    return Next::keep;
  }

 private:
  const Claim& claim_;
  const AllRuns& all_;
  fs::path directory_;
  int asked_ = StudySignals::keeps_asked();
  Clock::time_point kept_ = Clock::now();
};

/// What was kept of the run, or its end under a smaller budget; nothing where there is neither.
template <class Scalar>
BegunRun<Scalar> begun_of(const RunJob& job, const Network<double>& initial) {
  try {
    for (const auto& path : {unfinished_path(job.path), job.path})
      if (fs::exists(path)) return read_begun_run<Scalar>(path, *job.options, job.seed, initial);
    return {};
  } catch (const UserError& problem) {
    const std::string what = problem.what();
    throw CannotGoOn(what.find("remove it") == std::string::npos ? what + "; remove it to begin the run anew" : what);
  }
}

/// What freeze-in alone made of the network, where the run begins with it.
template <class Scalar>
std::optional<FreezeIn> measure_freeze_in(const TrainingSetting& setting, const Task& task,
                                          const Network<double>& initial, const std::optional<Network<Scalar>>& after) {
  if (!after) return std::nullopt;
  const auto trials = task.draw({setting.seed, evaluation_update}, FreezeIn::trials);
  const auto measure = [&](const Network<double>& at) {
    const auto synapse = setting.synapse.make<double>(synapse_context(at, setting.integration, {}, trials.steps));
    return measure_collapse(at, setting.integration, *synapse, trials, setting.seed);
  };
  return FreezeIn{measure(initial), measure(after->template cast<double>())};
}

template <class Scalar>
bool run_in(const std::string& study, const RunJob& job, const Claim& claim, Progress& progress, AllRuns& all) {
  const auto start = Clock::now();
  progress.begin(job.place);
  const auto& options = *job.options;
  const auto integration = make_integration(options);
  const auto task = task_kind(options.text("task.name")).make(options, integration.dt_ms);
  auto network = make_network(options, task->inputs(), task->outputs(), job.seed);

  auto setting = training_setting(options);
  setting.seed = job.seed;
  setting.trials = trials_of(*task, options);
  setting.criterion_is_error = task->criterion() == CriterionKind::mean_squared_error;
  const Match match = match_control(options, setting, network);
  setting.synapse = synapse_model(as_matched(options, match));
  all.warnings.unmatched(job, match);

  auto begun = begun_of<Scalar>(job, network);
  const auto updates = static_cast<std::size_t>(setting.training.updates);
  std::size_t done = begun.training.curve.update.size();
  if (done > updates)
    throw CannotGoOn(
        fmt::format("training.updates = {}: {} was kept after {} of them: give as many at least, or remove it", updates,
                    begun.path, done));
  progress.prepared(job.place, done);
  Pace pace(claim, all, job.path);
  setting.progress = [&](const Standing&) {
    ++done;
    progress.updated(job.place);
    return pace.after_update();
  };
  const auto training_start = Clock::now();
  const auto write = [&](const std::string& path, const Training<Scalar>& training,
                         std::optional<FreezeIn> freeze_in = {}) {
    write_run(path, RunResult<Scalar>{options, job.seed, study, *job.varied, match, training, std::move(freeze_in),
                                      begun.wall_seconds + seconds_since(start),
                                      begun.training_seconds + seconds_since(training_start)});
  };
  const auto keep = [&](const Training<Scalar>& training) {
    try {
      write(unfinished_path(job.path), training);
    } catch (const UserError& problem) {
      all.warnings.not_kept(job, problem.what());
    }
  };
  const LookAside undisturbed([] {});  // what ends all runs ends this one after an update, when it is kept
  Training<Scalar> training;
  try {
    training = train<Scalar>(setting, network, std::move(begun.training), keep);
  } catch (const KeptStateError& problem) {
    throw CannotGoOn(fmt::format("{}: {}; remove it to begin the run anew", begun.path, problem.what()));
  }
  if (training.outcome == Outcome::unfinished) {
    if (!claim.lost()) write(unfinished_path(job.path), training);
    return false;
  }
  write(job.path, training, measure_freeze_in(setting, *task, network, training.after_freeze_in));
  std::error_code ignored;
  fs::remove(unfinished_path(job.path), ignored);
  all.warnings.stability(job, training.curve);
  all.warnings.set_point(job);
  progress.finished(job.place);
  return true;
}

}  // namespace

bool run_job(const std::string& study, const RunJob& job, const Claim& claim, Progress& progress, AllRuns& all) try {
  return job.options->text("integration.precision") == "double" ? run_in<double>(study, job, claim, progress, all)
                                                                : run_in<float>(study, job, claim, progress, all);
} catch (const SearchStopped&) {  // before anything was to keep
  return false;
}

}  // namespace stillpoint
