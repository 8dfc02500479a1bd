#include "experiments/predictions/rehearsal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "experiments/predictions/hypotheses.hpp"

namespace stillpoint {

namespace {

using Networks = std::vector<const MeasuredNetwork*>;
constexpr std::size_t fewest_networks = 3;

std::vector<std::size_t> rehearsed() {
  std::vector<std::size_t> places;
  const auto& names = rehearsed_statistics();
  for (std::size_t i = 0; i < predictions().size(); ++i)
    if (std::count(names.begin(), names.end(), predictions()[i].name)) places.push_back(i);
  return places;
}

/// A column per network: means over sessions, NaN where there is none.
Matrix<double> recordings(const Networks& networks, std::size_t size) {
  const auto places = rehearsed();
  Matrix<double> found(static_cast<Index>(places.size()), static_cast<Index>(networks.size()));
  for (std::size_t n = 0; n < networks.size(); ++n)
    for (std::size_t p = 0; p < places.size(); ++p) {
      const auto& sessions = networks[n]->values[places[p]].sessions;
      const auto& of_size = size < sessions.size() ? sessions[size] : std::vector<double>();
      const auto used = std::min<std::size_t>(of_size.size(), static_cast<std::size_t>(sessions_per_animal));
      found(static_cast<Index>(p), static_cast<Index>(n)) =
          used == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : std::accumulate(of_size.begin(), of_size.begin() + static_cast<std::ptrdiff_t>(used), 0.0) /
                          static_cast<double>(used);
    }
  return found;
}

Networks of_parity(const Networks& networks, std::uint64_t parity) {
  Networks some;
  std::copy_if(networks.begin(), networks.end(), std::back_inserter(some),
               [&](const auto* network) { return network->seed % 2 == parity; });
  return some;
}

/// Hypotheses, no controls, with enough networks in either half.
std::vector<std::string> rehearsed_hypotheses(const PredictionStudy& study) {
  std::vector<std::string> names;
  for (const auto& name : hypotheses_in(study)) {
    const auto& known = hypotheses();
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& each) { return each.name == name; });
    if (found != known.end() && found->control) continue;
    const auto networks = tabled(study, name);
    if (of_parity(networks, 0).size() >= fewest_networks && of_parity(networks, 1).size() >= fewest_networks)
      names.push_back(name);
  }
  return names;
}

template <class Choose>
PredictiveClassifier learned(const std::vector<std::string>& names, std::size_t size, Choose&& networks_of) {
  std::vector<HypothesisNetworks> all;
  for (const auto& name : names) all.push_back({name, recordings(networks_of(name), size)});
  return PredictiveClassifier(std::move(all));
}

void classify(const PredictiveClassifier& classifier, const Networks& networks, std::size_t size, Index truth,
              ConfusionMatrix& matrix) {
  if (networks.empty()) return;
  for (const auto& verdict : classifier.classify(recordings(networks, size))) matrix.add(truth, verdict.hypothesis);
}

/// Networks of a hypothesis that are not in the table.
Networks not_tabled(const PredictionStudy& study, const std::string& name) {
  const auto in_table = tabled(study, name);
  Networks others;
  for (const auto& network : study.networks)
    if (network.hypothesis == name && !network.values.empty() &&
        std::find(in_table.begin(), in_table.end(), &network) == in_table.end())
      others.push_back(&network);
  return others;
}

Rehearsal::LeftOut without(const PredictionStudy& study, const std::vector<std::string>& names, std::size_t left_out,
                           std::size_t size) {
  auto others = names;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(left_out));
  const auto classifier = learned(others, size, [&](const std::string& name) { return tabled(study, name); });
  Rehearsal::LeftOut found{names[left_out], "", 0, 0};
  std::map<std::string, long> taken_for;
  for (const auto& verdict : classifier.classify(recordings(tabled(study, names[left_out]), size))) {
    ++found.total;
    if (verdict.hypothesis)
      ++taken_for[others[static_cast<std::size_t>(*verdict.hypothesis)]];
    else
      ++found.none;
  }
  long most = found.none;
  for (const auto& [name, count] : taken_for)
    if (count > most) {
      most = count;
      found.mostly = name;
    }
  return found;
}

}  // namespace

const std::vector<std::string>& rehearsed_statistics() {
  static const std::vector<std::string> names = {"autocorrelation_400", "creep",
                                                 "settling_growth",     "step_over_ramp",
                                                 "paired_pulse",        "block_autocorrelation",
                                                 "background_creep",    "pairing_contrast",
                                                 "delay_speed"};
  return names;
}

std::vector<Rehearsal> rehearse(const PredictionStudy& study) {
  const auto names = rehearsed_hypotheses(study);
  std::vector<Rehearsal> all;
  if (names.size() < 2) return all;
  for (std::size_t size = 0; size < study.setting.sizes.size(); ++size) {
    Rehearsal rehearsal{study.setting.sizes[size], {}, {names, names}, {names, names}, {}};
    const auto whole = learned(names, size, [&](const std::string& name) { return tabled(study, name); });
    const auto places = rehearsed();
    for (const Index used : whole.used())
      rehearsal.statistics.push_back(predictions()[places[static_cast<std::size_t>(used)]].name);
    for (const std::uint64_t half : {0, 1}) {
      const auto classifier =
          learned(names, size, [&](const std::string& name) { return of_parity(tabled(study, name), 1 - half); });
      for (std::size_t i = 0; i < names.size(); ++i)
        classify(classifier, of_parity(tabled(study, names[i]), half), size, static_cast<Index>(i), rehearsal.within);
    }
    for (std::size_t i = 0; i < names.size(); ++i)
      classify(whole, not_tabled(study, names[i]), size, static_cast<Index>(i), rehearsal.outside);
    if (names.size() > 2)
      for (std::size_t i = 0; i < names.size(); ++i) rehearsal.left_out.push_back(without(study, names, i, size));
    all.push_back(std::move(rehearsal));
  }
  return all;
}

}  // namespace stillpoint
