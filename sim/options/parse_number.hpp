// How numbers are written, wherever text is read.
#pragma once

#include <string_view>

namespace stillpoint {

/// Whether the whole text is one finite number ("1", "+0.5", "1e-3"; no decimal comma, no hexadecimals, no nan).
bool parse_number(std::string_view text, double& value);

}  // namespace stillpoint
