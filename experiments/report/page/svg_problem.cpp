#include "experiments/report/page/svg_problem.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <memory>

namespace stillpoint {

namespace {

struct Root {
  bool seen = false, is_svg = false;
};

/// Names of elements come with their namespace.
void note_root(void* data, const XML_Char* name, const XML_Char** attributes) {
  (void)attributes;
  auto& root = *static_cast<Root*>(data);
  if (!root.seen) root.is_svg = std::string(name) == "http://www.w3.org/2000/svg svg";
  root.seen = true;
}

}  // namespace

std::string svg_problem(const std::string& text) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreateNS(nullptr, ' '),
                                                                            XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  Root root;
  XML_SetUserData(parser.get(), &root);
  XML_SetStartElementHandler(parser.get(), note_root);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) != XML_STATUS_OK)
    return fmt::format("no XML from line {} on ({})", XML_GetCurrentLineNumber(parser.get()),
                       XML_ErrorString(XML_GetErrorCode(parser.get())));
  return root.is_svg ? "" : "its root is no svg element of http://www.w3.org/2000/svg";
}

}  // namespace stillpoint
