#include "experiments/recordings/observed_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/activity/coding_stability.hpp"
#include "analysis/activity/decoding.hpp"
#include "analysis/activity/fano.hpp"
#include "analysis/activity/intrinsic_timescale.hpp"
#include "analysis/activity/population_dimension.hpp"
#include "analysis/activity/population_speed.hpp"
#include "analysis/activity/ramping.hpp"
#include "analysis/activity/tangling.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

/// Where products of different trials are asked for, means of trials do as well and take less time.
constexpr Index most_pseudo_trials = 40;
constexpr Index most_decoded_trials = 400, most_dimension_trials = 60;
constexpr Index most_compared_bins = 12;

using Values = StatisticValues;

double signed_square(double value) { return value * std::abs(value); }
std::optional<double> logarithm(const std::optional<double>& value) {
  return value && *value > 0 ? std::optional(std::log(*value)) : std::nullopt;
}
/// Windows of one length in place of bins: their sums of spikes, means of rates.
Session summed(const Session& session, double from_ms, double length_ms, Index windows, Signal signal) {
  Session sums{length_ms, from_ms, {}, session.condition};
  for (const auto& trial : session.trials) sums.trials.emplace_back(trial.rows(), windows);
  for (Index w = 0; w < windows; ++w) {
    const double begin = from_ms + length_ms * static_cast<double>(w);
    const auto bins = bins_of(session, {begin, begin + length_ms});
    const double scale = signal == Signal::spikes ? 1 : 1 / static_cast<double>(bins.count);
    for (std::size_t k = 0; k < session.trials.size(); ++k)
      sums.trials[k].col(w) = scale * session.trials[k].middleCols(bins.first, bins.count).rowwise().sum();
  }
  return sums;
}
Session epoch_sums(const Session& session, const StatisticSetting& setting) {
  return summed(session, setting.epoch.from_ms, setting.epoch.to_ms - setting.epoch.from_ms, 1, setting.signal);
}

StatisticFamily rate_family() {
  return {{{"mean_rate", "signal", "mean over units and trials"}},
          [](const Session& session, const StatisticSetting& setting) {
            const double per =
                setting.signal == Signal::spikes ? (setting.epoch.to_ms - setting.epoch.from_ms) / 1000 : 1;
            return jackknifed(
                epoch_sums(session, setting), 1,
                [&](const Session& of) {
                  double sum = 0;
                  for (const auto& trial : of.trials) sum += trial.mean();
                  return Values{sum / static_cast<double>(of.trials.size()) / per};
                },
                "");
          }};
}

StatisticFamily fano_family() {
  return {{{"fano", "", "mean of variance over mean of counts in the epoch, units and conditions that fired",
            Scale::plain, not_negative}},
          [](const Session& session, const StatisticSetting& setting) {
            if (setting.signal != Signal::spikes) return absent(1, "of spikes only");
            return jackknifed(
                epoch_sums(session, setting), 1,
                [&](const Session& of) {
                  return Values{fano_factor(of, {of.start_ms, of.start_ms + of.bin_ms})};
                },
                "no unit fired");
          }};
}

/// Before and after the event, in windows of one length.
StatisticFamily matched_fano_family() {
  return {{{"fano_before", "", "mean-matched, as long before the event as after it, 500 ms at most; intervals are wide",
            Scale::plain, not_negative},
           {"fano_after", "", "mean-matched, after the event", Scale::plain, not_negative},
           {"fano_ratio", "", "after over before", Scale::logarithm}},
          [](const Session& session, const StatisticSetting& setting) {
            if (setting.signal != Signal::spikes) return absent(3, "of spikes only");
            const double end_ms = session.start_ms + session.bin_ms * static_cast<double>(session.bins()),
                         reach = std::min({500., -session.start_ms, end_ms}),
                         length = session.bin_ms * std::floor(reach / session.bin_ms + 1e-6);
            if (length < session.bin_ms) return absent(3, "the window does not reach to both sides of the event");
            return jackknifed(
                summed(session, -length, length, 2, Signal::spikes), 3,
                [&](const Session& of) {
                  const auto found = mean_matched_fano(of, {{-length, 0}, {0, length}});
                  Values values(3);
                  for (std::size_t i : {0u, 1u})
                    if (found[i]) values[i] = found[i]->value;
                  if (values[0] && values[1] && *values[0] > 0) values[2] = logarithm(*values[1] / *values[0]);
                  return values;
                },
                "fewer than five units and conditions have a rate in common before and after");
          }};
}

/// Its jackknife comes with it.
StatisticFamily timescale_family() {
  return {{{"autocorrelation", "", "across trials, within conditions, at --lag-ms", Scale::plain, a_correlation},
           {"timescale", "ms", "of the decay of the autocorrelation; the shorter of two", Scale::logarithm},
           {"second_timescale", "ms", "the longer, where trials held out tell two from one", Scale::logarithm}},
          [](const Session& session, const StatisticSetting& setting) {
            try {
              const auto found = intrinsic_timescale(session, setting.epoch);
              if (setting.curve) *setting.curve = found;
              auto result = absent(3, "no decay is in the epoch that trials held out confirm");
              const auto lag = static_cast<Index>(std::round(setting.lag_ms / session.bin_ms)) - 1;
              const auto at_lag = [&](const Vector<double>& R) {
                return lag >= 0 && lag < R.size() ? std::optional(R(lag)) : std::nullopt;
              };
              result[0].absent = found.autocorrelation.size() == 0 ? "nothing varies across trials"
                                                                   : "the epoch holds no such lag in whole bins";
              const auto take = [&](std::size_t i, const std::optional<double>& value, auto&& of) {
                result[i].value = value;
                if (!value) return;
                result[i].absent = "";
                for (const auto& without : found.without)
                  if (const auto each = of(without)) result[i].without.push_back(*each);
                if (result[i].without.size() < found.without.size()) result[i].without.clear();
              };
              take(0, at_lag(found.autocorrelation), [&](const auto& of) { return at_lag(of.autocorrelation); });
              take(1, logarithm(found.tau_ms), [&](const auto& of) { return logarithm(of.tau_ms); });
              take(2, logarithm(found.second_tau_ms), [&](const auto& of) { return logarithm(of.second_tau_ms); });
              if (found.tau_ms && !found.second_tau_ms) result[2].absent = "one timescale is enough";
              return result;
            } catch (const ParameterError& error) {
              return absent(3, fmt::format("{} = {}: {}", error.name, error.value, error.allowed));
            }
          }};
}

StatisticFamily ramping_family() {
  return {{{"ramping", "signal/s", "root mean square slope of condition means, products of different trials",
            Scale::square},
           {"ramping_index", "", "share of the variance over time that is linear in time"}},
          [](const Session& session, const StatisticSetting& setting) {
            return jackknifed(
                condensed(session, most_pseudo_trials), 2,
                [&](const Session& of) {
                  const auto found = ramping(of, setting.epoch, setting.signal);
                  return Values{signed_square(found.slope), found.index};
                },
                "condition means do not vary over time beyond noise");
          }};
}

StatisticFamily speed_family() {
  return {{{"speed", "signal/s", "root mean square over units and times, of condition means, cross-validated",
            Scale::square},
           {"relative_speed", "1/s", "over the standard deviation of activity over time and conditions"}},
          [](const Session& session, const StatisticSetting& setting) {
            return jackknifed(
                condensed(session, most_pseudo_trials), 2,
                [&](const Session& of) {
                  const auto found = population_speed(of, setting.epoch, setting.signal);
                  return Values{found.squared, found.relative};
                },
                "noise is as large as what moves");
          }};
}

StatisticFamily dimension_family() {
  return {{{"dimension", "", "participation ratio of single trials, noise included, of 60 trials at most",
            Scale::logarithm}},
          [](const Session& session, const StatisticSetting& setting) {
            return jackknifed(
                thinned(session, most_dimension_trials), 1,
                [&](const Session& of) {
                  const auto found = population_dimension(of, setting.epoch).participation_ratio;
                  return Values{found ? logarithm(found->value) : std::nullopt};
                },
                "activity does not vary");
          }};
}

StatisticFamily signal_dimension_family() {
  return {
      {{"signal_dimension", "", "participation ratio of condition means over time, cross-validated", Scale::logarithm}},
      [](const Session& session, const StatisticSetting& setting) {
        return jackknifed(
            condensed(session, most_pseudo_trials), 1,
            [&](const Session& of) { return Values{logarithm(signal_dimension(of, setting.epoch))}; },
            "noise is as large as what condition means do");
      }};
}

StatisticFamily coding_family() {
  return {
      {{"coding_stability", "", "of what tells conditions apart, --lag-ms apart or more, over its split-half ceiling"}},
      [](const Session& session, const StatisticSetting& setting) {
        return jackknifed(
            condensed(session, most_pseudo_trials), 1,
            [&](const Session& of) { return Values{coding_stability(of, setting.epoch, setting.lag_ms).stability}; },
            "conditions do not differ beyond noise");
      }};
}

StatisticFamily decoding_family() {
  return {{{"decoding", "",
            "share of held-out trials whose condition is found from counts in the epoch; 400 trials at "
            "most",
            Scale::plain, a_share}},
          [](const Session& session, const StatisticSetting& setting) {
            return jackknifed(
                epoch_sums(thinned(session, most_decoded_trials), setting), 1,
                [&](const Session& of) {
                  return Values{decoding_accuracy(of, {of.start_ms, of.start_ms + of.bin_ms}).accuracy};
                },
                "");
          }};
}

StatisticFamily cross_temporal_family() {
  return {{{"cross_temporal", "",
            "decoding --lag-ms apart or more over decoding at one time, chance taken out, in 12 "
            "bins and 400 trials at most"}},
          [](const Session& session, const StatisticSetting& setting) {
            const auto part = within(thinned(session, most_decoded_trials), setting.epoch);
            const auto coarse =
                coarser(part, (part.bins() + most_compared_bins - 1) / most_compared_bins, setting.signal);
            const Window all{coarse.start_ms, coarse.start_ms + coarse.bin_ms * static_cast<double>(coarse.bins())};
            return jackknifed(
                coarse, 1,
                [&](const Session& of) { return Values{cross_temporal_decoding(of, all, setting.lag_ms).stability}; },
                "conditions are not decoded above chance");
          },
          true};
}

StatisticFamily tangling_family() {
  return {{{"tangling", "1/s^2",
            "90th percentile over times of condition means; noise feigns it, within its interval as well",
            Scale::logarithm}},
          [](const Session& session, const StatisticSetting& setting) {
            return jackknifed(
                condensed(session, most_pseudo_trials), 1,
                [&](const Session& of) {
                  const auto found = tangling(of, setting.epoch, setting.signal);
                  return Values{found ? logarithm(found->percentile_90) : std::nullopt};
                },
                "activity does not vary");
          }};
}

}  // namespace

const std::vector<StatisticFamily>& observed_statistics() {
  static const std::vector<StatisticFamily> all = {
      rate_family(),     fano_family(),      matched_fano_family(),     timescale_family(),
      ramping_family(),  speed_family(),     coding_family(),           decoding_family(),
      tangling_family(), dimension_family(), signal_dimension_family(), cross_temporal_family()};
  return all;
}

}  // namespace stillpoint
