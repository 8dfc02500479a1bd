// Tables and lines of text in a window of any width.
#include <algorithm>
#include <sstream>

#include "experiments/report/lines.hpp"
#include "experiments/report/text_table.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string words_of(const std::string& text) {
  std::string joined;
  std::istringstream in(text);
  for (std::string word; in >> word;) joined += word + ' ';
  return joined;
}

}  // namespace

TEST_CASE("a table that is too wide is folded: each part begins with the names, and every column comes once") {
  const Rows rows = {
      {"#", "name", "first", "second", "third"}, {"#1", "é", "1.5", "[2, 3]", "-"}, {"#2", "none", "20", "x", "4"}};
  CHECK(lines_of(aligned(rows, 2)) == std::vector<std::string>{"#   name  first  second  third",
                                                               "#1  é       1.5  [2, 3]      -",
                                                               "#2  none     20       x      4"});
  CHECK(aligned(rows, 2, 30) == aligned(rows, 2));
  CHECK(lines_of(aligned(rows, 2, 29)) == std::vector<std::string>{"#   name  first  second", "#1  é       1.5  [2, 3]",
                                                                   "#2  none     20       x", "", "#   name  third",
                                                                   "#1  é         -", "#2  none      4"});
  CHECK(lines_of(aligned(rows, 2, 1)).size() == 11);  // one column at a time where not even that has room
  CHECK(lines_of(aligned({{"a", "b"}, {"1", "2"}}, 2, 1)).size() == 2);
}

TEST_CASE("lines are broken between words, no word is lost, and what follows is indented") {
  const std::string text =
      "  one two three four\n\nshort\n\n  --option  what it means, in several words é é é é é é é\n";
  for (std::size_t width = 1; width < 60; ++width) {
    const auto made = wrapped(text, width, 2);
    CHECK(words_of(made) == words_of(text));
    if (width < 15) continue;  // shorter than the longest word with its indentation
    for (const auto& line : lines_of(made))
      CHECK(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }) <=
            static_cast<long>(width));
  }
  CHECK(wrapped("one\n\n  two\n", 200) == "one\n\n  two\n");
  CHECK(wrapped("  one two three four", 12, 4) == "  one two\n      three\n      four");
  CHECK(wrapped("legend: of a\n  table\n  in three\n\n  indented\n  twice\n", 14) ==
        "legend: of a\n  table in\n  three\n\n  indented\n  twice\n");
  CHECK(wrapped("", 10).empty());
  CHECK(wrapped("a_word_without_any_place_to_break", 5) == "a_word_without_any_place_to_break");
}

TEST_CASE("words of a drawing stand in lines that fit, and a word that is too long is broken there alone") {
  using Lines = std::vector<std::string>;
  CHECK(in_lines("one two three", 7) == Lines{"one two", "three"});
  CHECK(in_lines("one two three", 6) == Lines{"one", "two", "three"});
  CHECK(in_lines("", 6) == Lines{""});
  CHECK(in_lines("é é é", 3) == Lines{"é é", "é"});  // characters, not bytes
  CHECK(in_lines("ééééé é", 2) == Lines{"éé", "éé", "é", "é"});
  CHECK(in_lines("ééééé é", 2, LongWord::whole) == Lines{"ééééé", "é"});
}
