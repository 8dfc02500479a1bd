#include "analysis/points/fixed_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/points/latent_equation.hpp"
#include "analysis/points/piecewise_linear.hpp"
#include "analysis/points/point_list.hpp"
#include "analysis/points/same_point.hpp"
#include "analysis/points/stability.hpp"
#include "analysis/start_states.hpp"
#include "analysis/statistics/intervals.hpp"
#include "analysis/synaptic_equations.hpp"
#include "sim/blas.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

constexpr double tolerance = 1e-12;
constexpr Index cycle_starts = 128;
constexpr double many_singletons = 0.2;
constexpr Index most_starts = 10000000;

/// Known points and how many starts of phase 1 ended at each.
struct Collection {
  std::vector<Vector<double>> found;  // coordinates
  std::vector<Index> hits;

  /// Its number; a new one where no known point is near.
  std::size_t add(const Vector<double>& x) {
    for (std::size_t i = 0; i < found.size(); ++i)
      if (same_point(found[i], x)) return i;
    found.push_back(x);
    hits.push_back(0);
    return found.size() - 1;
  }
};

void add_cycles(const System& system, const FixedPointSearch& search, const PiecewiseLinear& map,
                const Matrix<double>& starts, FixedPoints& result) {
  const Matrix<double> few = starts.leftCols(std::min(starts.cols(), cycle_starts));
  for (Index k = 2; k <= search.max_cycle; ++k) {
    const auto found = find_cycles(map, k, few);
    if (found.exact && result.cycles_exact_to == k - 1 && found.singular == 0) result.cycles_exact_to = k;
    for (const auto& states : found.cycles) {
      PiecewiseLinear::Word word;
      for (const auto& state : states.colwise()) word.push_back(map.region_of(state));
      PeriodicOrbit cycle{states, spectrum_by_growth(system.as(), map.product(word)), false};
      cycle.stable = is_stable(system.as(), cycle.multipliers);
      result.cycles.push_back(std::move(cycle));
    }
  }
}

/// The boxes to spend on a proof for this equation.
Index boxes_for(const FixedPointSearch& search, const LatentEquation& equation) {
  if (!can_be_proved(equation)) return 0;
  const bool small = equation.dimension() <= (equation.V.size() > 0 ? 3 : 10);
  return search.proof_boxes.value_or(small ? default_proof_boxes : 0);
}

/// What is searched in fewer dimensions than the state has.
std::optional<LatentEquation> latent_for(const System& system, const FixedPointSearch& search,
                                         const std::optional<PiecewiseLinear>& pieces) {
  if (pieces || moves_points(search.synapse)) return {};
  return LatentEquation::of_low_rank(system);
}

/// Its coordinates are the state, or the latent variables of low rank.
class PointSearch {
 public:
  PointSearch(const System& system, const FixedPointSearch& search, const std::optional<PiecewiseLinear>& pieces)
      : system_(system),
        search_(search),
        pieces_(pieces),
        latent_(latent_for(system, search, pieces)),
        velocity_(latent_ ? latent_->velocity() : velocity_for(system, search)),
        starts_(search_starts(system, search.starts, search.seed, 0, search.visited)) {
    result_.complete = Completeness::estimated;
    if (latent_) result_.rank = latent_->dimension();
    result_.rank_recognised = latent_ && latent_->recognised;
    result_.tau_ref_ms = system.reference_tau_ms();
    result_.starts = search.starts;
  }

  FixedPoints run() {
    const bool enumerated = pieces_ && pieces_->size() <= most_exact_fixed_points;
    if (enumerated) enumerate();
    const auto from_enumeration = known_.found.size();
    from_starts();
    // Points in a region without a unique solution are the only ones that solving every region can leave out.
    if (enumerated && result_.singular == 0 && known_.found.size() == from_enumeration)
      result_.complete = Completeness::exact;
    else if (!prove())
      deflated();
    list();
    if (result_.complete == Completeness::estimated && result_.proof && result_.proof->undecided.empty() &&
        result_.continua.empty() && static_cast<Index>(result_.points.size()) == result_.proof->points)
      result_.complete = Completeness::proved;
    if (result_.complete == Completeness::estimated)
      look_for_more();
    else
      result_.unseen_share = {0, 0, 0, 0, false, UnseenShare::Ended::complete};
    count_missing();
    result_.cycles_exact_to = result_.complete == Completeness::exact ? 1 : 0;
    if (search_.max_cycle > 1) add_cycles(system_, search_, *pieces_, starts_, result_);
    return std::move(result_);
  }

 private:
  Vector<double> coordinates_of(const Vector<double>& x) const { return latent_ ? latent_->latent_of(x) : x; }
  Vector<double> state_of(const Vector<double>& found) const { return latent_ ? latent_->state_of(found) : found; }
  std::optional<Vector<double>> root_from(const Vector<double>& x, const std::vector<Vector<double>>& known,
                                          const NewtonSetting& setting) const {
    return find_root(velocity_, coordinates_of(x), known, setting);
  }

  void enumerate() {
    const auto found = find_cycles(*pieces_, 1, starts_);
    for (const auto& states : found.cycles) known_.add(states.col(0));
    result_.singular = found.singular;
  }

  void from_starts() {
    NewtonSetting setting;
    setting.damped = !pieces_;
    for (const Index i : Turns("starts", starts_.cols()))
      if (const auto root = root_from(starts_.col(i), {}, setting)) {
        ends_.push_back(known_.add(*root));
        ++known_.hits[ends_.back()];
        ++result_.converged;
      }
  }

  /// false: not complete. What it proves to be a zero joins the list.
  bool prove() {
    if (pieces_ || moves_points(search_.synapse)) return false;
    const auto equation = latent_ ? latent_ : LatentEquation::of(system_);
    const Index boxes = equation ? boxes_for(search_, *equation) : 0;
    if (boxes == 0) return false;
    std::vector<Vector<double>> latent;
    for (const auto& found : known_.found) latent.push_back(latent_ ? found : equation->latent_of(found));
    const auto proof = prove_fixed_points(*equation, latent, boxes);
    for (const auto& z : proof.zeros)
      if (const auto root = find_root(velocity_, latent_ ? z : equation->state_of(z))) known_.add(*root);
    result_.proof = ProofSummary{proof.boxes, static_cast<Index>(proof.zeros.size()), proof.undecided};
    return proof.complete();
  }

  void deflated() {
    NewtonSetting setting;
    setting.iterations = 50;
    result_.deflated_starts = (search_.starts + 3) / 4;
    const auto before = known_.found.size();
    const Matrix<double> more =
        search_starts(system_, result_.deflated_starts, search_.seed, 1, search_.visited, taken());
    for (const Index i : Turns("deflated starts", more.cols()))
      if (const auto root = root_from(more.col(i), known_.found, setting)) known_.add(*root);
    deflated_from_ = before;
    deflated_to_ = known_.found.size();
  }

  /// Visited states that phase 1 has used.
  Index taken() const { return (search_.starts + 1) / 2; }

  void list() {
    SearchEnds ends;
    ends.latent = latent_ ? &*latent_ : nullptr;
    std::vector<bool> by_deflation;
    std::vector<std::size_t> numbers;  // among known_
    for (std::size_t i = 0; i < known_.found.size(); ++i) {
      if (residual_of(velocity_, known_.found[i]) > tolerance) continue;
      ends.coordinates.push_back(known_.found[i]);
      ends.states.push_back(state_of(known_.found[i]));
      ends.hits.push_back(known_.hits[i]);
      by_deflation.push_back(i >= deflated_from_ && i < deflated_to_);
      numbers.push_back(i);
    }
    result_.points.clear();
    result_.continua.clear();
    result_.found_by_deflation = 0;
    entry_hits_.clear();
    entry_of_.assign(known_.found.size(), known_.found.size());
    for (const auto& [members, dimension] : list_points(system_, search_, velocity_, ends, result_)) {
      for (const auto i : members) entry_of_[numbers[i]] = entry_hits_.size();
      entry_hits_.push_back(0);
      for (const auto i : members) entry_hits_.back() += ends.hits[i];
      result_.found_by_deflation +=
          std::all_of(members.begin(), members.end(), [&](auto i) -> bool { return by_deflation[i]; });
    }
  }

  bool is_listed(const Vector<double>& found) const {
    for (const auto& known : known_.found)
      if (same_point(known, found)) return true;
    return number_of(result_, system_, state_of(found)).has_value();
  }

  void look_for_more() {
    auto& share = result_.unseen_share;
    share.ended = UnseenShare::Ended::many_points;
    if (share_of_singletons(entry_hits_) > many_singletons) return seen_by_halves();
    share.ended = UnseenShare::Ended::budget;
    Index left = search_.budget.value_or(usual_budget(search_.starts)) - search_.starts - result_.deflated_starts,
          next = taken() + (result_.deflated_starts + 1) / 2;
    if (left < search_.starts / 4) return seen_by_halves();  // fewer than they are would say less
    const double converging = std::max(0.1, converged_share());
    std::uint64_t draw = 2;
    double best = 1;
    for (Index look = 0; left > 0 && share.ended != UnseenShare::Ended::covered; ++look) {
      UnseenShare here;
      std::vector<Vector<double>> fresh;
      const Index wanted = starts_of_look(look, search_.coverage);
      while (left > 0 && here.converged < wanted) {
        const double missing = static_cast<double>(wanted - here.converged) / converging;
        const Index count = std::min(left, static_cast<Index>(std::ceil(missing)));
        count_ends(search_starts(system_, count, search_.seed, draw++, search_.visited, next), wanted, here, fresh);
        left -= count;
        next += (count + 1) / 2;
      }
      here.high = clopper_pearson_high(here.unlisted, here.converged, risk_of_look(look));
      for (const auto& x : fresh) known_.add(x);
      if (!fresh.empty()) list();
      // What was found since makes the share of the list no larger than it was.
      if (here.high >= best) continue;
      best = here.high;
      here.estimate = ratio(here.unlisted, here.converged);
      here.ended = best <= search_.coverage ? UnseenShare::Ended::covered : UnseenShare::Ended::budget;
      share = here;
    }
  }

  /// Of starts up to `wanted` that converge; what is not on the list goes to `fresh`.
  void count_ends(const Matrix<double>& starts, Index wanted, UnseenShare& share,
                  std::vector<Vector<double>>& fresh) const {
    NewtonSetting setting;
    setting.damped = !pieces_;
    for (const Index i : Turns("starts to be counted", starts.cols())) {
      if (share.converged == wanted) return;
      const auto root = root_from(starts.col(i), {}, setting);
      if (!root || residual_of(velocity_, *root) > tolerance) continue;
      ++share.converged;
      if (is_listed(*root)) continue;
      ++share.unlisted;
      fresh.push_back(*root);
    }
  }

  static double ratio(Index part, Index whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
  double converged_share() const { return ratio(result_.converged, result_.starts); }

  /// Without a further start: what the second half of phase 1 adds to the first, which has the smaller list.
  void seen_by_halves() {
    auto& share = result_.unseen_share;
    const auto half = ends_.size() / 2;
    std::set<std::size_t> listed;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const auto entry = entry_of_[ends_[i]];
      if (entry == known_.found.size()) continue;  // its residual is too large
      if (i < half) {
        listed.insert(entry);
        continue;
      }
      ++share.converged;
      share.unlisted += listed.count(entry) == 0;
    }
    share.estimate = ratio(share.unlisted, share.converged);
    share.high = clopper_pearson_high(share.unlisted, share.converged, 0.05);
    share.by_halves = true;
    if (share.high <= search_.coverage) share.ended = UnseenShare::Ended::covered;
  }

  void count_missing() {
    result_.chao1 = chao1_missing(entry_hits_);
    if (result_.complete != Completeness::estimated) {
      result_.missing = {0, 0, 0.0};
      return;
    }
    const auto since = static_cast<double>(std::count(entry_hits_.begin(), entry_hits_.end(), 0));
    result_.missing = {std::max(0.0, result_.chao1 - since), std::max(0.0, least_missing(entry_hits_) - since), {}};
  }

  const System& system_;
  const FixedPointSearch& search_;
  const std::optional<PiecewiseLinear>& pieces_;
  std::optional<LatentEquation> latent_;
  Velocity velocity_;  // of the coordinates
  Matrix<double> starts_;
  Collection known_;
  std::vector<std::size_t> ends_;      // of the starts of phase 1 that converged, in turn: among known_
  std::vector<std::size_t> entry_of_;  // of each of known_
  std::size_t deflated_from_ = 0, deflated_to_ = 0;
  std::vector<Index> entry_hits_;  // of phase 1, of each entry of the list
  FixedPoints result_{};
};

}  // namespace

std::string name_of(Completeness complete) {
  return complete == Completeness::exact ? "exact" : complete == Completeness::proved ? "proved" : "estimated";
}

FixedPoints find_fixed_points(const System& system, const FixedPointSearch& search) {
  const ProductsOnOneThread products;
  system.network().check("network");
  require_parameter(search.starts >= 1 && search.starts <= most_starts, "starts", fmt::format("{}", search.starts),
                    fmt::format("must be from 1 to {}", most_starts));
  const Index budget = search.budget.value_or(0);
  require_parameter(budget >= 0 && budget <= most_starts, "budget", fmt::format("{}", budget),
                    fmt::format("must be from 0 to {}", most_starts));
  require_parameter(search.proof_boxes.value_or(0) >= 0, "proof", fmt::format("{}", search.proof_boxes.value_or(0)),
                    "must be 0 or more boxes");
  require_parameter(search.coverage > 0 && search.coverage < 1, "coverage", fmt::format("{}", search.coverage),
                    "must be above 0 and below 1");
  require_parameter(search.max_cycle >= 1, "max_cycle", fmt::format("{}", search.max_cycle), "must be 1 or more");
  const auto pieces = moves_points(search.synapse) ? std::nullopt : PiecewiseLinear::of(system);
  require_parameter(search.max_cycle == 1 || system.as() == System::As::map, "max_cycle",
                    fmt::format("{}", search.max_cycle),
                    "a flow has no k-cycles: must be 1, or the network taken as a map");
  require_parameter(search.max_cycle == 1 || pieces, "max_cycle", fmt::format("{}", search.max_cycle),
                    "k-cycles are found for networks with relu; must be 1 for this one");
  if (search.synapse) equations_with_synapse(system, *search.synapse);  // refuses what has none
  return PointSearch(system, search, pieces).run();
}

}  // namespace stillpoint
