#include "experiments/study/network_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cmath>
#include <exception>
#include <filesystem>

#include "experiments/results/result_file.hpp"
#include "experiments/results/text_file.hpp"
#include "experiments/study/measuring.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

struct NetworkJob {
  std::string run, file;
  AnalysedNetwork* result;
  std::exception_ptr* failure;
};

/// What a kept file must agree with to be used again.
nlohmann::json identity_of(const std::string& run_file, const NetworkAnalysis& analysis) {
  std::vector<std::string> numbers;
  for (const auto& number : analysis.numbers) numbers.push_back(number.name);
  return {{"analysis", analysis.kind},
          {"options", analysis.options},
          {"numbers", numbers},
          {"program", this_program_facts()},
          {"run", provenance_of(run_file)}};
}

/// One place per set of options, so that those of another set stay.
fs::path place_of(const std::string& directory, const NetworkAnalysis& analysis) {
  const auto options = analysis.options.dump();
  boost::crc_32_type crc;
  crc.process_bytes(options.data(), options.size());
  return fs::path(directory) / "analyses" / fmt::format("{}-{:08x}", analysis.kind, crc.checksum());
}

bool find_kept(const NetworkJob& job, const NetworkAnalysis& analysis) {
  try {
    return read_json(job.file, [&](const nlohmann::json& json) {
      if (json.at("identity") != identity_of(job.run, analysis)) return false;
      AnalysedNetwork kept;
      for (const auto& value : json.at("values"))
        kept.values.push_back(value.is_null() ? std::nullopt : std::optional(value.get<double>()));
      if (kept.values.size() != analysis.numbers.size()) return false;
      kept.left_out = json.at("left_out").get<std::vector<std::string>>();
      kept.hints = json.at("hints").get<std::vector<std::string>>();
      *job.result = std::move(kept);
      return true;
    });
  } catch (const UserError&) {  // absent or damaged: analysed anew
    return false;
  }
}

void keep(const NetworkJob& job, const NetworkAnalysis& analysis) {
  nlohmann::json values = nlohmann::json::array();
  for (const auto& value : job.result->values)
    values.push_back(value ? nlohmann::json(*value) : nlohmann::json(nullptr));
  const nlohmann::json json = {{"identity", identity_of(job.run, analysis)},
                               {"values", values},
                               {"left_out", job.result->left_out},
                               {"hints", job.result->hints}};
  std::error_code failed;  // said by what is written
  fs::create_directories(fs::path(job.file).parent_path(), failed);
  write_atomically(job.file, json.dump() + "\n");
}

void analyse(const NetworkJob& job, const NetworkAnalysis& analysis) {
  const auto result = analysis.run(job.run);
  for (const auto& number : analysis.numbers) {
    const auto value = number.of(result);
    job.result->values.push_back(value && std::isfinite(*value) ? value : std::nullopt);
  }
  for (const auto& [key, kept] : {std::pair("left_out", &job.result->left_out), std::pair("hints", &job.result->hints)})
    if (result.contains(key)) *kept = result[key].get<std::vector<std::string>>();
}

}  // namespace

std::vector<std::vector<AnalysedNetwork>> analyse_networks(const StudyRecord& study, const std::string& directory,
                                                           const NetworkAnalysis& analysis, int jobs, bool quiet) {
  const auto place = place_of(directory, analysis);
  std::vector<std::vector<AnalysedNetwork>> networks;
  std::size_t count = 0;
  for (const auto& condition : study.conditions) {
    networks.emplace_back(condition.runs.size());
    count += condition.runs.size();
  }
  std::vector<std::exception_ptr> failures(count);
  std::vector<NetworkJob> all;
  for (std::size_t c = 0; c < networks.size(); ++c)
    for (std::size_t i = 0; i < networks[c].size(); ++i) {
      const auto run = run_path(directory, c, study.conditions[c].runs[i].seed);
      const auto kept_in = place / fs::path(run).filename().replace_extension(".json");
      all.push_back({run, kept_in.string(), &networks[c][i], &failures[all.size()]});
    }
  measure_runs(
      all, jobs, quiet, [&](const NetworkJob& job) { return find_kept(job, analysis); },
      [&](const NetworkJob& job) { analyse(job, analysis); },
      [](const NetworkJob& job, const UserError& problem) {
        job.result->problem = problem.what();
        *job.failure = std::current_exception();
      },
      [&](const NetworkJob& job) { keep(job, analysis); });
  if (count > 0 && std::all_of(failures.begin(), failures.end(), [](const auto& each) { return each != nullptr; }))
    std::rethrow_exception(failures.front());
  return networks;
}

}  // namespace stillpoint
