// What the rooms share of networks: the class of Python, and what is handed on to an analysis.
#pragma once

#include <nanobind/nanobind.h>

#include "sim/files/network_file.hpp"

namespace stillpoint::python {

/// A network does not change once it is made, so that arrays of it may be looked at while another thread computes with it.
using BoundNetwork = StoredNetwork;

}  // namespace stillpoint::python
