#include "experiments/study/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "experiments/options/argument.hpp"
#include "experiments/options/known_options.hpp"
#include "experiments/options/start_file.hpp"
#include "experiments/results/ini_file.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/runs/memory_limit.hpp"
#include "experiments/study/effects.hpp"
#include "experiments/study/tuning.hpp"
#include "plasticity/trainer.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

/// What a control varies is there to be varied: of the network where synapses are static, else of the synapse.
void require_matched_by(const Options& options) {
  const auto& property = options.text("control.match");
  const auto& synapse = synapse_kind(options.text("synapse.kind"));
  const auto& option = synapse.matched_by.option;
  if (property == "none" || synapse.name == "none") return;
  std::vector<std::string> known;
  for (const auto& kind : synapse_kinds())
    if (!kind.matched_by.option.empty()) known.push_back(kind.name);
  require_parameter(
      property == "speed" && !option.empty(), "control.match", property,
      fmt::format("matches a network without TCR: synapse.kind must be none, or with speed one of {}; is {}",
                  fmt::join(known, ", "), synapse.name));
  require_parameter(options.number(option) > 0, option, options.text(option),
                    "must be above 0: control.match = speed begins its search there");
}

/// What is known about a run without running it: shapes and steps. Throws what the run itself would throw.
void rehearse(const Options& options) {
  const auto integration = make_integration(options);
  const auto task = task_kind(options.text("task.name")).make(options, integration.dt_ms);
  require_memory(options, *task);
  const auto setting = training_setting(options);
  const auto network = make_network(options, task->inputs(), task->outputs(), 1);
  make_dynamics(network, integration);
  require_stationary(network, setting.noise);
  const auto trials = task->draw({1, 0}, 1);
  require_parameter(trials.steps > 0, "task", options.text("task.name"),
                    "has no time step; lengthen it or shorten integration.dt_ms");
  require_parameter(integration.has_adjoint(), "integration.method", options.text("integration.method"),
                    fmt::format("rule {} needs euler or exponential_euler", options.text("rule.name")));
  const auto synapse = setting.synapse.make<double>(synapse_context(network, integration, setting.noise, trials.steps));
  Learner<double>(setting.learner, network, 1, setting.training.updates).check(*synapse);
  require_parameter(options.text("synapse.kind") != "tcr" || options.text("synapse.current") != "yoked" ||
                        options.integer("training.batch") > 1,
                    "training.batch", options.text("training.batch"),
                    "synapse.current = yoked needs at least two trials in a batch");
  require_parameter(options.text("control.targets") == "own" || options.integer("training.batch") > 1, "training.batch",
                    options.text("training.batch"), "control.targets = shuffled needs at least two trials in a batch");
  require_matched_by(options);
  if (options.text("control.match") != "none")
    for (const char* control : {"synapse.postsynaptic", "synapse.current"})
      require_parameter(options.text(control) == "own", control, options.text(control),
                        "must be own where control.match describes the TCR network");
  const auto& kind = network_kind(network.kind);
  require_parameter(options.text("control.match") == "none" || options.text("synapse.kind") != "none" || !kind.map,
                    "control.match", options.text("control.match"),
                    "needs a network with a membrane time constant, not " + kind.name);
  require_parameter(
      options.text("synapse.kind") == "none" || kind.acts_on_rates, "synapse.kind", options.text("synapse.kind"),
      fmt::format("has no meaning in an {}, whose recurrent weights act on gates; tcr.form = loss has", kind.name));
}

/// Their numbers have four digits.
constexpr std::size_t most_conditions = 9999;

/// Every value is one of its option, whether a condition uses it or not: what cannot be run may be left out, a mistake
/// may not.
void check_values(const Study& study) {
  const auto own = study_options();
  for (const auto& [name, value] : study.base) check_value(name, value, own);
  for (const auto& axis : study.axes)
    for (const auto& value : axis.values) check_value(axis.option, value, own, "grid.");
  for (const auto& axis : study.tune)
    for (const auto& value : axis.values) {
      if (axis.option == "rate")
        number_option("tune.rate", "", "", positive, "").check(value);
      else
        check_value(axis.option, value, own, "tune.");
    }
}

/// A problem with what the file of network.start decided is one of the file.
std::string said_of_start(const UserError& problem, const Assignments& given) {
  if (const auto* parameter = dynamic_cast<const ParameterError*>(&problem))
    for (const auto& [name, value] : said_by_start(given))
      if (name == parameter->name)
        return fmt::format("{}: {}", *find_assignment(given, "network.start"), problem.what());
  return problem.what();
}

void expand(Study& study) {
  std::size_t count = 1;
  for (const auto& axis : study.axes) {
    count *= axis.values.size();
    require_parameter(count <= most_conditions, "grid", fmt::format("{} conditions or more", count),
                      fmt::format("must have at most {}", most_conditions));
  }
  for (std::size_t index = 0; index < count; ++index) {
    Study::Point point;
    point.varied = combination(study.axes, index);
    Assignments all = study.base;
    for (const auto& [name, value] : point.varied) assign(all, name, value);
    try {
      point.options = resolve_options(all, Unused::ignored);
      rehearse(point.options);
      point.candidates = candidates_of(study, all, point.options, rehearse);
    } catch (const TooLarge&) {
      throw;
    } catch (const UserError& problem) {
      const auto reason = said_of_start(problem, all);
      if (!study.skip_inapplicable) throw UserError(reason);
      study.left_out.push_back({point.varied, reason});
      continue;
    }
    study.points.push_back(std::move(point));
  }
  require_parameter(
      !study.points.empty(), "study", study.name,
      "no condition of it can be run; the first: " + (study.left_out.empty() ? "" : study.left_out[0].reason));
}

/// The values of an axis, each once.
std::vector<std::string> values_of(const std::string& key, const std::string& text) {
  require_parameter(text.find(',') == std::string::npos, key, text, "values are separated by spaces");
  const auto values = split_words(text);
  require_parameter(!values.empty(), key, "(empty)", "must be one or more values");
  const auto number = [](const std::string& word) {
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    return *end == '\0' ? number_text(value) : word;
  };
  std::set<std::string> seen;
  for (const auto& value : values) require_parameter(seen.insert(number(value)).second, key, value, "stands twice");
  return values;
}

/// Puts one entry where it belongs: the study's own keys, an axis, or the base. A plain value for an axis' option
/// narrows the axis.
void place(Study& study, const std::string& key, const std::string& value) {
  const auto set_axis = [&](std::vector<Study::Axis>& axes, const std::string& option, const std::string& shown) {
    const auto values = values_of(shown, value);
    for (auto& axis : axes)
      if (axis.option == option) {
        axis.values = values;
        return;
      }
    axes.push_back({option, values});
  };
  const auto starts_with = [&](const char* prefix) { return key.rfind(prefix, 0) == 0; };
  const auto is_axis = [&] {
    return std::any_of(study.axes.begin(), study.axes.end(), [&](const auto& axis) { return axis.option == key; });
  };
  if (starts_with("grid.")) return set_axis(study.axes, key.substr(5), key);
  Options own;
  own.declare(study_options());
  if (starts_with("tune.") && !own.knows(key)) return set_axis(study.tune, key.substr(5), key);
  if (own.knows(key)) {
    own.set(key, value);
    if (key == "study.inapplicable") study.skip_inapplicable = value == "skip";
    if (key == "tune.seeds") study.tuning_seeds = own.integer(key);
    if (key == "tune.first_seed") study.first_tuning_seed = static_cast<std::uint64_t>(own.integer(key));
    if (key == "study.name") study.name = value;
    if (key == "study.seeds") study.seeds = own.integer(key);
    if (key == "study.first_seed") study.first_seed = static_cast<std::uint64_t>(own.integer(key));
    return;
  }
  if (is_axis()) return set_axis(study.axes, key, "grid." + key);
  assign(study.base, key, value);
}

/// Seeds of a tuning that the study does not have.
void refuse_idle_seeds(const Study& study, const std::vector<std::string>& given) {
  for (const auto& option : given)
    if (study.tune.empty() && (option == "tune.seeds" || option == "tune.first_seed"))
      throw UserError(option +
                      ": has no effect: [tune] names nothing to try; remove it, or give rate or an option there");
}

/// A study file that gives an option one value and several: one of them would be lost without a word.
void refuse_value_beside_axis(const Study& study, const Assignments& file) {
  for (const auto& axis : study.axes)
    if (const auto* value = find_assignment(file, axis.option); value && find_assignment(file, "grid." + axis.option))
      throw UserError(fmt::format("{} = {}: stands in [grid] as well; give it there alone", axis.option, *value));
}

/// No network of more neurons than `largest`, on the axis network.size or in the base.
void cut_size(Study& study, long largest) {
  const auto cut = [&](const std::string* size) {
    Options own;
    own.declare(network_options());
    if (size) own.set("network.size", *size);
    return std::to_string(std::min(own.integer("network.size"), largest));
  };
  for (auto& axis : study.axes)
    if (axis.option == "network.size") {
      std::vector<std::string> values;
      for (const auto& value : axis.values)
        if (const auto size = cut(&value); std::find(values.begin(), values.end(), size) == values.end())
          values.push_back(size);
      axis.values = values;
      return;
    }
  assign(study.base, "network.size", cut(find_assignment(study.base, "network.size")));
}

/// Every option's value, of one condition after the other where they differ; those of the axes stand in the grid.
/// training.updates alone may grow (experiments/study/runner.hpp).
std::string resolved_lines(const Study& study) {
  std::map<std::string, std::vector<std::string>> values;
  for (std::size_t i = 0; i < study.points.size(); ++i)
    for (const auto& [name, value] : as_written(study.points[i].options)) {
      auto& all = values[name];
      all.resize(i, "-");
      all.push_back(value);
    }
  std::string text;
  for (auto& [name, all] : values) {
    const auto is_axis = [&name = name](const auto& axis) { return axis.option == name; };
    if (name == "training.updates" || std::any_of(study.axes.begin(), study.axes.end(), is_axis)) continue;
    all.resize(study.points.size(), "-");
    const bool equal = std::all_of(all.begin(), all.end(), [&all = all](const auto& each) { return each == all[0]; });
    text += fmt::format("{} = {}\n", name, equal ? all[0] : fmt::format("{}", fmt::join(all, " | ")));
  }
  return text;
}

/// Without its network.start a network is still of the file's kind (of several files: the first one's), which is not
/// read where the study gives kind and step.
void keep_kind_of_start(Study& study) {
  Assignments given = study.base;
  for (const auto& axis : study.axes) assign(given, axis.option, axis.values.front());
  if (find_assignment(given, "network.kind") && find_assignment(given, "integration.dt_ms")) return;
  for (const auto& [option, value] : said_by_start(given))
    if (option == "network.kind" || option == "integration.dt_ms") assign(study.base, option, value);
}

/// Of the bytes of a file: FNV-1a (Fowler, Noll & Vo), 64 bits.
std::uint64_t fingerprint(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::istreambuf_iterator<char> byte(file), end; byte != end; ++byte)
    hash = (hash ^ static_cast<unsigned char>(*byte)) * 0x100000001b3;
  return hash;
}

}  // namespace

std::vector<Option> study_options() {
  return {
      text_option("study.name", "study", "name of the study"),
      integer_option("study.seeds", "1", "", {1, 1e6}, "runs per condition"),
      choice_option(
          "study.inapplicable", "error", {"error", "skip"},
          "conditions that cannot be run, such as a rule on a network that it does not serve: an error, or left "
          "out and listed"),
      integer_option("tune.seeds", "3", "", {1, 1e6}, "with [tune]: runs per candidate"),
      integer_option("tune.first_seed", "1001", "", {0, 1e15}, "with [tune]: seed of the first of them"),
      integer_option("study.first_seed", "1", "", {0, 1e15},
                     "seed of the first run; the conditions of a seed share weights, trials and initial states"),
  };
}

std::string Study::identity() const {
  std::string text;
  for (const auto& axis : axes) text += fmt::format("grid.{} = {}\n", axis.option, fmt::join(axis.values, " "));
  for (const auto& axis : tune) text += fmt::format("tune.{} = {}\n", axis.option, fmt::join(axis.values, " "));
  if (!tune.empty()) text += fmt::format("tune.seeds = {} from {}\n", tuning_seeds, first_tuning_seed);
  text += resolved_lines(*this);
  std::set<std::string> files;  // a study cannot go on with other trials or weights under the same name
  for (const auto& point : points)
    for (const char* option : {"task.file", "network.start"})
      if (point.options.knows(option) && point.options.text(option) != "none")
        files.insert(fmt::format("{} = {} holds {:016x}\n", option, point.options.text(option),
                                 fingerprint(point.options.text(option))));
  return text + fmt::format("{}", fmt::join(files, ""));
}

Study read_study(const StudyRequest& request) {
  Study study;
  Assignments quick;
  const auto file = request.path.empty() ? request.entries : read_ini(request.path, "a study");
  for (const auto& [key, value] : file) {
    if (key.rfind("quick.", 0) == 0)
      quick.emplace_back(key.substr(6), value);
    else
      place(study, key, value);
  }
  refuse_value_beside_axis(study, file);
  if (request.quick && quick.empty()) throw UserError(fmt::format("--quick: {} has no [quick] section", request.path));
  const auto of_file = study;
  std::vector<std::string> given, set;
  for (const auto& [key, value] : file) given.push_back(key);
  if (request.quick)
    for (const auto& [key, value] : quick) place(study, given.emplace_back(key), value);
  for (const auto& entry : request.set) {
    const auto [key, value] = key_and_value("--set", entry, "must be KEY=VALUE, for example --set network.gain=2");
    place(study, set.emplace_back(key), value);
  }
  given.insert(given.end(), set.begin(), set.end());
  refuse_idle_seeds(study, given);
  if (request.largest_network > 0) {
    cut_size(study, request.largest_network);
    keep_kind_of_start(study);
    for (const auto& [option, value] : {std::pair("network.start", "none"), std::pair("network.start_noise", "0")})
      place(study, option, value);  // a trained network has its own size
  }
  check_values(study);
  expand(study);
  refuse_without_effect(study, of_file, set);
  return study;
}

}  // namespace stillpoint
