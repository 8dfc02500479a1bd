// The library behind Eigen's matrix products: OpenBLAS where it was found, else Eigen's own kernels.
#pragma once

#include <string>

namespace stillpoint {

/// While one lives, no matrix product starts threads of its own: runs are the unit of parallelism, and small products
/// whose threads wait for each other take minutes. The last of them puts back the number of threads that was set before.
/// Every function of the toolkit that makes products holds one for the time of its call. From any thread.
class ProductsOnOneThread {
 public:
  ProductsOnOneThread();
  ~ProductsOnOneThread();
  ProductsOnOneThread(const ProductsOnOneThread&) = delete;
  ProductsOnOneThread& operator=(const ProductsOnOneThread&) = delete;
};

/// Library, version and kernel family, for example "OpenBLAS 0.3.21 SkylakeX": another family rounds differently.
std::string matrix_kernels();

}  // namespace stillpoint
