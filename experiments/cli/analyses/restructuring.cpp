// stillpoint analyze restructuring: geometric restructuring events in the runs of a study, and how they lie to the drop
// of the loss.
#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cmath>
#include <filesystem>

#include "analysis/restructuring/descriptors.hpp"
#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/restructuring_figure.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/report/text_table.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/restructuring_study.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
Json located_json(const std::optional<IntervalEstimate>& at) {
  if (!at) return nullptr;
  return {{"update", at->value}, {"low", at->low}, {"high", at->high}};
}

Json check_json(const ControlCheck& check) {
  return {{"paths", check.paths},
          {"false_positives",
           check.false_positives.of > 0 ? Json{check.false_positives.value, check.false_positives.of} : Json(nullptr)},
          {"with_event_by_walks_alone", check.by_walks_alone}};
}

Json test_json(const std::optional<LeadTest>& test) {
  if (!test) return nullptr;
  return {{"median_lead", finite_or_null(test->median)},
          {"null_median", finite_or_null(test->null_median)},
          {"null_interval", {finite_or_null(test->null_low), finite_or_null(test->null_high)}},
          {"excess", finite_or_null(test->median - test->null_median)},
          {"p_closer", test->p},
          {"event_before_drop", test->with_event},
          {"null_event_before_drop", test->null_with_event},
          {"p_event_before_drop", test->p_with_event}};
}

Json run_json(const RunRestructuring& run) {
  Json events = Json::array();
  for (const auto& event : run.events) {
    Json names = Json::array();
    for (const Index k : event.carried_by) names.push_back(descriptor_names()[static_cast<std::size_t>(k)]);
    const auto of = [&](Index checkpoint) { return run.update[static_cast<std::size_t>(checkpoint)]; };
    events.push_back({{"update", of(event.at)},
                      {"after", of(event.low)},
                      {"peak", of(event.peak)},
                      {"over", of(event.high)},
                      {"p", event.p},
                      {"descriptors", names}});
  }
  return {{"seed", run.seed},
          {"problem", run.problem.empty() ? Json(nullptr) : Json(run.problem)},
          {"verdict", verdict_name(run.verdict)},
          {"drop_onset", located_json(run.drop)},
          {"events", events},
          {"lead", located_json(run.lead)}};
}

Json first_json(const ConditionRestructuring& condition) {
  const auto& interval = condition.first_event_interval;
  return {{"median", number_or_null(condition.first_event)},
          {"interval",
           {number_or_null(interval ? interval->low : std::nullopt),
            number_or_null(interval ? interval->high : std::nullopt)}}};
}

Json condition_json(const ConditionRestructuring& condition) {
  Json runs = Json::array();
  for (const auto& run : condition.runs) runs.push_back(run_json(run));
  Json lead = nullptr;
  if (condition.lead) {
    lead = {{"mean", condition.lead->value}};
    if (condition.lead->interval) lead["interval"] = {condition.lead->interval->low, condition.lead->interval->high};
  }
  return {{"number", condition.condition.number},
          {"label", condition.condition.label()},
          {"condition", options_json(condition.condition.varied)},
          {"runs", condition.runs.size()},
          {"planned", condition.planned},
          {"diverged", condition.diverged},
          {"not_measured", condition.not_measured},
          {"abrupt", condition.abrupt},
          {"gradual", condition.gradual},
          {"no_drop", condition.no_drop},
          {"with_event", condition.with_event},
          {"first_event", first_json(condition)},
          {"note", condition.note},
          {"random_walks", check_json(condition.walks)},
          {"unbounded_walks", condition.unbounded_walks},
          {"shuffled_targets", condition.shuffled ? check_json(*condition.shuffled) : Json(nullptr)},
          {"lead", lead},
          {"longer_than_null", condition.shifted
                                   ? Json{condition.shifted->longer, condition.longer->low, condition.longer->high}
                                   : Json(nullptr)},
          {"permuted_drops", test_json(condition.permuted)},
          {"shifted_events", test_json(condition.shifted)},
          {"each", runs}};
}

std::string of(const Count& count) { return count.of > 0 ? fmt::format("{}/{}", count.value, count.of) : "-"; }

std::string p_text(double p) { return p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p); }

std::string updates(double value) { return std::isfinite(value) ? fmt::format("{:.0f}", value) : "none"; }

std::string first_text(const ConditionRestructuring& condition) {
  const auto shown = [](const std::optional<double>& value) { return value ? fmt::format("{:.0f}", *value) : "none"; };
  if (!condition.first_event_interval) return shown(condition.first_event);
  return fmt::format("{} [{}, {}]", shown(condition.first_event), shown(condition.first_event_interval->low),
                     shown(condition.first_event_interval->high));
}

/// Of the descriptors that ask for the network under zero input alone.
std::vector<std::string> left_out_of(const std::vector<ConditionRestructuring>& conditions) {
  std::vector<std::string> names;
  for (const auto& condition : conditions) {
    const auto name = "synapse " + condition.synapse;
    if (condition.synapse != "none" && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  return names;
}

std::string as_text(const std::vector<ConditionRestructuring>& conditions, double rate) {
  Rows events{{"condition", "runs", "drop", "gradual", "none", "not seen", "with event", "first event", "walks",
               "shuffled", "shuffled, walks alone"}};
  Rows leads{{"condition", "drops", "event before", "shifted", "p", "lead", "median", "permuted", "p"}};
  std::string notes;
  for (const auto& condition : conditions) {
    const auto label = condition.condition.name();
    const auto& shuffled = condition.shuffled;
    events.push_back({label, fmt::format("{}", condition.runs.size()), fmt::format("{}", condition.abrupt),
                      fmt::format("{}", condition.gradual), fmt::format("{}", condition.no_drop),
                      fmt::format("{}", condition.not_measured), fmt::format("{}", condition.with_event),
                      first_text(condition), of(condition.walks.false_positives),
                      shuffled ? of(shuffled->false_positives) : "-",
                      shuffled ? fmt::format("{}/{}", shuffled->by_walks_alone, shuffled->paths) : "-"});
    if (condition.shifted) {
      const auto& test = *condition.shifted;
      const auto lead = !condition.lead ? std::string("-")
                        : condition.lead->interval
                            ? fmt::format("{:.0f} [{:.0f}, {:.0f}]", condition.lead->value,
                                          condition.lead->interval->low, condition.lead->interval->high)
                            : fmt::format("{:.0f}", condition.lead->value);
      const auto& permuted = *condition.permuted;
      leads.push_back({label, fmt::format("{}", condition.abrupt), fmt::format("{}", test.with_event),
                       fmt::format("{:.1f}", test.null_with_event), p_text(test.p_with_event), lead,
                       updates(test.median),
                       fmt::format("{} [{}, {}]", updates(permuted.null_median), updates(permuted.null_low),
                                   updates(permuted.null_high)),
                       p_text(permuted.p)});
    }
    if (static_cast<long>(condition.runs.size()) < condition.planned)
      notes += fmt::format("{}: {} of {} planned runs are done\n", label, condition.runs.size(), condition.planned);
    if (!condition.note.empty()) notes += fmt::format("{}: {}\n", label, condition.note);
    if (condition.unbounded_walks > 0)
      notes +=
          fmt::format("{}: {} random walks grew without bound and are left out\n", label, condition.unbounded_walks);
  }
  const auto left_out = left_out_of(conditions);
  std::string text =
      (left_out.empty()
           ? ""
           : fmt::format("left out of attractors, settled, field, slowest and exponent, where a network has "
                         "it: {}\n",
                         fmt::join(left_out, ", "))) +
      aligned(events, 1) +
      "runs by the fall of their loss: abrupt (drop), gradual, none; with event: any, of those measured\n"
      "first event [update]: median [95 %], runs without one censored\n"
      "walks, shuffled: false positives of each control against the other half of it (-: fewer than " +
      fmt::format("{} paths, at {:g} %)\n", 2 * controls_needed(rate), 100 * rate) +
      "last: shuffled runs that would have an event if walks were the only control\n\n";
  if (leads.size() > 1)
    text +=
        aligned(leads, 1) +
        "event before: runs with an event seen before the onset of their drop; shifted: how many on average where "
        "events are shifted\nround the run; lead [updates]: from the last event before the onset to the onset, mean "
        "[95 %] of those that have one, and median\nover all drops; permuted: that median where drops are permuted "
        "over runs [95 %]; p: as many events before, as short a median\n";
  else
    text += "no condition has two runs with an abrupt drop, so there are no leads\n";
  return text + notes;
}

}  // namespace

namespace {

/// Rows of descriptor_names() that "name,name,.." names.
std::vector<Index> descriptors_of(const std::string& text) {
  std::vector<std::string> words;
  boost::split(words, text, boost::is_any_of(","));
  std::vector<Index> rows;
  const auto& names = descriptor_names();
  for (const auto& word : words) {
    const auto found = std::find(names.begin(), names.end(), word);
    require_parameter(found != names.end(), "--descriptors", word,
                      fmt::format("must be some of {}, with commas between", fmt::join(names, ", ")));
    rows.push_back(found - names.begin());
  }
  return rows;
}

std::vector<std::string> counted_names(const std::vector<Index>& rows) {
  if (rows.empty()) return descriptor_names();
  std::vector<std::string> names;
  for (const Index row : rows) names.push_back(descriptor_names()[static_cast<std::size_t>(row)]);
  return names;
}

}  // namespace

AnalysisKind restructuring_analysis() {
  return {
      "restructuring",
      "Geometric restructuring events in the runs of a study, with their false-positive rate, and the lead of the last "
      "one before the drop of the loss.",
      "the directory of a study whose runs have checkpoints (training.checkpoints = every 20, say)",
      "descriptors, false_positive_rate, left_out, conditions [varied, runs, diverged, not_measured, abrupt, gradual, "
      "no_drop, "
      "with_event, first_event {median, interval}, note, random_walks and shuffled_targets {paths, false_positives "
      "[events, of], "
      "with_event_by_walks_alone}, lead {mean, interval}, longer_than_null [runs, low, high], permuted_drops and "
      "shifted_events {median_lead, null_median, null_interval, excess, p_closer, event_before_drop, ..}, each [seed, "
      "verdict, drop_onset, events [update, after, peak, over, p, descriptors], lead]]",
      "stillpoint analyze restructuring results/gr_before_drop --json events.json --plot events.svg",
      [](po::options_description& options) {
        options.add_options()("trials", po::value<long>()->default_value(32),
                              "of the task, that networks are probed with")(
            "walks", po::value<long>(), "random walks per run; default: as few as each condition needs at --rate")(
            "rate", usual_number(0.05), "chance of any event in a run without restructuring")(
            "descriptors", po::value<std::string>(),
            "those that count, with commas between; default: all eight. attractors,settled,field,slowest,exponent "
            "leaves "
            "out what activity in the task shows")("plot", po::value<OutputFile>(),
                                                   "SVG file: events and drops, one row per run")(
            "jobs", po::value<int>()->default_value(0), "threads; 0: one per processor that may be used")(
            "quiet", "no progress bar");
      },
      [](const std::string& directory, const po::variables_map& given, std::string& text) {
        RestructuringSetting setting;
        setting.trials = given["trials"].as<long>();
        if (given.count("walks")) {
          setting.walks = given["walks"].as<long>();
          require_parameter(setting.walks >= 1, "--walks", fmt::format("{}", setting.walks), "must be 1 or more");
        }
        setting.false_positive_rate = given["rate"].as<double>();
        setting.jobs = given["jobs"].as<int>();
        require_parameter(setting.jobs >= 0, "--jobs", fmt::format("{}", setting.jobs), "must be 0 or more");
        if (given.count("descriptors")) setting.descriptors = descriptors_of(given["descriptors"].as<std::string>());
        setting.quiet = given.count("quiet") > 0;
        const auto plot = output_path(given, "plot");
        require_svg("--plot", plot);
        const auto conditions = find_restructuring_of_study(directory, setting);
        if (!plot.empty()) write_atomically(plot, svg_file(restructuring_figure(conditions)));
        text = as_text(conditions, setting.false_positive_rate);
        Json list = Json::array();
        for (const auto& condition : conditions) list.push_back(condition_json(condition));
        return Json{{"kind", "restructuring"},
                    {"descriptors", counted_names(setting.descriptors)},
                    {"trials", setting.trials},
                    {"false_positive_rate", setting.false_positive_rate},
                    {"left_out", left_out_of(conditions)},
                    {"conditions", list}};
      }};
}

}  // namespace stillpoint
