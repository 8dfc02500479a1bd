# cmake --install: headers under include/stillpoint, libraries, and what find_package(Stillpoint) reads.
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Stillpoint)
install(TARGETS stillpoint_settings stillpoint_sim stillpoint_plasticity stillpoint_tasks stillpoint_analysis
        EXPORT StillpointTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(EXPORT StillpointTargets NAMESPACE Stillpoint:: DESTINATION ${package} COMPONENT library)
# The wrapper of HDF5 is the libraries' own.
foreach(folder sim plasticity tasks analysis)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/stillpoint COMPONENT library
          FILES_MATCHING PATTERN "*.hpp" PATTERN "files/hdf5*.hpp" EXCLUDE PATTERN "files/network_group.hpp" EXCLUDE)
endforeach()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/StillpointConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/StillpointConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/StillpointConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/StillpointConfig.cmake ${PROJECT_BINARY_DIR}/StillpointConfigVersion.cmake
        ${PROJECT_SOURCE_DIR}/cmake/Findlibdeflate.cmake DESTINATION ${package} COMPONENT library)
