#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "sim/files/hdf5.hpp"
#include "sim/files/hdf5_values.hpp"

namespace stillpoint::hdf5 {

namespace {

/// Every file stands for itself: studies are compared by the bytes of the files that they read.
herr_t refuse_other_file(const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) { return -1; }

Handle link_access() {
  Handle access(H5Pcreate(H5P_LINK_ACCESS));
  H5Pset_elink_cb(access, refuse_other_file, nullptr);
  return access;
}

/// Where the name is that of another format: what ours are.
std::string way_out(const std::string& path) {
  const auto extension = std::filesystem::path(path).extension();
  return extension == ".h5" || extension == ".hdf5"
             ? ""
             : "; docs/file-formats.md says how to write one from Python (NumPy, MATLAB, PyTorch)";
}

Handle root_of(const std::string& path) {
  const Handle file = open_to_read(path, way_out(path));
  Handle root(H5Gopen2(file, "/", H5P_DEFAULT));  // keeps the file open
  if (root < 0) throw UserError(path + ": cannot be read as an HDF5 file");
  return root;
}

}  // namespace

ReadFile::ReadFile(const std::string& path) : root_(root_of(path), path) {}

bool ReadGroup::has(const std::string& name) const { return H5Lexists(id_, name.c_str(), link_access()) > 0; }

std::vector<std::string> ReadGroup::members() const {
  std::vector<std::string> names;
  if (H5Literate(id_, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names) < 0)
    throw UserError(where_ + ": its members cannot be listed");
  return names;
}

std::vector<std::string> ReadGroup::attributes() const {
  std::vector<std::string> names;
  if (H5Aiterate2(id_, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names) < 0)
    throw UserError(where_ + ": its attributes cannot be listed");
  return names;
}

Handle ReadGroup::open(const std::string& name, H5I_type_t type, const std::string& what) const {
  const auto place = fmt::format("{}: {}{}", where_, what, name);
  if (!has(name)) throw UserError(place + ": missing");
  Handle object(H5Oopen(id_, name.c_str(), link_access()));
  if (object < 0) throw UserError(place + ": cannot be opened; a link must lead to a place in this file");
  if (H5Iget_type(object) != type) throw UserError(place + (type == H5I_GROUP ? ": is no group" : ": is no dataset"));
  return object;
}

ReadGroup ReadGroup::group(const std::string& name) const {
  const bool within = where_.find(": group /") != std::string::npos;
  return {open(name, H5I_GROUP, "group /"), where_ + (within ? "/" : ": group /") + name};
}

Array ReadGroup::array(const std::string& name) const {
  const auto place = where_ + ": dataset " + name;
  const Handle dataset = open(name, H5I_DATASET, "dataset "), space(H5Dget_space(dataset)), type(H5Dget_type(dataset));
  if (!holds_numbers(type)) throw UserError(place + ": must hold real numbers");
  if (H5Sget_simple_extent_type(space) == H5S_NULL) throw UserError(place + ": is empty");
  Array array{shape_of(space), {}};
  const auto absurdity = absurdity_of(values_of(array.shape), dataset, H5Tget_size(type));
  if (!absurdity.empty()) throw UserError(place + ": " + absurdity);
  hsize_t size = 1;
  for (const auto extent : array.shape) size *= extent;
  array.values.resize(size);
  if (size > 0 && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0)
    throw UserError(place + ": cannot be read");
  return array;
}

std::string ReadGroup::bytes(const std::string& name) const {
  const auto place = where_ + ": dataset " + name;
  const Handle dataset = open(name, H5I_DATASET, "dataset "), space(H5Dget_space(dataset)), type(H5Dget_type(dataset));
  if (H5Tget_class(type) != H5T_INTEGER || H5Tget_size(type) != 1 || H5Sget_simple_extent_ndims(space) != 1)
    throw UserError(place + ": must hold bytes");
  const auto shape = shape_of(space);
  if (const auto absurdity = absurdity_of(values_of(shape), dataset, 1); !absurdity.empty())
    throw UserError(place + ": " + absurdity);
  std::string bytes(shape[0], '\0');
  if (!bytes.empty() && H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
    throw UserError(place + ": cannot be read");
  return bytes;
}

Matrix<double> ReadGroup::matrix(const std::string& name) const {
  auto [shape, values] = array(name);
  if (shape.size() > 2)
    throw UserError(fmt::format("{}: dataset {}: has {} axes, must have at most 2", where_, name, shape.size()));
  shape.resize(2, 1);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(values.data(), static_cast<Index>(shape[0]), static_cast<Index>(shape[1]));
}

std::vector<double> ReadGroup::vector(const std::string& name) const {
  const Matrix<double> values = matrix(name);
  return {values.data(), values.data() + values.size()};
}

Handle ReadGroup::attribute(const std::string& name) const {
  const auto place = where_ + ": attribute " + name;
  if (!has_attribute(name)) throw UserError(place + ": missing");
  Handle attribute(H5Aopen(id_, name.c_str(), H5P_DEFAULT));
  if (attribute < 0) throw UserError(place + ": cannot be read");
  const Handle space(H5Aget_space(attribute));
  if (H5Sget_simple_extent_npoints(space) != 1) throw UserError(place + ": must be one value");
  return attribute;
}

std::string ReadGroup::text_of(hid_t attribute, const std::string& name) const {
  const auto place = where_ + ": attribute " + name;
  const Handle type(H5Aget_type(attribute));
  if (H5Tget_class(type) != H5T_STRING) throw UserError(place + ": must be text");
  if (H5Tis_variable_str(type) > 0) {
    char* found = nullptr;
    if (H5Aread(attribute, type, &found) < 0) throw UserError(place + ": cannot be read");
    const std::string text = found ? found : "";
    H5free_memory(found);
    return text;
  }
  if (H5Tget_size(type) > longest_text) throw UserError(place + ": is too long");
  std::string text(H5Tget_size(type), '\0');
  if (H5Aread(attribute, type, text.data()) < 0) throw UserError(place + ": cannot be read");
  text.resize(::strnlen(text.data(), text.size()));  // it may be padded with zeros
  return text;
}

double ReadGroup::number_of(hid_t attribute, const std::string& name) const {
  const Handle type(H5Aget_type(attribute));
  double value = 0;
  if (!holds_numbers(type) || H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0)
    throw UserError(where_ + ": attribute " + name + ": must be a number");
  return value;
}

std::string ReadGroup::text(const std::string& name) const { return text_of(attribute(name), name); }
std::string ReadGroup::format() const {
  if (has_attribute("format")) return text("format");
  throw UserError(where_ +
                  ": is neither a run, a simulation nor a network file: it has no attribute format; "
                  "docs/file-formats.md says what those hold");
}
double ReadGroup::number(const std::string& name) const { return number_of(attribute(name), name); }
long ReadGroup::whole(const std::string& name, double low, double high) const {
  return whole_number(where_ + ": attribute " + name, number(name), low, high);
}

std::map<std::string, std::string> ReadGroup::options() const {
  std::map<std::string, std::string> options;
  for (const auto& name : attributes()) {
    const Handle found = attribute(name), type(H5Aget_type(found));
    options[name] = H5Tget_class(type) == H5T_STRING ? text_of(found, name) : fmt::format("{}", number_of(found, name));
  }
  return options;
}

}  // namespace stillpoint::hdf5
