#include <fmt/format.h>

#include <Eigen/Core>
#include <boost/endian/conversion.hpp>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "experiments/results/curve_table.hpp"
#include "experiments/results/zip_file.hpp"
#include "sim/options/option.hpp"

// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

namespace stillpoint {

namespace {

using boost::endian::order;
using nlohmann::json;

constexpr char magic[] = "\x93NUMPY";

/// The header's dictionary, written in Python, as JSON: quotes, brackets, switches, and no comma before a bracket.
std::string json_of_python(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char each = text[i];
    if (each == '\'' || each == '"') {
      const auto end = std::min(text.find(each, i + 1), text.size());
      made += json(std::string(text.substr(i + 1, end - i - 1))).dump(-1, ' ', false, json::error_handler_t::replace);
      i = end;
    } else if (text.compare(i, 4, "True") == 0) {
      made += "true";
      i += 3;
    } else if (text.compare(i, 5, "False") == 0) {
      made += "false";
      i += 4;
    } else if (each == '(' || each == '[') {
      made += '[';
    } else if (each == ')' || each == ']' || each == '}') {
      if (const auto last = made.find_last_not_of(' '); last != std::string::npos && made[last] == ',')
        made.resize(last);
      made += each == '}' ? '}' : ']';
    } else {
      made += each;
    }
  }
  return made;
}

struct Field {
  std::string name;
  char kind;  // of NumPy: f, i, u, b, ..
  order byte_order;
  std::size_t size, offset;  // bytes
};

template <class Value, order from>
double loaded(const unsigned char* at) {
  return static_cast<double>(boost::endian::endian_load<Value, sizeof(Value), from>(at));
}
template <order from>
double half(const unsigned char* at) {
  const auto bits = boost::endian::endian_load<std::uint16_t, 2, from>(at);
  return static_cast<float>(Eigen::half(Eigen::half_impl::raw_uint16_to_half(bits)));
}
template <order from>
double number_at(const unsigned char* at, const Field& field, const std::string& where) {
  switch (field.kind == 'b' ? 'u' * 100 + 1
                            : field.kind * 100 + static_cast<int>(std::min<std::size_t>(field.size, 99))) {
    case 'f' * 100 + 2:
      return half<from>(at);
    case 'f' * 100 + 4:
      return loaded<float, from>(at);
    case 'f' * 100 + 8:
      return loaded<double, from>(at);
    case 'i' * 100 + 1:
      return loaded<std::int8_t, from>(at);
    case 'i' * 100 + 2:
      return loaded<std::int16_t, from>(at);
    case 'i' * 100 + 4:
      return loaded<std::int32_t, from>(at);
    case 'i' * 100 + 8:
      return loaded<std::int64_t, from>(at);
    case 'u' * 100 + 1:
      return loaded<std::uint8_t, from>(at);
    case 'u' * 100 + 2:
      return loaded<std::uint16_t, from>(at);
    case 'u' * 100 + 4:
      return loaded<std::uint32_t, from>(at);
    case 'u' * 100 + 8:
      return loaded<std::uint64_t, from>(at);
    default:
      throw ParameterError(where, fmt::format("{}{}", field.kind, field.size), "must be an array of real numbers");
  }
}

/// One array: its bytes, and what they mean.
class NumpyArray {
 public:
  NumpyArray(std::string bytes, std::string where) : bytes_(std::move(bytes)), where_(std::move(where)) {
    const auto damaged = [&] { return UserError(where_ + ": is damaged: its header is none of NumPy's"); };
    if (bytes_.size() < 10 || bytes_.compare(0, 6, magic) != 0) throw damaged();
    const auto* start = reinterpret_cast<const unsigned char*>(bytes_.data());
    const bool is_long = bytes_[6] != 1;
    if (is_long && bytes_.size() < 12) throw damaged();
    const std::size_t length =
        is_long ? boost::endian::load_little_u32(start + 8) : boost::endian::load_little_u16(start + 8);
    begin_ = (is_long ? 12 : 10) + length;
    if (bytes_.size() < begin_ || length > 1 << 20) throw damaged();
    try {
      const auto header = json::parse(json_of_python(std::string_view(bytes_).substr(begin_ - length, length)));
      fortran_ = header.at("fortran_order").get<bool>();
      shape_ = header.at("shape").get<std::vector<std::size_t>>();
      const auto& type = header.at("descr");
      records_ = type.is_array();
      if (!records_)
        add("", type);
      else
        for (const auto& field : type) {
          const auto& name = field.at(0);  // or (title, name)
          add((name.is_array() ? name.at(1) : name).get<std::string>(), field.at(1), field.size() > 2);
        }
    } catch (const json::exception&) {
      throw damaged();
    }
    require_columns(fields_.size(), where_);
    std::size_t items = 1;
    for (const auto extent : shape_) {
      if (extent != 0 && items > bytes_.size() / extent) throw short_of();
      items *= extent;
    }
    if (item_ == 0 || items > (bytes_.size() - begin_) / item_) throw short_of();
  }

  /// As a table of its own.
  CurveTable table(std::shared_ptr<const NumpyArray> self) const {
    if (records_) {
      require_rank(is_vector());
      std::vector<std::string> names;
      for (const auto& field : fields_) names.push_back(field.name);
      return {names, true, [self](const auto& columns) {
                std::vector<std::vector<double>> values;
                for (const auto c : columns) values.push_back(self->strided(self->fields_[c], 0, 1, self->count()));
                return values;
              }};
    }
    if (is_vector())
      return {{"index", "values"}, false, [self](const auto& columns) {
                std::vector<std::vector<double>> values;
                for (const auto c : columns) values.push_back(c == 1 ? self->vector() : indices(self->count()));
                return values;
              }};
    require_rank(shape_.size() == 2);
    const bool in_rows = shape_[0] == 2 && shape_[1] > 2;  // step and loss, one after the other
    const auto rows = in_rows ? shape_[1] : shape_[0], columns_of = in_rows ? shape_[0] : shape_[1];
    require_columns(columns_of, where_);
    const bool together = in_rows != fortran_;  // the values of a column
    return {
        numbered(columns_of), false, [=](const auto& columns) {
          std::vector<std::vector<double>> values;
          for (const auto c : columns)
            values.push_back(self->strided(self->fields_[0], together ? c * rows : c, together ? 1 : columns_of, rows));
          return values;
        }};
  }

  std::vector<double> vector() const {
    require_rank(is_vector() && !records_);
    return strided(fields_[0], 0, 1, count());
  }

 private:
  void add(const std::string& name, const json& type, bool is_array = false) {
    const auto text = type.get<std::string>();  // "<f8"; nested records are none
    const bool has_order = !text.empty() && std::string("<>|=").find(text[0]) != std::string::npos;
    const std::size_t at = has_order ? 1 : 0;
    std::size_t size = 0, end = at + 1;
    for (; end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) && size < 1 << 20; ++end)
      size = 10 * size + static_cast<std::size_t>(text[end] - '0');
    const char kind = at < text.size() ? text[at] : '?';
    require_parameter(kind != 'O' && !is_array && size > 0, where_, text,
                      "holds more than numbers; save arrays of numbers");
    const auto bytes = kind == 'U' ? 4 * size : size;
    fields_.push_back({name, kind, text[0] == '>' ? order::big : order::little, bytes, item_});
    item_ += bytes;
  }

  UserError short_of() const { return UserError(where_ + ": is damaged: ends before its last value"); }
  void require_rank(bool holds) const {
    require_parameter(holds, where_ + ": shape", fmt::format("({})", fmt::join(shape_, ", ")),
                      "must be (points,), (points, columns) or (2, points)");
  }
  std::size_t count() const {
    std::size_t items = 1;
    for (const auto extent : shape_) items *= extent;
    return items;
  }
  bool is_vector() const {
    return !shape_.empty() && shape_.size() <= 2 && (shape_.size() == 1 || shape_[0] == 1 || shape_[1] == 1);
  }
  static std::vector<double> indices(std::size_t count) {
    std::vector<double> made(count);
    for (std::size_t i = 0; i < count; ++i) made[i] = static_cast<double>(i);
    return made;
  }
  std::vector<double> strided(const Field& field, std::size_t first, std::size_t step, std::size_t count) const {
    const auto* start = reinterpret_cast<const unsigned char*>(bytes_.data()) + begin_ + field.offset;
    const auto where = field.name.empty() ? where_ : where_ + ": " + field.name;
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto* at = start + (first + i * step) * item_;
      values[i] = field.byte_order == order::big ? number_at<order::big>(at, field, where)
                                                 : number_at<order::little>(at, field, where);
    }
    return values;
  }

  std::string bytes_, where_;
  std::size_t begin_ = 0, item_ = 0;
  std::vector<std::size_t> shape_;
  std::vector<Field> fields_;
  bool fortran_ = false, records_ = false;
};

CurveTable array_table(std::string bytes, const std::string& where) {
  const auto array = std::make_shared<const NumpyArray>(std::move(bytes), where);
  return array->table(array);
}

}  // namespace

CurveTable numpy_table(std::string bytes, const std::string& path) {
  if (bytes.compare(0, 6, magic) == 0) return array_table(std::move(bytes), path);
  const auto file = std::make_shared<const ZipFile>(std::move(bytes), path);
  const std::string ending = ".npy";
  std::vector<std::string> names;
  bool named = false;
  for (const auto& member : file->members()) {
    if (member.size() < ending.size() || member.compare(member.size() - ending.size(), ending.size(), ending) != 0)
      continue;
    names.push_back(member.substr(0, member.size() - ending.size()));
    named =
        named || names.back() != "arr_" + std::to_string(names.size() - 1);  // as numpy.savez names what has no name
  }
  if (names.empty()) throw UserError(path + ": is a zip file without arrays of NumPy; save a workbook as CSV");
  require_columns(names.size(), path);
  const auto where = [path](const std::string& name) { return path + ": " + name; };
  if (names.size() == 1) return array_table(file->read(names[0] + ending), where(names[0]));
  return {names, named, [=](const auto& columns) {
            std::vector<std::vector<double>> values;
            for (const auto c : columns)
              values.push_back(NumpyArray(file->read(names[c] + ending), where(names[c])).vector());
            return values;
          }};
}

}  // namespace stillpoint
