#include "sim/files/hdf5.hpp"

#include <algorithm>
#include <atomic>
#include <type_traits>

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

/// HDF5 takes two files of one name for one file, also where they are in memory.
std::string name_in_memory() {
  static std::atomic<unsigned long> number{0};
  return "memory " + std::to_string(number++);
}
}  // namespace

MemoryFile::MemoryFile() : file_(name_in_memory(), H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT, in_memory()) {}

std::string MemoryFile::image() const {
  H5Fflush(file_.getId(), H5F_SCOPE_GLOBAL);
  std::string bytes(static_cast<std::size_t>(H5Fget_file_image(file_.getId(), nullptr, 0)), '\0');
  H5Fget_file_image(file_.getId(), bytes.data(), bytes.size());
  return bytes;
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

void write_bytes(const H5::Group& group, const std::string& name, const std::string& bytes) {
  H5::DSetCreatPropList properties;
  H5Pset_obj_track_times(properties.getId(), false);
  const hsize_t size = bytes.size();
  const auto dataset = group.createDataSet(name, H5::PredType::STD_U8LE, H5::DataSpace(1, &size), properties);
  if (size > 0) dataset.write(bytes.data(), H5::PredType::NATIVE_UINT8);
}

void write_attribute(const H5::H5Object& object, const std::string& name, const std::string& value) {
  // Text of variable length lies in a heap of the file, in which the library does not survive damage; of fixed length
  // it has to fit into 64 kB.
  constexpr std::size_t longest = 60000;
  H5::StrType type(H5::PredType::C_S1, value.size() > longest ? H5T_VARIABLE : std::max<std::size_t>(1, value.size()));
  type.setCset(H5T_CSET_UTF8);
  if (value.size() <= longest) type.setStrpad(H5T_STR_NULLPAD);
  write_scalar(object, name, type, value);
}
void write_attribute(const H5::H5Object& object, const std::string& name, double value) {
  write_scalar(object, name, H5::PredType::NATIVE_DOUBLE, &value);
}
void write_attribute(const H5::H5Object& object, const std::string& name, long value) {
  write_scalar(object, name, H5::PredType::NATIVE_LONG, &value);
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
