#include "analysis/activity/strength_duration.hpp"

#include <fmt/format.h>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

/// Amplitudes that were pooled.
struct Block {
  double amplitude, switched, trials;  // the mean amplitude
  double share() const { return switched / trials; }
};

Block pooled(const Block& a, const Block& b) {
  const double trials = a.trials + b.trials;
  return {(a.amplitude * a.trials + b.amplitude * b.trials) / trials, a.switched + b.switched, trials};
}

void check(const SwitchTrials& of) {
  const auto n = of.amplitude.size();
  require_parameter(n == of.switched.size() && n == of.trials.size(), "amplitude", fmt::format("{}", n),
                    fmt::format("must be as many as counts, {} and {}", of.switched.size(), of.trials.size()));
  for (std::size_t i = 0; i < n; ++i) {
    require_parameter(i == 0 || of.amplitude[i] > of.amplitude[i - 1], "amplitude",
                      fmt::format("{:g}", of.amplitude[i]), "must rise from one to the next");
    require_parameter(of.trials[i] > 0 && of.switched[i] >= 0 && of.switched[i] <= of.trials[i], "trials",
                      fmt::format("{} of {}", of.switched[i], of.trials[i]),
                      "there must be trials at every amplitude, and no more switched than there are");
  }
}

}  // namespace

std::optional<double> switching_amplitude(const SwitchTrials& of) {
  check(of);
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < of.amplitude.size(); ++i) {
    blocks.push_back({of.amplitude[i], static_cast<double>(of.switched[i]), static_cast<double>(of.trials[i])});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].share() >= blocks.back().share()) {
      const auto last = blocks.back();
      blocks.pop_back();
      blocks.back() = pooled(blocks.back(), last);
    }
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].share() < 0.5) continue;
    if (blocks[i].share() == 0.5) return blocks[i].amplitude;
    if (i == 0) return std::nullopt;
    const auto &below = blocks[i - 1], &above = blocks[i];
    const double part = (0.5 - below.share()) / (above.share() - below.share());
    return below.amplitude + part * (above.amplitude - below.amplitude);
  }
  return std::nullopt;
}

StrengthDuration strength_duration(const SwitchTrials& brief, const SwitchTrials& prolonged) {
  require_parameter(brief.duration_ms > 0 && brief.duration_ms < prolonged.duration_ms, "duration_ms",
                    fmt::format("{:g}", brief.duration_ms),
                    fmt::format("must be above 0 and below that of the longer pulse, {:g} ms", prolonged.duration_ms));
  StrengthDuration result{switching_amplitude(brief), switching_amplitude(prolonged), {}, {}, {}};
  if (!result.brief || !result.prolonged) return result;
  if (*result.prolonged != 0) result.ratio = *result.brief / *result.prolonged;
  const double brief_charge = *result.brief * brief.duration_ms, charge = *result.prolonged * prolonged.duration_ms;
  if (!(*result.brief > *result.prolonged && charge > brief_charge)) return result;
  result.rheobase = (charge - brief_charge) / (prolonged.duration_ms - brief.duration_ms);
  result.chronaxie_ms = brief_charge / *result.rheobase - brief.duration_ms;
  return result;
}

}  // namespace stillpoint
