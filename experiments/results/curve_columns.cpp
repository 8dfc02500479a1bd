#include "experiments/results/curve_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <functional>

#include "sim/options/nearest.hpp"
#include "sim/options/option.hpp"
#include "sim/options/parse_number.hpp"

namespace stillpoint {

namespace {

using Names = std::vector<std::string>;
using Places = std::vector<std::size_t>;

const Names step_words = {"update",    "updates",    "step",   "steps",   "global_step", "trainer_global_step",
                          "iteration", "iterations", "iter",   "iters",   "it",          "batch",
                          "batches",   "trial",      "trials", "episode", "episodes",    "epoch",
                          "epochs",    "time",       "t"};
const Names loss_words = {"value", "error", "cost", "mse", "nll", "cross_entropy"};

/// Lower case, with one _ for whatever is neither letter nor digit: "Train/Loss " is train_loss.
std::string plain(const std::string& name) {
  std::string made;
  for (const char each : name) {
    const bool kept = boost::is_alnum()(each) && static_cast<unsigned char>(each) < 0x80;
    if (kept)
      made += boost::to_lower_copy(std::string(1, each));
    else if (!made.empty() && made.back() != '_')
      made += '_';
  }
  boost::trim_if(made, boost::is_any_of("_"));
  return made;
}

Places places_where(const Names& names, const std::function<bool(const std::string& name)>& holds) {
  Places places;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (holds(names[i])) places.push_back(i);
  return places;
}

/// Of Weights & Biases, beside each curve.
bool is_bound(const std::string& name) { return boost::ends_with(name, "__MIN") || boost::ends_with(name, "__MAX"); }

class Choosing {
 public:
  Choosing(const Names& names, bool named, const CurveChoice& choice, const std::string& path)
      : names_(names), named_(named), choice_(choice), path_(path) {}

  CurveColumns choose() const {
    CurveColumns found;
    if (names_.empty()) throw UserError(path_ + ": has no columns");
    if (names_.size() == 1) {
      require_parameter(choice_.update == "rows", path_ + ": columns", list({0}),
                        "one alone has no steps; give another, or count the rows by --update rows");
      return {std::nullopt, choice_.column.empty() ? 0 : said("--column", choice_.column), std::nullopt, false};
    }
    if (choice_.column.empty() && choice_.update.empty() && !named_) {
      require_parameter(names_.size() == 2, path_, fmt::format("no header and {} columns", names_.size()),
                        "choose by number: --update 1 --column 2");
      return {0, 1, std::nullopt, true};
    }
    if (choice_.update.empty())
      found.update = step();
    else if (choice_.update != "rows" || !is_name("rows").empty())
      found.update = said("--update", choice_.update);
    found.value = choice_.column.empty() ? loss(found.update) : said("--column", choice_.column);
    require_parameter(found.update != found.value, path_ + ": --column", names_[found.value],
                      "is the column of steps as well");
    found.accuracy = accuracy(found.value);
    found.guessed = (choice_.update.empty() && names_[*found.update] != "update") ||
                    (choice_.column.empty() && names_[found.value] != "loss");
    return found;
  }

 private:
  std::string list(const Places& places) const {
    constexpr std::size_t most = 20;
    Names some;
    for (std::size_t i = 0; i < std::min(most, places.size()); ++i)
      some.push_back(names_[places[i]].empty() ? "(no name)" : names_[places[i]]);
    return fmt::format("{}{}", fmt::join(some, ", "),
                       places.size() > most ? fmt::format(" and {} more", places.size() - most) : "");
  }
  std::string all() const {
    return list(places_where(names_, [](const auto&) { return true; }));
  }
  Places is_name(const std::string& wanted) const {
    auto exact = places_where(names_, [&](const auto& name) { return name == wanted; });
    return !exact.empty() ? exact : places_where(names_, [&](const auto& name) {
      return !wanted.empty() && boost::iequals(name, wanted);
    });
  }

  std::size_t said(const std::string& option, const std::string& wanted) const {
    const auto places = is_name(wanted);
    require_parameter(places.size() < 2, fmt::format("{}: {}", path_, option), wanted,
                      fmt::format("{} columns have this name; choose by number, the first being 1", places.size()));
    if (!places.empty()) return places.front();
    double number = 0;
    if (parse_number(wanted, number) && number >= 1 && number <= static_cast<double>(names_.size()) &&
        number == static_cast<double>(static_cast<std::size_t>(number)))
      return static_cast<std::size_t>(number) - 1;
    throw ParameterError(fmt::format("{}: {}", path_, option), wanted,
                         fmt::format("must be one of: {}, or a number from 1 to {}{}", all(), names_.size(),
                                     did_you_mean(wanted, names_)));
  }

  std::size_t step() const {
    for (const auto& word : step_words) {
      const auto places = places_where(names_, [&](const auto& name) { return plain(name) == word; });
      require_parameter(places.size() < 2, path_ + ": columns", list(places),
                        "each could be the step; choose by --update NAME or NUMBER");
      if (!places.empty()) return places.front();
    }
    if (const auto first = plain(names_.front()); first.empty() || first == "unnamed_0") return 0;  // of a DataFrame
    throw ParameterError(path_ + ": columns", all(),
                         "none is known for the step; choose by --update NAME, or count the rows by --update rows");
  }

  std::size_t loss(std::optional<std::size_t> step) const {
    const std::function<bool(const std::string&)> kinds[] = {
        [](const auto& name) { return plain(name) == "loss"; },
        [](const auto& name) { return boost::contains(plain(name), "loss"); },
        [](const auto& name) {
          return std::find(loss_words.begin(), loss_words.end(), plain(name)) != loss_words.end();
        }};
    for (const auto& kind : kinds) {
      auto places = places_where(names_, [&](const auto& name) { return !is_bound(name) && kind(name); });
      if (step) places.erase(std::remove(places.begin(), places.end(), *step), places.end());
      require_parameter(places.size() < 2, path_ + ": columns", list(places),
                        "each could be the loss; choose one by --column NAME or NUMBER");
      if (!places.empty()) return places.front();
    }
    throw ParameterError(path_ + ": columns", all(),
                         "none is known for a loss; choose by --column NAME, with --rising where it is to rise");
  }

  std::optional<std::size_t> accuracy(std::size_t value) const {
    const auto of = plain(names_[value]);
    if (!boost::contains(of, "loss")) return std::nullopt;
    for (const char* word : {"accuracy", "acc"}) {
      const auto places = places_where(
          names_, [&](const auto& name) { return plain(name) == boost::replace_last_copy(of, "loss", word); });
      if (places.size() == 1) return places.front();
    }
    return std::nullopt;
  }

  const Names& names_;
  bool named_;
  const CurveChoice& choice_;
  const std::string& path_;
};

}  // namespace

CurveColumns choose_columns(const std::vector<std::string>& names, bool named, const CurveChoice& choice,
                            const std::string& path) {
  return Choosing(names, named, choice, path).choose();
}

}  // namespace stillpoint
