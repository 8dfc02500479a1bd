// The page's own files (page.html, page.css, *.js), as they were when the program was built (cmake/page_files.cmake).
#pragma once

#include <map>
#include <string>

namespace stillpoint {

/// page.html with its style and scripts and, for each {{NAME}}, the markup of that name; all must be given.
std::string filled_page(const std::map<std::string, std::string>& parts);
/// portrait.html: where a portrait is shown, once per page.
std::string portrait_part();

}  // namespace stillpoint
