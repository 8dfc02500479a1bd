#include "experiments/cli/processor.hpp"

namespace stillpoint {

// A macro of the compiler expands to 1 where it is defined, and to its own name elsewhere.
#define STILLPOINT_TEXT(macro) #macro
#define STILLPOINT_INSTRUCTIONS(name, macro) STILLPOINT_TEXT(macro)[0] == '1',
const bool needed_instructions[] = {
#include "experiments/cli/processor.def"
};
#undef STILLPOINT_INSTRUCTIONS
#undef STILLPOINT_TEXT

}  // namespace stillpoint
