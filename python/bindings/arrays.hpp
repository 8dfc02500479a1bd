// Arrays of numpy as those of Eigen and back. Into a struct of the libraries there is one copy; what a call leaves behind
// is handed over, and lives as long as an array of it.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <utility>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint::python {

namespace nb = nanobind;

/// What a function makes: arrays and numbers by name.
using Made = nb::typed<nb::dict, nb::str, nb::any>;
using MadeList = nb::typed<nb::list, Made>;

template <std::size_t axes>
using Given = nb::ndarray<const double, nb::ndim<axes>, nb::device::cpu>;

/// Whatever the order and the strides of its entries.
inline auto map_of(const Given<2>& array) {
  using Strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  return Eigen::Map<const Matrix<double>, 0, Strides>(
      array.data(), static_cast<Index>(array.shape(0)), static_cast<Index>(array.shape(1)),
      Strides(static_cast<Index>(array.stride(1)), static_cast<Index>(array.stride(0))));
}
inline auto map_of(const Given<1>& array) {
  using Step = Eigen::InnerStride<>;
  return Eigen::Map<const Vector<double>, 0, Step>(array.data(), static_cast<Index>(array.shape(0)),
                                                   Step(static_cast<Index>(array.stride(0))));
}
/// Rows of the array as columns: states of points as D x n.
inline Matrix<double> columns_of(const Given<2>& rows) { return map_of(rows).transpose(); }

/// Entries as they lie in memory, row-major; `values` is kept for them.
template <class Values>
nb::object handed_over(Values values, const std::vector<std::size_t>& shape) {
  using Scalar = std::remove_cv_t<std::remove_reference_t<decltype(*values.data())>>;
  auto kept = std::make_unique<Values>(std::move(values));
  auto* data = const_cast<Scalar*>(kept->data());
  nb::capsule owner(kept.release(), [](void* at) noexcept { delete static_cast<Values*>(at); });
  return nb::cast(nb::ndarray<nb::numpy, Scalar>(data, shape.size(), shape.data(), owner));
}
/// D x n as [n, D].
template <class Scalar>
nb::object as_rows(Matrix<Scalar> columns) {
  const auto n = static_cast<std::size_t>(columns.cols()), D = static_cast<std::size_t>(columns.rows());
  return handed_over(std::move(columns), {n, D});
}
template <class Scalar>
nb::object as_vector(Vector<Scalar> values) {
  const auto n = static_cast<std::size_t>(values.size());
  return handed_over(std::move(values), {n});
}
template <class Scalar>
nb::object as_vector(std::vector<Scalar> values) {
  const auto n = values.size();
  return handed_over(std::move(values), {n});
}
/// value_of(item) of each, as an array.
template <class Scalar, class Items, class Value>
nb::object each(const Items& items, Value&& value_of) {
  Vector<Scalar> values(static_cast<Index>(items.size()));
  Index i = 0;
  for (const auto& item : items) values(i++) = static_cast<Scalar>(value_of(item));
  return as_vector(std::move(values));
}
/// columns_of(item), vectors of D entries, of each: [n, D].
template <class Scalar, class Items, class Value>
nb::object each_row(Index D, const Items& items, Value&& vector_of) {
  Matrix<Scalar> columns(D, static_cast<Index>(items.size()));
  Index i = 0;
  for (const auto& item : items) columns.col(i++) = vector_of(item);
  return as_rows(std::move(columns));
}

}  // namespace stillpoint::python
