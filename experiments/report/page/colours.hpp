// A scale of colours that colour-blind readers see as such, and that prints in grey: cividis (Nunez et al. 2018,
// doi:10.1371/journal.pone.0199239), in ten steps from dark to bright.
#pragma once

#include <algorithm>
#include <array>
#include <string>

namespace stillpoint {

constexpr std::size_t colour_steps = 10;

/// Of a share from 0 to 1.
inline std::size_t colour_step(double share) {
  return static_cast<std::size_t>(std::clamp(share * colour_steps, 0.0, colour_steps - 1.0));
}
inline std::string sequential_colour(std::size_t step) {
  static const std::array<const char*, colour_steps> colours{"#00224E", "#123570", "#3B496C", "#575D6D", "#707173",
                                                             "#8A8678", "#A59C74", "#C3B369", "#E1CC55", "#FEE838"};
  return colours[step];
}

}  // namespace stillpoint
