// What comparisons of one time with another share: conditions in a window, and pairs of bins some lag apart.
#pragma once

#include "analysis/activity/condition_groups.hpp"

namespace stillpoint {

struct CrossTemporal {
  Session activity;                    // of the window
  std::vector<ConditionGroup> groups;  // two or more
  Index lag;                           // whole bins, as many as lag_ms asks for

  /// use(t, t') for all bins t < t' that are at least the lag apart.
  template <class Use>
  void for_each_pair(Use&& use) const {
    for (Index t = 0; t < activity.bins(); ++t)
      for (Index u = t + lag; u < activity.bins(); ++u) use(t, u);
  }
};
/// Throws ParameterError "lag_ms" where it is not above 0, "window" where no two bins are lag_ms apart, "trials" for
/// fewer than two conditions of `least` trials; conditions of fewer are left out.
CrossTemporal cross_temporal(const Session& session, const Window& window, double lag_ms, Index least);
/// The conditions, of `least` trials each; throws ParameterError "trials" for fewer than two.
std::vector<ConditionGroup> several_conditions(const Session& session, Index least);

}  // namespace stillpoint
