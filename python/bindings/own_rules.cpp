// Rules written in Python. They look at the trials where these lie: every array is a view that keeps the object it was
// asked of, so that after a call one count says whether the rule has kept any.
#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include "python/bindings/rule_views.hpp"
#include "python/bindings/rules.hpp"

namespace stillpoint::python {

namespace {

template <class Scalar>
class PythonRule : public Rule<Scalar> {
 public:
  explicit PythonRule(OwnRule rule) : rule_(std::move(rule)) {}
  bool online() const override { return rule_.online; }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key) override {
    key_ = key;
    const nb::gil_scoped_acquire lock;
    looking({&simulation, &trials, nullptr, nullptr, key}, [&](nb::handle view) { call("begin", view); });
  }
  void step(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar> error) override {
    const nb::gil_scoped_acquire lock;
    looking(view_of(view), [&](nb::handle shown) {
      const std::size_t shape[] = {static_cast<std::size_t>(error.cols()), static_cast<std::size_t>(error.rows())};
      const std::int64_t strides[] = {error.outerStride(), 1};
      call("step", t, shown, nb::cast(Look<Scalar>(error.data(), 2, shape, shown, strides)));
    });
  }
  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& written) override {
    set_zero(written, view.simulation.network());
    const nb::gil_scoped_acquire lock;
    looking(view_of(view), [&](nb::handle shown) {
      nb::object changes = nb::cast(RuleChanges<Scalar>{&written});
      call("write", shown, changes);
      nb::cast<RuleChanges<Scalar>&>(changes).written = nullptr;
      require_let_go(changes);
    });
  }

 private:
  RuleView<Scalar> view_of(const TrialSetView<Scalar>& view) const {
    return {&view.simulation, &view.trials, &view.error, &view.feedback, key_};
  }
  template <class... Arguments>
  void call(const char* method, Arguments&&... arguments) const {
    rule_.rule->attr(method)(std::forward<Arguments>(arguments)...);
  }
  template <class Use>
  void looking(RuleView<Scalar> at, Use use) const {
    nb::object view = nb::cast(std::move(at));
    try {
      use(view);
    } catch (nb::python_error& error) {
      nb::cast<RuleView<Scalar>&>(view).simulation = nullptr;
      let_go(error);
      throw;
    }
    nb::cast<RuleView<Scalar>&>(view).simulation = nullptr;
    require_let_go(view);
  }
  /// The frames that an error remembers hold arrays whose memory ends with the training.
  static void let_go(const nb::python_error& error) {
    const auto traceback = nb::module_::import_("traceback");
    for (nb::object one = nb::borrow(error.value()); !one.is_none(); one = one.attr("__context__"))
      traceback.attr("clear_frames")(one.attr("__traceback__"));
  }
  void require_let_go(nb::handle shown) const {
    if (Py_REFCNT(shown.ptr()) == 1) return;
    PyErr_SetString(
        PyExc_RuntimeError,
        fmt::format("rule {}: kept an array, or the view itself, beyond the call that it came with, after which its "
                    "memory changes: keep copies (numpy.copy)",
                    rule_.traits.name)
            .c_str());
    throw nb::python_error();
  }

  OwnRule rule_;
  TrialKey key_;
};

}  // namespace

RuleModel rule_model_of(const OwnRule& rule) { return rule_model<PythonRule>(rule.traits, rule); }

void bind_own_rules(nb::module_& module) {
  bind_rule_views(module);
  nb::class_<OwnRule>(module, "OwnRule")
      .def(
          "__init__",
          [](OwnRule* self, nb::object rule, const std::string& name, const std::string& emits,
             const std::string& truth, bool supervised, bool own_readout, bool any_network, bool online) {
            RuleTraits traits{name, "written in Python"};
            traits.emits = emits == "gradient" ? Emits::gradient
                           : emits == "change" ? Emits::change
                                               : Emits::change_by_step;
            using Truth = RuleTraits::Truth;
            traits.truth = truth == "exact" ? Truth::exact : truth == "unbiased" ? Truth::unbiased : Truth::approximate;
            traits.supervised = supervised;
            traits.own_readout = own_readout;
            traits.any_network = any_network;
            new (self) OwnRule{held(std::move(rule)), traits, online};
          },
          nb::arg("rule"), nb::arg("name"), nb::arg("emits"), nb::arg("truth"), nb::arg("supervised"),
          nb::arg("own_readout"), nb::arg("any_network"), nb::arg("online"));
}

}  // namespace stillpoint::python
