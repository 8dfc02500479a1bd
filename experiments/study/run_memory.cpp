#include "experiments/study/run_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "analysis/paths/lyapunov.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/controls.hpp"
#include "experiments/study/machine.hpp"
#include "plasticity/trainer.hpp"
#include "sim/sizes.hpp"

namespace stillpoint {

namespace {

constexpr double program_bytes = 30e6;                     // its code, libraries, buffers of matrix products
constexpr double in_double = sizeof(double);               // what tasks and controls compute in
constexpr double curve_bytes = 6 * sizeof(double);         // of a LearningCurve, per update
constexpr double alignment_bytes = 2 * sizeof(double);     // and compared rule

/// Numbers in a network, and in the gradient of one, whose W is never factors.
struct Arrays {
  double network = 0, gradient = 0;
  bool constrained = false, factors = false;
};

/// Whether a drawn network has an array that its kind may have or lack.
bool draws(const std::string& array, const NetworkKind& kind, const Options& options) {
  const auto above = [&](const char* option, double value) {
    return options.knows(option) && options.number(option) > value;
  };
  if (array == "W_fb") return options.text("network.feedback") != "none";
  if (array == "r0") return options.text("network.initial_state") != "random";
  if (array == "bulk") return above("network.bulk", 0);
  if (array == "sign") return above("network.excitatory", 0);
  return kind.diagonal || (options.knows("network.density") &&
                           (options.number("network.density") < 1 || options.integer("network.modules") > 1 ||
                            !options.flag("network.autapses")));
}

Arrays arrays_of(const Options& options, const Sizes& sizes) {
  const auto& kind = network_kind(options.text("network.kind"));
  Network<double> given;  // stays empty where the network is drawn
  const bool drawn = options.text("network.start") == "none";
  if (!drawn) given = make_network(options, static_cast<Index>(sizes.K), static_cast<Index>(sizes.O), 1);
  const double rank = kind.factors && drawn ? static_cast<double>(options.integer("network.rank")) : 0;
  const std::map<ArrayAxis, double> extent = {
      {ArrayAxis::one, 1},          {ArrayAxis::neurons, sizes.N}, {ArrayAxis::states, sizes.D},
      {ArrayAxis::drives, sizes.U}, {ArrayAxis::inputs, sizes.K},  {ArrayAxis::outputs, sizes.O},
      {ArrayAxis::rank, rank}};
  Arrays arrays;
  arrays.factors = kind.factors;
  for_each_array(
      [&](const ArrayTraits& array, const auto& values) {
        const auto presence = presence_of(kind, array);
        const bool here = drawn ? presence == ArrayPresence::required ||
                                      (presence == ArrayPresence::optional && draws(array.name, kind, options))
                                : values.size() > 0;
        if (!here) return;
        const double numbers =
            drawn ? extent.at(array.rows) * extent.at(array.columns) : static_cast<double>(values.size());
        arrays.network += numbers;
        if (array.role == ArrayTraits::Role::learns) arrays.gradient += numbers;
        arrays.constrained |= array.role == ArrayTraits::Role::constraint;
      },
      given);
  if (kind.factors) arrays.gradient += sizes.U * sizes.N;
  return arrays;
}

Sizes sizes_of(const Options& options, const Task& task) {
  const auto& kind = network_kind(options.text("network.kind"));
  Sizes sizes;
  sizes.N = static_cast<double>(options.integer("network.size"));
  sizes.D = static_cast<double>(kind.states) * sizes.N;
  sizes.U = static_cast<double>(kind.gates) * sizes.N;
  sizes.K = static_cast<double>(task.inputs());
  sizes.O = static_cast<double>(task.outputs());
  sizes.T = static_cast<double>(task.draw({1, 0}, 0).steps);
  sizes.B = static_cast<double>(options.integer("training.batch"));
  sizes.rate_is_state = kind.starts_from_rate;
  sizes.constant_gain = kind.name == "leaky_current" && options.knows("network.tau_ms") &&
                        options.range("network.tau_ms").low == options.range("network.tau_ms").high &&
                        options.number("network.tau_spread") == 0;
  return sizes;
}

Sizes with_trials(Sizes sizes, double B) {
  sizes.B = B;
  return sizes;
}

double updates_of(const Options& options) { return static_cast<double>(options.integer("training.updates")); }

/// Steps between two checkpoints of training.checkpoints = "every K"; 0 where it says something else.
double checkpoint_distance(const Options& options) {
  const auto words = split_words(options.text("training.checkpoints"));
  return words.size() == 2 && words[0] == "every" ? std::max(1.0, std::atof(words[1].c_str())) : 0;
}

double checkpoints_of(const Options& options) {
  const auto& text = options.text("training.checkpoints");
  if (const double distance = checkpoint_distance(options); distance > 0)
    return std::ceil(updates_of(options) / distance);
  if (text == "none") return 0;
  return text == "log" ? 2 * std::ceil(std::log10(updates_of(options) + 1))
                       : static_cast<double>(split_words(text).size());
}

/// One run of trials in the time loop, its synapse included.
template <class Scalar>
double simulation_memory(const Options& options, const Arrays& arrays, const Sizes& sizes, const SynapseModel& model) {
  const auto synapse = model.make<Scalar>({make_integration(options), make_noise(options), arrays.constrained,
                                           arrays.factors, static_cast<Index>(sizes.N), static_cast<Index>(sizes.T)});
  const double a_and_z = synapse->scales() ? 2 * sizes.N * sizes.T * sizes.B : 0;
  return sizeof(Scalar) * (sizes.trajectory() + a_and_z) + synapse->memory(sizes);
}

/// While it trains: trials of an update as the task draws them, then as they are used, and beside them the evaluation.
template <class Scalar>
double training_memory(const Options& options, const Arrays& arrays, const Sizes& sizes, double kept_networks) {
  constexpr double s = sizeof(Scalar);
  const auto learner = learner_parameters(options);
  const auto model = synapse_model(options);
  const bool consolidates = options.text("synapse.kind") == "tcr" && options.number("synapse.consolidation") > 0;
  const bool freezes_in = learner.freeze_in_updates > 0 || learner.freeze_in_every > 0;
  const bool local = learner.consistency.form == TemporalConsistencyParameters::Form::local;
  const double shadows = learner.shadows.empty() ? 0 : static_cast<double>(learner.shadows.size()) + 1;  // with bptt

  using Kind = OptimizerParameters::Kind;
  const double moments = learner.optimizer.kind == Kind::adam ? 2 : learner.optimizer.kind == Kind::momentum ? 1 : 0;
  const double gradients = 2 + (learner.added ? 1 : 0) + (local ? 1 : 0) + shadows +
                           (learner.rule.traits.emits == Emits::change_by_step ? 1 : 0);
  double rules = learner.rule.make<Scalar>()->memory(sizes);
  if (learner.added) rules += learner.added->make<Scalar>()->memory(sizes);
  for (const auto& shadow : learner.shadows) rules += shadow.make<Scalar>()->memory(sizes);
  if (shadows > 0) rules += bptt().make<Scalar>()->memory(sizes);
  rules += TemporalConsistency<Scalar>(learner.consistency).memory(sizes);

  const double networks =
      in_double * arrays.network +
      s * (kept_networks * arrays.network + (gradients + moments * (freezes_in ? 2 : 1)) * arrays.gradient);
  const double updating = s * (sizes.trial_set() + sizes.O * sizes.T * sizes.B) + rules +
                          simulation_memory<Scalar>(options, arrays, sizes, model);
  const double drawing = in_double * sizes.trial_set(),
               consolidating = consolidates ? s * (sizes.N * sizes.T * sizes.B + arrays.network) : 0;
  const auto all = with_trials(sizes, evaluation_trials), block = with_trials(sizes, evaluation_block);
  const double evaluating = simulation_memory<Scalar>(options, arrays, block, model) + std::max(drawing, consolidating);
  return networks + updating + s * all.trial_set() + std::max(in_double * all.trial_set(), evaluating);
}

/// Of a control, before the training: what it is matched to, or what it is matched by, on its own trials in double.
double matching_memory(const Options& options, const Arrays& arrays, const Sizes& sizes) {
  const auto& property = options.text("control.match");
  if (property == "none") return 0;
  auto tcr = tcr_parameters(options);
  auto tried = with_trials(sizes, match_trials);
  double drawn = tried.trial_set();
  if (property == "chaos") {
    const LyapunovSetting setting;
    const auto replicas = static_cast<double>(setting.replicas);
    tcr.form = TcrParameters::Form::dense;
    tried.B = 2 * replicas;
    tried.T = setting.duration_ms / options.number("integration.dt_ms");
    drawn = tried.trial_set() + with_trials(sizes, replicas * (tried.T / sizes.T + 2)).trial_set();
  }
  return in_double * (3 * arrays.network + drawn) +
         simulation_memory<double>(options, arrays, tried, tcr_synapse(tcr));
}

template <class Scalar>
double memory_of(const Options& options, const Task& task) {
  constexpr double s = sizeof(Scalar);
  const auto sizes = sizes_of(options, task);
  const auto arrays = arrays_of(options, sizes);
  const bool freezes_in = options.integer("freeze_in.updates") > 0;
  const auto compared = static_cast<double>(split_words(options.text("shadow.rules")).size() + 1);
  const double curves = updates_of(options) * (curve_bytes + (options.text("shadow.rules") == "none"
                                                                  ? 0
                                                                  : compared * alignment_bytes));
  const double kept_networks = checkpoints_of(options) + (freezes_in ? 1 : 0);

  const double training = training_memory<Scalar>(options, arrays, sizes, kept_networks + 3) + curves;
  // the file: what training left, its image while HDF5 writes it, a copy of that, and one network in the order of files
  const double left = s * (kept_networks + 2) * arrays.network + curves;
  const double writing = in_double * arrays.network + 3 * left + 2 * s * arrays.network;
  const auto tried = with_trials(sizes, FreezeIn::trials);
  const double collapse =
      freezes_in ? left + in_double * (2 * arrays.network + 2 * tried.trial_set() + tried.trajectory()) +
                       simulation_memory<double>(options, arrays, tried, synapse_model(options))
                 : 0;
  return program_bytes + std::max({training, writing, collapse, matching_memory(options, arrays, sizes)});
}

// ---- what would fit

/// An option that memory grows with, as a number: of trials, neurons, checkpoints, updates.
struct Lever {
  std::string option;
  double least, now;
  std::function<std::string(double)> text;  // the option's value
};

std::vector<Lever> levers_of(const Options& options) {
  const auto plain = [](double value) { return fmt::format("{:.0f}", value); };
  const auto now = [&](const char* option) { return static_cast<double>(options.integer(option)); };
  std::vector<Lever> levers = {{"training.batch", 1, now("training.batch"), plain}};
  if (options.text("network.start") == "none") levers.push_back({"network.size", 1, now("network.size"), plain});
  if (checkpoint_distance(options) > 0)
    levers.push_back({"training.checkpoints", 1, checkpoints_of(options), [&options](double checkpoints) {
                        return fmt::format("every {:.0f}", std::ceil(updates_of(options) / checkpoints));
                      }});
  levers.push_back({"training.updates", 1, now("training.updates"), plain});
  return levers;
}

double with(const Options& options, const Task& task, const Lever& lever, double value) {
  auto changed = options;
  changed.set(lever.option, lever.text(value));
  return run_memory(changed, task);
}

/// Two digits, downwards.
double rounded_down(double value) {
  const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(value)) - 1));
  return std::floor(value / unit) * unit;
}

double largest_that_fits(const Options& options, const Task& task, const Lever& lever, double available) {
  double fits = lever.least, too_large = lever.now;
  while (too_large - fits > 1 && too_large > 1.01 * fits) {
    const double middle = std::floor(std::sqrt(fits * too_large));
    if (middle <= fits) break;
    (with(options, task, lever, middle) <= available ? fits : too_large) = middle;
  }
  return rounded_down(fits);
}

}  // namespace

double run_memory(const Options& options, const Task& task) {
  return options.text("integration.precision") == "double" ? memory_of<double>(options, task)
                                                           : memory_of<float>(options, task);
}

void require_memory(const Options& options, const Task& task, double available) {
  const double needed = run_memory(options, task);
  if (needed <= available) return;
  const auto levers = levers_of(options);
  const Lever* best = nullptr;
  double least = 0;
  for (const auto& lever : levers)
    if (const double remains = with(options, task, lever, lever.least); !best || remains < least) {
      best = &lever;
      least = remains;
    }
  const auto why =
      fmt::format("a run needs about {} of memory, {} is available", memory_text(needed), memory_text(available));
  const auto advice =
      least <= available
          ? fmt::format("{} would fit", best->text(largest_that_fits(options, task, *best, available)))
          : "no value of it alone would fit: lower network.size and training.batch, or raise integration.dt_ms";
  throw TooLarge(best->option, options.text(best->option), why + "; " + advice);
}

void require_memory(const Options& options, const Task& task) { require_memory(options, task, usable_memory()); }

int runs_at_a_time(int threads, const std::vector<const Options*>& runs) {
  if (threads <= 0) threads = usable_processors();
  std::map<const Options*, double> known;  // all seeds of a condition share their options
  std::vector<double> needed;
  for (const auto* options : runs) {
    auto& bytes = known[options];
    if (bytes == 0) {
      const auto task = task_kind(options->text("task.name")).make(*options, options->number("integration.dt_ms"));
      bytes = run_memory(*options, *task) - program_bytes;
    }
    needed.push_back(bytes);
  }
  std::sort(needed.rbegin(), needed.rend());
  const auto wanted = std::min(static_cast<std::size_t>(threads), needed.size());
  const double available = usable_memory();
  std::size_t fit = 0;
  for (double sum = program_bytes; fit < wanted && (sum += needed[fit]) <= available;) ++fit;
  if (fit >= wanted) return threads;
  fit = std::max<std::size_t>(fit, 1);
  fmt::print(stderr, "{} {} at a time instead of {}: each needs about {} of {}\n", fit, fit == 1 ? "run" : "runs", wanted,
             memory_text(needed.front() + program_bytes), memory_text(available));
  return static_cast<int>(fit);
}

}  // namespace stillpoint
