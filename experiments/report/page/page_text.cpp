#include "experiments/report/page/page_text.hpp"

namespace stillpoint {

std::string script_json(const Json& document) {
  std::string text;
  for (const char c : document.dump(-1, ' ', true, Json::error_handler_t::replace))
    text += c == '<' ? std::string("\\u003c") : std::string(1, c);  // stands in strings alone
  return text;
}

std::string element(const std::string& name, const std::string& text, const std::string& attributes) {
  return '<' + name + (attributes.empty() ? "" : ' ' + attributes) + '>' + markup(text) + "</" + name + ">\n";
}

}  // namespace stillpoint
