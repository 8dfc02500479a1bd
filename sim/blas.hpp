// The library behind Eigen's matrix products: OpenBLAS where it was found, else Eigen's own kernels.
#pragma once

#include <string>

namespace stillpoint {

/// Runs are the unit of parallelism: no product inside one may start threads of its own. Called by each Simulation.
void keep_products_on_one_thread();

/// Library, version and kernel family, for example "OpenBLAS 0.3.21 SkylakeX": another family rounds differently.
std::string matrix_kernels();

}  // namespace stillpoint
