#include "experiments/predictions/rehearsal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "analysis/statistics/predictive_density.hpp"
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

/// In either half of the seeds.
bool enough(const Networks& networks) {
  return of_parity(networks, 0).size() >= fewest_networks && of_parity(networks, 1).size() >= fewest_networks;
}

/// The networks that take part, by hypothesis: no controls, and of the settings that all of them have.
using Taking = std::vector<std::pair<std::string, Networks>>;
Taking taking_part(const PredictionStudy& study) {
  Taking all;
  for (const auto& name : hypotheses_in(study))
    if (!is_control(name) && enough(tabled(study, name))) all.emplace_back(name, tabled(study, name));
  std::map<std::string, std::set<std::string>> hypotheses_of;  // by setting, those with two networks at least
  for (const auto& [name, networks] : all)
    for (const auto* network : networks)
      if (std::count_if(networks.begin(), networks.end(),
                        [&](const auto* other) { return other->setting == network->setting; }) >= 2)
        hypotheses_of[network->setting].insert(name);
  Taking shared;
  for (const auto& [name, networks] : all) {
    Networks some;
    for (const auto* network : networks)
      if (hypotheses_of[network->setting].size() == all.size()) some.push_back(network);
    if (enough(some)) shared.emplace_back(name, some);
  }
  return shared.size() == all.size() ? shared : all;
}

template <class Choose>
PredictiveClassifier learned(const Taking& taking, std::size_t size, Choose&& chosen_of) {
  std::vector<HypothesisNetworks> all;
  for (const auto& [name, networks] : taking) {
    const auto chosen = chosen_of(networks);
    all.push_back({name, recordings(chosen, size)});
    for (const auto* network : chosen) all.back().seeds.push_back(network->seed);
  }
  return PredictiveClassifier(std::move(all));
}
auto other_half_of(std::uint64_t half) {
  return [half](const Networks& networks) { return of_parity(networks, 1 - half); };
}
PredictiveClassifier learned(const Taking& taking, std::size_t size) {
  return learned(taking, size, [](const Networks& networks) { return networks; });
}

void classify(const PredictiveClassifier& classifier, const Networks& networks, std::size_t size, Index truth,
              ConfusionMatrix& matrix) {
  if (networks.empty()) return;
  for (const auto& verdict : classifier.classify(recordings(networks, size))) matrix.add(truth, verdict.hypothesis);
}

/// Networks of a hypothesis that do not take part: of other settings, variants and studies.
Networks not_taking(const PredictionStudy& study, const Taking::value_type& of) {
  Networks others;
  for (const auto& network : study.networks)
    if (network.hypothesis == of.first && !network.values.empty() &&
        std::find(of.second.begin(), of.second.end(), &network) == of.second.end())
      others.push_back(&network);
  return others;
}

/// Every variant of what takes part, of which there are enough, and whose it is; nothing where there is no other variant.
struct Variants {
  Taking laws;
  std::vector<Index> hypothesis;  // of each law
};
Variants variants_of(const PredictionStudy& study, const Taking& taking) {
  Variants all;
  for (std::size_t i = 0; i < taking.size(); ++i) {
    std::map<std::string, Networks> others;
    for (const auto* network : not_taking(study, taking[i]))
      if (network->variant != taking[i].second.front()->variant) others[network->variant].push_back(network);
    all.laws.push_back(taking[i]);
    all.hypothesis.push_back(static_cast<Index>(i));
    for (auto& [variant, networks] : others) {
      if (!enough(networks)) continue;
      all.laws.emplace_back(taking[i].first, std::move(networks));
      all.hypothesis.push_back(static_cast<Index>(i));
    }
  }
  return all.laws.size() > taking.size() ? all : Variants{};
}

void classify_variants(const Variants& variants, std::size_t size, ConfusionMatrix& matrix) {
  if (variants.laws.empty()) return;
  for (const std::uint64_t half : {0, 1}) {
    const auto classifier = learned(variants.laws, size, other_half_of(half));
    for (std::size_t i = 0; i < variants.laws.size(); ++i)
      for (const auto& verdict : classifier.classify(recordings(of_parity(variants.laws[i].second, half), size)))
        matrix.add(variants.hypothesis[i],
                   verdict.hypothesis
                       ? std::optional(variants.hypothesis[static_cast<std::size_t>(*verdict.hypothesis)])
                       : std::nullopt);
  }
}

Rehearsal::LeftOut without(const Taking& taking, std::size_t left_out, std::size_t size) {
  auto others = taking;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(left_out));
  const auto classifier = learned(others, size);
  Rehearsal::LeftOut found{taking[left_out].first, "", 0, 0};
  std::map<std::string, long> taken_for;
  for (const auto& verdict : classifier.classify(recordings(taking[left_out].second, size))) {
    ++found.total;
    if (verdict.hypothesis)
      ++taken_for[others[static_cast<std::size_t>(*verdict.hypothesis)].first];
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

Rehearsal rehearsed_at(const PredictionStudy& study, const Taking& taking, std::size_t size) {
  std::vector<std::string> names;
  for (const auto& each : taking) names.push_back(each.first);
  const auto places = rehearsed();
  Rehearsal rehearsal{study.setting.sizes[size], {}, {names, names}, {names, names}, {names, names}, {}};
  const auto whole = learned(taking, size);
  for (const Index used : whole.used())
    rehearsal.statistics.push_back(predictions()[places[static_cast<std::size_t>(used)]].name);
  for (const std::uint64_t half : {0, 1}) {
    const auto classifier = learned(taking, size, other_half_of(half));
    for (std::size_t i = 0; i < taking.size(); ++i)
      classify(classifier, of_parity(taking[i].second, half), size, static_cast<Index>(i), rehearsal.within);
  }
  classify_variants(variants_of(study, taking), size, rehearsal.variants);
  for (std::size_t i = 0; i < taking.size(); ++i) {
    classify(whole, not_taking(study, taking[i]), size, static_cast<Index>(i), rehearsal.outside);
    if (taking.size() > 2) rehearsal.left_out.push_back(without(taking, i, size));
  }
  return rehearsal;
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
  const auto taking = taking_part(study);
  std::vector<Rehearsal> all;
  if (taking.size() < 2) return all;
  try {
    for (std::size_t size = 0; size < study.setting.sizes.size(); ++size)
      all.push_back(rehearsed_at(study, taking, size));
  } catch (const ParameterError&) {
    return {};  // no statistic that enough networks of every hypothesis have
  }
  return all;
}

}  // namespace stillpoint
