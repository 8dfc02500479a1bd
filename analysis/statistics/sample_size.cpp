#include "analysis/statistics/sample_size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>

#include "analysis/statistics/animal_law.hpp"
#include "sim/look_aside.hpp"
#include "sim/options/option.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t fewest_in_pool = 3;
constexpr long replicates_of_search = 4000;
constexpr std::uint64_t resamples_of_seeds = 400;

double critical_t(double degrees, double level) {
  return boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), level / 2));
}

double noncentral_power(double noncentrality, double degrees, double level) {
  const double shift = std::abs(noncentrality);
  if (shift > 1000) return 1;  // within 1e-300 for 2 degrees and more, .0127 sqrt(2 / pi) for 1
  const double critical = critical_t(degrees, level);
  const boost::math::non_central_t law(degrees, shift);
  return boost::math::cdf(boost::math::complement(law, critical)) + boost::math::cdf(law, -critical);
}

/// Two-sided test of t^2 at any degrees of freedom between two, exact; most are told by critical values of some
/// between.
class TestOfSquares {
 public:
  TestOfSquares(double fewest, double most, double level)
      : level_(level), first_(1 / most), step_((1 / fewest - 1 / most) / steps) {
    for (int i = 0; i <= (step_ > 0 ? steps : 0); ++i) squares_.push_back(square(1 / (first_ + i * step_)));
  }
  /// Of t^2 = squared / error.
  bool rejects(double squared, double error, double degrees) const {
    if (squared <= squares_.front() * error) return false;
    if (squared > squares_.back() * error) return true;
    const auto place = static_cast<std::size_t>(std::clamp((1 / degrees - first_) / step_, 0.0, steps - 1.0));
    if (squared <= squares_[place] * error) return false;
    return squared > squares_[place + 1] * error || squared > square(degrees) * error;
  }

 private:
  static constexpr int steps = 16;
  double square(double degrees) const { return std::pow(critical_t(degrees, level_), 2); }
  double level_, first_, step_;
  std::vector<double> squares_;  // rising
};

/// Sums of n animals drawn from a law, about its mean.
struct Group {
  double sum = 0, squares = 0;
  double mean(double n) const { return sum / n; }
  double variance(double n) const { return std::max(0.0, squares - sum * sum / n) / (n - 1); }
};

Group draw_group(const AnimalLaw& law, long n, Stream&& stream) {
  constexpr std::uint64_t mask = (std::uint64_t{1} << AnimalLaw::bits) - 1;
  constexpr int draws_of_word = 64 / AnimalLaw::bits;
  Group group;
  for (long i = 0; i < n;) {
    auto word = stream.bits();
    for (int draw = 0; draw < draws_of_word && i < n; ++draw, ++i, word >>= AnimalLaw::bits) {
      const double value = law.deviations[word & mask];
      group.sum += value;
      group.squares += value * value;
    }
  }
  return group;
}

/// An experiment that can be repeated with any number of animals.
class Experiment {
 public:
  Experiment(AnimalLaw law_a, AnimalLaw law_b, std::uint64_t seed, double level)
      : first_(std::move(law_a)),
        second_(std::move(law_b)),
        difference_(second_->mean - first_.mean),
        seed_(seed),
        level_(level) {}
  /// Of one group, whose mean differs from 0.
  Experiment(AnimalLaw change, std::uint64_t seed, double level)
      : first_(std::move(change)), difference_(first_.mean), seed_(seed), level_(level) {}

  void remove_difference() { difference_ = 0; }

  /// How many of `replicates` are significant. Replicate r of n animals has those of n - 1 and one more in each group.
  long significant(long n, long replicates) const {
    const auto count = static_cast<double>(n);
    const TestOfSquares test(count - 1, second_ ? 2 * (count - 1) : count - 1, level_);
    long rejected = 0;
    for (long replicate = 0; replicate < replicates; ++replicate) {
      look_aside();
      const auto stream = [&](std::uint64_t group) {
        return Stream(seed_, Purpose::bootstrap, static_cast<std::uint64_t>(replicate), group, 1);
      };
      const auto a = draw_group(first_, n, stream(0));
      const auto b = second_ ? draw_group(*second_, n, stream(1)) : Group{};
      const double of_a = a.variance(count), of_b = b.variance(count);
      const double apart = difference_ + (second_ ? b.mean(count) - a.mean(count) : a.mean(count));
      rejected += test.rejects(apart * apart, (of_a + of_b) / count, degrees(of_a, of_b, count));
    }
    return rejected;
  }

  /// Power were the animals normal, Welch's degrees of freedom those of the laws' own variances.
  double normal_power(long n) const {
    const auto count = static_cast<double>(n);
    const double of_a = first_.variance, of_b = second_ ? second_->variance : 0, variance = of_a + of_b;
    if (difference_ == 0) return level_;
    if (variance == 0) return 1;
    return noncentral_power(difference_ / std::sqrt(variance / count), degrees(of_a, of_b, count), level_);
  }

 private:
  double degrees(double of_a, double of_b, double n) const {
    return second_ ? (n - 1) * (of_a + of_b) * (of_a + of_b) / (of_a * of_a + of_b * of_b) : n - 1;
  }

  AnimalLaw first_;
  std::optional<AnimalLaw> second_;
  double difference_;
  std::uint64_t seed_;
  double level_;
};

std::vector<Animal> recorded(const std::vector<Animal>& animals) {
  std::vector<Animal> kept;
  for (const auto& animal : animals) {
    require_finite(animal);
    if (!animal.sessions.empty()) kept.push_back(animal);
  }
  return kept;
}

std::map<std::uint64_t, Animal> by_seed(const std::vector<Animal>& animals) {
  std::map<std::uint64_t, Animal> found;
  for (const auto& animal : animals)
    require_parameter(found.emplace(animal.seed, animal).second, "seed", fmt::format("{}", animal.seed),
                      "must be that of one animal before and one after");
  return found;
}

std::optional<Experiment> experiment_of(const std::vector<Animal>& a, const std::vector<Animal>& b, long sessions,
                                        std::uint64_t seed, Design design, double level) {
  require_parameter(level > 0 && level < 1, "level", fmt::format("{}", level), "must be above 0 and below 1");
  require_parameter(sessions >= 1, "sessions", fmt::format("{}", sessions), "must be 1 or more");
  const auto of_a = recorded(a), of_b = recorded(b);
  if (design == Design::paired) {
    std::vector<Animal> before, after;
    const auto later = by_seed(of_b);
    for (const auto& [animal, sooner] : by_seed(of_a))
      if (const auto found = later.find(animal); found != later.end()) {
        before.push_back(sooner);
        after.push_back(found->second);
      }
    if (before.size() < fewest_in_pool) return std::nullopt;
    return Experiment(law_of_changes(before, after, sessions, seed), seed, level);
  }
  if (std::min(of_a.size(), of_b.size()) < fewest_in_pool) return std::nullopt;
  auto law = law_of_values(of_a, sessions, seed), other = law_of_values(of_b, sessions, seed);
  if (design == Design::two_groups) return Experiment(std::move(law), std::move(other), seed, level);
  law.mean -= other.mean;
  return Experiment(std::move(law), seed, level);
}

std::optional<IntervalEstimate> share_significant(const std::optional<Experiment>& experiment, long animals,
                                                  long replicates) {
  require_parameter(animals >= 2, "animals", fmt::format("{}", animals), "must be 2 or more");
  require_parameter(replicates >= 1, "replicates", fmt::format("{}", replicates), "must be 1 or more");
  if (!experiment) return std::nullopt;
  return share_of(experiment->significant(animals, replicates), replicates);
}

/// Smallest of 2 .. most that `reaches`, which is false before it and true from it on; starts at `guess` and goes on in
/// steps that double. Absent where `most` does not.
template <class Reaches>
std::optional<long> smallest_that(const Reaches& reaches, long guess, long most) {
  long below = 1, above = most + 1;  // what is known not to reach, and what to
  for (long at = guess, step = std::max(1L, guess / 16); above - below > 1; step *= 2) {
    (reaches(at) ? above : below) = at;
    if (below == most) return std::nullopt;
    if (above <= most && below > 1)
      at = below + (above - below) / 2;
    else
      at = above > most ? std::min(most, below + step) : std::max(2L, above - step);
  }
  return above;
}

}  // namespace

std::optional<IntervalEstimate> power(const std::vector<Animal>& a, const std::vector<Animal>& b, long animals,
                                      long sessions, long replicates, std::uint64_t seed, Design design, double level) {
  return share_significant(experiment_of(a, b, sessions, seed, design, level), animals, replicates);
}

std::optional<IntervalEstimate> false_positive_rate(const std::vector<Animal>& a, const std::vector<Animal>& b,
                                                    long animals, long sessions, long replicates, std::uint64_t seed,
                                                    Design design, double level) {
  auto experiment = experiment_of(a, b, sessions, seed, design, level);
  if (experiment) experiment->remove_difference();
  return share_significant(experiment, animals, replicates);
}

std::optional<long> animals_for(const std::vector<Animal>& a, const std::vector<Animal>& b, long sessions,
                                double wanted, long most, std::uint64_t seed, Design design, double level) {
  require_parameter(wanted > 0 && wanted < 1, "power", fmt::format("{}", wanted), "must be above 0 and below 1");
  require_parameter(most >= 2, "most animals", fmt::format("{}", most), "must be 2 or more");
  const auto experiment = experiment_of(a, b, sessions, seed, design, level);
  if (!experiment) return std::nullopt;
  const auto guess = smallest_that([&](long n) { return experiment->normal_power(n) >= wanted; }, 2, 2 * most);
  if (!guess) return std::nullopt;
  const double needed = wanted * replicates_of_search;
  return smallest_that(
      [&](long n) { return static_cast<double>(experiment->significant(n, replicates_of_search)) >= needed; },
      std::min(*guess, most), most);
}

std::optional<AnimalsInterval> animals_interval(const std::vector<Animal>& a, const std::vector<Animal>& b,
                                                long sessions, double wanted, long most, std::uint64_t seed,
                                                Design design, double level) {
  if (!experiment_of(a, b, sessions, seed, design, level)) return std::nullopt;
  std::map<std::uint64_t, std::pair<std::vector<Animal>, std::vector<Animal>>> of_seed;
  for (const auto& animal : a) of_seed[animal.seed].first.push_back(animal);
  for (const auto& animal : b) of_seed[animal.seed].second.push_back(animal);
  std::vector<long> found;
  for (std::uint64_t resample = 0; resample < resamples_of_seeds; ++resample) {
    Stream stream(seed, Purpose::bootstrap, resample, 0, 2);
    std::vector<Animal> some_a, some_b;
    for (std::uint64_t draw = 0; draw < of_seed.size(); ++draw) {
      const auto& drawn = std::next(of_seed.begin(), stream.below(static_cast<Index>(of_seed.size())))->second;
      for (const auto& animal : drawn.first) some_a.push_back({draw, animal.sessions});
      for (const auto& animal : drawn.second) some_b.push_back({draw, animal.sessions});
    }
    if (const auto experiment = experiment_of(some_a, some_b, sessions, seed, design, level))
      found.push_back(
          smallest_that([&](long n) { return experiment->normal_power(n) >= wanted; }, 2, most).value_or(most + 1));
  }
  if (found.size() < resamples_of_seeds / 2) return std::nullopt;
  std::sort(found.begin(), found.end());
  const auto quantile = [&](double share) -> std::optional<long> {
    const long n = found[static_cast<std::size_t>(share * static_cast<double>(found.size() - 1))];
    return n > most ? std::nullopt : std::optional(n);
  };
  return AnimalsInterval{quantile(0.025), quantile(0.975)};
}

double noncentral_power_two_group(double d, long n) {
  require_parameter(n >= 2, "animals", fmt::format("{}", n), "must be 2 or more");
  const auto count = static_cast<double>(n);
  return noncentral_power(d * std::sqrt(count / 2), 2 * count - 2, usual_level);
}

double noncentral_power_paired(double dz, long n) {
  require_parameter(n >= 2, "animals", fmt::format("{}", n), "must be 2 or more");
  const auto count = static_cast<double>(n);
  return noncentral_power(dz * std::sqrt(count), count - 1, usual_level);
}

}  // namespace stillpoint
