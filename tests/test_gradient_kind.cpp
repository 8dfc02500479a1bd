// What a rule's gradient turns out to be, whatever the rule says of itself.
#include "plasticity/check/gradient_kind.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

using Kind = GradientJudgement::Kind;
using Truth = RuleTraits::Truth;

/// The rule as it is, or as it would be if it claimed something else.
GradientJudgement judged(const std::string& name, std::optional<Truth> claimed = {}) {
  constexpr Index N = 8, K = 2, O = 1, T = 12, B = 4;
  const auto options = resolve_options({{"rule.name", name}, {"network.size", "8"}});
  auto model = rule_kind(name).model(options);
  if (claimed) model.traits.truth = *claimed;
  return judge_gradient(model, {options,
                                random_network("leaky_rate", "tanh", N, K, O, 3, "20..80"),
                                {Method::euler, 5, 0},
                                {},
                                random_trials(K, O, T, B, 3),
                                3,
                                3000});
}

}  // namespace

TEST_CASE("a rule's gradient is what it is, whatever the rule claims") {
  for (const auto& [name, kind] :
       {std::pair("bptt", Kind::exact), std::pair("rtrl", Kind::exact), std::pair("uoro", Kind::unbiased),
        std::pair("kf_rtrl", Kind::unbiased), std::pair("e_prop", Kind::approximate),
        std::pair("node_perturbation", Kind::unbiased), std::pair("reward_hebbian", Kind::none),
        std::pair("oja", Kind::none)}) {
    CAPTURE(name);
    CHECK(judged(name).kind == kind);
  }
  CHECK(judged("bptt", Truth::approximate).kind == Kind::exact);
  CHECK(judged("e_prop", Truth::exact).kind == Kind::approximate);
  CHECK(judged("uoro", Truth::exact).kind == Kind::unbiased);
}

TEST_CASE("what was tried, the rule's own formula and how it lies to the gradient are said") {
  const auto e_prop = judged("e_prop");
  REQUIRE(e_prop.tried.size() == 2);
  CHECK(e_prop.tried[0].verdict() == RuleCheck::Verdict::failed);
  CHECK(e_prop.tried[1].verdict() == RuleCheck::Verdict::failed);
  REQUIRE(e_prop.own_claim);
  CHECK(e_prop.own_claim->verdict() == RuleCheck::Verdict::ok);
  REQUIRE(e_prop.alignment);
  CHECK(e_prop.alignment->cosine > 0.3);
  CHECK(e_prop.alignment->cosine < 0.999);
  CHECK(judged("rtrl").alignment->cosine == Approx(1).epsilon(1e-9));
  CHECK_FALSE(judged("bptt").own_claim);
  CHECK(judged("oja").own_claim->verdict() == RuleCheck::Verdict::ok);
  CHECK_FALSE(judged("oja").alignment);
}

TEST_CASE("a gradient that cannot be checked at kinks of relu is neither exact nor approximate") {
  constexpr Index N = 8, K = 2, O = 1;
  auto network = random_network("leaky_current", "relu", N, K, O, 3);
  network.W.row(2).setZero();  // neuron 2 stays at its kink
  network.W_in.row(2).setZero();
  network.b(2) = 0;
  network.r0 = Vector<double>::Ones(N);
  network.r0(2) = 0;
  const auto options = resolve_options({{"rule.name", "bptt"}, {"network.size", "8"}}),
             of_e_prop = resolve_options({{"rule.name", "e_prop"}, {"network.size", "8"}});
  const CheckProblem problem{options, network, {Method::euler, 5, 0}, {}, random_trials(K, O, 12, 4, 3), 3, 300};
  auto model = rule_kind("bptt").model(options);
  const auto found = judge_gradient(model, problem);
  CHECK(found.kind == Kind::undecided);
  CHECK(name_of(found.kind) == "not checked");
  REQUIRE(found.tried.size() == 1);
  CHECK(found.tried[0].verdict() == RuleCheck::Verdict::not_checked);
  CHECK_THAT(found.tried[0].note,
             Catch::Contains("11 of 105 weights are at relu kinks, more than 1 %; the others agree"));
  // Wrong elsewhere is wrong, kinks or not.
  const CheckProblem same{of_e_prop, network, problem.integration, {}, problem.trials, 3, 300};
  CHECK(judge_gradient(rule_kind("e_prop").model(of_e_prop), same).kind == Kind::approximate);
  // A mean of draws that are all the same is known to rounding, not better.
  model.traits.truth = Truth::unbiased;
  CHECK(check_rule(model, problem).verdict() == RuleCheck::Verdict::ok);
}
