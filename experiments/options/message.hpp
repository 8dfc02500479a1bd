// Everything that the program says on standard error, and text of files on its way to a terminal.
#pragma once

#include <functional>
#include <string>

namespace stillpoint {

/// Control characters, line breaks and bytes that are not UTF-8 as \x1b; whole characters of UTF-8 as they are.
std::string printable(const std::string& text);

/// Text on standard error, as it is. Never throws: a log that cannot be written stops no study.
void say(const std::string& text);

/// One printable line on standard error; what is too long to be read loses its middle.
void tell(const std::string& message);

/// From now on lines are told to this function, from any thread, in place of standard error.
void tell_to(std::function<void(const std::string&)> listener);

}  // namespace stillpoint
