#include <nanobind/stl/complex.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <complex>

#include "analysis/learning/learning_phases.hpp"
#include "analysis/restructuring/descriptors.hpp"
#include "analysis/restructuring/followed.hpp"
#include "experiments/study/restructuring_study.hpp"
#include "python/bindings/long_call.hpp"
#include "python/bindings/subject.hpp"
#include "python/bindings/watched_call.hpp"

namespace stillpoint::python {

namespace {

using Complex = std::complex<double>;

nb::tuple as_tuple(const IntervalEstimate& one) { return nb::make_tuple(one.value, one.low, one.high); }
nb::object as_tuple(const std::optional<IntervalEstimate>& one) {
  return one ? nb::object(as_tuple(*one)) : nb::none();
}

nb::dict drop_of(const LearningPhases::Drop& drop, bool main) {
  nb::dict made;
  made["update"] = drop.update.value;
  made["low"] = drop.update.low;
  made["high"] = drop.update.high;
  made["from"] = drop.from.value;
  made["from_low"] = drop.from.low;
  made["from_high"] = drop.from.high;
  made["to"] = drop.to.value;
  made["to_low"] = drop.to.low;
  made["to_high"] = drop.to.high;
  made["loss_before"] = drop.before;
  made["loss_after"] = drop.after;
  made["fall"] = drop.fall;
  made["delta_bic"] = drop.evidence;
  made["strength"] = strength(drop.evidence);
  made["undone"] = drop.undone;
  made["main"] = main;
  return made;
}

Made phases(const std::vector<double>& update, const std::vector<double>& loss, const std::vector<double>& accuracy,
            bool rising, Index resamples, double level, double false_positive_rate, std::uint64_t seed,
            nb::handle see) {
  const PhaseSetting setting{seed, resamples, level, false_positive_rate};
  auto found = long_call(see, [&] { return find_learning_phases({update, loss, accuracy, rising}, setting); });
  nb::dict made, bic;
  const auto* main = found.drop();
  made["verdict"] = verdict_name(found.verdict);
  made["scale"] = found.logarithmic ? "logarithm" : "linear";
  made["drop"] = main ? nb::object(as_tuple(main->update)) : nb::none();
  made["drop_from"] = main ? nb::object(as_tuple(main->from)) : nb::none();
  made["drop_to"] = main ? nb::object(as_tuple(main->to)) : nb::none();
  made["loss_before_after"] = main ? nb::object(nb::make_tuple(main->before, main->after)) : nb::none();
  made["delta_bic"] = main ? nb::object(nb::float_(main->evidence)) : nb::none();
  made["strength"] = main ? nb::cast(strength(main->evidence)) : nb::none();
  nb::list list, drops;
  for (std::size_t i = 0; i < found.drops.size(); ++i) drops.append(drop_of(found.drops[i], found.main == i));
  made["drops"] = drops;
  for (const auto& one : found.phases) {
    nb::dict phase;
    phase["name"] = one.name;
    phase["from"] = one.from;
    phase["to"] = one.to;
    phase["loss"] = one.loss;
    phase["accuracy"] = one.accuracy;
    list.append(phase);
  }
  made["phases"] = list;
  for (const auto& model : found.models) bic[model.name.c_str()] = model.bic;
  made["bic"] = bic;
  made["change_points"] = as_vector(std::move(found.changes));
  made["falling_p"] = found.falling_p;
  made["points_averaged"] = main ? main->averaged : found.averaged;
  for (const auto& drop : found.drops)
    for (const auto& [all, part] : {std::pair(&found.update, &drop.window), {&found.fitted, &drop.fitted}}) {
      if (!all->empty()) all->push_back(std::nan(""));  // a gap
      all->insert(all->end(), part->begin(), part->end());
    }
  made["update"] = as_vector(std::move(found.update));
  made["fitted"] = as_vector(std::move(found.fitted));
  return made;
}

Made change_of(const FollowedChange& change) {
  nb::dict made;
  made["type"] = change.type;
  made["effect"] = change.effect;
  made["interval"] = change.interval;
  made["s"] = change.s;
  made["tracks"] = std::vector<Index>(change.tracks);
  made["index_before"] = change.index_before;
  made["index_after"] = change.index_after;
  made["eigenvalue"] = change.eigenvalue;
  made["state"] = as_vector<double>(change.state);
  return made;
}

Made follow(const nb::typed<nb::list, BoundNetwork>& given, const Given<1>& input, const std::optional<std::string>& as,
            Index starts, bool stable_only, std::optional<double> birth_cost, bool every_spectrum, std::uint64_t seed,
            nb::handle see) {
  std::vector<Network<double>> networks;
  for (const auto& one : given) networks.push_back(nb::cast<const BoundNetwork&>(one).network);
  const auto taken = as ? (*as == "map" ? System::As::map : System::As::flow) : System::as_trained(networks.at(0));
  FollowSetting setting;
  setting.starts = starts;
  setting.stable_only = stable_only;
  setting.birth_cost = birth_cost;
  setting.seed = seed;
  setting.continuation.every_spectrum = every_spectrum;
  const Vector<double> held = map_of(input);
  const auto found = long_call(see, [&] { return follow_fixed_points(networks, held, taken, setting); });

  nb::dict made;
  made["as"] = name_of(taken);
  nb::list checkpoints, changes, matched;
  const Index D = networks[0].extent(ArrayAxis::states);
  for (const auto& points : found.points) {
    nb::dict at;
    at["states"] = each_row<double>(D, points, [](const auto& point) { return point.state; });
    at["index"] = each<std::int64_t>(points, [](const auto& point) { return point.index; });
    at["stable"] = each<bool>(points, [](const auto& point) { return point.stable; });
    at["leading"] = each<Complex>(points, [](const auto& point) { return point.eigenvalues(0); });
    at["searched"] = each<bool>(points, [](const auto& point) { return point.searched; });
    at["track"] = each<std::int64_t>(points, [](const auto& point) { return point.track ? *point.track : -1; });
    checkpoints.append(at);
  }
  for (const auto& change : found.changes) changes.append(change_of(change));
  for (const auto& pair : found.matched)
    matched.append(nb::make_tuple(pair.interval, pair.before, pair.after, pair.why));
  made["points"] = checkpoints;
  made["changes"] = changes;
  made["matched"] = matched;
  made["tracks"] = found.tracks;
  made["birth_cost"] = found.birth_cost;
  made["successions"] = found.successions;
  made["alike"] = found.alike;
  made["mistaken"] = found.mistaken;
  return made;
}

nb::object as_dict(const std::optional<LeadTest>& test) {
  if (!test) return nb::none();
  nb::dict made;
  made["median_lead"] = test->median;
  made["null_median"] = test->null_median;
  made["null_interval"] = nb::make_tuple(test->null_low, test->null_high);
  made["p_closer"] = test->p;
  made["event_before_drop"] = test->with_event;
  made["p_event_before_drop"] = test->p_with_event;
  return made;
}

MadeList restructuring(const std::string& directory, Index trials, std::optional<Index> walks,
                       double false_positive_rate, const std::vector<std::string>& descriptors, int jobs,
                       const nb::callable& see) {
  RestructuringSetting setting;
  setting.trials = trials;
  setting.walks = walks.value_or(0);
  setting.false_positive_rate = false_positive_rate;
  setting.jobs = jobs;
  setting.quiet = true;
  const auto& names = descriptor_names();
  for (const auto& name : descriptors)
    setting.descriptors.push_back(std::find(names.begin(), names.end(), name) - names.begin());
  decltype(find_restructuring_of_study(directory, setting)) found;
  watched_call(see, [&] { found = find_restructuring_of_study(directory, setting); });
  nb::list conditions;
  for (const auto& one : found) {
    nb::dict made;
    nb::list runs;
    for (const auto& run : one.runs) {
      nb::dict of_run;
      nb::list events;
      const auto update = [&](Index checkpoint) { return run.update[static_cast<std::size_t>(checkpoint)]; };
      for (const auto& event : run.events) {
        nb::dict seen;
        nb::list carried_by;
        for (const Index k : event.carried_by) carried_by.append(names[static_cast<std::size_t>(k)]);
        seen["update"] = update(event.at);
        seen["after"] = update(event.low);
        seen["peak"] = update(event.peak);
        seen["over"] = update(event.high);
        seen["p"] = event.p;
        seen["descriptors"] = carried_by;
        events.append(seen);
      }
      of_run["seed"] = run.seed;
      of_run["problem"] = run.problem;
      of_run["verdict"] = verdict_name(run.verdict);
      of_run["drop_onset"] = as_tuple(run.drop);
      of_run["events"] = events;
      of_run["lead"] = as_tuple(run.lead);
      runs.append(of_run);
    }
    nb::dict varied;
    for (const auto& [name, value] : one.condition.varied) varied[name.c_str()] = value;
    made["varied"] = varied;
    made["synapse"] = one.synapse;
    made["runs"] = runs;
    made["note"] = one.note;
    made["abrupt"] = one.abrupt;
    made["gradual"] = one.gradual;
    made["no_drop"] = one.no_drop;
    made["diverged"] = one.diverged;
    made["not_measured"] = one.not_measured;
    made["with_event"] = one.with_event;
    made["permuted_drops"] = as_dict(one.permuted);
    made["shifted_events"] = as_dict(one.shifted);
    conditions.append(made);
  }
  return conditions;
}

}  // namespace

void bind_learning(nb::module_& module) {
  module.def("phases", phases, nb::arg("update"), nb::arg("loss"), nb::arg("accuracy"), nb::arg("rising"),
             nb::arg("resamples"), nb::arg("level"), nb::arg("false_positive_rate"), nb::arg("seed"),
             nb::arg("see").none());
  module.def("follow", follow, nb::arg("networks"), nb::arg("input"), nb::arg("as_").none(), nb::arg("starts"),
             nb::arg("stable_only"), nb::arg("birth_cost").none(), nb::arg("every_spectrum"), nb::arg("seed"),
             nb::arg("see").none());
  module.def("restructuring", restructuring, nb::arg("directory"), nb::arg("trials"), nb::arg("walks").none(),
             nb::arg("false_positive_rate"), nb::arg("descriptors"), nb::arg("jobs"), nb::arg("see"));
  module.def("descriptor_names", [] { return descriptor_names(); });
}

}  // namespace stillpoint::python
