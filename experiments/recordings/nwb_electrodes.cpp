#include "experiments/recordings/nwb_electrodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "experiments/recordings/nwb_table.hpp"

namespace stillpoint {

namespace {

using Place = hdf5::ForeignFile::Place;

std::string last_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

struct Site {
  std::string group, location, probe;
};

/// The name of the device that a link leads to.
std::string device_of(const NwbFile& nwb, const std::string& link) {
  const std::string devices = "/general/devices";
  if (!nwb.file().has(link, Place::group) || !nwb.file().has(devices, Place::group)) return "";
  const auto wanted = nwb.file().identity(link);
  for (const auto& member : nwb.file().members(devices)) {
    const auto path = place_in(devices, member.name);
    if (nwb.file().has(path, Place::group) && nwb.file().identity(path) == wanted) return member.name;
  }
  return "";
}

/// Of an ElectrodeGroup by its path.
Site site_of_group(const NwbFile& nwb, const std::string& path) {
  if (path.empty()) return {};
  Site site{last_name(path), nwb.file().text(path, "location").value_or(nwb.text(place_in(path, "location"))), ""};
  site.probe = device_of(nwb, place_in(path, "device"));
  return site;
}

std::vector<Site> sites_of_groups(const NwbFile& nwb, const std::string& column) {
  std::map<std::string, Site> known;
  std::vector<Site> sites;
  for (const auto& path : nwb.file().dataset(column).references()) {
    const auto [site, is_new] = known.try_emplace(path);
    if (is_new) site->second = site_of_group(nwb, path);
    sites.push_back(site->second);
  }
  return sites;
}

/// Of every electrode, by the row of its table.
std::vector<Site> sites_of_electrodes(const NwbFile& nwb, const std::string& path) {
  const auto electrodes = read_table(nwb, path);
  const auto column = place_in(path, "group");
  auto sites = nwb.file().has(column, Place::dataset) ? sites_of_groups(nwb, column) : std::vector<Site>();
  sites.resize(electrodes.id.size());
  const auto overwrite = [&](const char* name, std::string Site::*member) {
    const auto* own = electrodes.find(name);
    for (std::size_t row = 0; own && row < sites.size(); ++row)
      if (auto text = own->shown(static_cast<Index>(row)); !text.empty()) sites[row].*member = std::move(text);
  };
  overwrite("location", &Site::location);
  overwrite("group_name", &Site::group);
  return sites;
}

/// By unit, the sites of its electrodes.
std::vector<std::vector<Site>> sites_of_units(const NwbFile& nwb, const RecordedTable& units) {
  std::vector<std::vector<Site>> sites(units.id.size());
  const auto region = place_in(units.path, "electrodes"), group = place_in(units.path, "electrode_group");
  if (nwb.file().has(region, Place::dataset)) {
    auto table = nwb.file().reference(region, "table");
    if (table.empty()) table = "/general/extracellular_ephys/electrodes";
    const auto of_electrodes = sites_of_electrodes(nwb, table);
    const auto rows = nwb.file().dataset(region).numbers();
    std::vector<hsize_t> ends;
    if (nwb.file().has(region + "_index", Place::dataset))
      ends = row_ends(nwb, units, "electrodes", rows.size());
    else
      for (std::size_t i = 0; i <= sites.size(); ++i) ends.push_back(std::min(i, rows.size()));  // one of each
    for (std::size_t unit = 0; unit < sites.size(); ++unit)
      for (auto i = ends[unit]; i < ends[unit + 1]; ++i) {
        if (!(rows[i] >= 0 && rows[i] < static_cast<double>(of_electrodes.size())))
          throw UserError(fmt::format("{}: {} is no row of {}, which has {}", nwb.file().where(region), rows[i], table,
                                      of_electrodes.size()));
        sites[unit].push_back(of_electrodes[static_cast<std::size_t>(rows[i])]);
      }
  } else if (nwb.file().has(group, Place::dataset)) {
    const auto of_groups = sites_of_groups(nwb, group);
    for (std::size_t unit = 0; unit < std::min(sites.size(), of_groups.size()); ++unit)
      sites[unit].push_back(of_groups[unit]);
  }
  return sites;
}

}  // namespace

void add_electrodes(const NwbFile& nwb, RecordedTable& units) {
  std::vector<std::vector<Site>> sites;
  try {
    sites = sites_of_units(nwb, units);
  } catch (const UserError& problem) {
    units.left_out.push_back("where units were recorded: " + without(nwb.file().name(), problem.what()));
    return;
  }
  const auto add = [&](const char* name, std::string Site::*member, const char* description) {
    if (units.find(name)) return;
    TableColumn column;
    column.name = name;
    column.description = description;
    column.kind = TableColumn::Kind::text;
    for (const auto& of_unit : sites) {
      std::set<std::string> places;
      for (const auto& site : of_unit)
        if (!(site.*member).empty()) places.insert(site.*member);
      column.texts.push_back(fmt::format("{}", fmt::join(places, ", ")));
    }
    const auto says = [](const std::string& text) { return !text.empty(); };
    if (std::any_of(column.texts.begin(), column.texts.end(), says)) units.columns.push_back(std::move(column));
  };
  add("electrode_group", &Site::group, "of the unit's electrodes");
  add("location", &Site::location, "of the unit's electrodes");
  add("probe", &Site::probe, "the device of the unit's electrode group");
  const auto joined = [&](const std::string& line) {
    return units.find("electrode_group") && line.rfind("electrode_group: ", 0) == 0;
  };
  units.left_out.erase(std::remove_if(units.left_out.begin(), units.left_out.end(), joined), units.left_out.end());
}

}  // namespace stillpoint
