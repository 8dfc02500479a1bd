# The program: everything that knows options, files of studies, terminals.
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(TBB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(cairo REQUIRED)  # figures as PDF
find_package(EXPAT REQUIRED)  # whether figures of others are SVG

file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/experiments/*.cpp)
list(FILTER sources EXCLUDE REGEX "/(main|processor)\\.cpp$")
# The page of a report is written with what it shows and how it behaves in files of their own, without a build step.
file(GLOB page CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/experiments/report/page/*.html
     ${PROJECT_SOURCE_DIR}/experiments/report/page/*.css ${PROJECT_SOURCE_DIR}/experiments/report/page/*.js)
list(JOIN page "," page_with_commas)
set(page_files ${PROJECT_BINARY_DIR}/generated/page_files.cpp)
add_custom_command(OUTPUT ${page_files} DEPENDS ${page} ${PROJECT_SOURCE_DIR}/cmake/page_files.cmake
                   COMMAND ${CMAKE_COMMAND} -DFILES=${page_with_commas} -DOUTPUT=${page_files}
                           -P ${PROJECT_SOURCE_DIR}/cmake/page_files.cmake)
add_library(stillpoint_experiments STATIC ${sources} ${page_files})
target_include_directories(stillpoint_experiments SYSTEM PUBLIC ${HDF5_INCLUDE_DIRS})
target_link_libraries(stillpoint_experiments PUBLIC stillpoint_flags stillpoint_plasticity stillpoint_tasks
                      stillpoint_analysis fmt::fmt Boost::program_options TBB::tbb nlohmann_json::nlohmann_json
                      libdeflate::libdeflate cairo::cairo EXPAT::EXPAT)
stillpoint_fast_build(stillpoint_experiments)
# Each figure has margins and sizes of its own, by the same names.
file(GLOB figures ${PROJECT_SOURCE_DIR}/experiments/report/*_figure.cpp ${PROJECT_SOURCE_DIR}/experiments/report/learning_curves.cpp
     ${PROJECT_SOURCE_DIR}/experiments/report/page/*.cpp)
set_source_files_properties(${figures} ${page_files} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

# The commit is written into every result file; it is read at build time, so that it is never stale.
add_custom_target(stillpoint_build_info
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${PROJECT_BINARY_DIR}/generated/build_info.hpp
          -DVERSION=${PROJECT_VERSION} -DBUILD=${CMAKE_BUILD_TYPE}
          -P ${PROJECT_SOURCE_DIR}/scripts/write-build-info.cmake
  BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/build_info.hpp)
add_dependencies(stillpoint_experiments stillpoint_build_info)
target_include_directories(stillpoint_experiments PUBLIC ${PROJECT_BINARY_DIR}/generated)

set(processor ${PROJECT_SOURCE_DIR}/experiments/cli/processor.cpp)
add_executable(stillpoint ${PROJECT_SOURCE_DIR}/experiments/cli/main.cpp ${processor})
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")  # it has to run where the rest cannot
  set_source_files_properties(${processor} PROPERTIES COMPILE_OPTIONS "-march=x86-64;-O1")
endif()
target_link_libraries(stillpoint PRIVATE stillpoint_experiments)
