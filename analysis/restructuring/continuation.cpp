#include "analysis/restructuring/continuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/points/newton.hpp"
#include "analysis/points/piecewise_linear.hpp"
#include "analysis/restructuring/arc_length.hpp"
#include "analysis/restructuring/crossings.hpp"
#include "analysis/restructuring/region_continuation.hpp"
#include "sim/blas.hpp"

namespace stillpoint {

namespace {

using End = FixedPointBranch::End;
using Sample = FixedPointBranch::Sample;

constexpr double same = 1e-6, beyond_bounds = 1e6;

struct CannotLocate {};

/// The branch step by step: nodes, and the unit tangent and sign at each.
class Walk {
 public:
  Walk(const NetworkPath& path, const ContinuationSetting& setting, const Vector<double>& x)
      : path_(path), setting_(setting), arc_(path, x) {
    auto factored = arc_.factor(arc_.join({x, 0}), arc_.along_s());
    add(arc_.join({x, 0}), arc_.tangent(factored), factored.determinant_sign());
    factored_ = std::move(factored);
    row_ = arc_.along_s();
  }

  End go(std::string& why) {
    double h = setting_.first_step;
    if (!tangents_[0].allFinite()) return lost("singular at the start", why);
    for (Index step = 0; step < setting_.most_steps; ++step) {
      const double most = setting_.longest_step * std::max(1.0, nodes_.back().norm());
      for (h = std::min(h, most); !advance(h); h *= 0.4)
        if (h < setting_.shortest_step) return lost("no step converges", why);
      const auto at = arc_.split(nodes_.back());
      if (at.x.norm() > beyond_bounds * std::sqrt(static_cast<double>(at.x.size()))) return End::diverges;
      // A turn just beyond an end shows only in the direction: the branch has been outside in between.
      const auto i = nodes_.size() - 2;
      double outside = 1;
      if (turns(i) && at.s > 0 && at.s < 1) {
        outside = root_between([&](double share) { return direction(i, share); }, 0, 1);
        if (const double s = between(i, outside).s; s > 0 && s < 1) continue;
      } else if (at.s > 0 && at.s < 1) {
        continue;
      }
      return land(i, outside, why);
    }
    return lost(fmt::format("not there after {} steps", setting_.most_steps), why);
  }

  SteppedCurve curve() {
    SteppedCurve curve{path_.as(), {}, {}, nullptr, nullptr, nullptr};
    for (const auto& y : nodes_) curve.nodes.push_back(arc_.split(y));
    for (std::size_t i = 0; i + 1 < nodes_.size(); ++i) {
      const bool turn = turns(i), branch = signs_[i] != signs_[i + 1];
      curve.signs.push_back({turn, branch, turn != branch});
    }
    curve.between = [this](std::size_t i, double share) { return between(i, share); };
    curve.direction = [this](std::size_t i, double share) { return direction(i, share); };
    curve.spectrum = [this](const Sample& at) {
      const auto system = path_.at(at.s);
      return ordered_spectrum(system, velocity_jacobian(system, at.x));
    };
    return curve;
  }

 private:
  void add(Vector<double> y, Vector<double> tangent, int sign) {
    nodes_.push_back(std::move(y));
    tangents_.push_back(std::move(tangent));
    signs_.push_back(sign);
  }
  End lost(const std::string& reason, std::string& why) const {
    why = reason;
    return End::lost;
  }

  bool advance(double& h) {
    const Vector<double> predicted = nodes_.back() + h * tangents_.back();
    const auto y = arc_.correct(predicted, row_, &*factored_);
    if (!y || (*y - predicted).norm() > setting_.widest_angle / 2 * h) return false;
    auto factored = arc_.factor(*y, tangents_.back());
    const auto tangent = arc_.tangent(factored);
    if (!tangent.allFinite()) return false;
    const double angle = std::acos(std::clamp(tangent.dot(tangents_.back()), -1.0, 1.0));
    if (angle > setting_.widest_angle) return false;
    row_ = tangents_.back();
    add(*y, tangent, factored.determinant_sign());
    factored_ = std::move(factored);
    h *= std::clamp(setting_.widest_angle / 2 / std::max(angle, 1e-6), 0.5, 2.0);
    return true;
  }

  bool turns(std::size_t i) const {
    const Index s = nodes_[i].size() - 1;
    return (tangents_[i](s) > 0) != (tangents_[i + 1](s) > 0);
  }
  Vector<double> corrected(std::size_t i, double share) const {
    if (share == 0 || share == 1) return nodes_[share == 0 ? i : i + 1];
    const Vector<double> guess = nodes_[i] + share * (nodes_[i + 1] - nodes_[i]);
    const auto y = arc_.correct(guess, tangents_[i], nullptr);
    if (!y) throw CannotLocate{};
    return *y;
  }
  Sample between(std::size_t i, double share) const { return arc_.split(corrected(i, share)); }
  double direction(std::size_t i, double share) const {
    return arc_.tangent(arc_.factor(corrected(i, share), tangents_[i]))(nodes_[i].size() - 1);
  }

  /// Step i has left [0, 1] by `outside`: cut it off at the end, and polish there.
  End land(std::size_t i, double outside, std::string& why) {
    const double end = arc_.split(corrected(i, outside)).s >= 1 ? 1 : 0;
    const double share = root_between([&](double at) { return between(i, at).s - end; }, 0, outside);
    const auto guess = between(i, share);
    const System system = path_.at(end);
    NewtonSetting whole;
    whole.damped = false;
    const auto x = find_root(system, guess.x, {}, whole);
    const double scale = magnitude_of(guess.x);
    if (!x || (*x - guess.x).cwiseAbs().maxCoeff() > 1e-4 * scale) return lost("no fixed point where it ends", why);
    if (end == 0 && (*x - arc_.split(nodes_[0]).x).cwiseAbs().maxCoeff() <= same * scale)
      return lost("turned back on itself", why);
    const Vector<double> y = arc_.join({*x, end});
    const auto factored = arc_.factor(y, tangents_[i]);
    nodes_.pop_back();
    tangents_.pop_back();
    signs_.pop_back();
    add(y, arc_.tangent(factored), factored.determinant_sign());
    return end == 1 ? End::arrives : End::returns;
  }

  const NetworkPath& path_;
  const ContinuationSetting& setting_;
  ArcLength arc_;
  std::vector<Vector<double>> nodes_, tangents_;
  std::vector<int> signs_;
  std::optional<LU> factored_;  // at the last node, across row_
  Vector<double> row_;
};

void continue_smooth(const NetworkPath& path, const ContinuationSetting& setting, const KnownSpectra& known,
                     FixedPointBranch& branch) {
  Walk walk(path, setting, branch.samples[0].x);
  try {
    branch.end = walk.go(branch.why);
    auto curve = walk.curve();
    const auto last = curve.nodes.size() - 1;
    branch.samples = curve.nodes;
    const bool ended = branch.end == End::arrives || branch.end == End::returns;
    curve.spectra.resize(curve.nodes.size());
    curve.spectra[0] = known(curve.nodes[0]);
    if (ended) curve.spectra[last] = known(curve.nodes[last]);
    find_crossings(curve, setting.every_spectrum, branch.bifurcations);
    if (ended) branch.end_spectrum = curve.spectrum_at(last);
  } catch (const CannotLocate&) {
    branch.end = End::lost;
    branch.why = "a change within a step cannot be located";
  }
}

}  // namespace

std::string name_of(Bifurcation::Kind kind) {
  switch (kind) {
    case Bifurcation::Kind::fold:
      return "fold";
    case Bifurcation::Kind::branch_point:
      return "branch point";
    case Bifurcation::Kind::flip:
      return "flip";
    case Bifurcation::Kind::hopf:
      return "Hopf";
    case Bifurcation::Kind::neimark_sacker:
      return "Neimark-Sacker";
    case Bifurcation::Kind::border_collision:
      return "border collision";
  }
  return {};
}

FixedPointBranch continue_fixed_point(const NetworkPath& path, const Vector<double>& x,
                                      const ContinuationSetting& setting, const KnownSpectra& known) {
  const ProductsOnOneThread products;
  const auto start = path.at(0);
  require_parameter(x.size() == start.dimension() && x.allFinite(), "start", fmt::format("{} values", x.size()),
                    fmt::format("must be {} finite values", start.dimension()));
  const double residual = residual_of(start, x);
  require_parameter(residual <= 1e-9, "start", fmt::format("residual {:.2g}", residual),
                    "must be a fixed point at s = 0, residual at most 1e-9");
  FixedPointBranch branch;
  branch.end = End::lost;
  branch.samples.push_back({x, 0});
  if (PiecewiseLinear::of(start))
    continue_by_regions(path, setting, known, branch);
  else
    continue_smooth(path, setting, known, branch);
  return branch;
}

}  // namespace stillpoint
