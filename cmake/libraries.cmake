# The libraries, one per folder, linked only along the arrows: sim <- {plasticity, tasks, analysis}.

# What whoever includes our headers must share with the libraries: how Eigen aligns memory (a matrix may be freed on
# another side than it was allocated on) and whose kernels make its products.
add_library(stillpoint_settings INTERFACE)
set_target_properties(stillpoint_settings PROPERTIES EXPORT_NAME settings)
target_compile_features(stillpoint_settings INTERFACE cxx_std_17)
target_include_directories(stillpoint_settings INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/stillpoint>)
target_include_directories(stillpoint_settings SYSTEM INTERFACE $<BUILD_INTERFACE:${RANDOM123_INCLUDE_DIR}>)
# Runs are the unit of parallelism: Eigen must not start threads of its own inside one.
target_compile_definitions(stillpoint_settings INTERFACE EIGEN_DONT_PARALLELIZE EIGEN_MAX_ALIGN_BYTES=64
                           EIGEN_MAX_STATIC_ALIGN_BYTES=64)  # as on the heap: Eigen takes the two for equal (stableNorm)
target_link_libraries(stillpoint_settings INTERFACE Eigen3::Eigen Boost::headers)
if(STILLPOINT_BLAS)
  set(BLA_VENDOR OpenBLAS)
  find_package(BLAS)
  if(BLAS_FOUND)
    target_compile_definitions(stillpoint_settings INTERFACE EIGEN_USE_BLAS)
    target_link_libraries(stillpoint_settings INTERFACE BLAS::BLAS)
  else()
    message(STATUS "OpenBLAS not found: matrix products by Eigen, updates take a quarter to a third longer")
  endif()
endif()

# How our own files are compiled. No fused a*b + c: GCC fuses where it likes, so that inlining, precompiled headers and
# unity builds would move bits, which chaotic runs amplify. Matrix products keep their fused instructions: those are in the
# kernels of the library.
add_library(stillpoint_flags INTERFACE)
target_compile_options(stillpoint_flags INTERFACE -ffp-contract=off -Wall -Wextra -Wconversion
  # with several files at once the one at hand is not the main file, whose anonymous namespaces GCC takes as private
  $<$<BOOL:${STILLPOINT_UNITY}>:-Wno-subobject-linkage>
  # false alarms of GCC 12 inside its own AVX-512 headers, once it inlines; the dev preset keeps these warnings
  $<$<CONFIG:Release>:-Wno-uninitialized> $<$<CONFIG:Release>:-Wno-maybe-uninitialized>)
if(STILLPOINT_WERROR)
  target_compile_options(stillpoint_flags INTERFACE -Werror)
endif()
if(STILLPOINT_SMALL)  # by function, where a file holds several that one of the two calls
  target_compile_options(stillpoint_flags INTERFACE -ffunction-sections -fdata-sections)
  target_link_options(stillpoint_flags INTERFACE -Wl,--gc-sections)
endif()
if(STILLPOINT_NATIVE)
  target_compile_options(stillpoint_flags INTERFACE -march=native)
endif()

# Headers that nearly every file reads are compiled once for all.
file(WRITE ${PROJECT_BINARY_DIR}/generated/common.cpp "")
add_library(stillpoint_common OBJECT ${PROJECT_BINARY_DIR}/generated/common.cpp)
target_link_libraries(stillpoint_common PRIVATE stillpoint_settings stillpoint_flags fmt::fmt)
target_precompile_headers(stillpoint_common PRIVATE <Eigen/Core> <fmt/format.h> <algorithm> <cmath> <functional> <map> <memory>
                          <optional> <string> <vector>)
function(stillpoint_fast_build target)
  target_precompile_headers(${target} REUSE_FROM stillpoint_common)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${STILLPOINT_UNITY} UNITY_BUILD_BATCH_SIZE 6)
endfunction()

# A new rule, task or synapse is one new file and one line in a .def file; the file is found here.
function(stillpoint_library folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  add_library(stillpoint_${folder} STATIC ${sources})
  add_library(Stillpoint::${folder} ALIAS stillpoint_${folder})
  set_target_properties(stillpoint_${folder} PROPERTIES EXPORT_NAME ${folder})
  target_link_libraries(stillpoint_${folder} PUBLIC stillpoint_settings ${ARGN}
                        PRIVATE $<BUILD_INTERFACE:stillpoint_flags> fmt::fmt)
endfunction()
stillpoint_library(sim)
target_include_directories(stillpoint_sim SYSTEM PRIVATE ${HDF5_INCLUDE_DIRS})
target_link_libraries(stillpoint_sim PRIVATE hdf5::hdf5_cpp hdf5::hdf5 libdeflate::libdeflate)
stillpoint_library(plasticity stillpoint_sim)
stillpoint_library(tasks stillpoint_sim)
target_include_directories(stillpoint_tasks SYSTEM PRIVATE ${HDF5_INCLUDE_DIRS})
stillpoint_library(analysis stillpoint_sim)
# Bounds that hold in spite of rounding: the compiler keeps to the mode of rounding that is set. Headers compiled without
# that cannot be taken.
set_source_files_properties(analysis/points/interval_operators.cpp analysis/points/interval_proof.cpp
                            PROPERTIES COMPILE_OPTIONS -frounding-math SKIP_PRECOMPILE_HEADERS ON)
foreach(folder sim plasticity tasks analysis)
  stillpoint_fast_build(stillpoint_${folder})
endforeach()
# Its files have tolerances of their own by the same names.
set_target_properties(stillpoint_analysis PROPERTIES UNITY_BUILD OFF)
