#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <cmath>

#include "analysis/statistics/discrimination.hpp"
#include "analysis/statistics/sample_size.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/predictions/animals_file.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/prediction_cells.hpp"
#include "experiments/report/text_table.hpp"
#include "experiments/results/atomic_file.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

template <class Map>
const auto& one_of(const Map& map, const std::string& option, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [key, value] : map) known.push_back(key);
  const auto found = map.find(name);
  if (found == map.end()) throw UserError(option + " " + name + ": " + must_be_one_of(name, known));
  return found->second;
}

const std::map<std::string, Design>& designs() {
  static const std::map<std::string, Design> all = {
      {"two_groups", Design::two_groups}, {"paired", Design::paired}, {"one_group", Design::one_group}};
  return all;
}

struct PowerRequest {
  std::string directory, prediction, a, b;
  long sessions, replicates;
  std::vector<long> animals;
  std::string design;
  std::uint64_t seed;
  double level;

  Design compares() const { return designs().at(design); }
  std::string what() const {
    switch (compares()) {
      case Design::paired:
        return "the same animals in both";
      case Design::one_group:
        return fmt::format("animals of {} against the mean of {} here", a, b);
      case Design::two_groups:
        break;
    }
    return "two groups of animals";
  }
};

/// "0.2 [0.1, 0.3]", "-" where absent.
std::string estimate_text(const Json& value, const Json& interval) {
  if (value.is_null()) return "-";
  Estimate estimate{value.get<double>()};
  if (!interval.is_null()) estimate.interval = Interval{interval[0].get<double>(), interval[1].get<double>()};
  return estimate_cell(estimate);
}

Json size_json(const PowerRequest& request, const RecordingSize& size, const std::vector<SetAnimal>& all_a,
               const std::vector<SetAnimal>& all_b) {
  const auto [a, b] = alike(all_a, all_b);
  Json json = {{"neurons", size.neurons}, {"trials", size.trials}, {"networks", {a.size(), b.size()}}};
  const auto found = discrimination(a, b, request.sessions);
  const auto difference = mean_difference(a, b);
  json["difference"] = difference ? Json(difference->value) : Json(nullptr);
  json["difference_interval"] = difference ? interval_json(difference->interval) : Json(nullptr);
  json["auc"] = found ? Json(found->auc.value) : Json(nullptr);
  json["auc_interval"] =
      found && found->auc.interval ? Json::array({found->auc.interval->low, found->auc.interval->high}) : Json(nullptr);
  for (const auto& [name, wanted] : {std::pair("animals_80", 0.8), std::pair("animals_90", 0.9)}) {
    const auto needed =
        animals_for(a, b, request.sessions, wanted, most_animals, request.seed, request.compares(), request.level);
    json[name] = needed ? Json(*needed) : Json(nullptr);
  }
  const auto ends =
      animals_interval(a, b, request.sessions, 0.8, most_animals, request.seed, request.compares(), request.level);
  const auto end = [](const std::optional<long>& of) { return of ? Json(*of) : Json(nullptr); };
  json["animals_80_interval"] = ends ? Json::array({end(ends->low), end(ends->high)}) : Json(nullptr);
  json["power"] = Json::array();
  for (const long animals : request.animals) {
    const auto rate = power(a, b, animals, request.sessions, request.replicates, request.seed, request.compares(),
                            request.level),
               wrong = false_positive_rate(a, b, animals, request.sessions, request.replicates, request.seed,
                                           request.compares(), request.level);
    if (!rate) continue;
    json["power"].push_back({{"animals", animals},
                             {"power", rate->value},
                             {"interval", {rate->low, rate->high}},
                             {"false_positives", wrong ? Json(wrong->value) : Json(nullptr)}});
  }
  return json;
}

std::string text_of(const PowerRequest& request, const Json& json) {
  Rows rows = {{"neurons", "trials", "networks", "b - a [95 %]", "AUC", "80 %", "[95 %]", "90 %"}};
  for (const long animals : request.animals) rows.front().push_back(fmt::format("n = {}", animals));
  for (const auto& size : json["sizes"]) {
    const auto& interval = size["difference_interval"];
    const bool differs = !interval.is_null() && (interval[0] > 0.0 || interval[1] < 0.0);
    const auto needed = [&](const char* name) {
      const auto animals =
          size[name].is_null() ? fmt::format(">{}", most_animals) : fmt::format("{}", size[name].get<long>());
      return differs ? animals : "(" + animals + ")";
    };
    const auto ends = [&]() -> std::string {
      const auto& of = size["animals_80_interval"];
      if (of.is_null()) return "-";
      const auto end = [](const Json& each) {
        return each.is_null() ? fmt::format(">{}", most_animals) : fmt::format("{}", each.get<long>());
      };
      return fmt::format("[{}, {}]", end(of[0]), end(of[1]));
    };
    const bool told = !size["auc"].is_null();
    rows.push_back({fmt::format("{}", size["neurons"].get<long>()), fmt::format("{}", size["trials"].get<long>()),
                    fmt::format("{}+{}", size["networks"][0].get<long>(), size["networks"][1].get<long>()),
                    estimate_text(size["difference"], interval),
                    told ? fmt::format("{:.2f}", size["auc"].get<double>()) : "-", told ? needed("animals_80") : "-",
                    ends(), told ? needed("animals_90") : "-"});
    for (std::size_t i = 0; i < request.animals.size(); ++i)
      rows.back().push_back(i < size["power"].size() ? fmt::format("{:.2f}", size["power"][i]["power"].get<double>())
                                                     : "-");
  }
  return fmt::format("{}: {} against {}, {}, {} sessions per animal, two-sided t test at {:g}\n", request.prediction,
                     request.a, request.b, request.what(), request.sessions, request.level) +
         aligned(rows, 0) +
         "b - a: of recordings, Student's t over seeds. AUC: P(value of b larger), of networks that have all these\n"
         "sessions. 80 %, 90 %: animals per group for that power, in brackets where b - a is not told from 0: there "
         "may\n"
         "be nothing to find; [95 %]: of the former, over seeds, by bootstrap; n = ..: power with so many. Animals and "
         "their\n"
         "sessions are resampled from the networks of the seeds and settings that both hypotheses have.\n";
}

PowerRequest request_of(const Command& command, const po::variables_map& values) {
  PowerRequest request;
  request.directory = required(command, values, "DIR");
  request.prediction = required(command, values, "prediction");
  request.a = required(command, values, "a");
  request.b = required(command, values, "b");
  request.sessions = values["sessions"].as<long>();
  request.replicates = values["replicates"].as<long>();
  require_argument(request.sessions >= 1, "--sessions", fmt::format("{}", request.sessions), "must be 1 or more");
  require_argument(request.replicates >= 100, "--replicates", fmt::format("{}", request.replicates),
                   "must be 100 or more");
  const long seed = values["seed"].as<long>();
  require_argument(seed >= 0, "--seed", fmt::format("{}", seed), "must be 0 or more");
  request.seed = static_cast<std::uint64_t>(seed);
  request.level = values["level"].as<double>();
  require_argument(request.level > 0 && request.level < 1, "--level", fmt::format("{}", request.level),
                   "must be above 0 and below 1");
  const auto animals = values["animals"].as<std::string>();
  Options given;
  given.declare({numbers_option("--animals", "4", "", at_least(2), "")});
  given.set("--animals", boost::replace_all_copy(animals, ",", " "));
  for (const double each : given.numbers("--animals")) {
    require_argument(each == std::floor(each) && each <= 10000, "--animals", animals,
                     "must be whole numbers from 2 to 10000");
    request.animals.push_back(static_cast<long>(each));
  }
  request.design = values["design"].as<std::string>();
  one_of(designs(), "--design", request.design);
  return request;
}

int power_of(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("prediction", po::value<std::string>(), "which prediction (see `list predictions`)")(
      "a", po::value<std::string>(), "one hypothesis")("b", po::value<std::string>(), "the other")(
      "sessions", po::value<long>()->default_value(sessions_per_animal), "sessions of an animal, whose mean counts")(
      "animals", po::value<std::string>()->default_value("4,6,8,12,16,24"),
      "numbers of animals per group, with commas or spaces")(
      "design", po::value<std::string>()->default_value("two_groups"),
      "two_groups; paired: the same animals before and after; one_group: animals of --a against the mean of --b here, "
      "taken as known, by Student's t")(
      "level", usual_number(usual_level),
      "of the test; of k predictions tested together .05 / k is enough for all (Holm)")(
      "replicates", po::value<long>()->default_value(2000), "simulated experiments")(
      "seed", po::value<long>()->default_value(0), "seed of the resampling")("json", po::value<OutputFile>(),
                                                                             "write the result there as JSON");
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  return with_option_names(options, [&] {
    const auto request = request_of(command, values);
    const auto file = read_animals(request.directory);
    const auto& of_prediction = one_of(file.animals, "--prediction", request.prediction);
    const auto& a = one_of(of_prediction, "--a", request.a);
    const auto& b = one_of(of_prediction, "--b", request.b);
    require_argument(request.a != request.b, "--b", request.b, "is the hypothesis of --a as well");
    long most = 0;
    for (const auto& sizes : {a, b})
      for (const auto& animals : sizes)
        for (const auto& each : animals) most = std::max(most, static_cast<long>(each.animal.sessions.size()));
    if (most == 0)
      throw UserError(fmt::format("{}: {} has no value in the recordings of {} or {}", request.directory,
                                  request.prediction, request.a, request.b));
    require_argument(request.sessions <= most, "--sessions", fmt::format("{}", request.sessions),
                     fmt::format("at most {} were recorded of an animal", most));
    Json json = {{"kind", "power"},          {"prediction", request.prediction},
                 {"a", request.a},           {"b", request.b},
                 {"design", request.design}, {"sessions", request.sessions},
                 {"level", request.level},   {"sizes", Json::array()}};
    for (std::size_t size = 0; size < file.sizes.size(); ++size)
      json["sizes"].push_back(size_json(request, file.sizes[size], a[size], b[size]));
    const auto path = output_path(values, "json");
    if (!path.empty() && path != "-") write_atomically(path, json_text(json));
    fmt::print("{}", path == "-" ? json_text(json) : text_of(request, json));
    return 0;
  });
}

}  // namespace

Command power_command() {
  return {"power", "DIR --prediction NAME --a HYPOTHESIS --b HYPOTHESIS [...]",
          "Sample sizes for one prediction, from what `predict --out DIR` measured.",
          "stillpoint power results/predictions/report --prediction creep --a tcr --b static", power_of};
}

}  // namespace stillpoint
