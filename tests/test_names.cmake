# No test's name holds a semicolon (CMake would split it).
file(GLOB sources ${TESTS}/*.cpp)
foreach(source IN LISTS sources)
  file(STRINGS ${source} names REGEX "TEST_CASE\\(\"[^\"]*;")
  if(names)
    message(SEND_ERROR "${source}: ${names}: a semicolon in a test's name")
  endif()
endforeach()
