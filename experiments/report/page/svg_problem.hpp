// Whether a browser can draw a picture that anyone made.
#pragma once

#include <string>

namespace stillpoint {

/// Why the text is no XML document whose root is an svg element, "" where it is one.
std::string svg_problem(const std::string& text);

}  // namespace stillpoint
