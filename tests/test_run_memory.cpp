// What a run is said to take before it starts; tests/program/resources.py and bench/memory hold it against what runs
// took.
#include "experiments/options/run_options.hpp"
#include "experiments/runs/memory_limit.hpp"
#include "experiments/runs/run_memory.hpp"
#include "plasticity/rule.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

double memory(const Assignments& assignments) {
  const auto options = resolve_options(assignments);
  const auto task = task_kind(options.text("task.name")).make(options, options.number("integration.dt_ms"));
  return run_memory(options, *task);
}

std::string refusal(const Assignments& assignments, double available) {
  const auto options = resolve_options(assignments);
  const auto task = task_kind(options.text("task.name")).make(options, options.number("integration.dt_ms"));
  try {
    require_memory(options, *task, available);
  } catch (const TooLarge& problem) {
    return problem.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every rule and every synapse says what it holds, in proportion to the trials of a large batch") {
  Sizes sizes;
  sizes.N = sizes.D = sizes.U = 20;
  sizes.K = 2;
  sizes.O = 1;
  sizes.T = 50;
  sizes.B = 1e6;
  auto twice = sizes;
  twice.B = 2e6;
  for (const auto& kind : rule_kinds()) {
    INFO(kind.name);
    const auto rule = rule_model(resolve_options({{"rule.name", kind.name}})).make<float>();
    CHECK(rule->memory(sizes) > 0);
    if (kind.name != "force") CHECK(rule->memory(twice) / rule->memory(sizes) == Approx(2).epsilon(1e-3));
  }
  for (const auto& kind : synapse_kinds()) {
    if (kind.name == "none") continue;
    INFO(kind.name);
    SynapseContext context;
    context.neurons = 20;
    context.steps = 50;
    const auto synapse = synapse_model(resolve_options({{"synapse.kind", kind.name}})).make<float>(context);
    CHECK(synapse->memory(twice) / synapse->memory(sizes) == Approx(2).epsilon(1e-3));
  }
}

TEST_CASE("memory grows with trials, neurons and checkpoints as what is kept of them") {
  const Assignments large = {{"training.batch", "100000"}, {"integration.precision", "double"}};
  const auto with = [&](const std::string& name, const std::string& value) {
    auto changed = large;
    assign(changed, name, value);
    return memory(changed);
  };
  CHECK(with("training.batch", "200000") / memory(large) == Approx(2).epsilon(0.01));
  CHECK(with("integration.precision", "float") / memory(large) == Approx(0.5).epsilon(0.05));
  CHECK(with("network.size", "200") / memory(large) == Approx(2).epsilon(0.05));
  const Assignments many = {
      {"network.size", "1000"}, {"training.updates", "1000"}, {"training.checkpoints", "every 2"}};
  // 500 networks of 4 MB: as they are kept, in the file's image and in its copy
  CHECK(memory(many) == Approx(3 * 500 * 4e6).epsilon(0.05));
}

TEST_CASE("a run that does not fit is refused by the option that most of it follows, with a value that fits") {
  const auto check = [](Assignments assignments, double available, const std::string& option) {
    const auto text = refusal(assignments, available);
    INFO(text);
    REQUIRE(text.rfind(option + " = ", 0) == 0);
    const auto end = text.rfind(" would fit"), begin = text.rfind("; ", end) + 2;
    REQUIRE(end != std::string::npos);
    const auto value = text.substr(begin, end - begin);
    assign(assignments, option, value);
    const double fits = memory(assignments);
    CHECK(fits <= available);
    CHECK(fits > 0.8 * available);  // two digits, and the last step of the search
  };
  check({{"training.batch", "1000000"}}, 1e10, "training.batch");
  check({{"network.size", "100000"}}, 1e10, "network.size");
  check({{"network.size", "9000"}, {"training.batch", "16"}}, 5e9, "network.size");
  check({{"training.checkpoints", "every 1"}, {"training.updates", "100000"}}, 1e9, "training.checkpoints");
  check({{"training.updates", "100000000"}}, 1e10, "training.updates");
  CHECK(refusal({}, 1e9).empty());
  CHECK(refusal({}, 1e6).find("no value of it alone would fit") != std::string::npos);
  CHECK(refusal({{"integration.dt_ms", "0.0001"}}, 1e9).rfind("integration.dt_ms = 0.0001: a trial is ", 0) == 0);
}
