#include "analysis/points/fixed_points.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/points/current_stability.hpp"
#include "analysis/synaptic_equations.hpp"
#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/visited.hpp"
#include "experiments/report/text_table.hpp"
#include "plasticity/short_term/synapses.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

/// "a, b or c"
std::string alternatives(const std::vector<std::string>& names) {
  return fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

/// What the file says of the synapse, under what the user says.
Options synapse_of(const SubjectFile& file, const po::variables_map& given) {
  auto stored = file.stored_synapse;
  for (const auto& [option, key] :
       {std::pair("synapse", "kind"), std::pair("beta", "beta"), std::pair("tau-s-ms", "tau_s_ms")})
    if (given.count(option)) stored[key] = given[option].as<std::string>();
  const auto kind = stored.count("kind") ? stored["kind"] : "none";
  const auto known = synapse_kind_option().choices;
  require_parameter(std::find(known.begin(), known.end(), kind) != known.end(),
                    given.count("synapse") ? "--synapse" : file.path + ": synapse.kind", kind,
                    "must be " + alternatives(known));
  for (const auto& [option, bounds] : {std::pair("beta", nonnegative), std::pair("tau-s-ms", positive)}) {
    if (!given.count(option)) continue;
    const auto& text = given[option].as<std::string>();
    require_parameter(kind == "tcr", fmt::format("--{}", option), text, "belongs to --synapse tcr");
    number_option(fmt::format("--{}", option), "", "", bounds, "").check(text);
  }
  return resolved_synapse(stored);
}

std::string shown(const std::complex<double>& value) {
  return value.imag() == 0 ? fmt::format("{:.4g}", value.real())
                           : fmt::format("{:.4g}{:+.4g}i", value.real(), value.imag());
}

nlohmann::ordered_json columns_json(const Matrix<double>& matrix) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& column : matrix.colwise()) list.push_back(as_json(Vector<double>(column)));
  return list;
}

nlohmann::ordered_json described(const FixedPoints& found, const System& system) {
  nlohmann::ordered_json json = {{"kind", "fixed-points"},
                                 {"complete", found.exact ? "exact" : "estimated"},
                                 {"missing_at_least", found.missing_at_least},
                                 {"as", system.as() == System::As::map ? "map" : "flow"},
                                 {"tau_ref_ms", found.tau_ref_ms},
                                 {"starts", found.starts},
                                 {"converged", found.converged},
                                 {"chao1", found.chao1},
                                 {"deflated_starts", found.deflated_starts},
                                 {"found_by_deflation", found.found_by_deflation},
                                 {"singular_regions", found.singular},
                                 {"cycles_exact_to", found.cycles_exact_to}};
  auto points = nlohmann::ordered_json::array(), cycles = points;
  for (const auto& point : found.points) {
    points.push_back({{"state", as_json(point.state)},
                      {"residual", point.residual},
                      {"eigenvalues", as_json(point.eigenvalues)},
                      {"index", point.index},
                      {"stable", point.stable},
                      {"hits", point.hits}});
    if (point.on_kink) points.back()["on_kink"] = true;
  }
  for (const auto& cycle : found.cycles)
    cycles.push_back({{"k", cycle.states.cols()},
                      {"states", columns_json(cycle.states)},
                      {"multipliers", as_json(cycle.multipliers)},
                      {"stable", cycle.stable}});
  json["points"] = points;
  json["cycles"] = cycles;
  return json;
}

std::string as_text(const FixedPoints& found, const System& system, const FixedPointSearch& search,
                    Index shown_points) {
  const bool map = system.as() == System::As::map;
  std::string text;
  if (!found.points.empty()) {
    Rows rows = {{"point", "stable", "index", map ? "largest multiplier" : "largest eigenvalue", "rms of state", "hits",
                  "residual"}};
    for (const auto& point : found.points) {
      if (static_cast<Index>(rows.size()) > shown_points) break;
      rows.push_back({fmt::format("{}", rows.size()),
                      point.on_kink  ? "on a kink"
                      : point.stable ? "yes"
                                     : "no",
                      fmt::format("{}", point.index), shown(point.eigenvalues(0)),
                      fmt::format("{:.4g}", std::sqrt(point.state.array().square().mean())),
                      fmt::format("{}", point.hits), fmt::format("{:.1e}", point.residual)});
    }
    text += aligned(rows, 2);
    if (const auto more = found.points.size() + 1 - rows.size())
      text += fmt::format("and {} more (--json has all)\n", more);
  }
  text += fmt::format("{} fixed point{} of the {}", found.points.size(), found.points.size() == 1 ? "" : "s",
                      map ? "map" : "flow");
  if (!map) text += fmt::format(", eigenvalues in units of 1/tau, tau = {:.4g} ms (geometric mean)", found.tau_ref_ms);
  if (found.exact)
    text += "\nexact: every linear region was solved";
  else
    text +=
        fmt::format("\nestimated: at least {:.3g} missing (Chao1 {:.3g}; {} found by deflation from {} more start{})",
                    found.missing_at_least, found.chao1, found.found_by_deflation, found.deflated_starts,
                    found.deflated_starts == 1 ? "" : "s");
  text += fmt::format("\n{} start{}: {} visited by {}, {} random; {} ended at a fixed point\n", found.starts,
                      found.starts == 1 ? "" : "s", (found.starts + 1) / 2,
                      search.visited.size() > 0 ? "the task's trials" : "free runs", found.starts / 2, found.converged);
  if (found.singular > 0)
    text += fmt::format("{} linear region{} no unique solution: points there may form a continuum\n", found.singular,
                        found.singular == 1 ? " has" : "s have");
  if (!found.cycles.empty()) {
    Rows rows = {{"cycle", "stable", "k", "largest multiplier"}};
    for (const auto& cycle : found.cycles) {
      if (static_cast<Index>(rows.size()) > shown_points) break;
      rows.push_back({fmt::format("{}", rows.size()), cycle.stable ? "yes" : "no",
                      fmt::format("{}", cycle.states.cols()), shown(cycle.multipliers(0))});
    }
    text += aligned(rows, 2);
    if (const auto more = found.cycles.size() + 1 - rows.size())
      text += fmt::format("and {} more (--json has all)\n", more);
  }
  if (search.max_cycle > 1) {
    const auto exact = found.cycles_exact_to;
    text +=
        fmt::format("{} cycle{} of k = 2{}: {}\n", found.cycles.size(), found.cycles.size() == 1 ? "" : "s",
                    search.max_cycle == 2 ? "" : fmt::format(" to {}", search.max_cycle),
                    exact == search.max_cycle ? "exact, every sequence of linear regions was solved"
                    : exact > 1 ? fmt::format("exact up to k = {}, beyond it from starts: some may be missing", exact)
                                : "searched from starts, some may be missing");
  }
  return text;
}

/// synapse.* of its kind, numbers as numbers.
nlohmann::ordered_json parameters_of(const Options& options) {
  const auto& kind = options.text("synapse.kind");
  nlohmann::ordered_json json = {{"kind", kind}};
  for (const auto& option : synapse_kind(kind).options) {
    auto& value = json[option.name.substr(std::string("synapse.").size())];
    if (option.kind == Option::Kind::number || option.kind == Option::Kind::integer)
      value = options.number(option.name);
    else
      value = options.text(option.name);
  }
  return json;
}

/// Adds what the synapse has to say of the points.
void add_synapse(const Options& options, const System& system, const ContinuousSynapse<double>& synapse,
                 const FixedPoints& found, nlohmann::ordered_json& json, std::string& text) {
  const Index N = system.dimension();
  const auto& kind = options.text("synapse.kind");
  if (kind == "tcr") {
    const auto& mask = system.network().mask;
    const auto multiplicity = static_cast<long>(mask.size() > 0 ? mask.sum() : static_cast<double>(N * N)) - N;
    const double unit = system.as() == System::As::flow ? found.tau_ref_ms : 1,
                 remaining = unit * remaining_eigenvalue(system, synapse), beta = options.number("synapse.beta"),
                 tau_s_ms = options.number("synapse.tau_s_ms");
    json["synapse"] = {{"kind", kind},
                       {"beta", beta},
                       {"tau_s_ms", tau_s_ms},
                       {"remaining_eigenvalue", remaining},
                       {"multiplicity", multiplicity}};
    text += fmt::format("stability with tcr, beta {:g}, tau_s {:g} ms; {} more eigenvalues are {:.4g}\n", beta,
                        tau_s_ms, multiplicity, remaining);
    return;
  }
  json["synapse"] = parameters_of(options);
  if (kind != "tsodyks_markram") {
    text += fmt::format("with {} synapses: points and stability of the joint state\n", kind);
    return;
  }
  for (std::size_t i = 0; i < found.points.size(); ++i) {
    const auto at_rest = with_resting_synapse(system, synapse, found.points[i].state);
    json["points"][i]["use"] = as_json(Vector<double>(at_rest.segment(N, N)));
    json["points"][i]["resource"] = as_json(Vector<double>(at_rest.tail(N)));
  }
  const auto p = tsodyks_markram_parameters(options);
  text += fmt::format(
      "with Tsodyks-Markram synapses: points and stability of (state, use, resource), U {:g}, "
      "tau_f {:g} ms, tau_d {:g} ms, f_max {:g} Hz\n",
      p.use, p.tau_f_ms, p.tau_d_ms, p.f_max_hz);
}

}  // namespace

AnalysisKind fixed_points_analysis() {
  AnalysisKind kind = {
      "fixed-points",
      "Fixed points under constant input, their stability, and how many may be missing; cycles of relu maps.",
      "a network file or a run file",
      R"({"kind":"fixed-points","complete":"exact|estimated","missing_at_least":x,"as":"flow|map","tau_ref_ms","starts",..,)"
      R"("points":[{"state":[..],"residual":r,"eigenvalues":[[re,im],..],"index":n,"stable":true,"hits":n},..],)"
      R"("cycles":[{"k":k,"states":[[..],..],"multipliers":[[re,im],..],"stable":true},..]})",
      "stillpoint analyze fixed-points results/quickstart/runs/condition0001-seed000001.h5 --as flow --json "
      "points.json",
      [](po::options_description& options) {
        add_system_options(options);
        add_visited_option(options);
        options.add_options()("starts", po::value<long>()->default_value(1024),
                              "independent starts: half visited states, half random")(
            "max-cycle", po::value<long>()->default_value(1), "networks with relu, as map: k-cycles up to this k too")(
            "synapse", po::value<std::string>(),
            "none; tcr: stability with it; or tsodyks_markram: points too; default: the network's own")(
            "beta", po::value<std::string>(), "strength of tcr; default: the network's own, or 100")(
            "tau-s-ms", po::value<std::string>(), "its time constant [ms]; default: the network's own, or 200");
      },
      of_subject({}, [](SubjectFile& file, const po::variables_map& given, std::string& text) {
        FixedPointSearch search;
        search.starts = given["starts"].as<long>();
        search.max_cycle = given["max-cycle"].as<long>();
        search.seed = seed_of(given);
        const auto chosen = synapse_of(file, given);
        file.take_synapse(chosen);
        search.synapse = file.subject.continuous();
        const auto system = file.subject.system();
        // Of phase 1 and of phase 2, a quarter as many starts.
        search.visited = visited_in_trials(file, given, (search.starts + 1) / 2 + (search.starts + 7) / 8);
        const auto found = find_fixed_points(system, search);
        text = as_text(found, system, search, 20);
        auto json = described(found, system);
        json["visited"] = search.visited.size() > 0 ? "trials" : "free";
        if (search.synapse) add_synapse(chosen, system, *search.synapse, found, json, text);
        return json;
      })};
  kind.numbers = {count_of("points", "/points"), count_of("stable", "/points", "stable", true),
                  smallest_of("lowest_index", "", "/points", "/index"), number_at("missing", "", "/missing_at_least")};
  return kind;
}

}  // namespace stillpoint
