# Writes the commit of the source tree as a header, only when it changed.
cmake_policy(SET CMP0053 NEW)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define STILLPOINT_COMMIT \"@commit@\"\n" @ONLY)
