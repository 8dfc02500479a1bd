#include <nanobind/stl/complex.h>

#include <cmath>
#include <complex>

#include "analysis/points/fixed_points.hpp"
#include "analysis/points/slow_points.hpp"
#include "analysis/points/stability.hpp"
#include "python/bindings/long_call.hpp"
#include "python/bindings/subject.hpp"

namespace stillpoint::python {

namespace {

using Complex = std::complex<double>;

nb::dict dict_of(const Missing& missing) {
  nb::dict made;
  made["estimate"] = missing.estimate;
  made["low"] = missing.low;
  made["high"] = missing.high;
  return made;
}

nb::dict dict_of(const UnseenShare& unseen) {
  nb::dict made;
  made["estimate"] = unseen.estimate;
  made["high"] = unseen.high;
  made["converged"] = unseen.converged;
  made["unlisted"] = unseen.unlisted;
  made["fresh"] = !unseen.by_halves;
  made["ended"] = name_of(unseen.ended);
  return made;
}

nb::dict dict_of(const ProofSummary& proof) {
  const Index n = proof.undecided.empty() ? 0 : proof.undecided.front().size();
  nb::dict made;
  made["boxes"] = proof.boxes;
  made["points"] = proof.points;
  made["low"] = each_row<double>(n, proof.undecided, [](const auto& box) { return box.low(); });
  made["high"] = each_row<double>(n, proof.undecided, [](const auto& box) { return box.high; });
  return made;
}

Made fixed_points(const BoundNetwork& network, const Given<1>& input, const std::optional<std::string>& as,
                  nb::handle synapse, Index starts, Index max_cycle, std::uint64_t seed,
                  const std::optional<Given<2>>& visited, std::optional<Index> budget, double coverage,
                  std::optional<Index> proof, nb::handle see) {
  const BoundSubject subject(network, input, as, synapse);
  const auto& system = subject.system;
  FixedPointSearch search;
  search.starts = starts;
  search.max_cycle = max_cycle;
  search.seed = seed;
  search.budget = budget;
  search.coverage = coverage;
  search.proof_boxes = proof;
  search.synapse = subject.continuous();
  if (visited) search.visited = columns_of(*visited);
  const auto found = long_call(see, [&] { return find_fixed_points(system, search); });

  const auto& points = found.points;
  const Index E = points.empty() ? 0 : points.front().eigenvalues.size();
  nb::dict made;
  made["as"] = name_of(system.as());
  made["tau_ref_ms"] = found.tau_ref_ms;
  made["complete"] = name_of(found.complete);
  made["missing"] = dict_of(found.missing);
  made["unseen_share"] = dict_of(found.unseen_share);
  made["proof"] = found.proof ? nb::object(dict_of(*found.proof)) : nb::none();
  made["rank"] = found.rank;
  made["chao1"] = found.chao1;
  made["starts"] = found.starts;
  made["converged"] = found.converged;
  made["deflated_starts"] = found.deflated_starts;
  made["found_by_deflation"] = found.found_by_deflation;
  made["singular_regions"] = found.singular;
  made["cycles_exact_to"] = found.cycles_exact_to;
  made["states"] = each_row<double>(system.dimension(), points, [](const auto& p) { return p.state; });
  made["eigenvalues"] = each_row<Complex>(E, points, [](const auto& p) { return p.eigenvalues; });
  made["nearest_to_neutral"] =
      each<Complex>(points, [&](const auto& p) { return nearest_to_neutral(system.as(), p.eigenvalues); });
  made["number"] = each<std::int64_t>(points, [](const auto& p) { return p.number; });
  made["residual"] = each<double>(points, [](const auto& p) { return p.residual; });
  made["index"] = each<std::int64_t>(points, [](const auto& p) { return p.index; });
  made["neutral"] = each<std::int64_t>(points, [](const auto& p) { return p.neutral; });
  made["hits"] = each<std::int64_t>(points, [](const auto& p) { return p.hits; });
  made["stable"] = each<bool>(points, [](const auto& p) { return p.stable; });
  made["on_kink"] = each<bool>(points, [](const auto& p) { return p.on_kink; });
  made["continuum"] = each<std::int64_t>(points, [](const auto& p) { return p.continuum ? *p.continuum : -1; });
  nb::list continua, cycles;
  for (const auto& one : found.continua) {
    nb::dict continuum;
    continuum["number"] = one.number;
    continuum["dimension"] = one.dimension;
    continuum["points"] = one.points.size();
    continuum["extent"] = one.extent;
    continuum["hits"] = one.hits;
    continuum["index"] = nb::make_tuple(one.least_index, one.most_index);
    continuum["attracts"] = one.attracts;
    continua.append(continuum);
  }
  for (const auto& one : found.cycles) {
    nb::dict cycle;
    cycle["k"] = one.states.cols();
    cycle["states"] = as_rows(one.states);
    cycle["multipliers"] = as_vector<Complex>(one.multipliers);
    cycle["stable"] = one.stable;
    cycles.append(cycle);
  }
  made["continua"] = continua;
  made["cycles"] = cycles;
  return made;
}

Made slow_points(const BoundNetwork& network, const Given<1>& input, const std::optional<std::string>& as, Index starts,
                 double radius, std::uint64_t seed, const std::optional<Given<2>>& visited, nb::handle see) {
  const BoundSubject subject(network, input, as, nb::none());
  const auto& system = subject.system;
  SlowPointSearch search{starts, radius, seed};
  if (visited) search.visited = columns_of(*visited);
  const auto found = long_call(see, [&] { return find_slow_points(system, search); });
  const auto& points = found.points;
  const Index D = system.dimension();
  nb::dict made;
  made["as"] = name_of(system.as());
  made["tau_ref_ms"] = system.reference_tau_ms();
  made["starts"] = found.starts;
  made["at_fixed_points"] = found.at_fixed_points;
  made["unfinished"] = found.unfinished;
  made["states"] = each_row<double>(D, points, [](const auto& p) { return p.state; });
  made["slow_directions"] = each_row<double>(D, points, [](const auto& p) { return p.slow_direction; });
  made["q"] = each<double>(points, [](const auto& p) { return p.q; });
  made["speed_per_s"] = each<double>(points, [](const auto& p) { return p.speed_per_s; });
  made["eigenvalue"] = each<Complex>(points, [](const auto& p) { return p.eigenvalue; });
  made["index"] = each<std::int64_t>(points, [](const auto& p) { return p.index; });
  made["passage_ms"] = each<double>(points, [](const auto& p) { return p.passage_ms.value_or(NAN); });
  made["hits"] = each<std::int64_t>(points, [](const auto& p) { return p.hits; });
  return made;
}

}  // namespace

void bind_points(nb::module_& module) {
  module.def("fixed_points", fixed_points, nb::arg("network"), nb::arg("input"), nb::arg("as_").none(),
             nb::arg("synapse").none(), nb::arg("starts"), nb::arg("max_cycle"), nb::arg("seed"),
             nb::arg("visited").none(), nb::arg("budget").none(), nb::arg("coverage"), nb::arg("proof").none(),
             nb::arg("see").none());
  module.def("slow_points", slow_points, nb::arg("network"), nb::arg("input"), nb::arg("as_").none(), nb::arg("starts"),
             nb::arg("radius"), nb::arg("seed"), nb::arg("visited").none(), nb::arg("see").none());
}

}  // namespace stillpoint::python
