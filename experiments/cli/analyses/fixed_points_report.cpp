#include "experiments/cli/analyses/fixed_points_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/points/stability.hpp"
#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

std::string shown(const std::complex<double>& value) {
  return value.imag() == 0 ? fmt::format("{:.4g}", value.real())
                           : fmt::format("{:.4g}{:+.4g}i", value.real(), value.imag());
}

nlohmann::ordered_json columns_json(const Matrix<double>& matrix) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& column : matrix.colwise()) list.push_back(as_json(Vector<double>(column)));
  return list;
}

double share(Index part, Index whole) { return static_cast<double>(part) / static_cast<double>(whole); }

nlohmann::ordered_json missing_json(const Missing& missing) {
  nlohmann::ordered_json json = {{"estimate", missing.estimate}, {"low", missing.low}, {"high", nullptr}};
  if (missing.high) json["high"] = *missing.high;
  return json;
}

nlohmann::ordered_json unseen_share_json(const UnseenShare& unseen) {
  return {{"estimate", unseen.estimate}, {"high", unseen.high},        {"converged", unseen.converged},
          {"unlisted", unseen.unlisted}, {"fresh", !unseen.by_halves}, {"ended", name_of(unseen.ended)}};
}

nlohmann::ordered_json proof_json(const ProofSummary& proof) {
  auto undecided = nlohmann::ordered_json::array();
  for (const auto& box : proof.undecided)
    undecided.push_back({{"low", as_json(box.low())}, {"high", as_json(box.high)}});
  return {{"boxes", proof.boxes}, {"points", proof.points}, {"undecided", undecided}};
}

std::string plural(Index n, const char* word) { return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s"); }

/// What is known of points that are not on the list.
std::string completeness_text(const FixedPoints& found, const FixedPointSearch& search) {
  if (found.complete == Completeness::exact) return "exact: every linear region was solved\n";
  if (found.complete == Completeness::proved)
    return fmt::format("proved: there is no other, by interval arithmetic in {}\n",
                       found.proof->boxes == 1 ? "1 box" : fmt::format("{} boxes", found.proof->boxes));
  std::string text;
  if (found.proof)
    text += fmt::format(
        "no proof: {} of latent states left undecided after {}; {} proved\n",
        found.proof->undecided.size() == 1 ? "1 box" : fmt::format("{} boxes", found.proof->undecided.size()),
        found.proof->boxes, plural(found.proof->points, "point"));
  const auto& unseen = found.unseen_share;
  text += fmt::format(
      "estimated: of {} starts that converged, {}, {} ended at points that were not found before; with 95 %, a share "
      "of at most {:.3g} of such starts leads to points that are not listed\n",
      unseen.converged, unseen.by_halves ? "the second half of them" : "drawn afresh", unseen.unlisted, unseen.high);
  if (unseen.ended == UnseenShare::Ended::many_points)
    text += "more than a fifth of the ends were met once: there are many points, and no more starts were spent\n";
  if (unseen.ended == UnseenShare::Ended::budget)
    text += fmt::format("no more starts: --budget is {}\n", search.budget.value_or(usual_budget(search.starts)));
  if (found.missing.estimate > 0)
    text += fmt::format("missing: {:.3g} or more with 95 %; Chao1's estimate of a lower bound is {:.3g}\n",
                        found.missing.low, found.missing.estimate);
  return text;
}

/// Of an isolated point.
std::vector<std::string> row_of(const FixedPoint& point, bool map) {
  const auto as = map ? System::As::map : System::As::flow;
  return {fmt::format("{}", point.number),
          point.on_kink  ? "on a kink"
          : point.stable ? "yes"
                         : "no",
          fmt::format("{}", point.index),
          fmt::format("{}", point.neutral),
          shown(point.eigenvalues(0)),
          shown(nearest_to_neutral(as, point.eigenvalues)),
          fmt::format("{:.4g}", std::sqrt(point.state.array().square().mean())),
          fmt::format("{}", point.hits),
          fmt::format("{:.1e}", point.residual)};
}

/// Of all that was found of a continuum: from the smallest to the largest value.
std::vector<std::string> row_of(const Continuum& continuum, const FixedPoints& found, bool map) {
  const auto as = map ? System::As::map : System::As::flow;
  std::vector<double> sizes;
  std::complex<double> largest = 0, nearest = 0;
  double residual = 0;
  for (const auto i : continuum.points) {
    const auto& point = found.points[static_cast<std::size_t>(i)];
    const auto least = nearest_to_neutral(as, point.eigenvalues);
    if (sizes.empty() || growth_of(as, point.eigenvalues(0)) > growth_of(as, largest)) largest = point.eigenvalues(0);
    if (sizes.empty() || std::abs(growth_of(as, least)) < std::abs(growth_of(as, nearest))) nearest = least;
    sizes.push_back(std::sqrt(point.state.array().square().mean()));
    residual = std::max(residual, point.residual);
  }
  const auto [low, high] = std::minmax_element(sizes.begin(), sizes.end());
  const auto range = [](const auto& a, const auto& b) {
    return a == b ? fmt::format("{:.4g}", static_cast<double>(a))
                  : fmt::format("{:.4g}..{:.4g}", static_cast<double>(a), static_cast<double>(b));
  };
  return {fmt::format("{}", continuum.number),
          continuum.attracts ? "attracts" : "no",
          range(continuum.least_index, continuum.most_index),
          fmt::format("{}", continuum.dimension),
          shown(largest),
          shown(nearest),
          range(*low, *high),
          fmt::format("{}", continuum.hits),
          fmt::format("{:.1e}", residual)};
}

}  // namespace

nlohmann::ordered_json described(const FixedPoints& found, const System& system) {
  nlohmann::ordered_json json = {{"kind", "fixed-points"},
                                 {"complete", name_of(found.complete)},
                                 {"missing", missing_json(found.missing)},
                                 {"unseen_share", unseen_share_json(found.unseen_share)},
                                 {"converged_share", share(found.converged, found.starts)},
                                 {"as", system.as() == System::As::map ? "map" : "flow"},
                                 {"tau_ref_ms", found.tau_ref_ms},
                                 {"starts", found.starts},
                                 {"converged", found.converged},
                                 {"chao1", found.chao1},
                                 {"deflated_starts", found.deflated_starts},
                                 {"found_by_deflation", found.found_by_deflation},
                                 {"singular_regions", found.singular},
                                 {"cycles_exact_to", found.cycles_exact_to}};
  if (found.proof) json["proof"] = proof_json(*found.proof);
  if (found.rank) json["rank"] = *found.rank;
  auto points = nlohmann::ordered_json::array(), cycles = points;
  for (const auto& point : found.points) {
    const auto nearest = nearest_to_neutral(system.as(), point.eigenvalues);
    points.push_back({{"number", point.number},
                      {"state", as_json(point.state)},
                      {"residual", point.residual},
                      {"eigenvalues", as_json(point.eigenvalues)},
                      {"index", point.index},
                      {"neutral", point.neutral},
                      {"nearest_to_neutral", {nearest.real(), nearest.imag()}},
                      {"stable", point.stable},
                      {"hits", point.hits}});
    if (point.on_kink) points.back()["on_kink"] = true;
  }
  auto continua = nlohmann::ordered_json::array();
  for (const auto& continuum : found.continua)
    continua.push_back({{"number", continuum.number},
                        {"dimension", continuum.dimension},
                        {"points", continuum.points.size()},
                        {"extent", continuum.extent},
                        {"hits", continuum.hits},
                        {"index", {continuum.least_index, continuum.most_index}},
                        {"attracts", continuum.attracts}});
  for (const auto& cycle : found.cycles)
    cycles.push_back({{"k", cycle.states.cols()},
                      {"states", columns_json(cycle.states)},
                      {"multipliers", as_json(cycle.multipliers)},
                      {"stable", cycle.stable}});
  json["points"] = points;
  json["continua"] = continua;
  json["cycles"] = cycles;
  return json;
}

std::string as_text(const FixedPoints& found, const System& system, const FixedPointSearch& search,
                    Index shown_points) {
  const bool map = system.as() == System::As::map;
  std::string text;
  Index entries = 0, isolated = 0;
  for (const auto& point : found.points) {
    entries = std::max(entries, point.number);
    isolated += !point.continuum;
  }
  if (entries > 0) {
    Rows rows = {{"point", "stable", "index", "neutral", map ? "largest multiplier" : "largest eigenvalue",
                  map ? "nearest to modulus 1" : "nearest to the axis", "rms of state", "hits", "residual"}};
    for (const auto& point : found.points) {
      const bool again = point.number < static_cast<Index>(rows.size());
      if (again) continue;
      if (point.number > shown_points) break;
      rows.push_back(point.continuum ? row_of(found.continua[static_cast<std::size_t>(*point.continuum)], found, map)
                                     : row_of(point, map));
    }
    text += aligned(rows, 2);
    if (const auto more = entries + 1 - static_cast<Index>(rows.size()))
      text += fmt::format("and {} more (--json has all)\n", more);
  }
  text +=
      fmt::format("{}{} fixed point{}", isolated, found.continua.empty() ? "" : " isolated", isolated == 1 ? "" : "s");
  for (const auto& continuum : found.continua)
    text +=
        fmt::format("{} {} ({} points found, {:.4g} apart at most)", &continuum == &found.continua[0] ? " and" : ",",
                    continuum.dimension == 1   ? "a line or ring of them"
                    : continuum.dimension == 2 ? "a surface of them"
                                               : fmt::format("a continuum of dimension {}", continuum.dimension),
                    continuum.points.size(), continuum.extent);
  text += fmt::format(" of the {}", map ? "map" : "flow");
  if (!map) text += fmt::format(", eigenvalues in units of 1/tau, tau = {:.4g} ms (geometric mean)", found.tau_ref_ms);
  text += "\n" + completeness_text(found, search);
  if (found.rank)
    text += fmt::format("searched in {}: W {} of rank {}\n", plural(*found.rank, "latent variable"),
                        found.rank_recognised ? "has no factors but is, to rounding," : "is", *found.rank);
  text += fmt::format("{}: {} visited by {}, {} random; {} ended at a fixed point", plural(found.starts, "start"),
                      (found.starts + 1) / 2, search.visited.size() > 0 ? "the task's trials" : "free runs",
                      found.starts / 2, found.converged);
  if (found.deflated_starts > 0)
    text += fmt::format("; {} found by deflation from {} more", found.found_by_deflation, found.deflated_starts);
  text += "\n";
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

}  // namespace stillpoint
