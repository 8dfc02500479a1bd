#include "sim/blas.hpp"

#include <Eigen/Core>

#ifdef EIGEN_USE_BLAS
#include <sstream>

extern "C" {
void openblas_set_num_threads(int threads);
char* openblas_get_config();
char* openblas_get_corename();
}
#endif

namespace stillpoint {

#ifdef EIGEN_USE_BLAS

void keep_products_on_one_thread() {
  static const bool kept = (openblas_set_num_threads(1), true);
  static_cast<void>(kept);
}

std::string matrix_kernels() {
  std::istringstream words(openblas_get_config());
  std::string library, version;
  words >> library >> version;
  return library + " " + version + " " + openblas_get_corename();
}

#else

void keep_products_on_one_thread() {}

std::string matrix_kernels() { return std::string("Eigen ") + Eigen::SimdInstructionSetsInUse(); }

#endif

}  // namespace stillpoint
