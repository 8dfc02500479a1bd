#include "experiments/report/page/alignment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/results/result_file.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

/// Means over bins of finite values (in freeze-in there are none); NaN where there is none.
std::vector<double> binned(const std::vector<double>& values, long bin) {
  std::vector<double> means;
  for (std::size_t from = 0; from < values.size(); from += static_cast<std::size_t>(bin)) {
    double sum = 0, count = 0;
    for (std::size_t k = from; k < std::min(values.size(), from + static_cast<std::size_t>(bin)); ++k)
      if (std::isfinite(values[k])) {
        sum += values[k];
        ++count;
      }
    means.push_back(sum / count);
  }
  return means;
}

RuleAlignment::Curve curve_of(std::size_t condition, const std::vector<std::vector<double>>& runs) {
  std::size_t bins = 0;
  for (const auto& run : runs) bins = std::max(bins, run.size());
  return {condition, runs.size(), quartiles_of(runs, bins, (runs.size() + 1) / 2)};
}

void draw_curve(Drawing& drawing, const Panel& panel, const RuleAlignment& alignment, const RuleAlignment::Curve& curve,
                const Stroke& stroke) {
  const auto& [low, middle, high] = curve.cosine;
  std::vector<Point> line, band, back;
  for (std::size_t bin = 0; bin < middle.size(); ++bin) {
    const double x = bin_centre(bin, alignment.bin);
    line.push_back(std::isfinite(middle[bin]) ? panel.at(x, middle[bin]) : Point{NAN, NAN});
    if (!std::isfinite(low[bin])) continue;
    band.push_back(panel.at(x, low[bin]));
    back.push_back(panel.at(x, high[bin]));
  }
  band.insert(band.end(), back.rbegin(), back.rend());
  if (band.size() > 2) drawing.polygon(band, stroke.colour, 0.15);
  drawing.polyline(line, stroke);
}

std::string means_text(const RuleAlignment& alignment, const ComparedStudy& study) {
  constexpr std::size_t most = 6;
  std::vector<std::string> means;
  for (const auto& curve : alignment.curves)
    for (const auto& each : study.summaries[curve.condition].alignment)
      if (each.rule == alignment.rule && means.size() < most)
        means.push_back(fmt::format("{}: {:.3f}, norm ratio {:.3g}", study.study.conditions[curve.condition].name(),
                                    each.cosine, each.norm_ratio));
  return fmt::format(" Means over updates and runs: {}.", fmt::join(means, "; "));
}

}  // namespace

std::vector<RuleAlignment> alignments_of(const std::string& directory, const StudyRecord& study,
                                         std::vector<std::string>& notes) {
  const auto runs_each = RuleAlignment::most_runs / std::max<std::size_t>(1, study.conditions.size());
  long updates = 1;
  for (const auto& condition : study.conditions) updates = std::max(updates, largest_budget(condition.runs));
  const long bin = bin_of(updates);
  std::vector<RuleAlignment> alignments;
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    const auto& condition = study.conditions[i];
    std::map<std::string, std::vector<std::vector<double>>> curves;
    std::vector<std::string> order;
    for (std::size_t k = 0; k < std::min(condition.runs.size(), runs_each); ++k) {
      if (condition.runs[k].alignment.empty()) continue;
      try {
        for (const auto& [rule, cosine] :
             read_cosines(run_path(directory, static_cast<std::size_t>(condition.number), condition.runs[k].seed))) {
          if (curves.count(rule) == 0) order.push_back(rule);
          curves[rule].push_back(binned(cosine, bin));
        }
      } catch (const UserError& problem) {  // it could be read when the study was
        notes.push_back(problem.what());
      }
    }
    for (const auto& rule : order) {
      auto found =
          std::find_if(alignments.begin(), alignments.end(), [&](const auto& each) { return each.rule == rule; });
      if (found == alignments.end()) found = alignments.insert(alignments.end(), {rule, {}, bin});
      found->curves.push_back(curve_of(i, curves[rule]));
    }
  }
  return alignments;
}

std::vector<StudyPanel> alignment_panels(const std::vector<RuleAlignment>& alignments, const ComparedStudy& study,
                                         double width) {
  constexpr double left = 40, top = 10, data_height = 110, below = 30, right = 8;
  const auto series = page_series(study.study);
  std::vector<StudyPanel> panels;
  for (const auto& alignment : alignments) {
    std::vector<double> values{0, 1};
    double last = 1;
    for (const auto& curve : alignment.curves) {
      values.insert(values.end(), curve.cosine.low.begin(), curve.cosine.low.end());
      values.insert(values.end(), curve.cosine.high.begin(), curve.cosine.high.end());
      last = std::max(last, static_cast<double>(largest_budget(study.study.conditions[curve.condition].runs)));
    }
    const Panel panel{{left, top},
                      width - left - right,
                      data_height,
                      {"update", 0, last},
                      Axis::covering("cosine to BPTT's gradient", values)};
    panels.push_back(
        {"alignment-" + alignment.rule, "Gradient of " + alignment.rule,
         fmt::format(
             "Cosine of the angle between the gradient of {} and BPTT's on the same trials, 1: the same direction, 0: "
             "unrelated. Median (line) and quartiles (band) over the runs that still train, each averaged in bins of "
             "{} update{}, as long as half of them do.",
             alignment.rule, alignment.bin, alignment.bin > 1 ? "s" : "") +
             means_text(alignment, study),
         "alignment", top + data_height + below, [&alignment, panel, series](Drawing& drawing) {
           for (const auto& curve : alignment.curves) {
             drawing.begin("series", "", static_cast<long>(curve.condition));
             draw_curve(drawing, panel, alignment, curve, series[curve.condition].stroke);
             drawing.end();
           }
           panel.draw_axes(drawing, "", "");
         }});
  }
  return panels;
}

Json alignment_table(const std::vector<RuleAlignment>& alignments, const StudyRecord& study) {
  Json table{{"columns",
              {"rule", "condition", "label", "update", "lower_quartile_cosine", "median_cosine",
               "upper_quartile_cosine", "runs"}},
             {"rows", Json::array()}};
  const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(); };
  for (const auto& alignment : alignments)
    for (const auto& curve : alignment.curves) {
      const auto& condition = study.conditions[curve.condition];
      const auto& [low, middle, high] = curve.cosine;
      for (std::size_t bin = 0; bin < middle.size(); ++bin)
        table["rows"].push_back({alignment.rule, condition.number, condition.label(), bin_centre(bin, alignment.bin),
                                 number(low[bin]), number(middle[bin]), number(high[bin]), curve.runs});
    }
  return table;
}

}  // namespace stillpoint
