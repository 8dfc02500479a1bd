# Writes what is known of a build as a header, only when it changed: version, type, commit of the source tree.
cmake_policy(SET CMP0053 NEW)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define STILLPOINT_VERSION \"@VERSION@\"\n#define STILLPOINT_BUILD \"@BUILD@\"\n#define STILLPOINT_COMMIT \"@commit@\"\n" @ONLY)
