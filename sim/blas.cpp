#include "sim/blas.hpp"

#include <Eigen/Core>

#ifdef EIGEN_USE_BLAS
#include <atomic>
#include <mutex>
#include <sstream>

extern "C" {
void openblas_set_num_threads(int threads);
int openblas_get_num_threads();
char* openblas_get_config();
char* openblas_get_corename();
}
#endif

namespace stillpoint {

#ifdef EIGEN_USE_BLAS

namespace {
std::mutex first_and_last;
std::atomic<long> holders{0};
int threads_before = 1;
}  // namespace

ProductsOnOneThread::ProductsOnOneThread() {
  for (long n = holders; n > 0;)
    if (holders.compare_exchange_weak(n, n + 1)) return;
  const std::lock_guard<std::mutex> held(first_and_last);
  if (holders == 0) {
    threads_before = openblas_get_num_threads();
    openblas_set_num_threads(1);
  }
  ++holders;
}

ProductsOnOneThread::~ProductsOnOneThread() {
  for (long n = holders; n > 1;)
    if (holders.compare_exchange_weak(n, n - 1)) return;
  const std::lock_guard<std::mutex> held(first_and_last);
  if (--holders == 0) openblas_set_num_threads(threads_before);
}

std::string matrix_kernels() {
  std::istringstream words(openblas_get_config());
  std::string library, version;
  words >> library >> version;
  return library + " " + version + " " + openblas_get_corename();
}

#else

ProductsOnOneThread::ProductsOnOneThread() {}
ProductsOnOneThread::~ProductsOnOneThread() {}

std::string matrix_kernels() { return std::string("Eigen ") + Eigen::SimdInstructionSetsInUse(); }

#endif

}  // namespace stillpoint
