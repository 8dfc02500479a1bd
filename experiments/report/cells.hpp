// How values are written in tables, CSV and JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/statistics/intervals.hpp"
#include "experiments/report/condition_summary.hpp"
#include "experiments/results/condition_label.hpp"

namespace stillpoint {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<double>& value);
/// [low, high], or null.
Json interval_json(const std::optional<Interval>& interval);
/// A whole or finite number, true or false where the text is one, else the text.
Json option_value(const std::string& text);
Json options_json(const Varied& varied);
/// With two spaces of indentation and a line end.
std::string json_text(const Json& document);

/// Quoted where it holds a comma, a quote or a line end.
std::string csv_field(const std::string& text);
/// Empty when absent.
std::string csv_field(const std::optional<double>& value);

std::string or_dash(const std::optional<double>& value, int decimals);
/// "20/20 [84, 100]": runs at criterion, runs, Wilson interval in %.
std::string reached_cell(const Summary& summary);
/// "111 [89, 124]": median updates to criterion and interval, ">400" beyond the budget; "-" without runs. With updates
/// counted in microseconds: as milliseconds, "52.4 [49.9, 61.0]".
std::string updates_cell(const Summary& summary, bool microseconds = false);
/// Milliseconds per update, "-" without runs.
std::string milliseconds_cell(const Summary& summary);

}  // namespace stillpoint
