# Writes OUTPUT, a C++ file with the text of FILES (with commas between) by their names.
string(REPLACE "," ";" FILES "${FILES}")
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND entries "    {\"${name}\", R\"~~~(${text})~~~\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include <map>\n#include <string>\n\nnamespace stillpoint {\n
extern const std::map<std::string, std::string> page_files;
const std::map<std::string, std::string> page_files = {\n${entries}};\n\n}  // namespace stillpoint\n")
