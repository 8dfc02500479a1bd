// How figures that are files of their own look, as a user writes it.
#pragma once

#include <string>

#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// "width=120,font=8,letters=true", or a file with a line "width = 120" for each, # begins a comment. Throws UserError that
/// names what it cannot take, where it stands and what is allowed; also where the text of a panel has no room.
FigureStyle figure_style(const std::string& option, const std::string& given);

/// What may be given, with units and defaults, for a help text.
std::string figure_style_help();

}  // namespace stillpoint
