// Choices made by the bytes of an input, one after the other; the first of everything once they are used up.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace stillpoint::testing {

class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  bool left() const { return size_ > 0; }
  std::uint8_t byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::size_t below(std::size_t count) { return (count > 256 ? byte() * std::size_t{256} + byte() : byte()) % count; }
  template <class Value>
  const Value& of(const std::vector<Value>& values) {
    return values[below(values.size())];
  }
  /// One that is hard to take, or any.
  double number() {
    using Limits = std::numeric_limits<double>;
    static const std::vector<double> hard = {0,
                                             -1,
                                             1,
                                             2,
                                             3,
                                             4,
                                             0.5,
                                             -0.0,
                                             1e-310,
                                             Limits::quiet_NaN(),
                                             1e9,
                                             -1e18,
                                             1e18,
                                             1e15,
                                             1e300,
                                             2147483648.,
                                             1e-9,
                                             100,
                                             6,
                                             -Limits::infinity(),
                                             Limits::infinity(),
                                             18446744073709551616.,
                                             9007199254740993.};
    const auto chosen = below(hard.size() + 1);
    if (chosen < hard.size()) return hard[chosen];
    std::uint8_t bytes[8];
    for (auto& each : bytes) each = byte();
    double any;
    std::memcpy(&any, bytes, sizeof any);
    return any;
  }
  std::string rest() {
    std::string text(reinterpret_cast<const char*>(data_), size_);
    size_ = 0;
    return text;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace stillpoint::testing
