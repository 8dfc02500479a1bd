// What a computation remembers, as bytes: kept and put back by the same lines, to the bit.
//
//   void keep(KeptState& state) { state(steps_, moments_); }
//
// takes the members where the state is being kept, and sets them where it is being put back. The bytes are those of one
// program on one machine kind, no format of exchange.
#pragma once

#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/network.hpp"

namespace stillpoint {

/// Bytes that are damaged, or were kept of something else.
struct KeptStateError : UserError {
  using UserError::UserError;
};

class KeptState {
 public:
  /// To be filled.
  KeptState() = default;
  /// To be put back: what another one's `bytes()` were. Throws KeptStateError where a byte of them is another.
  explicit KeptState(const std::string& kept);

  /// With a checksum.
  std::string bytes() const;
  /// Throws KeptStateError unless everything was put back.
  void require_end() const { require(at_ == bytes_.size()); }

  /// Numbers, text, Eigen matrices, networks; vectors, maps and optionals of these; whatever has a member `keep`.
  /// Throws KeptStateError where the bytes are of something else.
  template <class... Values>
  void operator()(Values&... values) {
    (one(values), ...);
  }

 private:
  static void require(bool holds) {
    if (!holds) throw KeptStateError("the kept state is damaged, or of another training");
  }
  void raw(void* values, std::size_t size) {
    if (!restores_) {
      bytes_.append(static_cast<const char*>(values), size);
      return;
    }
    require(size <= bytes_.size() - at_);
    if (size > 0) std::memcpy(values, bytes_.data() + at_, size);
    at_ += size;
  }
  /// A number of elements that take at least a byte each.
  std::size_t count(std::size_t own) {
    raw(&own, sizeof own);
    require(!restores_ || own <= bytes_.size() - at_);
    return own;
  }

  template <class Value>
  std::enable_if_t<std::is_arithmetic_v<Value> || std::is_enum_v<Value>> one(Value& value) {
    raw(&value, sizeof value);
  }
  void one(std::string& text) {
    text.resize(count(text.size()));
    raw(text.data(), text.size());
  }
  template <class Scalar, int Rows, int Columns, int Order>
  void one(Eigen::Matrix<Scalar, Rows, Columns, Order>& values) {
    Index rows = values.rows(), columns = values.cols();
    (*this)(rows, columns);
    const auto left = static_cast<Index>(bytes_.size() - at_);
    require(!restores_ || (rows >= 0 && columns >= 0 && (columns == 0 || rows <= left / columns)));
    values.resize(rows, columns);
    raw(values.data(), static_cast<std::size_t>(values.size()) * sizeof(Scalar));
  }
  template <class Value>
  void one(std::vector<Value>& values) {
    values.resize(count(values.size()));
    for (auto& value : values) one(value);
  }
  template <class Key, class Value>
  void one(std::map<Key, Value>& values) {
    std::vector<std::pair<Key, Value>> pairs(values.begin(), values.end());
    pairs.resize(count(pairs.size()));
    for (auto& [key, value] : pairs) (*this)(key, value);
    if (restores_) values = {pairs.begin(), pairs.end()};
  }
  template <class Value>
  void one(std::optional<Value>& value) {
    bool there = value.has_value();
    one(there);
    if (restores_) value = there ? std::optional<Value>(std::in_place) : std::nullopt;
    if (there) one(*value);
  }
  template <class Scalar>
  void one(Network<Scalar>& network) {
    (*this)(network.kind, network.nonlinearity, network.dt_ms, network.rate_hz);
    for_each_array([&](const ArrayTraits&, auto& values) { one(values); }, network);
  }
  template <class Value>
  auto one(Value& value) -> decltype(value.keep(*this)) {
    value.keep(*this);
  }

  std::string bytes_;
  std::size_t at_ = 0;
  bool restores_ = false;
};

}  // namespace stillpoint
