#include "analysis/points/fixed_points.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/points/current_stability.hpp"
#include "analysis/synaptic_equations.hpp"
#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/analyses/fixed_points_report.hpp"
#include "experiments/cli/analyses/listed_points.hpp"
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
  const auto& which = given["synapse"].as<std::string>();
  const bool trained = which == "trained";
  if (!trained) stored["kind"] = which;
  for (const auto& [option, key] : {std::pair("beta", "beta"), std::pair("tau-s-ms", "tau_s_ms")})
    if (given.count(option)) stored[key] = given[option].as<std::string>();
  const auto kind = stored.count("kind") ? stored["kind"] : "none";
  auto known = synapse_kind_option().choices;
  const bool is_known = std::find(known.begin(), known.end(), kind) != known.end();
  if (!trained) known.insert(known.begin(), "trained");
  require_parameter(is_known, trained ? file.path + ": synapse.kind" : "--synapse", kind,
                    "must be " + alternatives(known));
  for (const auto& [option, bounds] : {std::pair("beta", nonnegative), std::pair("tau-s-ms", positive)}) {
    if (!given.count(option)) continue;
    const auto& text = given[option].as<std::string>();
    require_parameter(kind == "tcr", fmt::format("--{}", option), text, "belongs to --synapse tcr");
    number_option(fmt::format("--{}", option), "", "", bounds, "").check(text);
  }
  return resolved_synapse(stored);
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

/// A continuum has as many points as starts found of it.
std::optional<double> isolated_points(const nlohmann::ordered_json& result) {
  double isolated = static_cast<double>(result["points"].size());
  for (const double of_continuum : values_in(result, "/continua", "/points")) isolated -= of_continuum;
  return isolated;
}

}  // namespace

AnalysisKind fixed_points_analysis() {
  AnalysisKind kind = {
      "fixed-points",
      "Fixed points under constant input, their stability, and how many may be missing; cycles of relu maps.",
      "a network file or a run file",
      "{kind, complete: exact|proved|estimated, missing: {estimate, low, high}, unseen_share: {estimate, high, "
      "converged, "
      "unlisted, fresh, ended: complete|covered|budget|many_points}, converged_share, proof: {boxes, points, "
      "undecided: "
      "[{low, "
      "high}, ..]}, as: flow|map, tau_ref_ms, starts, converged, chao1, "
      "deflated_starts, found_by_deflation, singular_regions, cycles_exact_to, points: [{number, state, residual, "
      "eigenvalues: [[re, im], ..], index, neutral, nearest_to_neutral: [re, im], stable, hits, on_kink, use, "
      "resource}], "
      "continua: [{number, dimension, points, extent, hits, index: [least, most], attracts}], cycles: [{k, states, "
      "multipliers: [[re, im], ..], stable}], visited: trials|free, no_trials, synapse: {kind, remaining_eigenvalue, "
      "multiplicity and its parameters}, left_out}",
      "stillpoint analyze fixed-points results/quickstart/runs/condition0001-seed000001.h5 --as flow --json "
      "points.json",
      [](po::options_description& options) {
        add_system_options(options);
        add_visited_option(options);
        options.add_options()("starts", po::value<long>()->default_value(default_starts),
                              "independent starts: half visited states, half random")(
            "budget", po::value<long>(),
            "starts in all, with those that are only counted to see what share of them ends elsewhere; default: 4 "
            "times "
            "--starts")("coverage", po::value<double>()->default_value(FixedPointSearch().coverage),
                        "no more of these where that share is below this, with 95 %")(
            "proof", po::value<long>(),
            "boxes for a proof that no point is missing (tanh, logistic); default: 20000 up to 10 neurons or rank 3, "
            "else 0")("max-cycle", po::value<long>()->default_value(1),
                      "networks with relu, as map: k-cycles up to this k too")(
            "synapse", po::value<std::string>()->default_value("trained"),
            "trained: the network's own; none; tcr: stability with it; tsodyks_markram: points too; or another")(
            "beta", po::value<std::string>(), "strength of tcr; default: the network's own, or 100")(
            "tau-s-ms", po::value<std::string>(), "its time constant [ms]; default: the network's own, or 200");
      },
      of_subject({}, [](SubjectFile& file, const po::variables_map& given, std::string& text) {
        const auto chosen = synapse_of(file, given);
        file.take_synapse(chosen);
        auto search = search_of(file, given["starts"].as<long>(), seed_of(given), visited_of(given),
                                given.count("budget") ? std::optional(given["budget"].as<long>()) : std::nullopt);
        search.coverage = given["coverage"].as<double>();
        if (given.count("proof")) search.proof_boxes = given["proof"].as<long>();
        search.max_cycle = given["max-cycle"].as<long>();
        const auto system = file.subject.system();
        const auto found = find_fixed_points(system, search);
        const auto instead = free_runs_instead(file, visited_of(given));
        text = as_text(found, system, search, 20) + instead;
        auto json = described(found, system);
        json["visited"] = search.visited.size() > 0 ? "trials" : "free";
        if (!instead.empty()) json["no_trials"] = file.problem;
        if (search.synapse) add_synapse(chosen, system, *search.synapse, found, json, text);
        return json;
      })};
  kind.numbers = {{"points", "", isolated_points},
                  count_of("stable", "/points", "stable", true),
                  count_of("continua", "/continua"),
                  smallest_of("lowest_index", "", "/points", "/index"),
                  number_at("missing", "", "/missing/estimate")};
  return kind;
}

}  // namespace stillpoint
