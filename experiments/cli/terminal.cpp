#include "experiments/cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "experiments/report/text_table.hpp"

namespace stillpoint {

std::optional<std::size_t> terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return std::max<std::size_t>(size.ws_col, 40);
}

std::string for_terminal(const std::string& text, std::size_t hang) {
  const auto width = terminal_width();
  return width ? wrapped(text, *width, hang) : text;
}

}  // namespace stillpoint
