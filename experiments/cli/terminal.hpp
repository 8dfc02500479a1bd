// Text for the window that standard output goes to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace stillpoint {

/// Characters of a line, at least 40; none where standard output is no terminal.
std::optional<std::size_t> terminal_width();

/// Lines that are too long for the terminal broken between words, the rest of them indented by `hang` more; as they are
/// where there is none, so that other programs find one line for each thing.
std::string for_terminal(const std::string& text, std::size_t hang = 2);

}  // namespace stillpoint
