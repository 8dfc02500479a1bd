#include "analysis/restructuring/crossings.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>

namespace stillpoint {

namespace {

using Kind = Bifurcation::Kind;

/// One eigenvalue, or a pair, at a share of a step.
struct Crossing {
  double share;
  std::complex<double> eigenvalue;
  Index count;  // 1, or 2 of a pair
  Kind kind;
};

/// The real eigenvalue at a fold.
double at_border(System::As as) { return as == System::As::map ? 1 : 0; }

Kind kind_of(System::As as, const std::complex<double>& value) {
  const bool map = as == System::As::map;
  if (value.imag() != 0) return map ? Kind::neimark_sacker : Kind::hopf;
  return map && value.real() < 0 ? Kind::flip : Kind::branch_point;
}

/// The k-th largest growth is continuous along the curve whatever eigenvalue it belongs to, so that it has a root
/// wherever it has different signs at the ends of the step.
Crossing locate(SteppedCurve& curve, std::size_t step, Index k) {
  const auto spectrum = [&](double share) {
    return share == 0   ? curve.spectrum_at(step)
           : share == 1 ? curve.spectrum_at(step + 1)
                        : curve.spectrum(curve.between(step, share));
  };
  const double share = root_between([&](double at) { return growth_of(curve.as, spectrum(at)(k)); }, 0, 1);
  const auto value = spectrum(share)(k);
  return {share, value, value.imag() != 0 ? 2 : 1, kind_of(curve.as, value)};
}

double turn_of(const SteppedCurve& curve, std::size_t step) {
  return root_between([&](double at) { return curve.direction(step, at); }, 0, 1);
}

Index index_at(SteppedCurve& curve, std::size_t node) { return unstable_directions(curve.as, curve.spectrum_at(node)); }

void resolve(SteppedCurve& curve, std::size_t step, std::vector<Bifurcation>& found) {
  const Index before = index_at(curve, step), after = index_at(curve, step + 1);
  std::vector<Crossing> crossings;
  for (Index k = std::min(before, after); k < std::max(before, after); k += crossings.back().count)
    crossings.push_back(locate(curve, step, k));
  const auto& sign = curve.signs[step];
  std::optional<double> turn;
  if (sign.turns) {
    turn = turn_of(curve, step);
    // The eigenvalue that passes through 0 at the turn is the turn's own: the real one nearest to it.
    const auto distance = [&](const Crossing& each) {
      return each.kind == Kind::branch_point ? std::abs(each.share - *turn) : 2;
    };
    const auto own = std::min_element(crossings.begin(), crossings.end(),
                                      [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
    if (own != crossings.end() && distance(*own) <= 1) crossings.erase(own);
    const auto values = curve.spectrum(curve.between(step, *turn));
    Index nearest = 0;
    (values.array() - at_border(curve.as)).abs().minCoeff(&nearest);
    crossings.push_back({*turn, values(nearest), 1, sign.branches ? Kind::branch_point : Kind::fold});
  }
  std::stable_sort(crossings.begin(), crossings.end(), [](const auto& a, const auto& b) { return a.share < b.share; });
  const Index towards = after > before ? 1 : after < before ? -1 : 0;
  Index index = before;
  for (const auto& each : crossings) {
    const auto at = curve.between(step, each.share);
    const bool turns = turn && each.share == *turn;
    const Index next = index + towards * each.count;
    found.push_back({each.kind, at.s, at.x, each.eigenvalue, index, next, turns, step});
    index = next;
  }
}

/// Steps between two nodes on which nothing shows; halves them until the number of unstable directions is explained.
void look(SteppedCurve& curve, std::size_t first, std::size_t last, bool every, std::vector<Bifurcation>& found) {
  if (first == last || ((!every || last == first + 1) && index_at(curve, first) == index_at(curve, last))) return;
  if (last == first + 1) return resolve(curve, first, found);
  const auto middle = (first + last) / 2;
  look(curve, first, middle, every, found);
  look(curve, middle, last, every, found);
}

}  // namespace

double root_between(const std::function<double(double)>& f, double low, double high) {
  const double at_low = f(low), at_high = f(high);
  if (at_low == 0) return low;
  if (at_high == 0 || std::signbit(at_low) == std::signbit(at_high)) return high;
  std::uintmax_t most = 100;
  const auto found = boost::math::tools::toms748_solve(
      f, low, high, at_low, at_high, [](double a, double b) { return std::abs(b - a) <= 0x1.0p-40; }, most);
  return (found.first + found.second) / 2;
}

const Eigen::VectorXcd& SteppedCurve::spectrum_at(std::size_t node) {
  spectra.resize(nodes.size());
  if (!spectra[node]) spectra[node] = spectrum(nodes[node]);
  return *spectra[node];
}

void find_crossings(SteppedCurve& curve, bool every_spectrum, std::vector<Bifurcation>& found) {
  const auto last = curve.nodes.size() - 1;
  std::vector<std::size_t> shown;
  for (std::size_t step = 0; step < last; ++step)
    if (curve.signs[step].turns || curve.signs[step].passes) shown.push_back(step);
  // One fold explains one direction more or less: no further spectra.
  if (!every_spectrum && shown.size() == 1 && curve.signs[shown[0]].turns && !curve.signs[shown[0]].branches) {
    const Index before = index_at(curve, 0), after = index_at(curve, last);
    if (std::abs(after - before) == 1) {
      const auto at = curve.between(shown[0], turn_of(curve, shown[0]));
      found.push_back({Kind::fold, at.s, at.x, at_border(curve.as), before, after, true, shown[0]});
      return;
    }
  }
  std::size_t from = 0;
  for (const auto step : shown) {
    look(curve, from, step, every_spectrum, found);
    resolve(curve, step, found);
    from = step + 1;
  }
  look(curve, from, last, every_spectrum, found);
}

}  // namespace stillpoint
