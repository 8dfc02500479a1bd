// Panels of the networks of portraits: single neurons in a typical trial, and eigenvalues at fixed points.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/page/portrait.hpp"
#include "experiments/report/page/results_beside.hpp"

namespace stillpoint {

/// A neuron whose rate is near a straight line in time.
struct Ramp {
  Index neuron;     // from 0
  double change;    // of the fitted line over the trial
  double strength;  // |change| over the standard deviation of what the line leaves
};
/// By falling strength, of the neurons that change by at least a tenth of the largest change.
std::vector<Ramp> ramps_of(const Matrix<double>& rates);

/// Two panels of a portrait that has a trial, none of another.
std::vector<ResultPanel> neuron_panels(const Portrait& portrait, double width = column_width);

/// Which network is drawn, in lines that fit a column, above its panel.
std::vector<std::string> title_lines(const Portrait& portrait, const Portrait::Moment& moment);
void draw_title(Drawing& drawing, double left, const std::vector<std::string>& lines);
/// Where the panel begins beneath it.
double top_below(const std::vector<std::string>& lines);

/// Eigenvalues at the fixed points of one of a portrait's networks, with the border of stability.
double spectrum_height(const Portrait& portrait, const Portrait::Moment& moment);
void draw_spectrum(Drawing& drawing, const Portrait& portrait, const Portrait::Moment& moment, double width);
/// A figure that shows the network that the portrait shows; "" where there are no eigenvalues.
std::string spectra_html(const std::vector<Portrait>& portraits);

}  // namespace stillpoint
