#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/terminal.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/arms.hpp"
#include "experiments/options/known_options.hpp"
#include "experiments/predictions/hypotheses.hpp"
#include "experiments/predictions/prediction.hpp"
#include "experiments/report/text_table.hpp"
#include "experiments/study/study.hpp"
#include "plasticity/optimizer.hpp"
#include "plasticity/trainer.hpp"
#include "sim/options/nearest.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
using json = nlohmann::ordered_json;

struct Item {
  std::string name, help;
  std::vector<Option> options;
  std::vector<std::pair<std::string, Preset>> presets = {};  // of a task: easy and hard; of an arm: one without a name
};

template <class Kinds>
std::vector<Item> items_of(const Kinds& kinds) {
  std::vector<Item> items;
  for (const auto& kind : kinds) items.push_back({kind.name, kind.help, kind.options});
  return items;
}

std::vector<Item> task_items() {
  auto items = items_of(task_kinds());
  for (std::size_t i = 0; i < items.size(); ++i)
    for (const auto& [name, preset] :
         {std::pair("easy", task_kinds()[i].easy), std::pair("hard", task_kinds()[i].hard)})
      if (!preset.empty()) items[i].presets.emplace_back(name, preset);
  return items;
}

std::vector<Option> with_prefix(const std::vector<Option>& options, const std::string& prefix) {
  std::vector<Option> chosen;
  for (const auto& option : options)
    if (option.name.rfind(prefix, 0) == 0) chosen.push_back(option);
  return chosen;
}

/// Those of the predictions, and which of them need it.
std::vector<Item> experiment_items() {
  std::vector<Item> items;
  for (const auto& name : experiment_names()) {
    std::vector<std::string> needed_by;
    for (const auto& each : predictions())
      if (std::count(each.experiments.begin(), each.experiments.end(), name)) needed_by.push_back(each.name);
    items.push_back({name, fmt::format("for {}", fmt::join(needed_by, ", ")), {}});
  }
  return items;
}

std::vector<Item> items_of(const std::string& what) {
  if (what == "rules") return items_of(rule_kinds());
  if (what == "tasks") return task_items();
  if (what == "synapses") return items_of(synapse_kinds());
  std::vector<Item> items;
  if (what == "networks") {
    items.push_back({"any", "options of every kind of network", network_options()});
    for (const auto& kind : network_kinds()) items.push_back({kind.name, kind.help, kind.options});
  }
  if (what == "arms")
    for (const auto& arm : arms()) items.push_back({arm.name, arm.help, {}, {{"", arm.preset}}});
  if (what == "integrators") {
    const auto options = with_prefix(integration_options(), "integration.");
    items = {{"euler", "explicit Euler: learning and simulate", options},
             {"exponential_euler", "exact for held input to a neuron: learning and simulate", options},
             {"rk4", "classical Runge-Kutta, order 4, network and synapse jointly: simulate", options},
             {"dopri5", "Dormand-Prince 5(4), adaptive, trial by trial: simulate", options}};
  }
  if (what == "hypotheses")
    for (const auto& each : hypotheses()) items.push_back({each.name, each.help, {}, {{"", {{arm_option, each.arm}}}}});
  if (what == "predictions")
    for (const auto& each : predictions()) items.push_back({each.name, each.question + "; " + each.window, {}});
  if (what == "experiments") items = experiment_items();
  if (what == "experiment")
    items = {{"experiment", "what is done to which neurons, and when, in trials of a virtual experiment",
              protocol_options()}};
  if (what == "recording")
    items = {{"recording", "what an electrode or a microscope sees of rates", recording_list().options()}};
  if (what == "training")
    items = {{"study", "runs and seeds", study_options()},
             {"arm", "what is compared", arm_options()},
             {"components", "task, rule and synapse of a run", component_options()},
             {"training", "the training loop", training_options()},
             {"beside", "what learns or disturbs beside the rule, freeze-in, shadow rules", learner_options()},
             {"consistency", "temporal consistency of the weights", temporal_consistency_list().options()},
             {"schedule", "strength of temporal consistency over the updates", schedule_list().options()},
             {"optimizer", "from gradient to weight change", optimizer_list().options()},
             {"noise", "noise on activity and drive", with_prefix(integration_options(), "noise.")}};
  return items;
}

json as_json(const std::vector<Item>& items) {
  json list = json::array();
  for (const auto& item : items) {
    json parameters = json::array();
    for (const auto& option : item.options)
      parameters.push_back({{"name", option.name},
                            {"default", option.fallback},
                            {"unit", option.unit},
                            {"allowed", option.allowed()},
                            {"help", option.help}});
    json entry = {{"name", item.name}, {"help", item.help}, {"parameters", parameters}};
    for (const auto& [name, preset] : item.presets)
      for (const auto& [option, value] : preset)
        (name.empty() ? entry["preset"] : entry["presets"][name])[option] = value;
    list.push_back(entry);
  }
  return list;
}

void print(const std::vector<Item>& items) {
  const auto names = [](const Item& item) {
    std::vector<std::string> all;
    for (const auto& option : item.options) all.push_back(option.name);
    return all;
  };
  const bool is_narrow = terminal_width().value_or(usual_width) < 100;  // no room beside names and defaults
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    fmt::print("{}\n{}", item.name, for_terminal("    " + item.help + '\n', 0));
    for (const auto& [name, preset] : item.presets) {
      if (!name.empty()) fmt::print("    task.difficulty = {}\n", name);
      for (const auto& [option, value] : preset)
        fmt::print("    {}{} = {}\n", name.empty() ? "" : "    ", option, value);
    }
    if (i > 0 && !item.options.empty() && names(item) == names(items[i - 1])) {
      fmt::print("    parameters as above\n");
      continue;
    }
    for (const auto& option : item.options) {
      const auto values = fmt::format("    {:26} {:>12} {:8}", option.name, option.fallback, option.unit);
      const auto meaning = fmt::format("{} ({})\n", option.help, option.allowed());
      fmt::print("{}", is_narrow ? values + '\n' + for_terminal(std::string(8, ' ') + meaning, 0)
                                 : for_terminal(values + ' ' + meaning, values.size() - 3));
    }
  }
}

int list(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("json", "as JSON");
  po::positional_options_description positional;
  positional.add("WHAT", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto what = required(command, values, "WHAT");
  const auto items = items_of(what);
  require_argument(!items.empty(), "stillpoint list", what,
                   must_be_one_of(what, {"networks", "rules", "tasks", "synapses", "integrators", "arms", "training",
                                         "hypotheses", "predictions", "experiments", "experiment", "recording"}));
  if (values.count("json"))
    fmt::print("{}\n", as_json(items).dump(1));
  else
    print(items);
  return 0;
}

}  // namespace

Command list_command() {
  return {"list",
          "networks|rules|tasks|synapses|integrators|arms|training|hypotheses|predictions|experiments|experiment|"
          "recording [--json]",
          "What there is, with the parameters of each: name, default, unit, meaning, what is allowed.",
          "stillpoint list synapses", list};
}

}  // namespace stillpoint
