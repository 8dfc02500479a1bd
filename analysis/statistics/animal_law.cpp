#include "analysis/statistics/animal_law.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/statistics/intervals.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

double squares_about(const std::vector<double>& values, double mean) {
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [&](double all, double value) { return all + (value - mean) * (value - mean); });
}

/// Sessions of one kind (before, or after) of all animals.
class Sessions {
 public:
  explicit Sessions(const std::vector<Animal>& animals) : animals_(animals) {
    double squares = 0, degrees = 0;
    for (const auto& animal : animals) {
      means_.push_back(mean_of(animal.sessions));
      squares += squares_about(animal.sessions, means_.back());
      degrees += static_cast<double>(animal.sessions.size() - 1);
      inverse_count_ += 1 / static_cast<double>(animal.sessions.size()) / static_cast<double>(animals.size());
    }
    variance_ = degrees > 0 ? squares / degrees : 0;
  }
  double mean(std::size_t animal) const { return means_[animal]; }
  /// s_w^2, and what it adds to the variance of the animals' means.
  double variance() const { return variance_; }
  double variance_of_means() const { return variance_ * inverse_count_; }
  /// Mean of `count` sessions of an animal less its own mean.
  double draw(std::size_t animal, long count, Stream& stream) const {
    const auto& sessions = animals_[animal].sessions;
    const auto known = static_cast<double>(sessions.size());
    if (known < 2) return std::sqrt(variance_ / static_cast<double>(count)) * stream.normal();
    double sum = 0;
    for (long i = 0; i < count; ++i)
      sum += sessions[static_cast<std::size_t>(stream.below(static_cast<Index>(sessions.size())))];
    return (sum / static_cast<double>(count) - means_[animal]) * std::sqrt(known / (known - 1));
  }

 private:
  const std::vector<Animal>& animals_;
  std::vector<double> means_;
  double variance_ = 0, inverse_count_ = 0;
};

/// Of the first kind of sessions, less the second where there is one.
AnimalLaw law_of(const Sessions& first, const Sessions* second, std::size_t animals, long sessions,
                 std::uint64_t seed) {
  const auto n = static_cast<double>(animals), k = static_cast<double>(sessions);
  std::vector<double> means(animals);
  for (std::size_t i = 0; i < animals; ++i) means[i] = first.mean(i) - (second ? second->mean(i) : 0);
  const double centre = mean_of(means), squares = squares_about(means, centre);
  const double by_chance = first.variance_of_means() + (second ? second->variance_of_means() : 0);
  const double between = std::max(0.0, squares / (n - 1) - by_chance);
  const double within = first.variance() + (second ? second->variance() : 0);

  AnimalLaw law{centre, between + within / k, std::vector<double>(std::size_t{1} << AnimalLaw::bits)};
  Stream stream(seed, Purpose::bootstrap, static_cast<std::uint64_t>(sessions));
  const double width = 1.06 * std::pow(n, -0.2), spread = std::sqrt(squares / n);
  for (std::size_t draw = 0; draw < law.deviations.size(); ++draw) {
    const auto animal = draw % animals;
    double value = 0;
    if (between > 0)
      value += std::sqrt(between / (1 + width * width)) * ((means[animal] - centre) / spread + width * stream.normal());
    value += first.draw(animal, sessions, stream);
    if (second) value -= second->draw(animal, sessions, stream);
    law.deviations[draw] = value;
  }
  const double mean = mean_of(law.deviations), count = static_cast<double>(law.deviations.size());
  const double variance = squares_about(law.deviations, mean) / count;
  const double scale = variance > 0 ? std::sqrt(law.variance / variance) : 0;
  for (auto& value : law.deviations) value = scale * (value - mean);
  return law;
}

}  // namespace

AnimalLaw law_of_values(const std::vector<Animal>& animals, long sessions, std::uint64_t seed) {
  return law_of(Sessions(animals), nullptr, animals.size(), sessions, seed);
}

AnimalLaw law_of_changes(const std::vector<Animal>& before, const std::vector<Animal>& after, long sessions,
                         std::uint64_t seed) {
  const Sessions subtracted(before);
  return law_of(Sessions(after), &subtracted, before.size(), sessions, seed);
}

}  // namespace stillpoint
