// The checks that users run: right rules pass, and every class of check reports a rule that is wrong.
#include "experiments/report/checks_table.hpp"
#include "plasticity/check/literal_rules.hpp"
#include "plasticity/gradient_check.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 8, K = 2, O = 1, T = 12, B = 4;
constexpr std::uint64_t seed = 3;
using Verdict = RuleCheck::Verdict;

using Maker = std::unique_ptr<Rule<double>> (*)(const Options&);
/// The rule of that name, or what `make` makes in its place.
struct Candidate {
  std::string name;
  Maker make = nullptr;
  RuleModel model(const Options& options) const {
    auto model = rule_kind(name).model(options);
    if (make) model.make_double = [make = make, options] { return make(options); };
    return model;
  }
};

/// A network and trials of two conditions, with feedback of the readout where the rule needs it.
RuleCheck check_of(const Candidate& candidate, Assignments chosen = {}) {
  const auto& kind = rule_kind(candidate.name);
  chosen.insert(chosen.end(), {{"rule.name", kind.name}, {"network.size", std::to_string(N)}});
  const auto options = resolve_options(chosen);
  auto network =
      random_network(kind.needs_feedback_weights ? "leaky_current" : "leaky_rate", "tanh", N, K, O, seed, "20..80");
  if (kind.needs_feedback_weights) network.W_fb = Matrix<double>::Constant(N, O, 0.5);
  auto trials = random_trials(K, O, T, B, seed);
  trials.condition = {0, 0, 1, 1};
  trials.length = {12, 9, 12, 10};
  for (Index t = 0; t < T; ++t)
    for (Index b = 0; b < B; ++b)
      if (!trials.valid(t, b)) trials.mask.col(trials.column(t, b)).setZero();
  return check_rule(candidate.model(options), {options, network, {Method::euler, 5, 0}, {}, trials, seed, 20000});
}

/// A registered rule with something done to what it writes.
class Altered : public Rule<double> {
 public:
  using Change = void (*)(Gradient<double>&);
  Altered(const std::string& name, const Options& options, Change change)
      : rule_(rule_kind(name).model(options).make<double>()), change_(change) {}
  bool online() const override { return rule_->online(); }
  Perturbation<double>* perturbation() override { return rule_->perturbation(); }
  void begin(const Simulation<double>& simulation, const TrialSet<double>& trials, TrialKey key) override {
    rule_->begin(simulation, trials, key);
  }
  bool needs_unperturbed_run() const override { return rule_->needs_unperturbed_run(); }
  void see_unperturbed(const Simulation<double>& simulation, const TrialSet<double>& trials) override {
    rule_->see_unperturbed(simulation, trials);
  }
  void step(Index t, const TrialSetView<double>& view, MatrixView<double> error) override {
    rule_->step(t, view, error);
  }
  void write(const TrialSetView<double>& view, Gradient<double>& written) override {
    rule_->write(view, written);
    change_(written);
  }

 private:
  std::unique_ptr<Rule<double>> rule_;
  Change change_;
};

/// BPTT that does not see a loss on the trajectory.
class TaskAlone : public Rule<double> {
 public:
  void write(const TrialSetView<double>& view, Gradient<double>& written) override {
    right_->write({view.simulation, view.trials, view.error, view.feedback}, written);
  }

 private:
  std::unique_ptr<Rule<double>> right_ = make_rule<double>(resolve_options({{"rule.name", "bptt"}}));
};

/// e-prop of leaky_rate networks whose traces keep everything.
class WithoutLeak : public Rule<double> {
 public:
  void write(const TrialSetView<double>& view, Gradient<double>& written) override {
    const auto& run = view.simulation.trajectory();
    const Matrix<double> l = view.feedback * view.error;
    for (Index b = 0; b < run.batch; ++b) {
      Matrix<double> p = Matrix<double>::Zero(N, N);
      for (Index t = 0; t < run.steps; ++t) {
        const Index column = t * run.batch + b;
        const Vector<double> c =
            view.simulation.dynamics().alpha().array() * (1 - run.activation.col(column).array().square());
        p += c * run.state.col(column).transpose();
        written.W += l.col(column).asDiagonal() * p;
      }
    }
  }
};

/// A rule whose memory of earlier trial sets is lost.
class Forgetful : public Rule<double> {
 public:
  explicit Forgetful(const Options& options) : options_(options) {}
  bool online() const override { return true; }
  void begin(const Simulation<double>& simulation, const TrialSet<double>& trials, TrialKey key) override {
    rule_ = make_rule<double>(options_);
    rule_->begin(simulation, trials, key);
  }
  void step(Index t, const TrialSetView<double>& view, MatrixView<double> error) override {
    rule_->step(t, view, error);
  }
  void write(const TrialSetView<double>& view, Gradient<double>& written) override { rule_->write(view, written); }

 private:
  const Options& options_;
  std::unique_ptr<Rule<double>> rule_;
};

void check_fails(const Candidate& candidate, const Assignments& chosen = {}) {
  const auto wrong = check_of(candidate, chosen), right = check_of({candidate.name}, chosen);
  INFO(candidate.name << ": wrong " << wrong.error << ", right " << right.error << ", bound " << wrong.bound);
  CHECK(wrong.verdict() == Verdict::failed);
  CHECK(exit_code(std::vector<RuleCheck>{right, wrong}) == 1);
  CHECK(right.verdict() == Verdict::ok);
  CHECK(exit_code(std::vector<RuleCheck>{right}) == 0);
}

std::unique_ptr<Rule<double>> altered(const std::string& name, const Options& options, Altered::Change change) {
  return std::make_unique<Altered>(name, options, change);
}

/// Biased by 15 %.
void scaled(Gradient<double>& gradient) {
  gradient.W *= 1.15;
  gradient.W_in *= 1.15;
  gradient.b *= 1.15;
}

}  // namespace

TEST_CASE("an exact rule that is off by a part in a thousand, not a number, or blind to a term of the loss fails") {
  check_fails(Candidate{"bptt", [](const Options& options) {
                          return altered("bptt", options,
                                         [](auto& g) { g.W(1, 2) += 1e-3 * g.W.cwiseAbs().maxCoeff(); });
                        }});
  check_fails(Candidate{
      "rtrl", [](const Options& options) { return altered("rtrl", options, [](auto& g) { g.W_in(1, 1) *= 1.001; }); }});
  check_fails(Candidate{
      "bptt", [](const Options& options) { return altered("bptt", options, [](auto& g) { g.b(0) = NAN; }); }});
  const auto alone =
      Candidate{"bptt", [](const Options&) -> std::unique_ptr<Rule<double>> { return std::make_unique<TaskAlone>(); }};
  CHECK(check_of(alone).verdict() == Verdict::ok);
  check_fails(alone, {{"tcr.form", "loss"}, {"tcr.lambda", "2"}});
}

TEST_CASE("a biased estimator fails") {
  check_fails(Candidate{"uoro", [](const Options& options) { return altered("uoro", options, scaled); }});
  check_fails(Candidate{"kf_rtrl", [](const Options& options) {
                          return altered("kf_rtrl", options, [](auto& g) { g.W_in.setZero(); });
                        }});
  check_fails(Candidate{"node_perturbation",
                        [](const Options& options) { return altered("node_perturbation", options, scaled); }});
}

TEST_CASE("a local rule without its leak, its decay, its clip or its memory fails") {
  check_fails(Candidate{
      "e_prop", [](const Options&) -> std::unique_ptr<Rule<double>> { return std::make_unique<WithoutLeak>(); }});
  check_fails(
      Candidate{"e_prop", [](const Options& options) { return rule_kind("bptt").model(options).make<double>(); }});
  check_fails(Candidate{
      "oja", [](const Options& options) { return altered("oja", options, [](auto& g) { g.W *= 1 + 1e-8; }); }});
  check_fails(Candidate{"anti_hebbian", [](const Options& options) {
                          return altered("anti_hebbian", options,
                                         [](auto& g) { g.W(0, 0) += 1e-3 * g.W.cwiseAbs().maxCoeff(); });
                        }});
  const Assignments kicks = {{"reward_hebbian.frequency_hz", "50"}, {"reward_hebbian.rate", "100"}};
  check_fails(Candidate{"reward_hebbian",
                        [](const Options& options) {
                          auto unclipped = options;
                          unclipped.set("reward_hebbian.largest_change", "1e9");
                          return rule_kind("reward_hebbian").model(unclipped).make<double>();
                        }},
              kicks);
  check_fails(Candidate{"reward_hebbian",
                        [](const Options& options) {
                          auto slow = options;
                          slow.set("reward_hebbian.mean_tau_ms", "50");
                          return rule_kind("reward_hebbian").model(slow).make<double>();
                        }},
              kicks);
  for (const std::string rule : {"force", "full_force"})
    check_fails(Candidate{rule, [](const Options& options) -> std::unique_ptr<Rule<double>> {
                            return std::make_unique<Forgetful>(options);
                          }});
}

TEST_CASE("a rule without a transcription is said to be unchecked, and one that learns nothing fails") {
  auto model = oja();
  model.traits.name = "hebb";
  const auto options = resolve_options({{"rule.name", "oja"}});
  const CheckProblem problem{
      options, random_network("leaky_rate", "tanh", N, K, O, seed), {}, {}, random_trials(K, O, T, B, seed), seed};
  CHECK(check_rule(model, problem).verdict() == Verdict::not_checked);
  CHECK(check_of({"oja"}, {{"oja.rate", "0"}}).verdict() == Verdict::failed);
}

TEST_CASE("an exact rule is not called right where most of what it learns sits on a kink") {
  const auto options = resolve_options({{"rule.name", "bptt"}});
  auto network = random_network("leaky_rate", "relu", N, K, O, seed);
  network.b.setZero();
  network.r0.setZero(N);
  auto trials = random_trials(K, O, T, B, seed);
  trials.inputs.setZero();  // u = 0 throughout
  const auto check = check_rule(bptt(), {options, network, {}, {}, trials, seed});
  CHECK(check.verdict() == Verdict::not_checked);
  CHECK_THAT(check.note, Catch::Contains("at relu kinks, more than 1 %"));
  // What can be checked fails, whatever cannot.
  const auto wrong = Candidate{"bptt", [](const Options& made) { return altered("bptt", made, scaled); }};
  network.b.setConstant(0.5);
  network.b(0) = 0;
  network.W.row(0).setZero();
  const auto failed = check_rule(wrong.model(options), {options, network, {}, {}, trials, seed});
  CHECK(failed.verdict() == Verdict::failed);
}

TEST_CASE("temporal consistency equals its transcription under every synapse and network, and traces count") {
  for (const std::string kind : {"leaky_rate", "leaky_current", "rnn_map"})
    for (const std::string phi : {"tanh", "softplus", "logistic", "relu"})
      for (const std::string synapse : {"none", "tcr", "tsodyks_markram"})
        for (const std::string form : {"local", "instantaneous"}) {
          const auto options = resolve_options({{"tcr.form", form}, {"synapse.kind", synapse}});
          const auto network = random_network(kind, phi, N, K, O, seed, kind == "rnn_map" ? "50" : "20..80");
          const CheckProblem problem{options, network, {Method::euler, 5, 0}, {}, random_trials(K, O, T, B, seed),
                                     seed};
          INFO(kind << " " << phi << " " << synapse << " " << form);
          CHECK(check_temporal_consistency(problem).verdict() == Verdict::ok);
        }
  const auto network = random_network("leaky_current", "tanh", N, K, O, seed);
  const auto trials = random_trials(K, O, T, B, seed);
  const Integration integration{Method::euler, 5, 0};
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  const Recorded recorded{network, integration, simulation.run(trials, {seed, 0}, none), trials};
  Gradient<double> with, without;
  set_zero(with, network);
  set_zero(without, network);
  literal_temporal_consistency(recorded, 1, true, with);
  literal_temporal_consistency(recorded, 1, false, without);
  CHECK((with.W - without.W).norm() > 1e-2 * without.W.norm());
}

TEST_CASE("through a live synapse the gradient is another, and the angle between them is told") {
  CHECK(check_of({"bptt"}).note.empty());
  for (const std::string synapse : {"tcr", "tsodyks_markram"}) {
    const auto check = check_of({"bptt"}, {{"synapse.kind", synapse}});
    CHECK(check.verdict() == Verdict::ok);
    CHECK_THAT(check.note, Catch::Contains("synapse frozen") && Catch::Contains("deg (cos 0.9"));
  }
}

TEST_CASE("a cut trial is its last valid steps") {
  auto trials = random_trials(K, O, T, B, seed);
  trials.length = {12, 3, 7, 10};
  trials.condition = {4, 5, 6, 7};
  const auto last = last_steps(trials, 5);
  CHECK(last.steps == 5);
  CHECK(last.length == std::vector<Index>{5, 3, 5, 5});
  CHECK(last.condition == trials.condition);
  CHECK(last.inputs.col(last.column(4, 3)) == trials.inputs.col(trials.column(9, 3)));
  CHECK(last.targets.col(last.column(0, 2)) == trials.targets.col(trials.column(2, 2)));
  CHECK(last.mask.col(last.column(2, 1)).minCoeff() == 1);
  CHECK(last.mask.col(last.column(3, 1)).maxCoeff() == 0);
  trials.length = {12, 12, 12, 12};
  CHECK(last_steps(trials, 50).inputs == trials.inputs);
}

TEST_CASE("networks are cut to a size, never grown, and sizes that become alike are one") {
  const auto sizes = [](const std::string& entry) {
    StudyRequest request;
    request.set = {entry};
    request.largest_network = 16;
    std::vector<long> all;
    for (const auto& point : read_study(request).points) all.push_back(point.options.integer("network.size"));
    return all;
  };
  CHECK(sizes("network.gain=2") == std::vector<long>{16});
  CHECK(sizes("network.size=5") == std::vector<long>{5});
  CHECK(sizes("grid.network.size=5 100 200") == std::vector<long>{5, 16});
}

TEST_CASE("a failed check makes the exit code 1 and is named in the table") {
  ConditionChecks checked;
  checked.options = resolve_options({});
  checked.steps = 20;
  checked.checks = {{"bptt", "central differences", 1e-9, 1e-6}};
  CHECK(exit_code(std::vector<ConditionChecks>{checked}) == 0);
  checked.checks.push_back({"uoro", "BPTT", 4.5, 4});
  CHECK(exit_code(std::vector<ConditionChecks>{checked}) == 1);
  CHECK_THAT(checks_table({checked}), Catch::Contains("FAILED") && Catch::Contains("1 ok, 1 failed, 0 not checked"));
}
