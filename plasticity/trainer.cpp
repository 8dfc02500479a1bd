#include "plasticity/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/blas.hpp"
#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

std::string name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::reached:
      return "reached";
    case Outcome::diverged:
      return "diverged";
    case Outcome::unfinished:
      return "unfinished";
    case Outcome::not_reached:
      break;
  }
  return "not_reached";
}

namespace {
const ParameterList<TrainingParameters>& training_list() {
  using P = TrainingParameters;
  static const auto list =
      ParameterList<P>()
          .integer("training.updates", &P::updates, "", {1, 1e9}, "weight updates")
          .integer("training.batch", &P::batch, "trials", {1, 1e6}, "trials per update")
          .number("training.criterion", &P::criterion, "", probability,
                  "accuracy that counts as learned: running average (.9) and 512 evaluation trials")
          .number("training.criterion_mse", &P::criterion_mse, "", positive,
                  "the same for tasks graded by error: mean squared error")
          .flag("training.stop_at_criterion", &P::stop_at_criterion, "end a run when it reaches criterion");
  return list;
}
}  // namespace

std::vector<Option> training_options() {
  auto all = training_list().options();
  all.push_back(text_option("training.checkpoints", "log",
                            "updates whose network is kept: none, log (1 3 10 30 ..), every K, or a list"));
  return all;
}

TrainingSetting training_setting(const Options& options) {
  TrainingSetting setting;
  setting.learner = learner_parameters(options);
  setting.synapse = synapse_model(options);
  setting.training = training_list().from(options);
  setting.checkpoints = checkpoint_updates(options.text("training.checkpoints"), setting.training.updates);
  setting.integration = make_integration(options);
  setting.noise = make_noise(options);
  return setting;
}

std::vector<long> checkpoint_updates(const std::string& text, long updates) {
  std::vector<long> chosen;
  if (text == "none") return chosen;
  if (text == "log") {
    for (long decade = 1; decade < updates; decade *= 10)
      for (const long update : {decade, 3 * decade})
        if (update < updates) chosen.push_back(update);
    return chosen;
  }
  const auto number = [&](const std::string& word, Bounds allowed) {
    try {
      return static_cast<long>(integer_option("", "", "", allowed, "").value_of(word));
    } catch (const UserError&) {
      throw ParameterError(
          "training.checkpoints", text,
          fmt::format("must be none, log, every K, or updates from 0 to {}, separated by spaces", updates - 1));
    }
  };
  const auto words = split_words(text);
  if (words.size() == 2 && words[0] == "every") {
    const long distance = number(words[1], {1, 1e9});
    for (long update = 0; update < updates; update += distance) chosen.push_back(update);
    return chosen;
  }
  for (const auto& word : words) chosen.push_back(number(word, {0, static_cast<double>(updates - 1)}));
  require_parameter(!chosen.empty(), "training.checkpoints", "(empty)", "must be none, log, or a list of updates");
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

namespace {

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> synapse_for(const TrainingSetting& setting, const Network<Scalar>& network,
                                             Index steps) {
  return setting.synapse.make<Scalar>(synapse_context(network, setting.integration, setting.noise, steps));
}

/// The evaluation trials, in blocks that keep memory small.
template <class Scalar>
class Evaluator {
 public:
  Evaluator(const TrainingSetting& setting, const Network<Scalar>& network)
      : setting_(setting), simulation_(network, setting.integration, setting.noise) {
    const auto all = setting.trials({setting.seed, evaluation_update}, evaluation_trials);
    constexpr Index block = evaluation_block;
    for (Index first = 0; first < evaluation_trials; first += block) {
      auto part = TrialSet<double>::zeros(all.inputs.rows(), all.targets.rows(), all.steps, block);
      part.tolerance = all.tolerance;
      for (Index t = 0; t < all.steps; ++t) {
        const Index from = all.column(t, first), to = t * block;
        part.inputs.middleCols(to, block) = all.inputs.middleCols(from, block);
        part.targets.middleCols(to, block) = all.targets.middleCols(from, block);
        part.mask.middleCols(to, block) = all.mask.middleCols(from, block);
      }
      blocks_.push_back(part.template cast<Scalar>());
    }
    synapse_ = synapse_for(setting, network, all.steps);
  }

  /// strength: factor on the synapse's strength.
  Score operator()(double strength) {
    synapse_->set_strength(strength);
    Score sum;
    double graded = 0;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const auto& outputs = simulation_.run(blocks_[i], {setting_.seed, evaluation_update + i}, *synapse_).outputs;
      const Score part = score(outputs, blocks_[i]);
      const double weight = static_cast<double>(blocks_[i].mask.sum());
      sum.loss += weight * part.loss;
      sum.accuracy += weight * part.accuracy;
      graded += weight;
    }
    return {sum.loss / graded, sum.accuracy / graded};
  }

 private:
  const TrainingSetting& setting_;
  Simulation<Scalar> simulation_;
  std::unique_ptr<Synapse<Scalar>> synapse_;
  std::vector<TrialSet<Scalar>> blocks_;
};

/// Exponential average (.9) of the batch score, started at its first value, and once it is past the threshold the score
/// on the evaluation trials as well; while the average stays past it, those are asked again every ten updates (they
/// cost as much as 512 / batch forward passes).
class Criterion {
 public:
  Criterion(const TrainingParameters& training, bool is_error)
      : is_error_(is_error), threshold_(is_error ? training.criterion_mse : training.criterion) {}

  template <class Evaluate>
  bool met(const Score& batch, Evaluate&& evaluate) {
    const double value = is_error_ ? batch.loss : batch.accuracy;
    average_ = started_ ? 0.9 * average_ + 0.1 * value : value;
    started_ = true;
    if (!past(average_))
      wait_ = 0;
    else if (wait_-- == 0) {
      wait_ = 9;
      return past(is_error_ ? evaluate().loss : evaluate().accuracy);
    }
    return false;
  }
  void keep(KeptState& state) { state(started_, average_, wait_); }

 private:
  bool past(double value) const { return is_error_ ? value < threshold_ : value > threshold_; }
  bool is_error_, started_ = false;
  double threshold_, average_ = 0;
  int wait_ = 0;
};

}  // namespace

template <class Scalar>
Training<Scalar> train(const TrainingSetting& setting, const Network<double>& initial, Training<Scalar> begun,
                       const std::function<void(const Training<Scalar>&)>& keep) {
  train_in_place(setting, initial, begun, keep);
  return begun;
}

template <class Scalar>
void train_in_place(const TrainingSetting& setting, const Network<double>& initial, Training<Scalar>& result,
                    const std::function<void(const Training<Scalar>&)>& keep) {
  const auto& [updates, batch, criterion_accuracy, criterion_mse, stop] = setting.training;
  training_list().check(setting.training);
  require_parameter(setting.integration.has_adjoint(), "integration.method",
                    method_names()[static_cast<std::size_t>(setting.integration.method)],
                    "rule " + setting.learner.rule.traits.name + " needs euler or exponential_euler");

  require_stationary(initial, setting.noise);

  const ProductsOnOneThread products;
  const bool goes_on = !result.curve.update.empty();
  auto& network = result.final;
  const auto reached = std::exchange(network, initial.cast<Scalar>());
  result.initial = network;
  if (goes_on)
    for_each_learning_array([](const ArrayTraits&, auto& own, const auto& was) { own = was; }, network, reached);
  Simulation<Scalar> simulation(network, setting.integration, setting.noise);
  Learner<Scalar> learner(setting.learner, network, setting.seed, updates);
  Criterion criterion(setting.training, setting.criterion_is_error);
  std::optional<Evaluator<Scalar>> evaluator;
  double strength = 1;
  const auto evaluate_now = [&] {
    if (!evaluator) evaluator.emplace(setting, network);
    return (*evaluator)(strength);
  };
  std::unique_ptr<Synapse<Scalar>> synapse;
  if (!goes_on)
    for (const auto& name : learner.compared()) result.curve.alignment.push_back({name, {}, {}});
  const auto remembered = [&](KeptState state) {
    state(learner, criterion, result.after_freeze_in);
    return state;
  };
  if (goes_on) remembered(KeptState(result.state)).require_end();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  result.final_score = {nan, nan};
  result.outcome = result.diverged_at ? Outcome::diverged : Outcome::unfinished;
  if (result.diverged_at) return;

  Turns turns("updates", updates);
  turns.done = static_cast<long>(result.curve.update.size());
  for (const long update : turns) {
    const TrialKey key{setting.seed, static_cast<std::uint64_t>(update)};
    const auto trials = setting.trials(key, batch).template cast<Scalar>();
    if (!synapse) {
      synapse = synapse_for(setting, network, trials.steps);
      learner.check(*synapse);
    }
    if (std::binary_search(setting.checkpoints.begin(), setting.checkpoints.end(), update))
      result.checkpoints.emplace_back(update, network);

    strength = learner.strength(key);
    const Score batch_score = learner.learn(network, simulation, trials, key, *synapse);
    const auto& run = simulation.trajectory();
    result.curve.update.push_back(update);
    result.curve.loss.push_back(batch_score.loss);
    result.curve.accuracy.push_back(batch_score.accuracy);
    result.curve.speed.push_back(population_speed(simulation, trials));
    result.curve.strength.push_back(strength);
    for (std::size_t i = 0; i < learner.alignment().size(); ++i) {
      result.curve.alignment[i].cosine.push_back(learner.alignment()[i].cosine);
      result.curve.alignment[i].norm_ratio.push_back(learner.alignment()[i].norm_ratio);
    }
    learner.observe_speed(result.curve.speed.back());
    result.curve.stability_bound_ms.push_back(synapse->stability_bound_ms(largest_mean_square_rate(run)));
    const bool finite = std::isfinite(batch_score.loss) && run.at(run.state, trials.steps).allFinite();

    if (finite && !result.reached_at && criterion.met(batch_score, evaluate_now)) {
      result.reached_at = update;
      if (stop) break;
    }
    if (!finite || !learner.apply(network, key)) {
      result.diverged_at = update;
      break;
    }
    if (update + 1 == setting.learner.freeze_in_updates) result.after_freeze_in = network;
    const auto next = setting.progress({update, batch_score, [&] { return network.template cast<double>(); }});
    if (next == Next::go_on || update + 1 == updates) continue;
    result.state = remembered({}).bytes();
    if (next == Next::stop) return;
    if (keep) keep(result);
  }
  result.state = remembered({}).bytes();
  result.outcome = result.diverged_at ? Outcome::diverged : result.reached_at ? Outcome::reached : Outcome::not_reached;
  if (!result.diverged_at) result.final_score = evaluate_now();
}

template <class Scalar>
Score evaluate(const TrainingSetting& setting, const Network<Scalar>& network) {
  return Evaluator<Scalar>(setting, network)(1);
}

template Training<float> train(const TrainingSetting&, const Network<double>&, Training<float>,
                               const std::function<void(const Training<float>&)>&);
template Training<double> train(const TrainingSetting&, const Network<double>&, Training<double>,
                                const std::function<void(const Training<double>&)>&);
template void train_in_place(const TrainingSetting&, const Network<double>&, Training<float>&,
                             const std::function<void(const Training<float>&)>&);
template void train_in_place(const TrainingSetting&, const Network<double>&, Training<double>&,
                             const std::function<void(const Training<double>&)>&);
template Score evaluate(const TrainingSetting&, const Network<float>&);
template Score evaluate(const TrainingSetting&, const Network<double>&);

}  // namespace stillpoint
