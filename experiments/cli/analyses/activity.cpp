#include "experiments/cli/analyses/activity.hpp"

#include <fmt/format.h>

#include <cmath>

namespace stillpoint {

namespace {

namespace po = boost::program_options;

/// That of the run, or of --noise in its place.
Noise noise_of(const Stepped& of) {
  if (of.given.count("noise") == 0) return of.file.subject.noise;
  Noise noise;
  noise.activity = of.given["noise"].as<double>();
  require_parameter(std::isfinite(noise.activity) && noise.activity >= 0, "--noise", fmt::format("{}", noise.activity),
                    "must be a number >= 0: the standard deviation of a neuron alone");
  require_stationary(of.file.subject.network, noise);
  return noise;
}

void require_own_steps(const Stepped& of) {
  require_parameter(of.system.as() == System::as_trained(of.system.network()), "--as", of.given["as"].as<std::string>(),
                    "noise and trials go by the steps that the network was trained with: leave --as out, or use "
                    "--noise 0");
  require_parameter(
      of.given.count("dt-ms") == 0, "--dt-ms", "given",
      "noise and trials go by the steps that the network was trained with: leave it out, or use --noise 0");
}

}  // namespace

void add_activity_options(po::options_description& options, const std::string& default_sample) {
  options.add_options()("noise", po::value<double>(),
                        "activity under noise: a neuron left to itself has this standard deviation (noise.activity); "
                        "default: the noise it was trained with; 0: none")(
      "trials", po::value<long>(), "activity in so many trials of a run's task, with its synapse and noise")(
      "sample-ms", po::value<double>(), ("between samples; default: " + default_sample).c_str());
}

Activity activity_of(const Stepped& of, double default_sample_ms, bool condition_means,
                     nlohmann::ordered_json& result) {
  const auto& subject = of.file.subject;
  auto& takes = of.file.takes;
  const auto noise = noise_of(of);
  const double sample_ms = of.given.count("sample-ms") ? of.given["sample-ms"].as<double>() : default_sample_ms;
  const auto seed = seed_of(of.given);
  Activity activity{Activity::Of::free, {}, About::own_mean, {}};
  // Noise and trials run by the time loop, which takes a synapse of any form.
  auto as_trained = subject;
  if (!wants_synapse(of.given)) as_trained.trial_synapse = {};
  if (of.given.count("trials")) {
    of.file.require_run();
    const long trials = of.given["trials"].as<long>();
    require_parameter(trials >= 2, "--trials", fmt::format("{}", trials), "must be 2 or more");
    require_own_steps(of);
    const auto runs = trial_runs(as_trained, noise, trials, sample_ms, seed);
    if (condition_means)
      activity = {Activity::Of::trials, runs, About::own_mean, {}};
    else
      activity = {Activity::Of::trials, about_condition_means(runs), About::zero, {}};
    takes.task = true;
    result["trials"] = activity.runs.activity.size();
  } else if (noise.any()) {
    require_own_steps(of);
    // Trajectories of the runs that go at once, and, of all, no more than each step's activity
    require_memory(of.given, 4 * static_cast<double>(subject.network.size()) *
                                 static_cast<double>(of.given["samples"].as<long>()) *
                                 (duration_of(of.given, "discard-ms") + duration_of(of.given, "duration-ms")) /
                                 subject.integration.dt_ms);
    activity = {Activity::Of::noise,
                noisy_runs(as_trained, noise, of.starts().topRows(of.system.dimension()),
                           duration_of(of.given, "discard-ms"), duration_of(of.given, "duration-ms"), sample_ms, seed),
                About::own_mean,
                {}};
  } else {
    activity.runs = free_runs(
        of.stepper, of.starts(), [&](const Matrix<double>& y) { return of.read(y); },
        duration_of(of.given, "discard-ms"), duration_of(of.given, "duration-ms"), sample_ms);
  }
  takes.noise = noise.any();
  activity.motion = motion_of(activity.runs.activity, activity.about);
  static const char* const names[] = {"free", "noise", "trials"};
  result["activity"] = names[static_cast<int>(activity.of)];
  result["noise"] = {{"activity", noise.activity}, {"drive", noise.drive}};
  result["sample_ms"] = activity.runs.sample_ms;
  result["rates_sd"] = activity.motion.sd;
  return activity;
}

std::string name_of(Activity::Of of) {
  return of == Activity::Of::free ? "free runs" : of == Activity::Of::noise ? "runs under noise" : "trials";
}

void require_lasting(const Stepped& of, Activity::Of activity, const Motion& motion, const std::string& what,
                     const std::string& or_else) {
  if (!motion.at_rest() && !motion.dies_out()) return;
  const auto found = motion.at_rest() ? std::string("is at rest")
                                      : fmt::format(
                                            "dies out (standard deviation {:.2g} in the first half, {:.2g} in the "
                                            "second: less than half)",
                                            motion.first_half, motion.second_half);
  const char* const advice = activity == Activity::Of::free    ? "use --noise SD, or --trials n of a run file"
                             : activity == Activity::Of::noise ? "use another --noise or a longer --discard-ms"
                                                               : "use --noise SD beside --trials";
  throw UserError(fmt::format("{}: the activity of {} {} and has no {}; {}{}", of.file.path, name_of(activity), found,
                              what, advice, or_else));
}

}  // namespace stillpoint
