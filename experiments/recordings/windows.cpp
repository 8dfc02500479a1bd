#include "experiments/recordings/windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/options/option.hpp"

namespace stillpoint {

BinsAbout bins_about(const Window& window, double bin_ms) {
  require_parameter(bin_ms > 0 && std::isfinite(bin_ms), "bin_ms", fmt::format("{:g}", bin_ms), "must be > 0 ms");
  const double bins = std::floor((window.to_ms - window.from_ms) / bin_ms + 1e-6);
  require_parameter(bins >= 1 && bins < 1e6, "window", fmt::format("{:g} to {:g} ms", window.from_ms, window.to_ms),
                    fmt::format("must hold 1 to 10^6 bins of {:g} ms", bin_ms));
  return {window.from_ms, bin_ms, static_cast<Index>(bins)};
}

AboutEvents::AboutEvents(const std::vector<double>& events_s, const BinsAbout& bins) : per_second_(1000 / bins.bin_ms) {
  for (Index i = 0; i <= bins.count; ++i) edges_s_.push_back(bins.edge_s(i));
  for (const double at_s : events_s)
    events_.push_back({at_s, at_s + edges_s_.front(), at_s + edges_s_.back(), static_cast<Index>(events_.size())});
  std::sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) { return a.at_s < b.at_s; });
}

void AboutEvents::count(const double* first_s, const double* last_s, std::uint32_t* counts) const {
  const auto most = static_cast<double>(bins() - 1);
  visit(first_s, last_s, [&](const Event& event, const double* spike, const double* end) {
    auto* const of_event = counts + event.number * bins();
    for (; spike != end; ++spike) {
      auto bin = static_cast<Index>(std::min((*spike - event.from_s) * per_second_, most));  // or one beside it
      while (*spike < event.at_s + edges_s_[static_cast<std::size_t>(bin)]) --bin;
      while (*spike >= event.at_s + edges_s_[static_cast<std::size_t>(bin + 1)]) ++bin;
      ++of_event[bin];
    }
  });
}

Matrix<double> means_about(const SeriesPart& part, double event_s, const BinsAbout& bins) {
  Matrix<double> means(part.values.cols(), bins.count);
  auto sample = std::lower_bound(part.times_s.begin(), part.times_s.end(), bins.edge_s(event_s, 0));
  for (Index bin = 0; bin < bins.count; ++bin) {
    const auto end = std::lower_bound(sample, part.times_s.end(), bins.edge_s(event_s, bin + 1));
    const auto count = static_cast<Index>(end - sample), first = static_cast<Index>(sample - part.times_s.begin());
    if (count > 0)
      means.col(bin) = part.values.middleRows(first, count).colwise().mean().transpose();
    else
      means.col(bin).setConstant(std::numeric_limits<double>::quiet_NaN());
    sample = end;
  }
  return means;
}

ObservedPart observed_part(const Truths& unobserved) {
  ObservedPart part;
  part.units.resize(static_cast<std::size_t>(unobserved.rows()));
  part.trials.resize(static_cast<std::size_t>(unobserved.cols()));
  std::iota(part.units.begin(), part.units.end(), Index{0});
  std::iota(part.trials.begin(), part.trials.end(), Index{0});
  Vector<double> of_unit = unobserved.cast<double>().rowwise().sum(),
                 of_trial = unobserved.cast<double>().colwise().sum();
  const auto worst = [](const std::vector<Index>& all, const Vector<double>& missing) {
    return std::max_element(all.begin(), all.end(), [&](Index a, Index b) { return missing(a) < missing(b); });
  };
  while (!part.units.empty() && !part.trials.empty()) {
    const auto unit = worst(part.units, of_unit), trial = worst(part.trials, of_trial);
    const double unit_share = of_unit(*unit) / static_cast<double>(part.trials.size()),
                 trial_share = of_trial(*trial) / static_cast<double>(part.units.size());
    if (unit_share == 0 && trial_share == 0) break;
    if (unit_share > trial_share) {
      of_trial -= unobserved.row(*unit).cast<double>().matrix().transpose();
      part.units.erase(unit);
    } else {
      of_unit -= unobserved.col(*trial).cast<double>().matrix();
      part.trials.erase(trial);
    }
  }
  return part;
}

bool is_within(const TimeInterval& span, const std::vector<TimeInterval>& intervals) {
  auto each = std::lower_bound(intervals.begin(), intervals.end(), span.from_s + same_time_s,
                               [](const TimeInterval& interval, double time_s) { return interval.to_s < time_s; });
  double observed_to_s = span.from_s;
  for (; each != intervals.end() && each->from_s <= observed_to_s + same_time_s; ++each) {
    observed_to_s = std::max(observed_to_s, each->to_s);
    if (observed_to_s >= span.to_s - same_time_s) return true;
  }
  return false;
}

}  // namespace stillpoint
