#include <fmt/format.h>

#include <algorithm>

#include "plasticity/learner.hpp"

namespace stillpoint {

void require_shadow(const RuleTraits& rule) {
  require_parameter(!rule.perturbs, "shadow.rules", rule.name,
                    "injects a perturbation into the trials it learns from, so it cannot learn passively");
  require_parameter(rule.can_be_shadow(), "shadow.rules", rule.name,
                    "writes finished changes, not a gradient that could be compared with BPTT");
}

namespace {

/// The rules of shadow.rules.
std::vector<std::string> shadow_names(const Options& options) {
  const auto words = split_words(options.text("shadow.rules"));
  if (words.empty() || words == std::vector<std::string>{"none"}) return {};
  const auto known = rules_where([](const RuleTraits&) { return true; });
  const auto allowed = rules_where([](const RuleTraits& rule) { return rule.can_be_shadow(); });
  for (const auto& name : words) {
    require_parameter(std::count(known.begin(), known.end(), name) > 0, "shadow.rules", name,
                      fmt::format("must be one or more of: {}", fmt::join(allowed, ", ")));
    require_shadow(rule_kind(name));
    require_parameter(std::count(words.begin(), words.end(), name) == 1, "shadow.rules", name, "is named twice");
  }
  return words;
}

}  // namespace

const ParameterList<LearnerParameters>& learner_list() {
  using P = LearnerParameters;
  static const auto list =
      ParameterList<P>()
          .number("noise.weights", &P::weight_noise, "", nonnegative,
                  "after each update W += noise.weights * N(0,1) / sqrt(N)")
          .integer("training.within_trial", &P::within_trial, "steps", {0, 1e9},
                   "rules that learn online: change the weights every n-th step of the trial as well; 0: at its end")
          .integer("freeze_in.updates", &P::freeze_in_updates, "", {0, 1e9},
                   "updates at the start in which temporal consistency learns and the task does not; fewer than all")
          .integer("freeze_in.every", &P::freeze_in_every, "", {0, 1e9},
                   "after them: every n-th update is such an update as well, n > 1; 0: none is");
  return list;
}

std::vector<Option> learner_options() {
  auto added = rules_where([](const RuleTraits& rule) { return rule.can_be_added(); });
  added.insert(added.begin(), "none");
  const auto shadows = rules_where([](const RuleTraits& rule) { return rule.can_be_shadow(); });
  auto all = learner_list().options();
  all.insert(
      all.begin(),
      {choice_option("rule.add", "none", added, "a second, unsupervised rule beside the one that trains"),
       text_option("shadow.rules", "none",
                   fmt::format("gradient rules that compute their update on every trial set without changing anything, "
                               "compared with BPTT: {}",
                               fmt::join(shadows, ", ")))});
  return all;
}

std::vector<std::string> other_rules(const Options& options) {
  auto names = shadow_names(options);
  if (!names.empty()) names.push_back("bptt");
  if (options.text("rule.add") != "none") names.push_back(options.text("rule.add"));
  return names;
}

LearnerParameters learner_parameters(const Options& options) {
  auto parameters = learner_list().from(options);
  parameters.rule = rule_model(options);
  const auto named = [&](const std::string& name) { return rule_kind(name).model(options); };
  if (const auto& name = options.text("rule.add"); name != "none") parameters.added = named(name);
  for (const auto& name : shadow_names(options)) parameters.shadows.push_back(named(name));
  parameters.optimizer = optimizer_list().from(options);
  parameters.consistency = temporal_consistency_list().from(options);
  parameters.schedule = schedule_list().from(options);
  parameters.trains_start = options.text("network.initial_state") == "trained";
  return parameters;
}

}  // namespace stillpoint
