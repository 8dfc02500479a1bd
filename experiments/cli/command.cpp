#include "experiments/cli/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "experiments/cli/output_file.hpp"
#include "experiments/cli/terminal.hpp"
#include "experiments/report/text_table.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace po = boost::program_options;

#define STILLPOINT_COMMAND(name) Command name##_command();
#include "experiments/cli/commands.def"
#undef STILLPOINT_COMMAND

const std::vector<Command>& commands() {
#define STILLPOINT_COMMAND(name) name##_command(),
  static const std::vector<Command> all = {
#include "experiments/cli/commands.def"
  };
#undef STILLPOINT_COMMAND
  return all;
}

std::string in_short(const Command& command) { return command.help.substr(0, command.help.find_first_of(".:;")); }

namespace {

/// Lines that end within a sentence run on: a terminal breaks them where it must.
std::string sentences(const std::string& help) {
  std::string text = help;
  for (std::size_t i = 1; i < text.size(); ++i)
    if (text[i] == '\n' && text[i - 1] != '.') text[i] = ' ';
  return text;
}

/// Numbers of the command line are what numbers are in study files ("1e3", never "nan"), and refused in the same words.
void read_number(const po::options_description& options, po::option& given) {
  const auto* known = options.find_nothrow(given.string_key, false);
  const auto* typed = known ? dynamic_cast<const po::typed_value_base*>(known->semantic().get()) : nullptr;
  if (!typed || given.value.empty()) return;
  const auto name = "--" + given.string_key;
  auto& text = given.value.front();
  if (typed->value_type() == typeid(double))
    text = fmt::format("{}", number_option(name, "", "", any_number, "").value_of(text));
  else if (typed->value_type() == typeid(long) || typed->value_type() == typeid(int))
    text = fmt::format("{:.0f}", integer_option(name, "", "", any_number, "").value_of(text));
}

/// `--out --quick` is an option whose value was forgotten, and not a directory `--quick`.
void refuse_swallowed(const po::options_description& options, const po::option& given) {
  for (const auto& value : given.value) {
    if (given.original_tokens.size() < 2 || value.rfind("--", 0) != 0) continue;
    if (options.find_nothrow(value.substr(2, value.find('=') - 2), false))
      throw UserError(fmt::format("--{}: its value is missing; {} is an option of its own", given.string_key, value));
  }
}

}  // namespace

bool parse_command(const Command& command, const std::vector<std::string>& arguments, po::options_description options,
                   const po::positional_options_description& positional, po::variables_map& values) {
  const auto width = std::min(terminal_width().value_or(usual_width), usual_width);
  po::options_description shown("options", static_cast<unsigned>(width), static_cast<unsigned>(width) / 2);
  shown.add(options).add_options()("help,h", "show this help");
  po::options_description all = shown;
  const bool many = positional.max_total_count() == std::numeric_limits<unsigned>::max();
  for (unsigned i = 0; i < positional.max_total_count() && i < 8; ++i)
    if (const auto& name = positional.name_for_position(i); !all.find_nothrow(name, false)) {
      if (many)
        all.add_options()(name.c_str(), po::value<std::vector<std::string>>());
      else if (is_output(name))
        all.add_options()(name.c_str(), po::value<OutputFile>());
      else
        all.add_options()(name.c_str(), po::value<std::string>());
    }
  try {
    // Guessing would take `--trial` for --trials, and for another option once one of that name is added.
    constexpr int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    auto parsed = po::command_line_parser(arguments).options(all).positional(positional).style(style).run();
    for (auto& given : parsed.options) {
      refuse_swallowed(all, given);
      read_number(all, given);
    }
    po::store(parsed, values);
    po::notify(values);
  } catch (const po::unknown_option& problem) {
    std::vector<std::string> known;
    for (const auto& option : shown.options()) known.push_back("--" + option->long_name());
    throw UserError(fmt::format("stillpoint {}: {}{}; see `stillpoint {} --help`", command.name, problem.what(),
                                did_you_mean(problem.get_option_name(), known), command.name));
  } catch (const po::error& problem) {
    throw UserError(
        fmt::format("stillpoint {}: {}; see `stillpoint {} --help`", command.name, problem.what(), command.name));
  }
  if (values.count("help") == 0) {
    check_outputs(values);
    return true;
  }
  std::ostringstream text;
  text << shown;
  fmt::print("{}\n{}\n\n{}\nexample:\n  {}\n",
             for_terminal(fmt::format("usage: stillpoint {} {}\n", command.name, command.arguments), 4),
             terminal_width() ? for_terminal(sentences(command.help), 0) : command.help, text.str(), command.example);
  return false;
}

int with_option_names(const po::options_description& options, const std::function<int()>& work,
                      const std::string& file) {
  try {
    return work();
  } catch (const ParameterError& error) {
    auto name = error.name;
    std::replace(name.begin(), name.end(), '_', '-');
    if (options.find_nothrow(name, false)) throw ParameterError("--" + name, error.value, error.allowed);
    const bool is_said = error.name.rfind("--", 0) == 0 || error.name.find(file) != std::string::npos;
    if (is_said || error.allowed.find(file) != std::string::npos) throw;
    throw ParameterError(file + ": " + error.name, error.value, error.allowed);
  }
}

namespace {

template <class Value>
const Value& required_value(const Command& command, const po::variables_map& values, const std::string& name) {
  if (values.count(name) == 0) {
    const auto option = command.arguments.find("--" + name + " ");  // "--out DIR", as the usage has it
    const auto end = command.arguments.find(' ', option == std::string::npos ? option : option + name.size() + 3);
    throw UserError(fmt::format("stillpoint {}: {} is missing; usage: stillpoint {} {}", command.name,
                                option == std::string::npos ? name : command.arguments.substr(option, end - option),
                                command.name, command.arguments));
  }
  return values[name].as<Value>();
}

}  // namespace

std::string required(const Command& command, const po::variables_map& values, const std::string& name) {
  return required_value<std::string>(command, values, name);
}

std::string required_output(const Command& command, const po::variables_map& values, const std::string& name) {
  return required_value<OutputFile>(command, values, name).path;
}

std::vector<std::string> required_words(const Command& command, const po::variables_map& values,
                                        const std::string& name) {
  return required_value<std::vector<std::string>>(command, values, name);
}

}  // namespace stillpoint
