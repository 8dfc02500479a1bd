#include "analysis/points/piecewise_linear.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/points/same_point.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

constexpr double border = 1e-11, same = 1e-7;  // of max(1, max|x|)

bool close(const Vector<double>& a, const Vector<double>& b) {
  return (a - b).cwiseAbs().maxCoeff() <= same * magnitude_of(a);
}

/// The cycle has no shorter period.
bool is_minimal(const Matrix<double>& states) {
  const Index k = states.cols();
  for (Index period = 1; period < k; ++period)
    if (k % period == 0 && close(states.col(0), states.col(period))) return false;
  return true;
}

void add_orbit(std::vector<Matrix<double>>& cycles, const Matrix<double>& states) {
  if (!is_minimal(states)) return;
  for (const auto& known : cycles)
    for (Index i = 0; i < known.cols(); ++i)
      if (close(known.col(i), states.col(0))) return;
  cycles.push_back(states);
}

/// Bits of a word: step i, neuron j is bit i N + j.
PiecewiseLinear::Word word_of(std::uint64_t bits, Index N, Index k) {
  PiecewiseLinear::Word word(static_cast<std::size_t>(k), PiecewiseLinear::Region(N));
  for (auto& region : word)
    for (Index j = 0; j < N; ++j, bits >>= 1) region(j) = (bits & 1) != 0;
  return word;
}

/// No rotation of the word comes before it: one of each class.
bool is_first_rotation(std::uint64_t bits, Index N, Index k) {
  std::uint64_t turned = bits;
  for (Index i = 1; i < k; ++i) {
    const std::uint64_t lowest = turned & ((std::uint64_t{1} << N) - 1);
    turned = (turned >> N) | (lowest << (N * (k - 1)));
    if (turned < bits) return false;
  }
  return true;
}

void enumerate(const PiecewiseLinear& map, Index k, RegionCycles& search) {
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << (map.size() * k); ++bits) {
    if (!is_first_rotation(bits, map.size(), k)) continue;
    const auto solution = map.solve(word_of(bits, map.size(), k));
    if (solution.found == PiecewiseLinear::Found::cycle) add_orbit(search.cycles, solution.states);
    if (solution.found == PiecewiseLinear::Found::singular) ++search.singular;
  }
}

void search_from(const PiecewiseLinear& map, Index k, Vector<double> x, RegionCycles& search) {
  PiecewiseLinear::Word word;
  for (Index i = 0; i < k; ++i, x = map.next(x)) word.push_back(map.region_of(x));
  for (int attempt = 0; attempt < 50; ++attempt) {
    const auto solution = map.solve(word);
    if (solution.found == PiecewiseLinear::Found::singular) return;
    if (solution.found == PiecewiseLinear::Found::cycle) return add_orbit(search.cycles, solution.states);
    for (Index i = 0; i < k; ++i) word[static_cast<std::size_t>(i)] = map.region_of(solution.states.col(i));
  }
}

}  // namespace

std::optional<PiecewiseLinear> PiecewiseLinear::of(const System& system) {
  const auto& network = system.network();
  if (network.kind == "lstm" || network.nonlinearity != Nonlinearity::relu) return {};
  const Index N = network.size();
  const bool plrnn = network.kind == "plrnn";
  PiecewiseLinear map;
  map.in_state_ = plrnn || network.kind == "leaky_current";
  map.W_ = network.recurrent();
  map.c_ = system.constant();
  map.a_.setOnes(N);
  const bool leaky = !network_kind(network.kind).map;
  if (leaky && system.as() == System::As::map) map.a_ = *network.dt_ms * network.tau_ms.cwiseInverse();
  map.L_ = plrnn ? Matrix<double>(network.A.asDiagonal()) : Matrix<double>((1 - map.a_.array()).matrix().asDiagonal());
  if (network.W_fb.size() > 0) {
    (plrnn ? map.L_ : map.W_) += network.W_fb * network.W_out;
    map.c_ += network.W_fb * network.b_out;
  }
  if (map.in_state_) {
    map.W_ = map.a_.asDiagonal() * map.W_;
    map.c_ = map.a_.cwiseProduct(map.c_);
  }
  return map;
}

Vector<double> PiecewiseLinear::next(const Vector<double>& x) const {
  const auto region = region_of(x);
  return step_of(region) * x + constant_of(region);
}

Matrix<double> PiecewiseLinear::step_of(const Region& region) const {
  const Vector<double> open = region.cast<double>();
  Matrix<double> P = L_;
  if (in_state_)
    P += W_ * open.asDiagonal();
  else
    P += a_.cwiseProduct(open).asDiagonal() * W_;
  return P;
}

Vector<double> PiecewiseLinear::constant_of(const Region& region) const {
  return in_state_ ? c_ : Vector<double>(a_.array() * region.cast<double>() * c_.array());
}

PiecewiseLinear::Solution PiecewiseLinear::solve(const Word& word) const {
  look_aside();
  const Index N = size();
  Matrix<double> P = Matrix<double>::Identity(N, N);
  Vector<double> h = Vector<double>::Zero(N);
  std::vector<Matrix<double>> steps;
  for (const auto& region : word) {
    steps.push_back(step_of(region));
    P = steps.back() * P;
    h = steps.back() * h + constant_of(region);
  }
  const LU system(Matrix<double>::Identity(N, N) - P);
  Solution solution{Found::singular, {}};
  if (!(system.reciprocal_condition() > 1e-14)) return solution;
  Vector<double> x = system.solve(h);
  solution.states.resize(N, static_cast<Index>(word.size()));
  solution.found = Found::cycle;
  for (std::size_t i = 0; i < word.size(); ++i) {
    solution.states.col(static_cast<Index>(i)) = x;
    const Vector<double> distance = kink(x);  // above 0 where the region is open
    const double margin = border * magnitude_of(distance);
    if ((word[i].select(distance, -distance).array() < -margin).any()) solution.found = Found::elsewhere;
    x = steps[i] * x + constant_of(word[i]);
  }
  return solution;
}

Matrix<double> PiecewiseLinear::product(const Word& word) const {
  Matrix<double> P = Matrix<double>::Identity(size(), size());
  for (const auto& region : word) P = step_of(region) * P;
  return P;
}

RegionCycles find_cycles(const PiecewiseLinear& map, Index k, const Matrix<double>& starts) {
  RegionCycles search;
  search.exact = map.size() * k <= (k == 1 ? most_exact_fixed_points : most_exact);
  if (search.exact)
    enumerate(map, k, search);
  else
    for (const Index i : Turns("starts", starts.cols())) search_from(map, k, starts.col(i), search);
  return search;
}

}  // namespace stillpoint
