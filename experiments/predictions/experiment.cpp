#include "experiments/predictions/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cmath>
#include <numeric>

#include "plasticity/short_term/blocked.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "sim/blas.hpp"
#include "sim/options/parameter_list.hpp"
#include "sim/random.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

using P = Protocol;

constexpr Index trials_at_once = 16;  // S of so many trials stays in the cache
constexpr double usual_bin_ms = 10;
/// Under which trials and noise of experiments are drawn, beside those of training, evaluation and analyses.
constexpr std::uint64_t experiment_update = evaluation_update + (2ULL << 32);

std::uint64_t update_of(const std::string& name) {
  return experiment_update + (static_cast<std::uint64_t>(number_of_experiment(name)) << 8);
}

Index steps_in(double time_ms, double dt_ms) { return static_cast<Index>(std::lround(time_ms / dt_ms)); }
Index steps_per_bin(double dt_ms) { return std::max<Index>(1, steps_in(usual_bin_ms, dt_ms)); }

void require_within(const Protocol& protocol, double first_ms, double last_ms) {
  const auto within = [&](double time_ms) { return time_ms >= first_ms - 1e-6 && time_ms <= last_ms + 1e-6; };
  const auto allowed = fmt::format("must lie within the trial, {:g} to {:g} ms from the event", first_ms, last_ms);
  const bool stimulated = protocol.stimulus != P::Stimulus::none || protocol.pairing != P::Pairing::none;
  require_parameter(!stimulated || within(protocol.onset_ms), "experiment.onset_ms", number_text(protocol.onset_ms),
                    allowed);
  require_parameter(protocol.pairing == P::Pairing::none || within(protocol.onset_ms - pairing_hold_ms),
                    "experiment.pairing", "rising, flat or falling",
                    fmt::format("rates are held for {:g} ms before the onset: make experiment.before_ms or "
                                "experiment.onset_ms larger, by {:g} ms",
                                pairing_hold_ms, first_ms - protocol.onset_ms + pairing_hold_ms));
  require_parameter(!stimulated || within(end_of_stimulus(protocol)), "end of the stimulus",
                    number_text(end_of_stimulus(protocol)), allowed);
  require_parameter(protocol.block == P::Block::none || within(protocol.block_ms), "experiment.block_ms",
                    number_text(protocol.block_ms), allowed);
}

TrialSet<double> some_of(const TrialSet<double>& trials, Index first) {
  std::vector<Index> chosen(static_cast<std::size_t>(std::min(trials_at_once, trials.batch - first)));
  std::iota(chosen.begin(), chosen.end(), first);
  return chosen_trials(trials, chosen);
}

/// Rates in Hz by bins: of a bin the mean over its steps of what the network is at their ends.
class Binned {
 public:
  Binned(ExperimentResult& result, const RateMap& map, double dt_ms, Index steps, Index event)
      : map_(map), result_(result), per_bin_(steps_per_bin(dt_ms)), bins_(steps / per_bin_) {
    // Bins are whole from the event on: what is left over lies at the ends.
    first_ = event % per_bin_;
    if (first_ + bins_ * per_bin_ > steps) --bins_;
    result.rates_hz.bin_ms = dt_ms * static_cast<double>(per_bin_);
    result.rates_hz.start_ms = dt_ms * static_cast<double>(first_ - event);
  }

  void add(const TrialSet<double>& trials, const Trajectory<double>& run) {
    for (Index b = 0; b < trials.batch; ++b) {
      Matrix<double> rates = Matrix<double>::Zero(run.rates().rows(), bins_);
      for (Index t = 0; t < bins_ * per_bin_; ++t)
        rates.col(t / per_bin_) += map_.hz(run.rates().col((first_ + t + 1) * run.batch + b));
      result_.rates_hz.trials.push_back(rates / static_cast<double>(per_bin_));
      result_.rates_hz.condition.push_back(trials.condition[static_cast<std::size_t>(b)]);
    }
  }

 private:
  RateMap map_;
  ExperimentResult& result_;
  Index per_bin_, bins_, first_ = 0;
};

/// Efficacies at this moment, by a unit of activity of each presynaptic neuron in turn, summed over trials: targets x
/// presynaptic. Without plasticity they are the weights.
Matrix<double> efficacies(const Network<double>& network, Synapse<double>& synapse, const std::vector<Index>& post,
                          const std::vector<Index>& pre, Index batch) {
  const ProductsOnOneThread products;
  if (synapse.blockable() == Blockable::nothing) return static_cast<double>(batch) * network.W(post, pre);
  auto* equation = synapse.continuous();
  const Index N = network.size();
  Matrix<double> sum = Matrix<double>::Zero(static_cast<Index>(post.size()), static_cast<Index>(pre.size()));
  Matrix<double> unit = Matrix<double>::Zero(N, 1), current(N, 1), a = Matrix<double>::Ones(N, 1);
  for (Index b = 0; b < batch; ++b)
    for (std::size_t j = 0; j < pre.size(); ++j) {
      const auto state = equation->state().col(b);
      unit.setZero();
      unit(pre[j]) = 1;
      current.setZero();
      if (equation->drives()) equation->add_current_of(state, unit, current);
      if (equation->scales()) equation->efficacy_of(state, a);
      for (std::size_t i = 0; i < post.size(); ++i)
        sum(static_cast<Index>(i), static_cast<Index>(j)) += network.W(post[i], pre[j]) * a(pre[j]) + current(post[i]);
    }
  return sum;
}

/// Of connections that are strong enough to be found: positive ones above the root mean square of all.
std::vector<EfficacyRatio> efficacy_ratios(const Network<double>& network, const Matrix<double>& efficacy,
                                           const std::vector<Index>& post, const std::vector<Index>& pre) {
  const double least = std::sqrt(network.W.squaredNorm() / static_cast<double>(network.W.size()));
  std::vector<EfficacyRatio> ratios;
  for (std::size_t i = 0; i < post.size(); ++i)
    for (std::size_t j = 0; j < pre.size(); ++j)
      if (const double weight = network.W(post[i], pre[j]); weight > least)
        ratios.push_back({post[i], efficacy(static_cast<Index>(i), static_cast<Index>(j)) / weight});
  return ratios;
}

}  // namespace

std::uint32_t number_of_experiment(const std::string& name) {
  boost::crc_32_type crc;
  crc.process_bytes(name.data(), name.size());
  return crc.checksum();
}

double bin_of_rates_ms(double dt_ms) { return dt_ms * static_cast<double>(steps_per_bin(dt_ms)); }

Answers answers_of(const TrialSet<double>& trials, const Matrix<double>& outputs) {
  Answers answers{Matrix<double>::Zero(trials.targets.rows(), trials.batch), {}};
  answers.target = answers.answer;
  for (Index b = 0; b < trials.batch; ++b)
    for (Index o = 0; o < trials.targets.rows(); ++o) {
      double count = 0, answer = 0, target = 0;
      for (Index t = 0; t < trials.steps; ++t) {
        const Index column = trials.column(t, b);
        const double graded = trials.mask(o, column);
        count += graded;
        answer += graded * outputs(o, column);
        target += graded * trials.targets(o, column);
      }
      answers.answer(o, b) = count > 0 ? answer / count : 0;
      answers.target(o, b) = count > 0 ? target / count : 0;
    }
  return answers;
}

bool Answers::right(Index trial) const {
  if (answer.rows() == 1) return answer(0, trial) * target(0, trial) > 0;
  Index said = 0, asked = 0;
  answer.col(trial).maxCoeff(&said);
  target.col(trial).maxCoeff(&asked);
  return said == asked;
}

Preparation preparation_of(const SubjectFile& file, double f_max_hz, std::uint64_t seed_of_network_file) {
  Preparation of{file.subject.network, file.synapse, false, seed_of_network_file,
                 rate_map_of(file.subject.network, f_max_hz)};
  if (file.run) {
    const auto synapse = file.synapse.entries();
    of.options = file.run->options;
    of.has_task = true;
    of.seed = file.run->seed;
    for (const auto& [name, entry] : synapse) {  // as it is in the network, where a control chose its strength
      of.options.declare({entry.option});
      of.options.set(name, entry.value);
    }
    return of;
  }
  of.options.declare(integration_options());
  of.options.set("integration.dt_ms", number_text(file.subject.integration.dt_ms));
  return of;
}

Preparation at_half_step(Preparation of) {
  of.options.set("integration.dt_ms", number_text(of.options.number("integration.dt_ms") / 2));
  of.halved = true;
  return of;
}

ExperimentTrials trials_of(const Experiment& experiment, const Preparation& of) {
  const auto& protocol = experiment.protocol;
  require_parameter(protocol.pairing == P::Pairing::none || of.network.W.size() > 0, "experiment.pairing",
                    "of a network whose W is the product of factors", "needs connections of their own");
  ExperimentTrials made{of.options, {}, 0, {}, {}};
  auto& options = made.options;
  for (const auto& [name, value] : experiment.changed) {
    require_parameter(options.knows(name), name, value, "is no option of this network's task, noise or synapse");
    options.set(name, value);
  }
  if (protocol.pairing != P::Pairing::none && options.text("synapse.kind") == "tcr")
    options.set("synapse.form", "dense");
  made.noise = make_noise(options);
  made.noise.halved = of.halved;
  const double dt_ms = options.number("integration.dt_ms") * (of.halved ? 2 : 1);
  const auto halved = [&] {
    if (!of.halved) return std::move(made);
    made.event *= 2;
    made.trials = each_step_twice(made.trials);
    return std::move(made);
  };
  const TrialKey key{of.seed, update_of(experiment.name)};
  if (protocol.during == P::During::rest) {
    made.event = steps_in(protocol.before_ms, dt_ms);
    const Index steps = made.event + std::max<Index>(1, steps_in(protocol.after_ms, dt_ms));
    require_within(protocol, -protocol.before_ms, protocol.after_ms);
    made.trials = TrialSet<double>::zeros(of.network.inputs(), of.network.outputs(), steps, protocol.trials);
    return halved();
  }
  require_parameter(of.has_task, "experiment.during", "task", "this file has no task: give the file of a run, or rest");
  made.delay = delay_of(options);
  if (made.delay) options.set("task.delay_ms", number_text(made.delay->length_ms));
  made.trials = task_kind(options.text("task.name")).make(options, dt_ms)->draw(key, protocol.trials);
  made.event = made.delay ? steps_in(made.delay->start_ms, dt_ms) : 0;
  const auto shortest = *std::min_element(made.trials.length.begin(), made.trials.length.end());
  require_within(protocol, -static_cast<double>(made.event) * dt_ms,
                 static_cast<double>(shortest - made.event) * dt_ms);
  return halved();
}

std::unique_ptr<Synapse<double>> synapse_of(const Experiment& experiment, const ExperimentTrials& of,
                                            const Network<double>& network) {
  const auto& protocol = experiment.protocol;
  const auto integration = make_integration(of.options);
  auto synapse =
      synapse_model(of.options).make<double>(synapse_context(network, integration, of.noise, of.trials.steps));
  synapse->set_donors(Donors::same_condition);
  if (protocol.block == P::Block::none) return synapse;
  return std::make_unique<BlockedSynapse>(std::move(synapse),
                                          protocol.block == P::Block::expression ? Block::expression : Block::induction,
                                          of.event + steps_in(protocol.block_ms, integration.dt_ms));
}

std::vector<std::string> remarks_on_experiment(const Experiment& experiment, const ExperimentTrials& of,
                                               const Synapse<double>& synapse) {
  std::vector<std::string> lines;
  const auto& protocol = experiment.protocol;
  if (protocol.during == P::During::task && !of.delay)
    lines.push_back(
        fmt::format("the task {} has no delay: the event is the start of the trial", of.options.text("task.name")));
  if (protocol.block != P::Block::none && synapse.blockable() == Blockable::nothing)
    lines.push_back(fmt::format("warning: nothing is blocked: the synapse {} has no short-term plasticity",
                                of.options.text("synapse.kind")));
  return lines;
}

ExperimentResult run_experiment(const Experiment& experiment, const Preparation& of, const UseTrials& use) {
  const auto made = trials_of(experiment, of);
  const auto integration = make_integration(made.options);
  const auto& all = made.trials;
  Stimulation stimulation(experiment.protocol, of.network, made.event, integration.dt_ms, of.seed);
  Simulation<double> simulation(of.network, integration, made.noise);
  simulation.perturb_by(&stimulation);
  ExperimentResult result;
  result.targets = stimulation.targets();
  result.delay = made.delay;
  if (experiment.protocol.during == P::During::task) {
    result.answers.answer.resize(all.targets.rows(), all.batch);
    result.answers.target.resizeLike(result.answers.answer);
  }
  const auto shortest = *std::min_element(all.length.begin(), all.length.end());
  Binned binned(result, of.map, integration.dt_ms, shortest, made.event);
  const bool pairs = experiment.protocol.pairing != P::Pairing::none;
  const Index paired = made.event + steps_in(end_of_stimulus(experiment.protocol), integration.dt_ms);
  Matrix<double> efficacy;
  const auto key = update_of(experiment.name);
  for (Index first = 0; first < all.batch; first += trials_at_once) {
    const auto some = some_of(all, first);
    const auto synapse = synapse_of(experiment, made, of.network);
    simulation.begin(some, {of.seed, key + static_cast<std::uint64_t>(first)}, *synapse);
    for (Index t = 0; t < some.steps; ++t) {
      if (pairs && t == paired && (synapse->continuous() || synapse->blockable() == Blockable::nothing)) {
        const auto sum = efficacies(of.network, *synapse, stimulation.targets(), stimulation.presynaptic(), some.batch);
        efficacy = efficacy.size() > 0 ? Matrix<double>(efficacy + sum) : sum;
      }
      simulation.step(t);
    }
    simulation.finish();
    if (!simulation.trajectory().state.allFinite())
      throw UserError(fmt::format("diverges in the experiment {}", experiment.name));
    binned.add(some, simulation.trajectory());
    if (result.answers.answer.size() > 0) {
      const auto answers = answers_of(some, simulation.trajectory().outputs);
      result.answers.answer.middleCols(first, some.batch) = answers.answer;
      result.answers.target.middleCols(first, some.batch) = answers.target;
    }
    if (use) use(made, some, first, result);
  }
  if (efficacy.size() > 0)
    result.efficacy = efficacy_ratios(of.network, efficacy / static_cast<double>(all.batch), stimulation.targets(),
                                      stimulation.presynaptic());
  return result;
}

}  // namespace stillpoint
