#include "experiments/recordings/unit_counts.hpp"

#include <algorithm>

namespace stillpoint {

namespace {

constexpr Index units_at_once = 64;

}  // namespace

UnitCounts::UnitCounts(Session& session, const std::vector<double>& events_s, const BinsAbout& bins)
    : session_(session),
      events_(events_s, bins),
      counts_(Matrix<std::uint32_t>::Zero(bins.count * events_.events(), std::min(units_at_once, session.neurons()))) {}

void UnitCounts::add(Index unit, const double* first_s, const double* last_s) {
  while (unit >= begin_ + counts_.cols()) write();
  events_.count(first_s, last_s, counts_.col(unit - begin_).data());
}

void UnitCounts::finish() {
  while (begin_ < session_.neurons()) write();
}

void UnitCounts::write() {
  const Index units = std::min(counts_.cols(), session_.neurons() - begin_), bins = session_.bins();
  for (Index k = 0; k < events_.events(); ++k)
    session_.trials[static_cast<std::size_t>(k)].middleRows(begin_, units) =
        counts_.block(k * bins, 0, bins, units).transpose().cast<double>();
  counts_.setZero();
  begin_ += units;
}

}  // namespace stillpoint
