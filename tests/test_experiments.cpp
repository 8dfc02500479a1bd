// Virtual experiments: what is done to which neurons, and when.
#include "experiments/predictions/experiment.hpp"
#include "experiments/predictions/hypotheses.hpp"
#include "experiments/predictions/measurement.hpp"
#include "experiments/predictions/prediction.hpp"
#include "sim/options/parameter_list.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

/// A preparation as a run with these options leaves it, untrained.
Preparation prepared(const Assignments& more = {}) {
  Assignments all = {{"network.size", "20"},  {"network.gain", "1.5"},    {"network.tau_ms", "20"},
                     {"noise.drive", "0.1"},  {"integration.dt_ms", "2"}, {"task.name", "delayed_cue_discrimination"},
                     {"task.delay_ms", "100"}};
  for (const auto& [name, value] : more) assign(all, name, value);
  const auto options = resolve_options(all);
  const auto task = task_kind(options.text("task.name")).make(options, options.number("integration.dt_ms"));
  auto network = make_network(options, task->inputs(), task->outputs(), 5);
  auto map = rate_map_of(network);
  return {std::move(network), options, true, 5, map};
}

Experiment at_rest(Protocol protocol) {
  protocol.trials = 4;
  protocol.before_ms = 100;
  protocol.after_ms = 300;
  return {"test", protocol, {}};
}

/// The drive that a protocol makes of none, at each step, N x steps.
Matrix<double> drive_of(const Protocol& protocol, const Preparation& of, Index event, Index steps) {
  Stimulation stimulation(protocol, of.network, event, 2, of.seed);
  Matrix<double> all(of.network.size(), steps);
  for (Index t = 0; t < steps; ++t) {
    Matrix<double> u = Matrix<double>::Constant(of.network.size(), 1, 0.1);
    stimulation.add(t, u);
    all.col(t) = u;
  }
  return all;
}

bool same(const Session& a, const Session& b) {
  if (a.trials.size() != b.trials.size()) return false;
  for (std::size_t i = 0; i < a.trials.size(); ++i)
    if (a.trials[i] != b.trials[i]) return false;
  return true;
}

}  // namespace

TEST_CASE("a current of amplitude 0 is no experiment, to the bit, at rest and in a task") {
  for (const auto& synapse : {Assignments{}, Assignments{{"synapse.kind", "tcr"}},
                              Assignments{{"synapse.kind", "tcr"}, {"synapse.current", "yoked"}},
                              Assignments{{"synapse.kind", "tsodyks_markram"}}}) {
    const auto of = prepared(synapse);
    for (const auto during : {Protocol::During::rest, Protocol::During::task})
      for (const auto stimulus : {Protocol::Stimulus::step, Protocol::Stimulus::ramp, Protocol::Stimulus::pulses}) {
        Protocol protocol;
        protocol.during = during;
        protocol.length_ms = 20;
        protocol.interval_ms = 20;
        protocol.pulses = 2;
        const auto none = run_experiment(at_rest(protocol), of);
        protocol.stimulus = stimulus;
        protocol.amplitude = 0;
        CHECK(same(run_experiment(at_rest(protocol), of).rates_hz, none.rates_hz));
        protocol.amplitude = 0.5;
        CHECK_FALSE(same(run_experiment(at_rest(protocol), of).rates_hz, none.rates_hz));
      }
  }
}

TEST_CASE("currents have the course that is asked for, in the neurons that are named") {
  const auto of = prepared();
  Protocol protocol;
  protocol.onset_ms = 10;
  protocol.length_ms = 20;
  protocol.amplitude = 2;
  protocol.fraction = 0.25;
  const auto course = [&](Protocol::Stimulus stimulus) {
    protocol.stimulus = stimulus;
    const auto drive = drive_of(protocol, of, 5, 40);
    const auto targets = Stimulation(protocol, of.network, 5, 2, of.seed).targets();
    CHECK(targets.size() == 5);
    for (Index i = 0; i < 20; ++i)
      if (std::find(targets.begin(), targets.end(), i) == targets.end()) CHECK((drive.row(i).array() == 0.1).all());
    return Vector<double>((drive.row(targets[0]).transpose().array() - 0.1).matrix());
  };
  // Event at step 5, onset 5 steps on, 10 steps long.
  const auto step = course(Protocol::Stimulus::step);
  const auto ramp = course(Protocol::Stimulus::ramp);
  for (Index t = 0; t < 40; ++t) {
    INFO(t);
    CHECK(step(t) == Approx(t >= 10 && t < 20 ? 2 : 0).margin(1e-12));
    CHECK(ramp(t) == Approx(t >= 10 && t < 20 ? 2 * static_cast<double>(t - 10) / 10 : 0).margin(1e-9));
  }
  protocol.length_ms = 4;
  protocol.interval_ms = 12;
  protocol.pulses = 3;
  const auto train = course(Protocol::Stimulus::pulses);
  for (Index t = 0; t < 40; ++t) CHECK(train(t) == Approx(t >= 10 && t < 28 && (t - 10) % 6 < 2 ? 2 : 0).margin(1e-12));
}

TEST_CASE("silenced neurons come to 0 Hz, all others do not") {
  for (const auto& [phi, kind] :
       {std::pair("tanh", "leaky_rate"), std::pair("logistic", "leaky_rate"), std::pair("softplus", "leaky_rate"),
        std::pair("relu", "leaky_rate"), std::pair("tanh", "leaky_current")}) {
    INFO(phi << ' ' << kind);
    const auto of = prepared({{"network.nonlinearity", phi}, {"network.kind", kind}, {"network.gain", "0.5"}});
    Protocol protocol;
    protocol.stimulus = Protocol::Stimulus::silence;
    protocol.length_ms = 300;
    const auto found = run_experiment(at_rest(protocol), of);
    const auto rates = mean_over_trials(found.rates_hz);
    for (const Index i : found.targets) CHECK(rates(i, rates.cols() - 1) < 0.2);  // 1 % of f_max
    CHECK(rates.col(rates.cols() - 1).maxCoeff() > (std::string(phi) == "relu" ? -1 : 1));
  }
}

TEST_CASE("backgrounds are held, and turn to an orthogonal pattern of the same size") {
  const auto of = prepared();
  Protocol protocol;
  protocol.background = Protocol::Background::orthogonal;
  protocol.switch_ms = 40;
  protocol.fraction = 0.3;
  const Matrix<double> rates = drive_of(protocol, of, 0, 40).array().tanh();
  const auto targets = Stimulation(protocol, of.network, 0, 2, of.seed).targets();
  Matrix<double> held(14, 2);
  for (Index i = 0, row = 0; i < 20; ++i)
    if (std::find(targets.begin(), targets.end(), i) == targets.end()) {
      held(row, 0) = rates(i, 19);
      held(row++, 1) = rates(i, 20);
    } else {
      CHECK(rates(i, 19) == Approx(std::tanh(0.1)));
    }
  CHECK(held.col(0).dot(held.col(1)) == Approx(0).margin(1e-12));
  CHECK(held.col(0).norm() == Approx(held.col(1).norm()));
  CHECK(held.col(0).cwiseAbs().maxCoeff() == Approx(0.5));
  protocol.background = Protocol::Background::silent;
  const auto silent = drive_of(protocol, of, 0, 2);
  for (Index i = 0; i < 20; ++i)
    CHECK(silent(i, 1) ==
          Approx(std::find(targets.begin(), targets.end(), i) == targets.end() ? 0 : 0.1).margin(1e-12));
}

TEST_CASE("paired postsynaptic rates rise and fall about the same mean, and efficacies follow the equation of TCR") {
  const auto of = prepared({{"synapse.kind", "tcr"}, {"synapse.beta", "20"}, {"noise.drive", "0"}});
  Protocol protocol;
  protocol.fraction = 0.3;
  protocol.length_ms = 200;
  protocol.trials = 2;
  protocol.before_ms = pairing_hold_ms;  // no synapse is left of what was before
  protocol.after_ms = 300;
  std::map<Protocol::Pairing, std::vector<EfficacyRatio>> efficacy;
  for (const auto pairing : {Protocol::Pairing::rising, Protocol::Pairing::flat, Protocol::Pairing::falling}) {
    protocol.pairing = pairing;
    efficacy[pairing] = run_experiment({"pairing", protocol, {}}, of).efficacy;
  }
  // S of the equation, by hand: the postsynaptic rate follows its clamped drive, the presynaptic one as well.
  const double dt = 2, tau = 20, tau_s = 200, beta = 20, N = 20;
  for (const auto& [pairing, sign] : {std::pair(Protocol::Pairing::rising, 1), std::pair(Protocol::Pairing::flat, 0),
                                      std::pair(Protocol::Pairing::falling, -1)}) {
    double post = -0.5 * sign, pre = 0, S = 0;
    for (Index t = 0; t < 100; ++t) {
      const double phi = -0.5 * sign + sign * static_cast<double>(t) / 100;
      const double v = -post + phi, d = 1 - phi * phi;
      S += dt / tau_s * (-S - beta / N * v * d * pre);
      post += dt / tau * v;
      pre += dt / tau * (0.7 - pre);
    }
    REQUIRE_FALSE(efficacy[pairing].empty());
    const auto presynaptic = [&] {
      Protocol same = protocol;
      same.pairing = pairing;
      return Stimulation(same, of.network, 150, 2, of.seed).presynaptic();
    }();
    for (const auto& each : efficacy[pairing]) {
      bool found = false;  // the weight is that of one of the presynaptic neurons
      for (const Index j : presynaptic)
        found |= std::abs(1 + S / of.network.W(each.postsynaptic, j) - each.ratio) < 1e-3;
      CHECK(found);
    }
  }
  const auto mean = [&](Protocol::Pairing pairing) {
    double sum = 0;
    for (const auto& each : efficacy[pairing]) sum += each.ratio;
    return sum / static_cast<double>(efficacy[pairing].size());
  };
  CHECK(mean(Protocol::Pairing::rising) < mean(Protocol::Pairing::flat));
  CHECK(mean(Protocol::Pairing::flat) < mean(Protocol::Pairing::falling));
}

TEST_CASE("without plasticity every connection keeps its efficacy, and of another trial's current nothing is said") {
  Protocol protocol;
  protocol.fraction = 0.3;
  protocol.pairing = Protocol::Pairing::rising;
  protocol.before_ms = 300;
  protocol.trials = 2;
  for (const char* kind : {"none", "high_pass", "derivative_feedback"}) {
    const auto found = run_experiment({"pairing", protocol, {}}, prepared({{"synapse.kind", kind}})).efficacy;
    REQUIRE_FALSE(found.empty());
    for (const auto& each : found) CHECK(each.ratio == Approx(1).epsilon(1e-12));
  }
  CHECK(run_experiment({"pairing", protocol, {}}, prepared({{"synapse.kind", "tcr"}, {"synapse.current", "yoked"}}))
            .efficacy.empty());
}

TEST_CASE("bins are whole from the event on, and a longer delay is one") {
  const auto of = prepared();
  Experiment experiment{"trial", {}, {{"task.delay_ms", "300"}}};
  experiment.protocol.during = Protocol::During::task;
  experiment.protocol.trials = 3;
  const auto found = run_experiment(experiment, of);
  CHECK(found.rates_hz.bin_ms == Approx(10));
  CHECK(found.rates_hz.start_ms == Approx(-100));  // the cue
  REQUIRE(found.delay);
  CHECK(found.delay->length_ms == 300);
  CHECK(found.rates_hz.bins() == 50);  // cue, delay, response of 100 ms
  CHECK(found.answers.answer.cols() == 3);
}

TEST_CASE("a bin is the mean over its steps of what the network is at their ends, and one begins with the event") {
  auto of = prepared({{"noise.drive", "0"}});
  of.network.W.setZero();
  Protocol protocol;
  protocol.stimulus = Protocol::Stimulus::step;
  protocol.before_ms = 504;  // 252 steps: two are left over before the first bin
  protocol.after_ms = 100;
  protocol.length_ms = 100;
  protocol.trials = 2;
  const auto found = run_experiment({"unit", protocol, {}}, of);
  CHECK(found.rates_hz.start_ms == Approx(-500));
  const auto bins = bins_of(found.rates_hz, {0, 100});
  for (Index bin = 0; bin < bins.count; ++bin) {
    double mean = 0;  // r after n steps of dt / tau = .1 from rest: tanh(1) (1 - .9^n)
    for (Index n = 5 * bin + 1; n <= 5 * bin + 5; ++n)
      mean += std::tanh(1.0) * (1 - std::pow(0.9, static_cast<double>(n))) / 5;
    for (const Index i : found.targets)
      CHECK(found.rates_hz.trials[0](i, bins.first + bin) == Approx(10 * (mean + 1)).epsilon(1e-6));
  }
}

TEST_CASE("at half the time step an experiment has the same trials and noise, so that the step alone differs") {
  const auto of = prepared({{"integration.method", "exponential_euler"}});
  for (const char* name : {"step", "trial"}) {
    const auto experiment = *experiment_named(name, of, 20);
    const auto whole = run_experiment(experiment, of), half = run_experiment(experiment, at_half_step(of));
    CHECK(whole.rates_hz.condition == half.rates_hz.condition);
    REQUIRE(half.rates_hz.start_ms == whole.rates_hz.start_ms);
    double apart = 0, spread = 0;
    for (std::size_t i = 0; i < whole.rates_hz.trials.size(); ++i) {
      const auto& other = whole.rates_hz.trials[(i + 1) % whole.rates_hz.trials.size()];
      apart += (half.rates_hz.trials[i] - whole.rates_hz.trials[i]).squaredNorm();
      spread += (other - whole.rates_hz.trials[i]).squaredNorm();
    }
    INFO(name << ": " << apart << " of " << spread);
    CHECK(apart < 0.02 * spread);
  }
}

TEST_CASE("experiments at rest begin when ten time constants of a synapse have passed, those in the task with it") {
  const auto of = prepared({{"synapse.kind", "tcr"}});
  for (const auto& name : experiment_names()) {
    const auto experiment = experiment_named(name, of, 2);
    REQUIRE(experiment);
    const bool at_rest = experiment->protocol.during == Protocol::During::rest;
    INFO(name);
    CHECK(trials_of(*experiment, of).event * 2 == (at_rest ? 2000 : 100));
  }
}

TEST_CASE("what an experiment cannot be is one line") {
  const auto of = prepared();
  const auto problem = [&](const Experiment& experiment) -> std::string {
    try {
      run_experiment(experiment, of);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  Protocol protocol;
  protocol.stimulus = Protocol::Stimulus::step;
  protocol.fraction = 0;
  CHECK(problem({"", protocol, {}}) == "experiment.fraction = 0: must be a number > 0 and <= 1");
  protocol.fraction = 1.5;
  CHECK(problem({"", protocol, {}}).find("experiment.fraction = 1.5") == 0);
  protocol.fraction = 0.01;
  CHECK(problem({"", protocol, {}}).find("of 20 neurons that is none") != std::string::npos);
  protocol.fraction = 0.3;
  protocol.onset_ms = 5000;
  CHECK(problem({"", protocol, {}}).find("experiment.onset_ms = 5000: must lie within the trial") == 0);
  protocol.onset_ms = 0;
  protocol.onto = Protocol::Onto::input;
  protocol.channel = 9;
  CHECK(problem({"", protocol, {}}).find("experiment.channel = 9") == 0);
  auto no_task = prepared();
  no_task.has_task = false;
  Protocol in_task;
  in_task.during = Protocol::During::task;
  CHECK_THROWS_WITH(run_experiment({"", in_task, {}}, no_task), Catch::Contains("this file has no task"));
}

TEST_CASE("every prediction's experiments are known, and arms are their hypotheses") {
  const auto of = prepared();
  for (const auto& name : experiment_names()) {
    INFO(name);
    const auto experiment = experiment_named(name, of, 12);
    REQUIRE(experiment);
    CHECK(experiment->name == name);
  }
  for (const auto& each : hypotheses()) {
    std::map<std::string, std::string> options;
    const auto resolved = resolve_options({{"study.arm", each.arm}});
    for (const auto& [name, entry] : resolved.entries()) options[name] = entry.value;
    CHECK(hypothesis_of(options) == each.name);
    options["study.arm"] = "as_given";
    INFO(each.name);
    CHECK(hypothesis_of(options) == each.name);
  }
}

TEST_CASE("an experiment is recorded once: every prediction that looks at it sees the same spikes") {
  const auto spikes_at_rest = [](std::vector<std::string> experiments) {
    Prediction prediction;
    prediction.experiments = std::move(experiments);
    prediction.of_counts = true;
    prediction.value = [](const Evidence& of) {
      double sum = 0, place = 0;
      for (const auto& trial : of.sessions.at("rest").trials)
        for (const double count : trial.reshaped()) sum += count * std::sin(++place);
      return std::optional(sum);
    };
    return prediction;
  };
  MeasurementSetting setting;
  setting.sizes = {{4, 3}, {6, 4}};
  setting.least_sessions = 1;
  const auto values =
      measure_predictions(prepared(), setting, false, {spikes_at_rest({"rest"}), spikes_at_rest({"step", "rest"})});
  CHECK(values[0].rates == values[1].rates);
  CHECK(values[0].sessions == values[1].sessions);
  REQUIRE(values[0].sessions[0].size() == 1);
  CHECK(values[0].sessions[0] != values[0].sessions[1]);
}
