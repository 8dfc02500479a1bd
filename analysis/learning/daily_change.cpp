#include "analysis/learning/daily_change.hpp"

#include <fmt/format.h>

#include <utility>

#include "analysis/learning/segment_cost.hpp"
#include "sim/options/option.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

struct Cut {
  Index first;
  double left;  // sum of squares
};
Cut best_cut(const Vector<double>& values) {
  const SegmentCost cost(values.transpose(), Vector<double>::Zero(1), Vector<double>::Ones(1), false);
  const Index first = cost.best_cut(0, values.size(), DailyChange::shortest);
  return {first, cost.cut(0, first, values.size())};
}

void shuffle(Vector<double>& values, Stream stream) {
  for (Index i = values.size() - 1; i > 0; --i) std::swap(values(i), values(stream.below(i + 1)));
}

}  // namespace

std::optional<DailyChange> find_daily_change(const Vector<double>& values, std::uint64_t seed, Index orders) {
  const Index days = values.size();
  require_parameter(days >= DailyChange::fewest_days, "days", fmt::format("{}", days),
                    fmt::format("must be {} or more", DailyChange::fewest_days));
  require_parameter(values.allFinite(), "days", "not finite", "all values must be finite");
  const double all = (values.array() - values.mean()).square().sum();
  if (all <= 1e-20 * values.squaredNorm()) return std::nullopt;  // equal but for rounding
  const auto found = best_cut(values);
  DailyChange change{found.first, values.head(found.first).mean(), values.tail(days - found.first).mean(), 0, {}};
  Index as_little = 1;
  for (Index order = 0; order < orders; ++order) {
    auto permuted = values;
    shuffle(permuted, Stream(seed, Purpose::permutation, static_cast<std::uint64_t>(order)));
    const auto cut = best_cut(permuted);
    as_little += cut.left <= found.left + 1e-12 * all;
    change.by_chance.push_back(cut.first);
  }
  change.p = static_cast<double>(as_little) / static_cast<double>(orders + 1);
  return change;
}

}  // namespace stillpoint
