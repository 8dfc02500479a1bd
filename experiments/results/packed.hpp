// Values as bytes and back, in the byte order of this machine. The members of a record are listed once, for both ways, by
// a function `members(archive, record)` in the record's namespace, which calls archive(record.a, record.b, ..).
#pragma once

#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/options/option.hpp"

namespace stillpoint {

template <class Value>
constexpr bool is_plain = std::is_arithmetic_v<Value> || std::is_enum_v<Value>;

/// Adds values to bytes.
class Packing {
 public:
  template <class... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  /// All of them, handed over.
  std::string bytes() { return std::exchange(bytes_, {}); }

 private:
  template <class Value>
  void put(const Value& value) {
    if constexpr (is_plain<Value>)
      put(&value, 1);
    else
      members(*this, const_cast<Value&>(value));  // which takes values off bytes as well; here it changes none
  }
  template <class Value>
  void put(const Value* values, std::size_t count) {
    bytes_.append(reinterpret_cast<const char*>(values), count * sizeof(Value));
  }
  void put(const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  template <class Value>
  void put(const std::vector<Value>& values) {
    put(values.size());
    if constexpr (is_plain<Value>)
      put(values.data(), values.size());
    else
      for (const auto& value : values) put(value);
  }
  template <class Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class Key, class Value>
  void put(const std::map<Key, Value>& values) {
    put(values.size());
    for (const auto& [key, value] : values) (*this)(key, value);
  }

  std::string bytes_;
};

/// Takes the same values off them, in the same order. Throws UserError where there are no more.
class Unpacking {
 public:
  explicit Unpacking(std::string_view bytes) : left_(bytes) {}
  template <class... Values>
  void operator()(Values&... values) {
    (take(values), ...);
  }
  bool at_end() const { return left_.empty(); }

 private:
  template <class Value>
  void take(Value& value) {
    if constexpr (is_plain<Value>)
      take(&value, 1);
    else
      members(*this, value);
  }
  const char* next(std::size_t count, std::size_t size) {
    if (count > left_.size() / size) throw UserError("ends too soon");
    const auto* at = left_.data();
    left_.remove_prefix(count * size);
    return at;
  }
  template <class Value>
  void take(Value* values, std::size_t count) {
    const auto* from = next(count, sizeof(Value));
    if (count > 0) std::memcpy(values, from, count * sizeof(Value));
  }
  /// Of what follows: every part takes a byte or more.
  std::size_t count() {
    std::size_t count = 0;
    take(count);
    if (count > left_.size()) throw UserError("ends too soon");
    return count;
  }
  void take(std::string& text) {
    const auto size = count();
    text.assign(next(size, 1), size);
  }
  template <class Value>
  void take(std::vector<Value>& values) {
    values.resize(count());
    if constexpr (is_plain<Value>)
      take(values.data(), values.size());
    else
      for (auto& value : values) take(value);
  }
  template <class Value>
  void take(std::optional<Value>& value) {
    bool has_one = false;
    take(has_one);
    if (has_one) take(value.emplace());
  }
  template <class Key, class Value>
  void take(std::map<Key, Value>& values) {
    for (auto left = count(); left > 0; --left) {
      Key key;
      take(key);
      take(values[key]);
    }
  }

  std::string_view left_;
};

}  // namespace stillpoint
