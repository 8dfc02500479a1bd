#include "experiments/recordings/session_imaging.hpp"

#include <fmt/format.h>

#include <limits>

namespace stillpoint {

namespace {

const std::string plane = "general/optophysiology/plane", segmentation = "processing/ophys/ImageSegmentation",
                  regions = segmentation + "/PlaneSegmentation", fluorescence_group = "processing/ophys/DfOverF";
constexpr double no_light = std::numeric_limits<double>::quiet_NaN();

/// The schema asks for a place.
NwbColumn masks(std::size_t neurons) {
  std::vector<hdf5::Pixel> pixels;
  std::vector<std::uint64_t> ends;
  for (std::uint32_t i = 0; i < neurons; ++i) {
    pixels.push_back({i, 0, 1});
    ends.push_back(i + 1);
  }
  return {"pixel_mask", "One pixel each, in a row: where it lies has no meaning", std::move(pixels), std::move(ends)};
}

}  // namespace

void add_imaging(NwbWriter& file, const CalciumImaging& imaging, std::size_t neurons, std::vector<NwbColumn> columns) {
  file.add_group("general/optophysiology");
  const auto imaged = file.add_object(plane, "ImagingPlane");
  hdf5::add_text(imaged, "description", "All recorded neurons of the network, which has no space");
  hdf5::add_text(imaged, "indicator",
                 fmt::format("model: rise {:g} ms, decay {:g} ms", imaging.rise_ms, imaging.decay_ms));
  hdf5::add_text(imaged, "location", "simulated network");
  hdf5::add_number(imaged, "excitation_lambda", no_light);
  hdf5::add_number(imaged, "imaging_rate", imaging.frame_hz);
  hdf5::add_link(imaged, "device", "/general/devices/stillpoint");
  const auto channel = file.add_object(plane + "/channel", "OpticalChannel");
  hdf5::add_text(channel, "description", "The only one");
  hdf5::add_number(channel, "emission_lambda", no_light);
  file.add_module("ophys", "Fluorescence of the recorded neurons");
  file.add_object(segmentation, "ImageSegmentation");
  columns.push_back(masks(neurons));
  const auto rois =
      file.add_table({regions, "PlaneSegmentation", "Recorded neurons: one region each", neurons, std::move(columns)});
  hdf5::add_link(rois, "imaging_plane", "/" + plane);
  file.add_group(regions + "/reference_images");
  file.add_object(fluorescence_group, "DfOverF");
}

void add_regions(NwbWriter& file, std::size_t neurons) {
  file.add_region(fluorescence_group + "/RoiResponseSeries/rois", "All recorded neurons", regions, neurons);
}

}  // namespace stillpoint
