// Counter-based random streams (Philox4x64, Salmon et al. 2011, doi:10.1145/2063384.2063405; library Random123).
//
// A stream is named by (seed, purpose, update, trial, step), never by a run's place in a study: the conditions of one
// seed share weights (scaled by g), trials and initial states, and can be compared as pairs. Same name, same numbers,
// on any number of threads and in any order of evaluation.
#pragma once

#include <Random123/philox.h>

#include <Random123/boxmuller.hpp>
#include <cstdint>

#include "sim/types.hpp"

namespace stillpoint {

enum class Purpose : std::uint64_t {
  recurrent_weights = 1,
  input_weights,
  readout_weights,
  feedback_weights,
  initial_state,
  activity_noise,
  drive_noise,
  trial,
  permutation,
  bootstrap,
  perturbation,
  weight_noise,
  target_network,
  estimate,
  control_walk,
  recording,
};

/// The update index under which evaluation trials are drawn, the same for every run of a seed.
constexpr std::uint64_t evaluation_update = 0xE7A1'0000'0000'0000ULL;

class Stream {
 public:
  explicit Stream(std::uint64_t seed, Purpose purpose, std::uint64_t update = 0, std::uint64_t trial = 0,
                  std::uint64_t step = 0)
      : counter_{{0, step, trial, update}}, key_{{seed, static_cast<std::uint64_t>(purpose)}} {}

  std::uint64_t bits() {
    if (used_ == 4) refill();
    return block_[used_++];
  }
  /// Uniform on [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  bool bernoulli(double probability) { return uniform() < probability; }
  /// Uniform on {0, .., count - 1}; count far below 2^53.
  Index below(Index count) { return static_cast<Index>(uniform() * static_cast<double>(count)); }
  /// Standard normal.
  double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const auto first = bits();
    const auto pair = r123::boxmuller(first, bits());
    spare_ = pair.y;
    has_spare_ = true;
    return pair.x;
  }

  template <class Derived>
  void fill_normal(const Eigen::MatrixBase<Derived>& target, double scale = 1) {
    auto& matrix = const_cast<Eigen::MatrixBase<Derived>&>(target);  // Eigen's idiom for writable block arguments
    for (Index column = 0; column < matrix.cols(); ++column)
      for (Index row = 0; row < matrix.rows(); ++row)
        matrix(row, column) = static_cast<typename Derived::Scalar>(scale * normal());
  }

 private:
  void refill() {
    block_ = r123::Philox4x64()(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }

  r123::Philox4x64::ctr_type counter_;
  r123::Philox4x64::key_type key_;
  r123::Philox4x64::ctr_type block_{};
  std::size_t used_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace stillpoint
