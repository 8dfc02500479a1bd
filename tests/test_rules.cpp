// BPTT is the derivative; e-prop is what it says it is; where rules coincide they coincide.
#include <fmt/format.h>

#include "plasticity/gradient_check.hpp"
#include "tests/catch.hpp"
#include "tests/literal.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 8, K = 2, O = 2, T = 12, B = 3;
constexpr std::uint64_t seed = 11;

std::unique_ptr<Synapse<double>> synapse_for(const std::string& kind, const Integration& integration, bool masked,
                                             const std::string& form = "auto") {
  Assignments chosen = {{"synapse.kind", kind}};
  if (kind == "tcr")
    chosen.insert(chosen.end(), {{"synapse.beta", "40"}, {"synapse.tau_s_ms", "60"}, {"synapse.form", form}});
  const auto options = resolve_options(chosen);
  return synapse_model(options).make<double>({integration, {}, masked, false, N, T});
}

std::unique_ptr<Rule<double>> rule_of(const Assignments& chosen) { return make_rule<double>(resolve_options(chosen)); }

/// Gradient of one rule on one network and trial set, symmetric feedback.
Gradient<double> gradient_of(const Network<double>& network, const Integration& integration,
                             const TrialSet<double>& trials, Rule<double>& rule, Synapse<double>& synapse,
                             Matrix<double> feedback = {}) {
  Simulation<double> simulation(network, integration);
  Gradient<double> gradient;
  Matrix<double> error;
  if (feedback.size() == 0) feedback = network.W_out.transpose();
  run_and_learn(simulation, trials, {seed, 0}, synapse, rule, feedback, error, gradient);
  return gradient;
}

double largest_difference(const Gradient<double>& a, const Gradient<double>& b) {
  return std::max(
      {(a.W - b.W).cwiseAbs().maxCoeff(), (a.W_in - b.W_in).cwiseAbs().maxCoeff(), (a.b - b.b).cwiseAbs().maxCoeff()});
}

/// A rule whose gradient is wrong in one entry by one part in a thousand of the largest.
class SlightlyWrong : public Rule<double> {
 public:
  void write(const TrialSetView<double>& view, Gradient<double>& gradient) override {
    right_->write(view, gradient);
    gradient.W(1, 2) += 1e-3 * gradient.W.cwiseAbs().maxCoeff();
  }

 private:
  std::unique_ptr<Rule<double>> right_ = rule_of({{"rule.name", "bptt"}});
};

class OfAnotherShape : public Rule<double> {
 public:
  void write(const TrialSetView<double>&, Gradient<double>& gradient) override { gradient.W_in.setOnes(N, K + 1); }
};

}  // namespace

TEST_CASE("what a rule writes in another shape than the network's is refused") {
  const Integration integration{Method::euler, 5, 0};
  const auto network = random_network("leaky_rate", "tanh", N, K, O, seed);
  const auto trials = random_trials(K, O, T, B, seed);
  Synapse<double> fixed;
  OfAnotherShape rule;
  CHECK_THROWS_WITH(gradient_of(network, integration, trials, rule, fixed),
                    Catch::Contains(fmt::format("rule: W_in = {} x {}: must be {} x {}", N, K + 1, N, K)));
}

TEST_CASE("BPTT equals central differences for every network, nonlinearity, stepper, mask and synapse") {
  for (const std::string kind : {"leaky_rate", "leaky_current", "rnn_map"})
    for (const auto& phi : nonlinearity_names())
      for (const std::string synapse_kind : {"none", "tcr", "tsodyks_markram"})
        for (const bool sparse : {false, true}) {
          const Method method = kind == "rnn_map" || sparse ? Method::euler : Method::exponential_euler;
          const Integration integration{method, 5, 0};
          auto network = random_network(kind, phi, N, K, O, seed, kind == "rnn_map" ? "50" : "20..80");
          if (sparse) make_sparse(network, 0.5, seed);
          const auto trials = random_trials(K, O, T, B, seed);
          const auto synapse = synapse_for(synapse_kind, integration, sparse);
          const auto check =
              check_gradient(network, integration, {}, trials, {seed, 0}, *synapse, *rule_of({{"rule.name", "bptt"}}));
          INFO(kind << " " << phi << " " << synapse_kind << (sparse ? " sparse" : "") << ": difference "
                    << check.largest_difference << ", gradient " << check.largest_gradient << ", skipped "
                    << check.skipped << " of " << check.skipped + check.checked);
          CHECK(check.relative() < 1e-6);
          CHECK(check.largest_gradient > 1e-4);
          CHECK(check.skipped * 100 <= check.checked);
        }
}

TEST_CASE("BPTT stays exact under activity and drive noise") {
  const Integration integration{Method::euler, 5, 0};
  const auto network = random_network("leaky_rate", "tanh", N, K, O, seed);
  const auto trials = random_trials(K, O, T, B, seed);
  Synapse<double> fixed;
  CHECK(
      check_gradient(network, integration, {0.1, 0.2, 20}, trials, {seed, 0}, fixed, *rule_of({{"rule.name", "bptt"}}))
          .relative() < 1e-6);
}

TEST_CASE("the gradient check fails on a wrong gradient, and on e-prop, which leaves paths out") {
  const Integration integration{Method::euler, 5, 0};
  const auto network = random_network("leaky_rate", "tanh", N, K, O, seed);
  const auto trials = random_trials(K, O, T, B, seed);
  Synapse<double> fixed;
  SlightlyWrong wrong;
  CHECK(check_gradient(network, integration, {}, trials, {seed, 0}, fixed, wrong).relative() > 1e-5);
  CHECK(check_gradient(network, integration, {}, trials, {seed, 0}, fixed, *rule_of({{"rule.name", "e_prop"}}))
            .relative() > 1e-3);
}

TEST_CASE("e-prop equals BPTT without recurrent weights, and for trials of one step") {
  const Integration integration{Method::euler, 5, 0};
  const auto bptt = rule_of({{"rule.name", "bptt"}}), e_prop = rule_of({{"rule.name", "e_prop"}});
  Synapse<double> fixed;
  for (const std::string kind : {"leaky_rate", "leaky_current", "rnn_map"}) {
    auto network = random_network(kind, "tanh", N, K, O, seed);
    const auto one_step = random_trials(K, O, 1, B, seed);
    const auto exact = gradient_of(network, integration, one_step, *bptt, fixed);
    CHECK(largest_difference(exact, gradient_of(network, integration, one_step, *e_prop, fixed)) == 0);
    CHECK(exact.W.cwiseAbs().maxCoeff() > 1e-4);

    const auto trials = random_trials(K, O, T, B, seed);
    CHECK(largest_difference(gradient_of(network, integration, trials, *bptt, fixed),
                             gradient_of(network, integration, trials, *e_prop, fixed)) > 1e-4);
    network.W.setZero();
    CHECK(largest_difference(gradient_of(network, integration, trials, *bptt, fixed),
                             gradient_of(network, integration, trials, *e_prop, fixed)) < 1e-15);
  }
}

TEST_CASE("e-prop: online traces, batched filter and factorised traces are the same numbers") {
  for (const std::string kind : {"leaky_rate", "leaky_current"})
    for (const std::string tau : {"50", "20..80"})
      for (const std::string synapse_kind : {"none", "tcr", "tsodyks_markram"}) {
        const Integration integration{Method::euler, 5, 0};
        const auto network = random_network(kind, "tanh", N, K, O, seed, tau);
        const auto trials = random_trials(K, O, T, B, seed);
        const auto synapse = synapse_for(synapse_kind, integration, false);
        const Matrix<double> random_feedback = Matrix<double>::Random(N, O);  // not the transposed readout: F matters
        const auto run = [&](const char* form) {
          return gradient_of(network, integration, trials, *rule_of({{"rule.name", "e_prop"}, {"rule.form", form}}),
                             *synapse, random_feedback);
        };
        const auto batched = run("batched"), online = run("online"), full = run("online_full");
        const double scale = batched.W.cwiseAbs().maxCoeff();
        INFO(kind << " tau " << tau << " " << synapse_kind);
        CHECK(scale > 1e-4);
        CHECK(largest_difference(batched, online) <
              1e-13 * std::max(1.0, scale));  // sums of some 40 terms in another order
        CHECK(largest_difference(batched, full) < 1e-13 * std::max(1.0, scale));
      }
}

TEST_CASE("e-prop equals a literal transcription of its published equation") {
  const Integration integration{Method::euler, 5, 0};
  for (const std::string kind : {"leaky_rate", "leaky_current", "rnn_map"})
    for (const std::string synapse_kind : {"none", "tcr", "tsodyks_markram"}) {
      const auto network = random_network(kind, "tanh", N, K, O, seed, kind == "rnn_map" ? "50" : "20..80");
      const auto trials = random_trials(K, O, T, B, seed);
      const auto options = resolve_options({{"rule.name", "e_prop"}});
      Matrix<double> feedback(N, O);
      Stream(seed, Purpose::feedback_weights, 3).fill_normal(feedback);
      const auto synapse = synapse_for(synapse_kind, integration, false);
      const auto gradient = gradient_of(network, integration, trials, *make_rule<double>(options), *synapse, feedback);

      Simulation<double> simulation(network, integration);
      simulation.keep_current(true);
      const auto& run = simulation.run(trials, {seed, 0}, *synapse);
      const auto expected =
          transcribed(*literal_rule("e_prop", {options, feedback}), {network, integration, run, trials});
      const double scale = expected.W.cwiseAbs().maxCoeff();
      INFO(kind << " " << synapse_kind);
      CHECK(scale > 1e-4);
      CHECK(largest_difference(gradient, expected) < 1e-13 * std::max(1.0, scale));  // as above
    }
}

TEST_CASE("random feedback is fixed for a seed, scaled as the readout, and differs between seeds") {
  const auto options = resolve_options({{"rule.feedback", "random"}});
  const auto network = random_network("leaky_rate", "tanh", 400, K, O, seed);
  Feedback<double> first(rule_model(options).feedback, 400, O, 5), again(rule_model(options).feedback, 400, O, 5),
      other(rule_model(options).feedback, 400, O, 6);
  CHECK(first.of(network) == again.of(network));
  CHECK(first.of(network) != other.of(network));
  CHECK(first.of(network) != network.W_out.transpose());
  const double variance = first.of(network).squaredNorm() / static_cast<double>(first.of(network).size());
  CHECK(variance * 400 ==
        Approx(1).margin(4 * std::sqrt(2.0 / 800)));  // 4 standard errors of a variance over 800 draws
}
