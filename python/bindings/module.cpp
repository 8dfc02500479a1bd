// The compiled part of the package: the libraries' own functions over arrays of numpy. What users see is in
// python/stillpoint; arguments arrive here checked for type and number of axes.
#include <nanobind/nanobind.h>

#include "sim/options/option.hpp"

namespace nb = nanobind;

namespace stillpoint::python {
#define STILLPOINT_BINDING(name) void bind_##name(nb::module_& module);
#include "python/bindings/bindings.def"
#undef STILLPOINT_BINDING
}  // namespace stillpoint::python

NB_MODULE(_core, module) {
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const stillpoint::UserError& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    }
  });
#define STILLPOINT_BINDING(name) stillpoint::python::bind_##name(module);
#include "python/bindings/bindings.def"
#undef STILLPOINT_BINDING
}
