#include "experiments/report/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace stillpoint {

namespace {

template <class Number>
bool parse_whole(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json(nullptr);
}

Json option_value(const std::string& text) {
  long integer = 0;
  double number = 0;
  if (text == "true" || text == "false") return text == "true";
  if (parse_whole(text, integer)) return integer;
  if (parse_whole(text, number) && std::isfinite(number)) return number;
  return text;
}

Json options_json(const Varied& varied) {
  Json options = Json::object();
  for (const auto& [name, value] : varied) options[name] = option_value(value);
  return options;
}

std::string json_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string csv_field(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : ""; }

std::string or_dash(const std::optional<double>& value, int decimals) {
  return value ? fmt::format("{:.{}f}", *value, decimals) : "-";
}

std::string reached_cell(const Summary& summary) {
  const auto& share = summary.reached_interval;
  return fmt::format("{}/{} [{:.0f}, {:.0f}]", summary.reached, summary.runs, 100 * share.low, 100 * share.high);
}

std::string updates_cell(const Summary& summary, bool microseconds) {
  if (summary.runs == 0) return "-";
  const auto number = [&](double time) {
    return microseconds ? fmt::format("{:.1f}", time / 1000) : fmt::format("{:.0f}", time);
  };
  const auto bounded = [&](const std::optional<double>& time) {
    return time ? number(*time) : '>' + number(static_cast<double>(summary.budget));
  };
  const auto median_text = bounded(summary.median_updates);
  if (!summary.median_interval) return median_text;
  return fmt::format("{} [{}, {}]", median_text, bounded(summary.median_interval->low),
                     bounded(summary.median_interval->high));
}

std::string milliseconds_cell(const Summary& summary) {
  return summary.seconds_per_update ? fmt::format("{:.3g}", 1000 * *summary.seconds_per_update) : "-";
}

}  // namespace stillpoint
