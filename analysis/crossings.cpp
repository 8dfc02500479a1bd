#include "analysis/crossings.hpp"

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

Kind kind_of(System::As as, const std::complex<double>& value) {
  const bool map = as == System::As::map;
  if (value.imag() != 0) return map ? Kind::neimark_sacker : Kind::hopf;
  return map && value.real() < 0 ? Kind::flip : Kind::branch_point;
}

/// The k-th largest growth is continuous along the curve whatever eigenvalue it belongs to, so that it has a root
/// wherever it has different signs at the ends of the step.
Crossing locate(SteppedCurve& curve, std::size_t step, Index k) {
  const auto spectrum = [&](double share) {
    return share == 0   ? curve.spectrum_at(step, step)
           : share == 1 ? curve.spectrum_at(step + 1, step)
                        : curve.spectrum(step, curve.between(step, share));
  };
  const double share = root_between([&](double at) { return growth_of(curve.as, spectrum(at)(k)); }, 0, 1);
  const auto value = spectrum(share)(k);
  return {share, value, value.imag() != 0 ? 2 : 1, kind_of(curve.as, value)};
}

void resolve(SteppedCurve& curve, std::size_t step, std::vector<Bifurcation>& found) {
  const Index before = unstable_directions(curve.as, curve.spectrum_at(step, step)),
              after = unstable_directions(curve.as, curve.spectrum_at(step + 1, step));
  std::vector<Crossing> crossings;
  for (Index k = std::min(before, after); k < std::max(before, after); ++k) {
    const auto one = locate(curve, step, k);
    // Both of a pair cross at the same place.
    const bool again = one.count == 2 && !crossings.empty() && crossings.back().count == 2 &&
                       std::abs(crossings.back().share - one.share) < 1e-6;
    if (!again) crossings.push_back(one);
  }
  const auto& sign = curve.signs[step];
  std::optional<double> turn;
  if (sign.turns) {
    turn = root_between([&](double at) { return curve.direction(step, at); }, 0, 1);
    // The eigenvalue that passes through 0 at the turn is the turn's own: the real one nearest to it.
    const auto distance = [&](const Crossing& each) {
      return each.kind == Kind::branch_point ? std::abs(each.share - *turn) : 2;
    };
    const auto own = std::min_element(crossings.begin(), crossings.end(),
                                      [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
    if (own != crossings.end() && distance(*own) <= 1) crossings.erase(own);
    const auto values = curve.spectrum(step, curve.between(step, *turn));
    const double border = curve.as == System::As::map ? 1 : 0;
    Index nearest = 0;
    (values.array() - border).abs().minCoeff(&nearest);
    crossings.push_back({*turn, values(nearest), 1, sign.branches ? Kind::branch_point : Kind::fold});
  }
  std::stable_sort(crossings.begin(), crossings.end(),
                   [](const auto& a, const auto& b) { return a.share < b.share; });
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

/// Halves the steps until the number of unstable directions is explained.
void look(SteppedCurve& curve, std::size_t first, std::size_t last, bool every, std::vector<Bifurcation>& found) {
  const auto shows = [&](std::size_t step) { return curve.signs[step].turns || curve.signs[step].passes; };
  const auto index = [&](std::size_t node, std::size_t step) {
    return unstable_directions(curve.as, curve.spectrum_at(node, step));
  };
  if (last == first + 1) {
    if (shows(first) || index(first, first) != index(last, first)) resolve(curve, first, found);
    return;
  }
  bool quiet = !every;
  for (auto step = first; quiet && step < last; ++step) quiet = !shows(step);
  if (quiet && index(first, first) == index(last, last - 1)) return;
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

const Eigen::VectorXcd& SteppedCurve::spectrum_at(std::size_t node, std::size_t step) {
  spectra.resize(nodes.size());
  if (!spectra[node]) spectra[node] = spectrum(step, nodes[node]);
  return *spectra[node];
}

void find_crossings(SteppedCurve& curve, std::size_t first, std::size_t last, bool every_spectrum,
                    std::vector<Bifurcation>& found) {
  if (last > first) look(curve, first, last, every_spectrum, found);
}

}  // namespace stillpoint
