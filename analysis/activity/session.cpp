#include "analysis/activity/session.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

/// Times are sums of bins: what is within this part of one is the same.
constexpr double same_bin = 1e-6;

}  // namespace

Bins bins_of(const Session& session, const Window& window, Index least) {
  const auto bin = [&](double time_ms) { return (time_ms - session.start_ms) / session.bin_ms; };
  const auto first = static_cast<Index>(std::ceil(bin(window.from_ms) - same_bin)),
             end = static_cast<Index>(std::floor(bin(window.to_ms) + same_bin));
  const auto text = fmt::format("{:g} to {:g} ms", window.from_ms, window.to_ms);
  require_parameter(first >= 0 && end <= session.bins(), "window", text,
                    fmt::format("the recording is from {:g} to {:g} ms", session.start_ms,
                                session.start_ms + session.bin_ms * static_cast<double>(session.bins())));
  require_parameter(
      end - first >= least, "window", text,
      fmt::format("holds {} bins of {:g} ms: it must be at least {:g} ms long", std::max<Index>(end - first, 0),
                  session.bin_ms, session.bin_ms * static_cast<double>(least)));
  return {first, end - first};
}

Session within(const Session& session, const Window& window) {
  const auto bins = bins_of(session, window);
  Session part{
      session.bin_ms, session.start_ms + session.bin_ms * static_cast<double>(bins.first), {}, session.condition};
  for (const auto& trial : session.trials) part.trials.push_back(trial.middleCols(bins.first, bins.count));
  return part;
}

Session chosen(const Session& session, const std::vector<Index>& neurons, const std::vector<Index>& trials) {
  Session part{session.bin_ms, session.start_ms, {}, {}};
  for (const Index trial : trials) {
    part.trials.push_back(session.trials[static_cast<std::size_t>(trial)](neurons, Eigen::all));
    if (!session.condition.empty()) part.condition.push_back(session.condition[static_cast<std::size_t>(trial)]);
  }
  return part;
}

Session coarser(const Session& session, Index factor, Signal signal) {
  Session coarse{session.bin_ms * static_cast<double>(factor), session.start_ms, {}, session.condition};
  const Index bins = session.bins() / factor;
  for (const auto& trial : session.trials) {
    Matrix<double> sums(trial.rows(), bins);
    for (Index t = 0; t < bins; ++t) sums.col(t) = trial.middleCols(t * factor, factor).rowwise().sum();
    if (signal == Signal::rates) sums /= static_cast<double>(factor);
    coarse.trials.push_back(std::move(sums));
  }
  return coarse;
}

Matrix<double> mean_over_trials(const Session& session) {
  std::vector<Index> all(session.trials.size());
  std::iota(all.begin(), all.end(), Index{0});
  return mean_over_trials(session, all);
}

Matrix<double> mean_over_trials(const Session& session, int condition) {
  std::vector<Index> of;
  for (std::size_t i = 0; i < session.trials.size(); ++i)
    if (session.condition[i] == condition) of.push_back(static_cast<Index>(i));
  return mean_over_trials(session, of);
}

Matrix<double> mean_over_trials(const Session& session, const std::vector<Index>& trials) {
  require_parameter(!trials.empty(), "trials", "0", "there is no trial to average");
  Matrix<double> sum = Matrix<double>::Zero(session.neurons(), session.bins());
  for (const Index trial : trials) sum += session.trials[static_cast<std::size_t>(trial)];
  return sum / static_cast<double>(trials.size());
}

}  // namespace stillpoint
