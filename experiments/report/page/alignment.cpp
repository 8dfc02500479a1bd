#include "experiments/report/page/alignment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/statistics/quantiles.hpp"
#include "experiments/report/panel.hpp"
#include "experiments/study/study_directory.hpp"
#include "sim/files/hdf5.hpp"

namespace stillpoint {

namespace {

constexpr double left = 40, top = 22, width = column_width - left - 8, height = 130, line_height = 9;
constexpr std::size_t most_panels = 12;

/// Means of the finite values in each bin; NaN in one without any.
std::vector<double> bin_means(const std::vector<double>& values, std::size_t bin) {
  std::vector<double> means;
  for (std::size_t from = 0; from < values.size(); from += bin) {
    double sum = 0, count = 0;
    for (std::size_t i = from; i < std::min(from + bin, values.size()); ++i)
      if (std::isfinite(values[i])) {
        sum += values[i];
        ++count;
      }
    means.push_back(sum / count);
  }
  return means;
}

bool trains(const RunRecord& run, const std::string& rule) {
  const auto own = run.options->find("rule.name");
  return own != run.options->end() && own->second == rule;
}

RuleAlignment curve_of(std::size_t condition, const std::string& rule, const std::vector<std::vector<double>>& runs) {
  RuleAlignment curve{condition, rule, static_cast<long>(runs.size()), {}, {}, {}, {}};
  std::size_t longest = 0;
  for (const auto& run : runs) longest = std::max(longest, run.size());
  const auto bin = static_cast<std::size_t>(bin_of(static_cast<long>(longest)));
  std::vector<std::vector<double>> means;
  for (const auto& run : runs) means.push_back(bin_means(run, bin));
  for (std::size_t k = 0; k * bin < longest; ++k) {
    std::vector<double> values;
    for (const auto& each : means)
      if (k < each.size() && std::isfinite(each[k])) values.push_back(each[k]);
    if (values.empty()) continue;
    std::sort(values.begin(), values.end());
    curve.update.push_back(static_cast<double>(k * bin) + static_cast<double>(bin - 1) / 2);
    curve.low.push_back(quantile(values, 0.25));
    curve.middle.push_back(quantile(values, 0.5));
    curve.high.push_back(quantile(values, 0.75));
  }
  return curve;
}

void draw_curves(Drawing& drawing, const std::vector<RuleAlignment>& curves, const std::string& title) {
  std::vector<double> shown{0, 1};
  double last = 1;
  for (const auto& curve : curves) {
    shown.insert(shown.end(), curve.low.begin(), curve.low.end());
    shown.insert(shown.end(), curve.high.begin(), curve.high.end());
    if (!curve.update.empty()) last = std::max(last, curve.update.back());
  }
  const Panel panel{
      {left, top}, width, height, {"update", 0, last}, Axis::covering("cosine with the true gradient", shown)};
  if (panel.y.low < 0) drawing.line(panel.at(0, 0), panel.at(last, 0), {"#BBBBBB", 0.5, "2 2"});
  double y = top + height + 31;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const auto& curve = curves[i];
    const auto stroke = series_stroke(i);
    std::vector<Point> band, line;
    for (std::size_t k = 0; k < curve.update.size(); ++k) {
      band.push_back(panel.at(curve.update[k], curve.high[k]));
      line.push_back(panel.at(curve.update[k], curve.middle[k]));
    }
    for (std::size_t k = curve.update.size(); k-- > 0;) band.push_back(panel.at(curve.update[k], curve.low[k]));
    if (band.size() > 2) drawing.polygon(band, stroke.colour, 0.18);
    drawing.polyline(line, stroke);
    drawing.line({left, y}, {left + 24, y}, stroke);
    drawing.text({left + 30, y + 2.5},
                 fmt::format("{} ({} run{})", curve.rule, curve.runs, curve.runs == 1 ? "" : "s"));
    y += line_height;
  }
  panel.draw_axes(drawing, "", title);
}

Json table_of(const std::vector<RuleAlignment>& curves, const StudyRecord& study) {
  Json table{
      {"columns", {"condition", "label", "rule", "runs", "update", "lower_quartile", "median", "upper_quartile"}},
      {"rows", Json::array()}};
  for (const auto& curve : curves)
    for (std::size_t k = 0; k < curve.update.size(); ++k)
      table["rows"].push_back({study.conditions[curve.condition].number, study.conditions[curve.condition].label(),
                               curve.rule, curve.runs, curve.update[k], curve.low[k], curve.middle[k], curve.high[k]});
  return table;
}

}  // namespace

std::vector<RuleAlignment> alignment_curves(const std::string& directory, const StudyRecord& study,
                                            std::vector<std::string>& notes, std::size_t most_runs) {
  std::vector<RuleAlignment> curves;
  std::size_t panels = 0, left_out = 0;
  for (std::size_t c = 0; c < study.conditions.size(); ++c) {
    const auto& condition = study.conditions[c];
    std::vector<std::string> rules;
    std::map<std::string, std::vector<std::vector<double>>> cosines;  // by rule, of each run
    std::size_t read = 0, measured = 0;
    for (const auto& run : condition.runs) {
      if (run.alignment.empty() || (panels >= most_panels && ++left_out)) continue;
      if (++measured > most_runs) continue;
      try {
        const hdf5::ReadFile file(run_path(directory, static_cast<std::size_t>(condition.number), run.seed));
        for (const auto& rule : run.alignment) {
          if (std::find(rules.begin(), rules.end(), rule.rule) == rules.end())
            rules.insert(trains(run, rule.rule) ? rules.begin() : rules.end(), rule.rule);
          cosines[rule.rule].push_back(file.root().group("alignment").group(rule.rule).vector("cosine"));
        }
        ++read;
      } catch (const UserError& problem) {
        notes.push_back(problem.what());
      }
    }
    if (measured > most_runs)
      notes.push_back(fmt::format("Alignment of {} is that of its first {} runs.", condition.name(), most_runs));
    panels += read > 0 ? 1 : 0;
    for (const auto& rule : rules) curves.push_back(curve_of(c, rule, cosines[rule]));
  }
  if (left_out > 0)
    notes.push_back(fmt::format("Alignment is shown of the first {} conditions that have it.", most_panels));
  return curves;
}

std::vector<ResultPanel> alignment_panels(const std::vector<RuleAlignment>& curves, const StudyRecord& study) {
  std::vector<ResultPanel> panels;
  for (auto from = curves.begin(); from != curves.end();) {
    const auto to =
        std::find_if(from, curves.end(), [&](const auto& each) { return each.condition != from->condition; });
    const std::vector<RuleAlignment> own(from, to);
    const auto& condition = study.conditions[from->condition];
    const auto name = fmt::format("alignment-condition{:04d}", condition.number);
    StudyPanel panel{name,
                     "Alignment with the true gradient: " + condition.label(),
                     "Cosine between the gradient of a rule and that of BPTT on the same trials: median and quartiles "
                     "over the runs that still train, each averaged in bins. The first rule trains, others look on.",
                     name,
                     top + height + 28 + line_height * static_cast<double>(own.size()),
                     [own, label = condition.name()](Drawing& drawing) { draw_curves(drawing, own, label); }};
    panel.shows_conditions = false;
    panels.push_back({std::move(panel), table_of(own, study)});
    from = to;
  }
  return panels;
}

}  // namespace stillpoint
