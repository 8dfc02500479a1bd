#include "experiments/report/followed_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/report/followed_symbols.hpp"
#include "experiments/report/panel.hpp"
#include "sim/linear_algebra.hpp"

namespace stillpoint {

namespace {

constexpr double left_margin = 50, right_margin = 14, top_margin = 34, panel_height = 190, panel_gap = 14,
                 loss_height = 70, loss_top = top_margin + panel_height + panel_gap,
                 legend_top = loss_top + loss_height + 40, wide_margin = 74;  // where memories are named

}  // namespace

FollowedAxis axis_of(const Followed& followed) {
  std::vector<const Vector<double>*> states;
  for (const bool any : {false, true}) {
    if (!states.empty()) break;
    for (const auto& points : followed.points)
      for (const auto& point : points)
        if (any || point.track) states.push_back(&point.state);
  }
  FollowedAxis axis;
  if (states.empty()) return axis;
  Matrix<double> X(states[0]->size(), static_cast<Index>(states.size()));
  for (std::size_t i = 0; i < states.size(); ++i) X.col(static_cast<Index>(i)) = *states[i];
  axis.mean = X.rowwise().mean();
  X.colwise() -= axis.mean;
  const auto spread = symmetric_eigen_decomposition_of(X * X.transpose());
  axis.direction = spread.vectors.rightCols(1);
  Index largest = 0;
  axis.direction.cwiseAbs().maxCoeff(&largest);
  if (axis.direction(largest) < 0) axis.direction *= -1;
  const double total = spread.values.sum();
  axis.share = total > 0 ? spread.values.tail(1)(0) / total : 0;
  return axis;
}

namespace {

const Stroke reached{"#888888", 0.75, "3 1.5"};

/// Changes that a reader should see.
bool is_shown(const FollowedChange& change) { return change.effect != "goes on"; }

class FollowedDrawing {
 public:
  FollowedDrawing(const Followed& followed, const FollowedFigure& figure, Drawing& to)
      : followed_(followed), figure_(figure), axis_(axis_of(followed)), to_(to) {
    std::vector<double> heights;
    // Not of the branches: one that grows without bound would leave all others flat.
    for (const auto& points : followed.points)
      for (const auto& point : points) heights.push_back(axis_.at(point.state));
    const Axis x{figure.logarithmic ? "update + 1" : "update", static_cast<double>(figure.updates.front()) + shift(),
                 static_cast<double>(figure.updates.back()) + shift(),
                 figure.logarithmic ? Axis::Scale::log10 : Axis::Scale::linear};
    const auto label =
        fmt::format("first principal axis ({:.0f} % of variance)", 100 * figure.share.value_or(axis_.share));
    const double width = page_width - left_margin - (figure.labels.empty() ? right_margin : wide_margin);
    panel_ = {{left_margin, top_margin}, width, panel_height, x, Axis::covering(label, heights)};
    panel_.x.labelled = false;
    loss_ = {{left_margin, loss_top}, width, loss_height, x, Axis::covering("loss", figure.loss, Axis::Scale::log10)};
  }

  void draw() {
    draw_loss();
    for (std::size_t k = 0; k < followed_.points.size(); ++k)
      for (const auto& point : followed_.points[k])
        if (point.track) {
          reach(*point.track, at(static_cast<Index>(k), 0, point.state));
        } else {
          to_.circle(at(static_cast<Index>(k), 0, point.state), 1, "#BBBBBB");
          drawn_grey_ = true;
        }
    for (const bool stable : {false, true})
      for (const auto& arc : followed_.arcs) draw_arc(arc, stable);
    for (const auto& pair : followed_.matched) {
      const auto& before = point(pair.interval, pair.before);
      to_.line(at(pair.interval, 0, before.state), at(pair.interval, 1, point(pair.interval + 1, pair.after).state),
               {colour(*before.track), 0.6, "1 2"});
    }
    for (const auto& change : followed_.changes)
      if (is_shown(change)) draw_symbol(to_, at(change.interval, change.s, change.state), symbol_of(change));
    draw_numbers();
    if (right_ends_.empty() && !drawn_grey_)
      to_.text({panel_.corner.x + panel_.width / 2, panel_.corner.y + panel_.height / 2},
               "no fixed point was found: nothing is followed", {7, "middle"});
    panel_.draw_axes(to_, "", "");
    loss_.draw_axes(to_, "", "");
    to_.text({left_margin, 12}, figure_.title, {8, "start", 0, "#000000", true});
    to_.text({left_margin, 23}, caption(), {7});
    draw_legend();
  }

 private:
  static std::string colour(Index track) { return series_stroke(static_cast<std::size_t>(track)).colour; }
  const FollowedPoint& point(Index k, Index i) const {
    return followed_.points[static_cast<std::size_t>(k)][static_cast<std::size_t>(i)];
  }
  Point at(Index interval, double s, const Vector<double>& x) const {
    const auto value = value_at(interval, s, x);
    return panel_.at(value.x, value.y);
  }
  /// Update (+ 1) and height, as on the axes.
  Point value_at(Index interval, double s, const Vector<double>& x) const {
    const auto k = static_cast<std::size_t>(interval);
    const double from = static_cast<double>(figure_.updates[k]),
                 to = static_cast<double>(figure_.updates[std::min(k + 1, figure_.updates.size() - 1)]);
    return {from + s * (to - from) + shift(), axis_.at(x)};
  }

  /// On the page, with gaps where the path is beyond the axis.
  std::vector<Point> cut(const std::vector<Point>& values) const {
    const auto& y = panel_.y;
    const auto within = [&](const Point& value) { return value.y >= y.low && value.y <= y.high; };
    std::vector<Point> points;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0 && within(values[i - 1]) != within(values[i])) {
        const auto &a = values[i - 1], &b = values[i];
        const double border = std::max(a.y, b.y) > y.high ? y.high : y.low;
        points.push_back(panel_.at(a.x + (b.x - a.x) * (border - a.y) / (b.y - a.y), border));
      }
      points.push_back(within(values[i]) ? panel_.at(values[i].x, values[i].y) : Point{NAN, NAN});
    }
    return points;
  }

  /// Moves the right end of a track, where its number stands.
  void reach(Index track, Point point) {
    const auto [end, fresh] = right_ends_.insert({track, point});
    if (!fresh && point.x > end->second.x) end->second = point;
  }

  double shift() const { return figure_.logarithmic ? 1 : 0; }

  /// And where criterion was reached, in both panels; branches are drawn over it.
  void draw_loss() {
    std::vector<Point> curve;
    for (std::size_t i = 0; i < figure_.loss.size(); ++i)
      if (figure_.update[i] + shift() <= loss_.x.high)
        curve.push_back(loss_.at(figure_.update[i] + shift(), figure_.loss[i]));
    if (figure_.reached_at) {
      const double x = loss_.at(static_cast<double>(*figure_.reached_at) + shift(), 1).x;
      to_.line({x, top_margin}, {x, loss_top + loss_height}, reached);
    }
    to_.polyline(curve, {"#555555", 0.7, ""});
  }

  void draw_numbers() {
    constexpr double size = 5.5;
    std::vector<Point> taken;
    for (const auto& [track, end] : right_ends_) {
      Point place{end.x + 5, end.y + 2};
      const auto covers = [&](const Point& other) {
        return std::abs(other.x - place.x) < 2 * size && std::abs(other.y - place.y) < size;
      };
      while (std::any_of(taken.begin(), taken.end(), covers)) place.y -= size;
      taken.push_back(place);
      const auto label = figure_.labels.find(track);
      to_.text(place,
               label == figure_.labels.end() ? fmt::format("{}", track + 1)
                                             : fmt::format("{}: {}", track + 1, label->second),
               {size, "start", 0, colour(track)});
    }
  }

  /// Its stretches between changes, each stable or not, those that are as `stable` says.
  void draw_arc(const FollowedArc& arc, bool stable) {
    const auto& branch = arc.branch;
    const Index from = arc.interval + (arc.from.later ? 1 : 0);
    auto track = *point(from, arc.from.point).track;
    bool now_stable = point(from, arc.from.point).index == 0;
    std::vector<Point> stretch;
    const auto finish = [&] {
      if (now_stable != stable) return;
      const auto points = cut(stretch);
      to_.polyline(points, {colour(track), stable ? 1.2 : 0.8, stable ? "" : "2.5 1.5"});
      for (const auto& each : points)
        if (std::isfinite(each.x)) reach(track, each);
      (stable ? drawn_stable_ : drawn_unstable_) = true;
    };
    auto next = branch.bifurcations.begin();
    for (std::size_t i = 0; i < branch.samples.size(); ++i) {
      stretch.push_back(value_at(arc.interval, branch.samples[i].s, branch.samples[i].x));
      for (; next != branch.bifurcations.end() && next->after == i; ++next) {
        stretch.push_back(value_at(arc.interval, next->s, next->state));
        finish();
        stretch = {stretch.back()};
        now_stable = next->index_after == 0;
        if (next->turns && arc.to) track = *point(arc.interval + (arc.to->later ? 1 : 0), arc.to->point).track;
      }
    }
    finish();
  }

  std::string caption() const {
    Index shown = 0;
    for (const auto& change : followed_.changes) shown += is_shown(change);
    return fmt::format("{} track{} at {} checkpoints, {} change{} of number or stability{}{}", followed_.tracks,
                       followed_.tracks == 1 ? "" : "s", figure_.updates.size(), shown, shown == 1 ? "" : "s",
                       figure_.without.empty() ? "" : "; without ", fmt::join(figure_.without, ", "));
  }

  void draw_legend() {
    double x = left_margin;
    const auto named = [&](const std::string& name) {
      to_.text({x, legend_top + 2.5}, name);
      x += 3.6 * static_cast<double>(name.size()) + 14;
    };
    for (const bool stable : {true, false}) {
      if (!(stable ? drawn_stable_ : drawn_unstable_)) continue;
      to_.line({x, legend_top}, {x + 18, legend_top}, {"#555555", stable ? 1.2 : 0.8, stable ? "" : "2.5 1.5"});
      x += 22;
      named(stable ? "stable" : "unstable");
    }
    if (drawn_grey_) {
      to_.circle({x, legend_top}, 1, "#BBBBBB");
      x += 6;
      named("not followed");
    }
    if (!followed_.matched.empty()) {
      to_.line({x, legend_top}, {x + 18, legend_top}, {"#555555", 0.6, "1 2"});
      x += 22;
      named("matched by distance");
    }
    for (const auto& type : all_symbols()) {
      const bool occurs = std::any_of(followed_.changes.begin(), followed_.changes.end(), [&](const auto& change) {
        return symbol_of(change) == type && is_shown(change);
      });
      if (!occurs) continue;
      draw_symbol(to_, {x + 2, legend_top}, type);
      x += 8;
      named(type);
    }
    if (!figure_.reached_at) return;
    to_.line({left_margin, legend_top + 10}, {left_margin + 18, legend_top + 10}, reached);
    to_.text({left_margin + 22, legend_top + 12.5},
             fmt::format("criterion, reached at update {}", *figure_.reached_at));
  }

  const Followed& followed_;
  const FollowedFigure& figure_;
  FollowedAxis axis_;
  Drawing& to_;
  Panel panel_, loss_;
  std::map<Index, Point> right_ends_;  // of tracks
  bool drawn_stable_ = false, drawn_unstable_ = false, drawn_grey_ = false;
};

}  // namespace

Figure followed_figure(Followed followed, FollowedFigure figure) {
  const double height = legend_top + (figure.reached_at ? 26 : 16);
  auto title = figure.title;
  return {page_width, height, std::move(title),
          [followed = std::move(followed), figure = std::move(figure)](Drawing& drawing) {
            FollowedDrawing(followed, figure, drawing).draw();
          }};
}

}  // namespace stillpoint
