#include "experiments/report/page/portrait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/points/fixed_points.hpp"
#include "experiments/results/subject_file.hpp"
#include "experiments/study/measuring.hpp"
#include "experiments/study/study_directory.hpp"
#include "sim/linear_algebra.hpp"

namespace stillpoint {

namespace {

/// What is measured of one network, before the components are known.
struct Measured {
  Matrix<double> states;  // D x (trial, state)
  Index each = 0;         // states of a trial
  std::vector<int> trial_type;
  std::vector<FixedPoint> points;
  std::string problem;  // of the search for points
  TypicalTrial trial;
};

/// The type that most of the trials have, of several the first.
int usual_type(const std::vector<int>& types) {
  const auto count = [&](int type) { return std::count(types.begin(), types.end(), type); };
  return *std::max_element(types.begin(), types.end(),
                           [&](int a, int b) { return std::pair(count(a), -a) < std::pair(count(b), -b); });
}

/// Means of the rates over trials of one type, added up trial by trial.
class TypicalRates {
 public:
  TypicalRates(const TrialSet<double>& trials, double dt_ms) {
    trial_.type = usual_type(trials.condition);
    length_ = trials.steps;
    for (std::size_t b = 0; b < trials.condition.size(); ++b)
      if (trials.condition[b] == trial_.type) {
        length_ = std::min(length_, trials.length[b]);
        ++trial_.trials;
      }
    bins_ = std::min(length_, PortraitSetting::bins);
    trial_.bin_ms = dt_ms * static_cast<double>(length_) / static_cast<double>(std::max<Index>(1, bins_));
  }

  void add(const TrialSet<double>& some, const Trajectory<double>& run) {
    const auto& rates = run.rates();
    if (trial_.rates.size() == 0) trial_.rates = Matrix<double>::Zero(rates.rows(), bins_);
    for (Index b = 0; b < some.batch; ++b) {
      if (some.condition[static_cast<std::size_t>(b)] != trial_.type) continue;
      for (Index k = 0; k < bins_; ++k) {
        const Index from = k * length_ / bins_, to = (k + 1) * length_ / bins_;
        for (Index step = from; step < to; ++step)
          trial_.rates.col(k) += run.at(rates, step).col(b) / static_cast<double>((to - from) * trial_.trials);
      }
    }
  }

  TypicalTrial trial() && { return std::move(trial_); }

 private:
  TypicalTrial trial_;
  Index length_ = 0, bins_ = 0;
};

/// Some of the checkpoints: the first, the last, and others evenly between.
std::vector<std::size_t> some_of(std::size_t count, std::size_t most) {
  std::vector<std::size_t> places;
  if (count <= most)
    for (std::size_t i = 0; i < count; ++i) places.push_back(i);
  else
    for (std::size_t i = 0; i < most; ++i) places.push_back(i * (count - 1) / (most - 1));
  return places;
}

/// The file with another of its networks in the place of the final one.
SubjectFile with_network(SubjectFile file, const Network<double>& network) {
  file.subject.network = network;
  const auto run = file.run;
  file.subject.trial_synapse = [run, network](Index steps) { return run->synapse(network, steps); };
  return file;
}

void measure_trials(const Subject& subject, Measured& measured) {
  const auto trials = subject.trials(PortraitSetting::trials);
  measured.trial_type = trials.condition;
  measured.each = std::min(PortraitSetting::states, trials.steps + 1);
  measured.states.resize(subject.network.extent(ArrayAxis::states), measured.each * trials.batch);
  TypicalRates rates(trials, subject.integration.dt_ms);
  run_trials(subject, {}, trials, 1, {}, [&](Index first, const TrialSet<double>& some, const Trajectory<double>& run) {
    for (Index b = 0; b < some.batch; ++b)
      for (Index k = 0; k < measured.each; ++k) {
        const Index length = some.length[static_cast<std::size_t>(b)];
        const Index step = measured.each > 1 ? k * length / (measured.each - 1) : 0;
        measured.states.col((first + b) * measured.each + k) = run.at(run.state, step).col(b);
      }
    rates.add(some, run);
  });
  measured.trial = std::move(rates).trial();
}

void measure_points(SubjectFile& file, Measured& measured) {
  if (file.subject.network.extent(ArrayAxis::states) > PortraitSetting::largest_searched) {
    measured.problem = fmt::format(
        "they are looked for in networks of up to {} states alone; `stillpoint analyze "
        "fixed-points` finds them",
        PortraitSetting::largest_searched);
    return;
  }
  try {
    file.take_synapse(file.synapse);
    FixedPointSearch search;
    search.starts = search.budget.emplace(PortraitSetting::starts);
    search.proof_boxes = 0;
    search.visited = measured.states;
    search.synapse = file.subject.continuous();
    measured.points = find_fixed_points(file.subject.system(), search).points;
  } catch (const UserError& problem) {
    measured.problem = problem.what();
  }
}

/// D x 3: the leading principal axes of the columns about their mean; zero where there are fewer.
Matrix<double> principal_axes(const Matrix<double>& states, const Vector<double>& mean, Place3& share) {
  const Matrix<double> centred = states.colwise() - mean;
  const Matrix<double> covariance = centred * centred.transpose();
  const auto found = symmetric_eigen_decomposition_of(covariance);
  Matrix<double> axes = Matrix<double>::Zero(states.rows(), 3);
  const double total = found.values.sum();
  for (Index k = 0; k < 3; ++k) {
    const Index from_last = states.rows() - 1 - k;
    share[static_cast<std::size_t>(k)] = from_last >= 0 && total > 0 ? found.values(from_last) / total : 0;
    if (from_last >= 0) axes.col(k) = found.vectors.col(from_last);
  }
  return axes;
}

Place3 place_of(const Vector<double>& projected) { return {projected(0), projected(1), projected(2)}; }

void put_together(Portrait& portrait, const std::vector<long>& updates, const std::vector<Measured>& measured) {
  Index columns = 0;
  for (const auto& each : measured) columns += each.states.cols();
  Matrix<double> all(measured.front().states.rows(), columns);
  columns = 0;
  for (const auto& each : measured) {
    all.middleCols(columns, each.states.cols()) = each.states;
    columns += each.states.cols();
  }
  if (!all.allFinite()) {
    portrait.note = "Its states are not finite.";
    return;
  }
  const Vector<double> mean = all.rowwise().mean();
  const auto axes = principal_axes(all, mean, portrait.share);
  portrait.trial_type = measured.front().trial_type;
  if (measured.back().trial.rates.allFinite()) portrait.trial = measured.back().trial;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const auto& own = measured[i];
    Portrait::Moment moment{updates[i], {}, {}};
    const Matrix<double> projected = axes.transpose() * (own.states.colwise() - mean);
    for (Index b = 0; b * own.each < projected.cols(); ++b) {
      auto& trial = moment.trials.emplace_back();
      for (Index k = 0; k < own.each; ++k) trial.push_back(place_of(projected.col(b * own.each + k)));
    }
    std::size_t eigenvalues = 0;
    for (const auto& point : own.points) {
      moment.points.push_back({place_of(axes.transpose() * (point.state - mean)), point.stable, point.index, {}});
      eigenvalues += static_cast<std::size_t>(point.eigenvalues.size());
      if (eigenvalues <= PortraitSetting::eigenvalues)
        moment.points.back().eigenvalues.assign(point.eigenvalues.begin(), point.eigenvalues.end());
    }
    portrait.moments.push_back(std::move(moment));
    if (!own.problem.empty()) portrait.note = "Without fixed points: " + own.problem;
  }
}

/// A run whose portrait is made: its file and which of its networks.
struct Chosen {
  std::size_t portrait;
  SubjectPath path;
  std::vector<std::size_t> networks;
};

std::optional<Chosen> choose(const std::string& directory, const Condition& condition, Portrait& portrait) {
  portrait.note = "None of its runs is finished without having diverged.";
  for (const auto& run : condition.runs) {
    if (run.diverged()) continue;
    portrait.seed = run.seed;
    try {
      auto path = open_subject_path(run_path(directory, static_cast<std::size_t>(condition.number), run.seed));
      path.file.require_run();
      portrait.is_map = path.file.subject.as == System::As::map;
      portrait.note =
          path.checkpoints.size() > 2
              ? ""
              : "Its runs keep no networks between the first and the last; training.checkpoints = log keeps some.";
      auto networks = some_of(path.checkpoints.size(), PortraitSetting::moments);
      return Chosen{0, std::move(path), std::move(networks)};
    } catch (const UserError& problem) {
      portrait.note = problem.what();
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Portrait> portraits_of(const std::string& directory, const StudyRecord& study) {
  std::vector<Portrait> portraits;
  std::vector<Chosen> chosen;
  for (std::size_t i = 0; i < std::min(study.conditions.size(), PortraitSetting::conditions); ++i) {
    const auto& condition = study.conditions[i];
    auto& portrait = portraits.emplace_back();
    portrait.condition = condition.number;
    portrait.label = condition.name();
    if (auto found = choose(directory, condition, portrait)) {
      found->portrait = i;
      chosen.push_back(std::move(*found));
    }
  }
  struct Job {
    std::size_t run, network;
  };
  std::vector<Job> jobs;
  std::vector<std::vector<Measured>> measured(chosen.size());
  for (std::size_t r = 0; r < chosen.size(); ++r) {
    measured[r].resize(chosen[r].networks.size());
    for (std::size_t k = 0; k < chosen[r].networks.size(); ++k) jobs.push_back({r, k});
  }
  measure_runs(
      jobs, 0, jobs.empty(), [](const Job&) { return false; },
      [&](const Job& job) {
        const auto& run = chosen[job.run];
        auto file = with_network(run.path.file, run.path.checkpoints[run.networks[job.network]].network);
        auto& own = measured[job.run][job.network];
        measure_trials(file.subject, own);
        own.trial.types = task_kind(file.require_run().options.text("task.name")).condition;
        measure_points(file, own);
      },
      [&](const Job& job, const UserError& problem) { portraits[chosen[job.run].portrait].note = problem.what(); },
      [](const Job&) {}, "networks");
  for (std::size_t r = 0; r < chosen.size(); ++r) {
    std::vector<long> updates;
    for (const auto k : chosen[r].networks) updates.push_back(chosen[r].path.checkpoints[k].update);
    const auto whole = [](const Measured& each) { return each.states.cols() > 0; };
    if (std::all_of(measured[r].begin(), measured[r].end(), whole))
      put_together(portraits[chosen[r].portrait], updates, measured[r]);
  }
  return portraits;
}

}  // namespace stillpoint
