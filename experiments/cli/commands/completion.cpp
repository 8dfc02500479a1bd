#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/options/argument.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

/// What there is to say is asked of the program itself each time, so that the script never grows old.
constexpr const char* bash_script = R"(_stillpoint() {
  local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} name=${COMP_WORDS[1]} words
  # the names that a help lists, and the options of a command
  _stillpoint_names() { "$program" "$@" 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p'; }
  _stillpoint_options() { "$program" "$@" --help 2>/dev/null | grep -oE '^  (-. \[ )?--[a-z-]+' | grep -oE -e '--[a-z-]+'; }
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then words=$(_stillpoint_names --help)
  elif [[ $word == -* && $name == analyze ]]; then words=$(_stillpoint_options analyze "${COMP_WORDS[2]}")
  elif [[ $word == -* ]]; then words=$(_stillpoint_options "$name")
  elif [ "$COMP_CWORD" -eq 2 ] && [ "$name" = analyze ]; then words=$(_stillpoint_names analyze --help)
  elif [ "$COMP_CWORD" -eq 2 ] && [ "$name" = list ]; then
    words=$("$program" list --help | sed -n 's/^usage: stillpoint list \([a-z|]*\).*/\1/p' | tr '|' ' ')
  elif [ "$COMP_CWORD" -eq 2 ] && [ "$name" = completion ]; then words="bash zsh"
  else return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _stillpoint stillpoint
)";

int completion(const std::vector<std::string>& arguments, const Command& command) {
  po::positional_options_description positional;
  positional.add("SHELL", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, {}, positional, values)) return 0;
  const auto shell = required(command, values, "SHELL");
  require_argument(shell == "bash" || shell == "zsh", "stillpoint completion", shell,
                   must_be_one_of(shell, {"bash", "zsh"}));
  fmt::print("{}{}", shell == "zsh" ? "autoload -U +X compinit bashcompinit && compinit && bashcompinit\n" : "",
             bash_script);
  return 0;
}

}  // namespace

Command completion_command() {
  return {"completion", "bash|zsh",
          "Prints what lets a shell complete commands and options by the tabulator key.\n"
          "For every new shell: add the example to ~/.bashrc; in ~/.zshrc, with zsh in place of bash.",
          "source <(stillpoint completion bash)", completion};
}

}  // namespace stillpoint
