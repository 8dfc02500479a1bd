// Text of files on its way into a page: never markup, never script.
#pragma once

#include <string>

#include "experiments/report/cells.hpp"
#include "experiments/report/svg.hpp"

namespace stillpoint {

/// JSON between <script> tags, in ASCII: nothing in it ends the element or begins a comment.
std::string script_json(const Json& document);

/// <NAME ATTRIBUTES>text</NAME>, the text escaped. Attributes are ours.
std::string element(const std::string& name, const std::string& text, const std::string& attributes = "");

}  // namespace stillpoint
