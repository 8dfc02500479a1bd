#include "analysis/restructuring/region_continuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/points/piecewise_linear.hpp"
#include "analysis/points/same_point.hpp"
#include "analysis/restructuring/crossings.hpp"

namespace stillpoint {

namespace {

using End = FixedPointBranch::End;
using Sample = FixedPointBranch::Sample;
using Region = PiecewiseLinear::Region;

constexpr double on_kink = 1e-11, together = 1e-10, beyond_bounds = 1e6;

bool touches(const Vector<double>& kink) { return kink.cwiseAbs().minCoeff() <= 1e-9 * magnitude_of(kink); }

/// The fixed point of one region's linear equations, wherever it lies, and the kink quantities there.
struct Solved {
  Vector<double> x, kink;
};

class RegionWalk {
 public:
  RegionWalk(const NetworkPath& path, const ContinuationSetting& setting, const KnownSpectra& known,
             FixedPointBranch& branch)
      : path_(path), setting_(setting), known_(known), branch_(branch) {}

  void go() {
    const auto pieces = pieces_at(0);
    const auto kink = pieces.kink(branch_.samples[0].x);
    if (touches(kink)) return lost("starts on a kink");
    region_ = kink.array() > 0;
    while (to_border()) {
      if (borders_ > setting_.most_steps) return lost(fmt::format("more than {} borders", borders_));
      if (!cross()) return;
    }
  }

 private:
  PiecewiseLinear pieces_at(double s) const { return *PiecewiseLinear::of(path_.at(s)); }
  std::optional<Solved> solve(const Region& region, double s) const {
    const auto pieces = pieces_at(s);
    const auto solution = pieces.solve({region});
    if (solution.found == PiecewiseLinear::Found::singular) return {};
    const Vector<double> x = solution.states.col(0);
    return Solved{x, pieces.kink(x)};
  }
  /// The velocity's Jacobian in a region is P - 1, of flows as well (the step is one tau long).
  Eigen::VectorXcd spectrum(const Region& region, double s) const {
    const auto system = path_.at(s);
    Matrix<double> dFdx = PiecewiseLinear::of(system)->product({region});
    dFdx.diagonal().array() -= 1;
    return ordered_spectrum(system, dFdx);
  }
  void lost(const std::string& why) {
    branch_.end = End::lost;
    branch_.why = why;
  }
  Sample& at() { return branch_.samples.back(); }

  /// On to the next border, or to an end: false.
  bool to_border() {
    const auto first = branch_.samples.size() - 1;
    double h = setting_.first_step;
    bool border = false;
    while (!border) {
      const double s = std::clamp(at().s + direction_ * h, 0.0, 1.0), before = at().s;
      const auto next = solve(region_, s);
      if (!next || (next->x - at().x).cwiseAbs().maxCoeff() > setting_.longest_step * magnitude_of(at().x) ||
          (flipped_ && wrong(*next)(*flipped_) && std::abs(s - before) > setting_.shortest_step)) {
        if (std::abs(s - before) <= setting_.shortest_step) {
          search(first);
          lost(next ? "no step is short enough" : "no unique fixed point in a linear region");
          return false;
        }
        h = std::abs(s - before) / 3;
        continue;
      }
      if (wrong(*next).any()) {
        border = true;
        if (!shorten(before, s, *next)) return false;
      } else {
        branch_.samples.push_back({next->x, s});
        flipped_.reset();
        if (next->x.norm() > beyond_bounds * std::sqrt(static_cast<double>(next->x.size()))) {
          search(first);
          branch_.end = End::diverges;
          return false;
        }
        if (s == 0 || s == 1) return finish(first, *next);
        h = std::min(2 * h, setting_.longest_step);
      }
    }
    search(first);
    return true;
  }

  Eigen::Array<bool, Eigen::Dynamic, 1> wrong(const Solved& at) const {
    return region_.select(-at.kink, at.kink).array() > on_kink * magnitude_of(at.kink);
  }

  /// The step from `before` to s ends where the first unit reaches its kink, which is unit_.
  bool shorten(double before, double s, const Solved& next) {
    const auto crossed = wrong(next);
    std::vector<std::pair<double, Index>> reached;
    for (Index j = 0; j < crossed.size(); ++j)
      if (crossed(j)) {
        const auto kink = [&](double share) {
          const auto solved = solve(region_, before + share * (s - before));
          return solved ? solved->kink(j) : 0;
        };
        reached.emplace_back(root_between(kink, 0, 1), j);
      }
    std::sort(reached.begin(), reached.end());
    if (reached.size() > 1 && reached[1].first - reached[0].first < together) {
      lost(fmt::format("units {} and {} reach their kinks together", reached[0].second + 1, reached[1].second + 1));
      return false;
    }
    unit_ = reached[0].second;
    const double where = before + reached[0].first * (s - before);
    const auto solved = solve(region_, where);
    if (!solved) {
      lost("no unique fixed point in a linear region");
      return false;
    }
    branch_.samples.push_back({solved->x, where});
    return true;
  }

  /// unit_ changes side; s goes on in the direction that keeps it there.
  bool cross() {
    const double s = at().s;
    const auto here = spectrum(region_, s);
    region_(unit_) = !region_(unit_);
    constexpr double h = 1e-6;
    const auto up = solve(region_, s + h), down = solve(region_, s - h);
    const double slope = up && down ? (up->kink(unit_) - down->kink(unit_)) / (2 * h) : 0;
    if (slope == 0 || !std::isfinite(slope)) {
      lost(fmt::format("unit {} stays at its kink beyond it", unit_ + 1));
      return false;
    }
    const double next = (slope > 0) == region_(unit_) ? 1 : -1;
    const auto beyond = spectrum(region_, s);
    const auto as = path_.as();
    branch_.bifurcations.push_back({Bifurcation::Kind::border_collision, s, at().x, beyond(0),
                                    unstable_directions(as, here), unstable_directions(as, beyond), next != direction_,
                                    branch_.samples.size() - 1});
    direction_ = next;
    flipped_ = unit_;
    ++borders_;
    branch_.samples.push_back(at());
    return true;
  }

  bool finish(std::size_t first, const Solved& end) {
    const double s = at().s;
    if (touches(end.kink)) {  // where the Jacobian is not the region's
      branch_.samples.pop_back();
      search(first);
      lost("ends on a kink");
      return false;
    }
    search(first);
    if (s == 0 && same_point(branch_.samples[0].x, at().x)) {
      lost("turned back on itself");
      return false;
    }
    branch_.end = s == 1 ? End::arrives : End::returns;
    const auto known = known_(at());
    branch_.end_spectrum = known ? *known : spectrum(region_, s);
    return false;
  }

  /// Flips and rotations on the samples since `first`, which lie in one region.
  void search(std::size_t first) {
    const auto last = branch_.samples.size() - 1;
    if (last == first) return;
    SteppedCurve curve{path_.as(), {}, {}, nullptr, nullptr, nullptr};
    curve.nodes.assign(branch_.samples.begin() + static_cast<long>(first), branch_.samples.end());
    curve.signs.resize(last - first);
    curve.between = [&](std::size_t i, double share) {
      const double s = curve.nodes[i].s + share * (curve.nodes[i + 1].s - curve.nodes[i].s);
      const auto solved = solve(region_, s);
      return Sample{solved ? solved->x : curve.nodes[i].x, s};
    };
    curve.spectrum = [&](const Sample& sample) {
      const bool end = sample.s == 0 || sample.s == 1;
      const auto known = end ? known_(sample) : std::nullopt;
      return known ? *known : spectrum(region_, sample.s);
    };
    const auto before = branch_.bifurcations.size();
    find_crossings(curve, setting_.every_spectrum, branch_.bifurcations);
    for (auto i = before; i < branch_.bifurcations.size(); ++i) branch_.bifurcations[i].after += first;
  }

  const NetworkPath& path_;
  const ContinuationSetting& setting_;
  const KnownSpectra& known_;
  FixedPointBranch& branch_;
  Region region_;
  double direction_ = 1;
  Index unit_ = 0, borders_ = 0;
  std::optional<Index> flipped_;  // has just changed side, so that its kink quantity is 0 but for rounding
};

}  // namespace

void continue_by_regions(const NetworkPath& path, const ContinuationSetting& setting, const KnownSpectra& known,
                         FixedPointBranch& branch) {
  RegionWalk(path, setting, known, branch).go();
}

}  // namespace stillpoint
