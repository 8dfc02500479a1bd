// Fixed points against systems whose fixed points are known without the search.
#include <algorithm>

#include "analysis/points/fixed_points.hpp"
#include "analysis/points/newton.hpp"
#include "analysis/start_states.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/bound_synapse.hpp"
#include "tests/spectra.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

const Vector<double> no_input = Vector<double>::Zero(2);

/// By Newton's method alone.
FixedPoints points_of(const Network<double>& network, System::As as, Index starts = 200) {
  FixedPointSearch search;
  search.starts = starts;
  search.budget = 0;
  search.proof_boxes = 0;
  return find_fixed_points(System(network, no_input, as), search);
}

/// tanh, no bias: x = 0 is a fixed point and every other has its negative.
Network<double> odd_network(Matrix<double> W, const std::string& kind = "leaky_rate") {
  auto network = problems::random_network(kind, Nonlinearity::tanh, W.rows(), 1, 3);
  network.W = std::move(W);
  network.b.setZero();
  return network;
}

/// Three orthogonal patterns p of eight neurons: W = (g/8) sum p p^T.
Matrix<double> hopfield_patterns() {
  Matrix<double> patterns(8, 3);
  patterns << 1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, -1, 1, 1, -1, 1, -1, -1, -1, 1, -1, -1, -1;
  return patterns;
}
Network<double> hopfield_network(double g) {
  auto network = odd_network(g / 8 * hopfield_patterns() * hopfield_patterns().transpose());
  network.tau_ms.setConstant(50);
  return network;
}

}  // namespace

TEST_CASE("a linear network has one fixed point with the spectrum of T^-1 (W - 1)") {
  for (const char* kind : {"leaky_rate", "leaky_current"}) {
    auto network = linear_network(kind, 7);
    const Vector<double> expected = LU(Matrix<double>::Identity(5, 5) - network.W).solve(network.b);
    const Matrix<double> A = network.tau_ms.cwiseInverse().asDiagonal() * (network.W - Matrix<double>::Identity(5, 5));
    const double tau_ref = std::pow(network.tau_ms.prod(), 0.2);
    const auto found = points_of(network, System::As::flow);
    INFO(kind);
    CHECK(found.complete == Completeness::exact);
    CHECK(found.missing.estimate == 0);
    CHECK(found.tau_ref_ms == Approx(tau_ref).epsilon(1e-14));
    REQUIRE(found.points.size() == 1);
    CHECK(largest_difference(found.points[0].state, expected) < 1e-12);
    CHECK(found.points[0].stable);
    CHECK(found.points[0].hits > 0);
    check_same_spectrum(found.points[0].eigenvalues, tau_ref * eigenvalues_of(A), 1e-10);

    network.dt_ms = 5;
    const auto map = points_of(network, System::As::map);
    REQUIRE(map.points.size() == 1);
    check_same_spectrum(map.points[0].eigenvalues, eigenvalues_of(Matrix<double>::Identity(5, 5) + 5 * A), 1e-10);
  }
}

TEST_CASE("a Hopfield network has its patterns as attractors") {
  // A pattern is a fixed point m p with m = tanh(g m), and so is every sum of patterns that is solved by symmetry; the
  // patterns are stable.
  const auto patterns = hopfield_patterns();
  const double g = 2;
  double m = 1;
  for (int i = 0; i < 200; ++i) m = std::tanh(g * m);
  const auto found = points_of(hopfield_network(g), System::As::flow, 1600);
  Index stable = 0;
  for (const auto& point : found.points) {
    CHECK(point.residual <= 1e-12);
    if (point.stable) ++stable;
  }
  for (Index i = 0; i < 3; ++i)
    for (const double sign : {1.0, -1.0}) {
      const auto same = std::find_if(found.points.begin(), found.points.end(), [&](const FixedPoint& point) {
        return (point.state - sign * m * patterns.col(i)).cwiseAbs().maxCoeff() < 1e-9;
      });
      REQUIRE(same != found.points.end());
      CHECK(same->stable);
      // -1 + (1 - m^2) g along the patterns, -1 elsewhere
      Eigen::VectorXcd expected = Eigen::VectorXcd::Constant(8, -1);
      expected.head(3).setConstant(-1 + (1 - m * m) * g);
      check_same_spectrum(same->eigenvalues, expected, 1e-9);
    }
  // x = 0 has one unstable direction per pattern.
  const auto& last = found.points.back();
  CHECK(last.state.cwiseAbs().maxCoeff() < 1e-9);
  CHECK(last.index == 3);
  // Overlaps m solve m = <p tanh(g p.m)> over all eight sign triples p. At g = 2 mixtures of patterns are saddles, 24
  // of index 1 and 20 of index 2 (6 - 24 + 20 - 1 = 1, as Morse has it); 1600 starts find them all.
  CHECK(stable == 6);
  const auto with_index = [&](Index index) {
    return std::count_if(found.points.begin(), found.points.end(),
                         [&](const FixedPoint& point) { return point.index == index; });
  };
  CHECK(with_index(0) == 6);
  CHECK(with_index(1) == 24);
  CHECK(with_index(2) == 20);
  CHECK(with_index(3) == 1);
}

TEST_CASE("a rank-one network has its pitchfork at gain 1") {
  // W = g v v^T, |v_i| = 1/sqrt(N): x = sqrt(N) m v with m = tanh(g m).
  const Index N = 6;
  Vector<double> v = Vector<double>::Constant(N, 1 / std::sqrt(6.0));
  v(1) *= -1;
  for (const double g : {0.9, 0.99, 1.01, 1.5}) {
    INFO(g);
    const auto found = points_of(odd_network(g * v * v.transpose()), System::As::flow);
    REQUIRE(found.points.size() == (g < 1 ? 1 : 3));
    CHECK(found.complete != Completeness::exact);
    CHECK(found.missing.estimate == 0);
    CHECK(found.points.front().stable);
    const auto& origin = found.points.back();
    CHECK(origin.state.cwiseAbs().maxCoeff() < 1e-9);
    CHECK(origin.index == (g < 1 ? 0 : 1));
    if (g < 1) continue;
    double m = 1;
    for (int i = 0; i < 20000; ++i) m = std::tanh(g * m);
    for (int i = 0; i < 2; ++i)
      CHECK(found.points[static_cast<std::size_t>(i)].state.cwiseAbs().minCoeff() == Approx(m).epsilon(1e-8));
    CHECK(largest_difference(found.points[0].state, -found.points[1].state) < 1e-9);
  }
}

TEST_CASE("ends are merged, and every converged start is one hit") {
  const Index starts = 60;  // too few for its 51 points: some are hit once or twice, some by deflation alone
  const auto network = hopfield_network(2);
  const auto found = points_of(network, System::As::flow, starts);
  const System system(network, no_input, System::As::flow);
  std::vector<Index> hits(found.points.size(), 0);
  Index converged = 0;
  const auto all_starts = search_starts(system, starts, 1);
  for (const auto& start : all_starts.colwise()) {
    const auto root = find_root(system, start);
    if (!root) continue;
    ++converged;
    Index near = 0;
    for (std::size_t i = 0; i < hits.size(); ++i)
      if ((found.points[i].state - *root).cwiseAbs().maxCoeff() < 1e-6) {
        ++hits[i];
        ++near;
      }
    CHECK(near == 1);
  }
  CHECK(found.converged == converged);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    CHECK(found.points[i].hits == hits[i]);
    for (std::size_t j = 0; j < i; ++j)
      CHECK((found.points[i].state - found.points[j].state).cwiseAbs().maxCoeff() > 1e-6);
  }
  const auto hit = [&](Index times) { return std::count(hits.begin(), hits.end(), times); };
  REQUIRE(hit(0) > 0);
  REQUIRE(hit(1) > 1);
  CHECK(found.found_by_deflation == hit(0));
  CHECK(found.chao1 == Approx(static_cast<double>(hit(1) * (hit(1) - 1)) / (2. * static_cast<double>(hit(2) + 1))));
  const auto again = points_of(hopfield_network(2), System::As::flow, starts);
  REQUIRE(again.points.size() == found.points.size());
  for (std::size_t i = 0; i < found.points.size(); ++i) CHECK(identical(again.points[i].state, found.points[i].state));
}

TEST_CASE("deflation finds a root that Newton's method from the same start does not") {
  const Vector<double> start = Vector<double>::Constant(1, 0.9);
  const System system(odd_network(Matrix<double>::Constant(1, 1, 2)), no_input, System::As::flow);
  std::vector<Vector<double>> known;
  for (int i = 0; i < 3; ++i) {
    const auto root = find_root(system, start, known);
    REQUIRE(root);
    for (const auto& other : known) CHECK((*root - other).norm() > 0.1);
    known.push_back(*root);
  }
  CHECK_FALSE(find_root(system, start, known));  // tanh(2 x) = x has three
}

TEST_CASE("relu networks too large to enumerate are searched region by region") {
  // Uncoupled pairs that inhibit each other: each is won by one of the two or by none, 3^8 fixed points, 2^8 of them
  // stable.
  auto network = problems::random_network("leaky_rate", Nonlinearity::relu, 16, 1, 3);
  network.W.setZero();
  for (Index i = 0; i < 16; i += 2) network.W(i, i + 1) = network.W(i + 1, i) = -2;
  network.b.setOnes();
  const auto found = points_of(network, System::As::flow, 300);
  CHECK(found.complete != Completeness::exact);
  CHECK(found.points.size() > 100);
  CHECK(found.missing.estimate > 0);
  CHECK(found.missing.low <= std::pow(3, 8) - static_cast<double>(found.points.size()));
  for (const auto& point : found.points) {
    Index both = 0;
    for (Index i = 0; i < 16; i += 2) {
      const double a = point.state(i), b = point.state(i + 1);
      const bool shared = std::abs(a - 1 / 3.) < 1e-12 && std::abs(b - 1 / 3.) < 1e-12;
      CHECK((shared || (std::abs(a + b - 1) < 1e-12 && std::abs(a * b) < 1e-12)));
      both += shared;
    }
    CHECK(point.index == both);
  }
}

TEST_CASE("half of the starts are the visited states that are given, in turn, and the search begins there") {
  // tanh, two wells along (1, 1): every visited state is in the upper one, near it.
  const auto network = odd_network(Matrix<double>::Ones(2, 2));
  const System system(network, no_input, System::As::flow);
  Matrix<double> visited(2, 3);
  visited << 0.9, 0.95, 1, 1, 0.95, 0.9;
  const auto starts = search_starts(system, 9, 1, 0, visited, 2);
  for (Index i = 0; i < 5; ++i) CHECK(identical(starts.col(2 * i).eval(), visited.col((2 + i) % 3).eval()));
  const auto free = search_starts(system, 9, 1);
  for (Index i = 0; i < 4; ++i) CHECK(identical(starts.col(2 * i + 1).eval(), free.col(2 * i + 1).eval()));
  FixedPointSearch search;
  search.starts = 1000;
  const auto from_free_runs = find_fixed_points(system, search);
  search.visited = visited;
  const auto from_visited = find_fixed_points(system, search);
  const auto hits = [](const FixedPoints& found) {
    for (const auto& point : found.points)
      if (point.state(0) > 0.5) return point.hits;
    return Index(0);
  };
  // Other starts lie on either side alike.
  CHECK(testing::not_above(hits(from_free_runs), 1000, 0.5));
  CHECK(hits(from_visited) >= 500);
  CHECK(testing::not_above(hits(from_visited) - 500, 500, 0.5));
  search.visited = Matrix<double>::Zero(3, 4);
  CHECK_THROWS_WITH(find_fixed_points(system, search), Catch::Contains("visited states = 3 x 4"));
}

TEST_CASE("searches are refused where they have no answer") {
  auto network = problems::random_network("leaky_rate", Nonlinearity::tanh, 4, 1, 11);
  network.dt_ms = 5;
  FixedPointSearch cycles;
  cycles.max_cycle = 3;
  CHECK_THROWS_WITH(find_fixed_points(System(network, no_input, System::As::flow), cycles),
                    Catch::Contains("max_cycle = 3: a flow"));
  CHECK_THROWS_WITH(find_fixed_points(System(network, no_input, System::As::map), cycles), Catch::Contains("relu"));
  CHECK_THROWS_WITH(points_of(network, System::As::flow, 0), Catch::Contains("starts = 0"));
  const auto gates = make_network(resolve_options({{"network.kind", "lstm"}, {"network.size", "3"}}), 2, 1, 1);
  const auto synapse = bound_to(gates, tsodyks_markram_synapse({}));
  FixedPointSearch with_synapse;
  with_synapse.synapse = synapse->continuous();
  CHECK_THROWS_WITH(find_fixed_points(System(gates, no_input, System::As::map), with_synapse), Catch::Contains("lstm"));
  network.W(1, 2) = NAN;
  CHECK_THROWS_WITH(points_of(network, System::As::map), Catch::Contains("finite"));
}

TEST_CASE("a point on a kink of relu is not called stable") {
  // tau dr/dt = -r + relu(W r), W = diag(2, .5): from the origin r_1 > 0 grows as exp(t/tau).
  Network<double> network;
  network.nonlinearity = Nonlinearity::relu;
  network.W = Vector<double>(Vector<double>::LinSpaced(2, 2, 0.5)).asDiagonal();
  network.W_in.resize(2, 0);
  network.b.setZero(2);
  network.W_out.resize(0, 2);
  network.b_out.resize(0);
  network.tau_ms.setConstant(2, 20);
  const auto at_origin = find_fixed_points(System(network, Vector<double>(0), System::As::flow)).points;
  REQUIRE(at_origin.size() == 1);
  CHECK(at_origin[0].on_kink);
  CHECK_FALSE(at_origin[0].stable);
  network.b << -1, -1;  // off the kink: every neuron silent
  const auto off_kink = find_fixed_points(System(network, Vector<double>(0), System::As::flow)).points;
  // ... or the first alone at r = 2 r - 1
  REQUIRE(off_kink.size() == 2);
  CHECK(off_kink[0].state.isZero(0));
  CHECK((off_kink[0].stable && !off_kink[0].on_kink));
  CHECK(largest_difference(off_kink[1].state, Eigen::Vector2d(1, 0)) < 1e-12);
  CHECK((!off_kink[1].stable && off_kink[1].index == 1 && !off_kink[1].on_kink));
}
