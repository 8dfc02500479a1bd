#include <fmt/format.h>

#include <algorithm>

#include "sim/files/hdf5_foreign.hpp"
#include "sim/files/hdf5_text.hpp"
#include "sim/files/hdf5_values.hpp"

namespace stillpoint::hdf5 {

namespace {

std::map<long, std::string> names_of(hid_t type) {
  std::map<long, std::string> names;
  const Handle base(H5Tget_super(type));
  std::vector<char> value(std::max(H5Tget_size(type), sizeof(long)));
  for (int i = 0, count = H5Tget_nmembers(type); i < count; ++i) {
    if (H5Tget_member_value(type, static_cast<unsigned>(i), value.data()) < 0 ||
        H5Tconvert(base, H5T_NATIVE_LONG, 1, value.data(), nullptr, H5P_DEFAULT) < 0)
      continue;
    long number = 0;
    std::memcpy(&number, value.data(), sizeof number);
    char* name = H5Tget_member_name(type, static_cast<unsigned>(i));
    if (name) names[number] = name;
    H5free_memory(name);
  }
  return names;
}

/// The filters that its values went through and that are not there to undo it: "is compressed by blosc (filter 32001),
/// which is not installed"; or "".
std::string missing_filters(hid_t dataset) {
  const Handle creation(H5Dget_create_plist(dataset));
  for (int i = 0, count = H5Pget_nfilters(creation); i < count; ++i) {
    unsigned flags = 0, configuration = 0;
    std::size_t values = 0;
    char name[64] = "";
    const auto filter = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values, nullptr, sizeof name - 1,
                                       name, &configuration);
    if (filter >= 0 && H5Zfilter_avail(filter) <= 0)
      return fmt::format("is compressed by {} (HDF5 filter {}), which is not installed", *name ? name : "a plugin",
                         static_cast<int>(filter));
  }
  return "";
}

}  // namespace

ForeignDataset::ForeignDataset(Handle id, std::string where) : id_(std::move(id)), where_(std::move(where)) {
  const Handle space(H5Dget_space(id_)), type(H5Dget_type(id_));
  shape_ = shape_of(space);
  if (H5Sget_simple_extent_type(space) == H5S_NULL) shape_ = {0};
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_FLOAT:
      kind_ = "numbers";
      if (hdf5::holds_numbers(type)) holds_ = Holds::numbers;
      break;
    case H5T_ENUM:
      kind_ = "names";
      if (!hdf5::holds_numbers(type)) break;
      names_ = names_of(type);
      holds_ = names_ == std::map<long, std::string>{{0, "FALSE"}, {1, "TRUE"}} ? Holds::truth : Holds::names;
      break;
    case H5T_STRING:
      kind_ = "text";
      holds_ = Holds::text;
      break;
    case H5T_REFERENCE:
      kind_ = "references to other objects";
      if (H5Tequal(type, H5T_STD_REF_OBJ) > 0) holds_ = Holds::references;
      break;
    case H5T_COMPOUND:
      kind_ = "compound values";
      break;
    default:
      kind_ = "values of another kind";
  }
}

ForeignDataset::~ForeignDataset() {
  if (id_ < 0) return;  // moved from, maybe while the lock is held
  const auto held = lock();
  const Handle closed = std::move(id_);
}

std::string ForeignDataset::kind() const { return kind_; }

void ForeignDataset::fail(const std::string& what) const { throw UserError(where_ + ": " + what); }

std::size_t ForeignDataset::checked_size(const std::vector<hsize_t>& shape) const {
  if (std::find(shape.begin(), shape.end(), hsize_t{0}) != shape.end()) return 0;
  const Handle type(H5Dget_type(id_));
  const auto absurdity = absurdity_of(values_of(shape), id_, H5Tget_size(type));
  if (!absurdity.empty()) fail(absurdity);
  std::size_t size = 1;
  for (const auto extent : shape) size *= extent;
  return size;
}

void ForeignDataset::require_stored(hsize_t rows) const {
  const auto held = lock();
  auto shape = shape_;
  if (!shape.empty()) shape[0] = rows;
  checked_size(shape);
}

void ForeignDataset::read(hid_t type, hid_t memory, hid_t file, void* values) const {
  if (H5Dread(id_, type, memory, file, H5P_DEFAULT, values) >= 0) return;
  const auto missing = missing_filters(id_);
  fail(missing.empty() ? "cannot be read" : missing);
}

std::vector<double> ForeignDataset::numbers(hsize_t from, hsize_t rows) const {
  const auto held = lock();
  if (!holds_numbers() && holds_ != Holds::names) fail("must hold numbers, not " + kind_);
  if (from > this->rows() || rows > this->rows() - from) fail("has fewer rows than are asked for");
  auto count = shape_;
  if (!count.empty()) count[0] = rows;
  std::vector<double> values(rows == 0 ? 0 : checked_size(count));
  if (values.empty()) return values;
  if (shape_.empty()) {
    read(H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, values.data());
    return values;
  }
  std::vector<hsize_t> start(shape_.size(), 0);
  start[0] = from;
  const Handle file(H5Dget_space(id_)), memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
  if (H5Sselect_hyperslab(file, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0)
    fail("cannot be read");
  read(H5T_NATIVE_DOUBLE, memory, file, values.data());
  return values;
}

std::vector<std::string> ForeignDataset::texts() const {
  if (holds_ == Holds::names) {
    std::vector<std::string> texts;
    for (const double value : numbers()) {
      const auto name = names_.find(static_cast<long>(value));
      texts.push_back(name == names_.end() ? "" : name->second);
    }
    return texts;
  }
  const auto held = lock();
  if (holds_ != Holds::text) fail("must hold text, not " + kind_);
  const auto size = checked_size(shape_);
  if (size == 0) return {};
  const Handle type(H5Dget_type(id_));
  const auto length = static_cast<double>(H5Tget_size(type));
  const auto absurdity = absurdity_of(length * static_cast<double>(size), id_, 1);
  if (!absurdity.empty()) fail(absurdity);
  const auto texts = texts_of(type, size, [&](void* values) {
    read(type, H5S_ALL, H5S_ALL, values);
    return 0;
  });
  return *texts;
}

std::vector<std::string> ForeignDataset::references() const {
  const auto held = lock();
  if (holds_ != Holds::references) fail("must hold references, not " + kind_);
  std::vector<hobj_ref_t> found(checked_size(shape_));
  if (!found.empty()) read(H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, found.data());
  std::map<hobj_ref_t, std::string> paths;  // finding one goes through the whole file
  std::vector<std::string> all;
  for (const auto reference : found) {
    const auto [path, is_new] = paths.try_emplace(reference);
    if (is_new) path->second = path_of(id_, reference);
    all.push_back(path->second);
  }
  return all;
}

}  // namespace stillpoint::hdf5
