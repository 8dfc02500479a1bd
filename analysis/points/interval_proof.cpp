#include "analysis/points/interval_proof.hpp"

#include <cmath>

#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

constexpr double least_width = 1e-7;
constexpr Index boxes_between_looks = 64;
constexpr std::size_t most_undecided = 100;  // about a degenerate point there are thousands
constexpr double nearest = 1e-5;             // a zero that is alone within no such radius is not shown to be one

class BranchAndPrune {
 public:
  BranchAndPrune(const LatentEquation& equation, Index budget) : operators_(equation), budget_(budget) {}

  void begin(const std::vector<Vector<double>>& known) {
    const RoundingUpward rounding;
    left_.push_back(operators_.everything());
    for (const auto& z : known) add(operators_.zero_near(z));
  }
  /// Some boxes more; false: it is finished.
  bool go_on() {
    const RoundingUpward rounding;
    for (Index i = 0; i < boxes_between_looks; ++i) {
      if (left_.empty() || proof_.boxes == budget_ || proof_.undecided.size() >= most_undecided) return false;
      ++proof_.boxes;
      auto box = left_.back();
      left_.pop_back();
      look_at(box);
    }
    return true;
  }
  FixedPointProof take() {
    proof_.undecided.insert(proof_.undecided.end(), left_.begin(), left_.end());
    return std::move(proof_);
  }

 private:
  bool is_known(const IntervalBox& box) const {
    for (const auto& region : regions_)
      if (box.inside(region)) return true;
    return false;
  }

  /// Proves that there is a zero at x, and how far about it no other; false where it cannot, or where that one is known.
  bool add(const Vector<double>& x) {
    if (!x.allFinite()) return false;
    IntervalBox closest, enclosure;
    double alone = 0;
    for (double radius = 1e-10; alone > 0 || radius < nearest; radius *= alone > 0 ? 1.3 : 2) {
      if (operators_.one_zero(x, radius, enclosure)) {
        if (alone == 0) closest = enclosure;
        alone = radius;
      } else if (alone > 0) {
        break;
      }
    }
    if (alone == 0 || is_known(closest)) return false;
    for (const auto& other : enclosures_)
      if (closest.meets(other)) return false;
    enclosures_.push_back(closest);
    IntervalBox region{Vector<double>(x.size()), Vector<double>(x.size())};
    for (Index k = 0; k < x.size(); ++k) {  // rounded inward
      region.high(k) = -(-x(k) + -alone);
      region.minus_low(k) = -(x(k) + -alone);
    }
    regions_.push_back(region);
    proof_.zeros.push_back(x);
    proof_.radius.push_back(closest.width().maxCoeff());
    return true;
  }

  void look_at(IntervalBox& box) {
    for (double volume = 0; volume < 0.5;) {
      if (is_known(box)) return;
      const Vector<double> before = box.width();
      if (!operators_.contract(box)) return;
      volume = 1;
      for (Index k = 0; k < box.size(); ++k)
        if (before(k) > 0) volume *= (box.high(k) + box.minus_low(k)) / before(k);
    }
    if (is_known(box)) return;
    const double widest = box.width().maxCoeff();
    const auto direction = operators_.direction_to_cut(box);
    if (widest < 1e-2 && add(operators_.zero_near(box.middle()))) {
      left_.push_back(box);
    } else if (widest < least_width) {
      proof_.undecided.push_back(box);
    } else {
      cut(box, direction);
    }
  }

  /// Off the middle, where symmetric networks have their points.
  void cut(const IntervalBox& box, Index k) {
    const double at = box.middle()(k) + 0.013 * box.width()(k);
    auto lower = box, upper = box;
    lower.high(k) = at;
    upper.minus_low(k) = -at;
    left_.push_back(lower);
    left_.push_back(upper);
  }

  IntervalOperators operators_;
  Index budget_;
  std::vector<IntervalBox> left_, regions_, enclosures_;  // in each region and enclosure there is one zero
  FixedPointProof proof_;
};

}  // namespace

bool can_be_proved(const LatentEquation& equation) {
  return equation.phi == Nonlinearity::tanh || equation.phi == Nonlinearity::logistic;
}

FixedPointProof prove_fixed_points(const LatentEquation& equation, const std::vector<Vector<double>>& known,
                                   Index boxes) {
  BranchAndPrune search(equation, boxes);
  search.begin(known);
  while (search.go_on()) look_aside();
  return search.take();
}

}  // namespace stillpoint
