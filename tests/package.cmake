# Installs the libraries into a prefix of their own, builds an example against them as a stranger would, and runs it.
#
#   cmake -DBUILD=build/release -DSOURCE=. -DEXAMPLE=library -DWORK=DIR -DEXPECT=REGEX -P tests/package.cmake
#
# The example is built without -march=native and under the address sanitizer, whatever the libraries were built with: what
# they allocate must be freed as the exported alignment says. FLAGS: those of the libraries, where they have a sanitizer.
cmake_policy(VERSION 3.22)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(code)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\n${text}\nfailed with ${code}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

set(prefix ${WORK}/prefix)
file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component library)
file(GLOB_RECURSE installed RELATIVE ${prefix} ${prefix}/include/*.hpp)
if("include/stillpoint/sim/files/hdf5.hpp" IN_LIST installed OR NOT "include/stillpoint/sim/network.hpp" IN_LIST installed)
  message(FATAL_ERROR "the public headers are not those that were to be installed: ${installed}")
endif()
run(${CMAKE_COMMAND} -S ${SOURCE}/examples/${EXAMPLE} -B ${WORK}/build -G Ninja -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_BUILD_TYPE=Debug
    "-DCMAKE_CXX_FLAGS=-O1 -g0 -fsanitize=address ${FLAGS}" -DCMAKE_CXX_COMPILER_LAUNCHER=)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/${PROGRAM})
if(NOT text MATCHES "${EXPECT}")
  message(FATAL_ERROR "${text}\ndoes not match ${EXPECT}")
endif()
message(STATUS "${text}")
# add_subdirectory: the same sources configure beside a tree.
run(${CMAKE_COMMAND} -S ${SOURCE}/examples/${EXAMPLE} -B ${WORK}/beside -G Ninja -DSTILLPOINT_SOURCE=${SOURCE})
