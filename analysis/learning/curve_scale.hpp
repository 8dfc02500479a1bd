// A curve as it looks from afar: its points averaged in bins of 1, 2, 4 .. points, spikes set aside at each.
//
// A spike is a bin that stands out by 6 typical distances to one side of both medians, of the eight bins before it and
// of the eight after; half way between the two is put in its place. Typical is the median distance from there, over the 96
// bins about it. A step is no spike, as one of its sides expects it. An excursion of more than three bins is one at a
// coarser scale. Bins are counted from the first point: what follows later does not move them.
#pragma once

#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

struct CurveScale {
  Index bin = 1;                 // points averaged into one
  Vector<double> update, level;  // means of each bin

  Index size() const { return level.size(); }
  Index first_point(Index i) const { return i * bin; }
  Index last_point(Index i) const { return i * bin + bin - 1; }
};

/// From single points to bins of which there are still `fewest`; a last odd bin is left out of the next scale.
std::vector<CurveScale> scales_of(const Vector<double>& update, const Vector<double>& level, Index fewest);

}  // namespace stillpoint
