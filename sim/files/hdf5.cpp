#include "sim/files/hdf5.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <type_traits>

#include "sim/options/option.hpp"

namespace stillpoint::hdf5 {

namespace {

template <class Scalar>
const H5::PredType& native_type() {
  if constexpr (std::is_same_v<Scalar, float>)
    return H5::PredType::NATIVE_FLOAT;
  else if constexpr (std::is_same_v<Scalar, double>)
    return H5::PredType::NATIVE_DOUBLE;
  else
    return H5::PredType::NATIVE_LONG;
}

template <class Value>
void write_scalar(const H5::H5Object& object, const std::string& name, const H5::DataType& type, const Value& value) {
  object.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, value);
}

}  // namespace

namespace {
std::mutex& library() {
  static std::mutex mutex;
  return mutex;
}
}  // namespace

Lock::Lock() : held_(library()) {
  H5Eget_auto2(H5E_DEFAULT, &print_, &to_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}
Lock::~Lock() { H5Eset_auto2(H5E_DEFAULT, print_, to_); }

namespace {
H5::FileAccPropList in_memory() {
  H5::FileAccPropList access;
  access.setCore(1 << 20, false);
  return access;
}
}  // namespace

MemoryFile::MemoryFile() : file_("memory", H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT, in_memory()) {}

std::string MemoryFile::image() const {
  H5Fflush(file_.getId(), H5F_SCOPE_GLOBAL);
  std::string bytes(static_cast<std::size_t>(H5Fget_file_image(file_.getId(), nullptr, 0)), '\0');
  H5Fget_file_image(file_.getId(), bytes.data(), bytes.size());
  return bytes;
}

H5::H5File open(const std::string& path) {
  if (!std::filesystem::exists(path)) throw UserError(path + ": no such file");
  if (std::filesystem::is_directory(path)) throw UserError(path + ": is a directory, not an HDF5 file");
  try {
    return H5::H5File(path, H5F_ACC_RDONLY);
  } catch (const H5::Exception&) {
    throw UserError(path + ": cannot be read as an HDF5 file");
  }
}

template <class Scalar>
void write_array(const H5::Group& group, const std::string& name, const Scalar* values,
                 const std::vector<hsize_t>& shape) {
  H5::DSetCreatPropList properties;
  H5Pset_obj_track_times(properties.getId(), false);  // equal runs make equal bytes
  const H5::DataSpace space(static_cast<int>(shape.size()), shape.data());
  const auto& type = native_type<Scalar>();
  const auto dataset = group.createDataSet(name, type, space, properties);
  if (space.getSimpleExtentNpoints() > 0) dataset.write(values, type);
}

template <class Scalar>
void write_vector(const H5::Group& group, const std::string& name, const Scalar* values, std::size_t size) {
  write_array(group, name, values, {size});
}

template <class Scalar>
void write_matrix(const H5::Group& group, const std::string& name, MatrixView<Scalar> values) {
  const Matrix<Scalar> row_major = values.transpose();
  write_array(group, name, row_major.data(),
              {static_cast<hsize_t>(values.rows()), static_cast<hsize_t>(values.cols())});
}

void write_attribute(const H5::H5Object& object, const std::string& name, const std::string& value) {
  H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  type.setCset(H5T_CSET_UTF8);
  write_scalar(object, name, type, value);
}
void write_attribute(const H5::H5Object& object, const std::string& name, double value) {
  write_scalar(object, name, H5::PredType::NATIVE_DOUBLE, &value);
}
void write_attribute(const H5::H5Object& object, const std::string& name, long value) {
  write_scalar(object, name, H5::PredType::NATIVE_LONG, &value);
}

void write_bytes(const H5::Group& group, const std::string& name, const std::string& bytes) {
  H5::DSetCreatPropList properties;
  H5Pset_obj_track_times(properties.getId(), false);
  const hsize_t size = bytes.size();
  const auto dataset = group.createDataSet(name, H5::PredType::STD_U8LE, H5::DataSpace(1, &size), properties);
  if (size > 0) dataset.write(bytes.data(), H5::PredType::NATIVE_UINT8);
}

std::string read_bytes(const H5::Group& group, const std::string& name, const std::string& where) {
  const std::string place = where + ": dataset " + name;
  if (!has(group, name)) throw UserError(place + ": missing");
  try {
    const auto dataset = group.openDataSet(name);
    if (dataset.getTypeClass() != H5T_INTEGER || dataset.getDataType().getSize() != 1)
      throw UserError(place + ": must hold bytes");
    std::string bytes(static_cast<std::size_t>(dataset.getSpace().getSimpleExtentNpoints()), '\0');
    if (!bytes.empty()) dataset.read(bytes.data(), H5::PredType::NATIVE_UINT8);
    return bytes;
  } catch (const H5::Exception&) {
    throw UserError(place + ": cannot be read");
  }
}

bool has(const H5::Group& group, const std::string& name) {
  return H5Lexists(group.getId(), name.c_str(), H5P_DEFAULT) > 0;
}

Array read_array(const H5::Group& group, const std::string& name, const std::string& where) {
  const std::string place = where + ": dataset " + name;
  if (!has(group, name)) throw UserError(place + ": missing");
  try {
    const auto dataset = group.openDataSet(name);
    const auto space = dataset.getSpace();
    const auto kind = dataset.getTypeClass();
    // h5py stores switches as an enumeration.
    if (kind != H5T_FLOAT && kind != H5T_INTEGER && kind != H5T_ENUM)
      throw UserError(place + ": must hold real numbers");
    Array array;
    array.shape.resize(static_cast<std::size_t>(space.getSimpleExtentNdims()));
    if (!array.shape.empty()) space.getSimpleExtentDims(array.shape.data());
    array.values.resize(static_cast<std::size_t>(space.getSimpleExtentNpoints()));
    if (!array.values.empty()) dataset.read(array.values.data(), H5::PredType::NATIVE_DOUBLE);
    return array;
  } catch (const H5::Exception&) {
    throw UserError(place + ": cannot be read");
  }
}

Matrix<double> read_matrix(const H5::Group& group, const std::string& name, const std::string& where) {
  auto [shape, values] = read_array(group, name, where);
  if (shape.size() > 2)
    throw UserError(fmt::format("{}: dataset {}: has {} axes, must have at most 2", where, name, shape.size()));
  shape.resize(2, 1);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(values.data(), static_cast<Index>(shape[0]), static_cast<Index>(shape[1]));
}

std::vector<double> read_vector(const H5::Group& group, const std::string& name, const std::string& where) {
  const Matrix<double> values = read_matrix(group, name, where);
  return {values.data(), values.data() + values.size()};
}

std::string read_text(const H5::H5Object& object, const std::string& name, const std::string& where) {
  if (!object.attrExists(name)) throw UserError(where + ": attribute " + name + ": missing");
  try {
    const auto attribute = object.openAttribute(name);
    std::string value;
    attribute.read(attribute.getDataType(), value);
    return std::string(value.c_str());  // a fixed-length string may be padded with zeros
  } catch (const H5::Exception&) {
    throw UserError(where + ": attribute " + name + ": must be text");
  }
}

double read_number(const H5::H5Object& object, const std::string& name, const std::string& where) {
  if (!object.attrExists(name)) throw UserError(where + ": attribute " + name + ": missing");
  try {
    const auto attribute = object.openAttribute(name);
    if (attribute.getSpace().getSimpleExtentNpoints() != 1)
      throw UserError(where + ": attribute " + name + ": must be one number");
    double value = 0;
    attribute.read(H5::PredType::NATIVE_DOUBLE, &value);
    return value;
  } catch (const H5::Exception&) {
    throw UserError(where + ": attribute " + name + ": must be a number");
  }
}

template void write_array(const H5::Group&, const std::string&, const float*, const std::vector<hsize_t>&);
template void write_array(const H5::Group&, const std::string&, const double*, const std::vector<hsize_t>&);
template void write_array(const H5::Group&, const std::string&, const long*, const std::vector<hsize_t>&);
template void write_vector(const H5::Group&, const std::string&, const double*, std::size_t);
template void write_vector(const H5::Group&, const std::string&, const float*, std::size_t);
template void write_vector(const H5::Group&, const std::string&, const long*, std::size_t);
template void write_matrix<float>(const H5::Group&, const std::string&, MatrixView<float>);
template void write_matrix<double>(const H5::Group&, const std::string&, MatrixView<double>);

}  // namespace stillpoint::hdf5
