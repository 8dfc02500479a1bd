// Whether this processor has the instructions that the program was compiled for. Without the check a node of another kind
// ends it by SIGILL, somewhere.
#pragma once

namespace stillpoint {

/// One for each line of processor.def: whether this program may use them. Compiled as all of it is.
extern const bool needed_instructions[];

}  // namespace stillpoint
