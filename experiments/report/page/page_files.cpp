#include "experiments/report/page/page_files.hpp"

#include <stdexcept>

namespace stillpoint {

/// By name; generated.
extern const std::map<std::string, std::string> page_files;

std::string filled_page(const std::map<std::string, std::string>& parts) {
  auto all = parts;
  all["style"] = page_files.at("page.css");
  for (const auto& [name, text] : page_files)  // by name: computed.js and download.js before those that use them
    if (name.size() > 3 && name.compare(name.size() - 3, 3, ".js") == 0)
      all["scripts"] += "<script type=\"module\">\n" + text + "</script>\n";
  const auto& page = page_files.at("page.html");
  std::string filled;  // in one pass: what is put in is not looked at again
  for (std::size_t at = 0; at < page.size();) {
    const auto begin = page.find("{{", at), end = page.find("}}", begin);
    filled += page.substr(at, begin - at);
    if (begin == std::string::npos) break;
    const auto part = all.find(page.substr(begin + 2, end - begin - 2));
    if (part == all.end()) throw std::logic_error("page.html asks for what it is not given");
    filled += part->second;
    at = end + 2;
  }
  return filled;
}

std::string portrait_part() { return page_files.at("portrait.html"); }

}  // namespace stillpoint
