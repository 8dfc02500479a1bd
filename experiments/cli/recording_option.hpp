// --set recording.*: what an electrode or a microscope sees.
#pragma once

#include <boost/program_options.hpp>

#include "analysis/activity/recording_model.hpp"

namespace stillpoint {

/// Of the words of --set; throws UserError where one is no option of recording.
RecordingModel recording_of(const boost::program_options::variables_map& values);

}  // namespace stillpoint
