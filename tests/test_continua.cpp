// Lines, rings and planes of fixed points are one each; isolated points are not taken for them, however degenerate.
#include "analysis/points/continua.hpp"
#include "analysis/points/fixed_points.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/bare_networks.hpp"
#include "tests/bound_synapse.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr auto flow = System::As::flow;

FixedPoints points_of(const Network<double>& network, System::As as = flow, Index starts = 200) {
  FixedPointSearch search;
  search.starts = starts;
  return find_fixed_points(System(network, no_input, as), search);
}

/// tau dx/dt = (W - 1) x + b in all of space, W = Q diag(values) Q^T.
Network<double> linear(const Vector<double>& values, const Vector<double>& b) {
  const Matrix<double> Q = orthogonal_factor_of(normal_array(values.size(), values.size(), 8));
  return bare("leaky_rate", Nonlinearity::identity, Q * values.asDiagonal() * Q.transpose(), b);
}

/// What a search from `count` normal states finds, ends within 1e-6 merged.
std::vector<Vector<double>> roots(const Velocity& velocity, Index D, Index count) {
  std::vector<Vector<double>> found;
  const Matrix<double> starts = normal_array(D, count, 4);
  for (const auto& start : starts.colwise())
    if (const auto root = find_root(velocity, start))
      if (std::none_of(found.begin(), found.end(), [&](const auto& x) { return (x - *root).norm() < 1e-6; }))
        found.push_back(*root);
  return found;
}

/// F(x) = Q f(Q^T x) of a two-dimensional f.
Velocity turned(const std::function<Eigen::Vector2d(double, double)>& f,
                const std::function<Eigen::Matrix2d(double, double)>& J) {
  const Eigen::Matrix2d Q =
      (Eigen::Matrix2d() << std::cos(0.7), -std::sin(0.7), std::sin(0.7), std::cos(0.7)).finished();
  return {[=](const Vector<double>& x) -> Vector<double> {
            const Eigen::Vector2d y = Q.transpose() * x;
            return Q * f(y(0), y(1));
          },
          [=](const Vector<double>& x) -> Matrix<double> {
            const Eigen::Vector2d y = Q.transpose() * x;
            return Q * J(y(0), y(1)) * Q.transpose();
          }};
}

}  // namespace

TEST_CASE("a critical linear network has one line of fixed points, with two such eigenvalues one plane") {
  // Along eigenvectors of 1 the offset b has no part, so that solutions exist.
  for (const Index dimension : {1, 2}) {
    Vector<double> values = Vector<double>::LinSpaced(6, -0.6, 0.5);
    values.tail(dimension).setOnes();
    auto network = linear(values, Vector<double>::Zero(6));
    network.b = (Matrix<double>::Identity(6, 6) - network.W) * normal_array(6, 1, 3);
    for (const auto as : {flow, System::As::map}) {
      network.dt_ms = 10;
      const System system(network, no_input, as);
      const auto found = points_of(network, as);
      INFO(dimension << (as == flow ? " flow" : " map") << ", " << found.points.size() << " points");
      REQUIRE(found.continua.size() == 1);
      const auto& continuum = found.continua[0];
      CHECK(continuum.dimension == dimension);
      CHECK(continuum.points.size() == found.points.size());
      CHECK(found.points.size() > 50);
      CHECK(continuum.hits == found.converged);
      CHECK(continuum.attracts);
      CHECK((continuum.least_index == 0 && continuum.most_index == 0 && continuum.number == 1));
      CHECK(found.missing.estimate == 0);
      CHECK(found.chao1 == 0);
      double extent = 0;
      for (const auto& point : found.points) {
        CHECK((point.neutral == dimension && point.index == 0 && !point.stable && point.number == 1));
        for (const auto& other : found.points) extent = std::max(extent, (point.state - other.state).norm());
      }
      CHECK(continuum.extent == Approx(extent));
      // Any other solution belongs to it, anything else does not.
      const Vector<double> along =
          LU(network.W + Matrix<double>::Identity(6, 6) * 1e-3 - Matrix<double>::Identity(6, 6))
              .solve(Vector<double>::Ones(6));
      Vector<double> other = found.points[0].state + 0.37 * along.normalized();
      other = *find_root(system, other);
      CHECK(number_of(found, system, other) == 1);
      CHECK_FALSE(number_of(found, system, other + network.b.normalized()));
    }
  }
}

TEST_CASE("a synapse that is silent at rest leaves the continuum what it is") {
  Vector<double> values = Vector<double>::LinSpaced(5, -0.6, 0.5);
  values(4) = 1;
  auto network = linear(values, Vector<double>::Zero(5));
  network.dt_ms = 5;
  const auto tcr = bound_to(network, tcr_synapse(dense_tcr(20, 200)));
  FixedPointSearch search;
  search.starts = 100;
  search.synapse = tcr->continuous();
  const auto found = find_fixed_points(System(network, no_input, flow), search);
  REQUIRE(found.continua.size() == 1);
  CHECK(found.continua[0].dimension == 1);
  CHECK(found.continua[0].attracts);
  for (const auto& point : found.points) CHECK((point.eigenvalues.size() == 10 && point.neutral == 1));
}

TEST_CASE("a line attractor of relu neurons is one half-line that begins at its kink") {
  // r' = -r + relu(W r), W = 1/2 in all entries: r1 = r2 = a for every a >= 0, from the kink at 0 on.
  for (const Index N : {2, 20}) {  // region by region; too large for it
    const auto network = bare("leaky_rate", Nonlinearity::relu,
                              Matrix<double>::Constant(N, N, 1 / static_cast<double>(N)), Vector<double>::Zero(N));
    const auto found = points_of(network);
    INFO(N);
    REQUIRE(found.continua.size() == 1);
    const auto& line = found.continua[0];
    CHECK((line.dimension == 1 && line.attracts));
    CHECK(line.points.size() == found.points.size());
    CHECK(found.points.size() > 20);
    CHECK(found.complete != Completeness::exact);
    CHECK(found.missing.estimate == 0);
    if (N > 2) continue;
    CHECK(std::any_of(found.points.begin(), found.points.end(),
                      [](const FixedPoint& point) { return point.on_kink && point.state.isZero(0); }));
  }
}

TEST_CASE("a ring of fixed points is one continuum of dimension 1 about an isolated point") {
  const double radius = 1.5;
  const Velocity ring{
      [=](const Vector<double>& x) -> Vector<double> { return x * (radius * radius - x.squaredNorm()); },
      [=](const Vector<double>& x) -> Matrix<double> {
        return Matrix<double>::Identity(2, 2) * (radius * radius - x.squaredNorm()) - 2 * x * x.transpose();
      }};
  auto points = roots(ring, 2, 60);
  points.erase(std::remove_if(points.begin(), points.end(), [](const auto& x) { return x.norm() < 1; }), points.end());
  points.push_back(Vector<double>::Zero(2));  // which the search finds or not
  const auto groups = group_points(ring, points);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].dimension == 1);
  CHECK(groups[0].members.size() == points.size() - 1);
  CHECK(groups[1].dimension == 0);
  CHECK(groups[1].members == std::vector<std::size_t>{points.size() - 1});
  CHECK(connected(ring, Eigen::Vector2d(radius, 0), Eigen::Vector2d(0, -radius)));
  CHECK_FALSE(connected(ring, Eigen::Vector2d(radius, 0), Eigen::Vector2d(0, 0)));
}

TEST_CASE("a ring attractor of tanh neurons is one ring about its unstable origin") {
  // W_ij = (4/N) cos(theta_i - theta_j): bumps rest at any angle, up to terms that fall geometrically with N and are
  // below the solver's accuracy.
  const Index N = 60;
  const Vector<double> theta = Vector<double>::LinSpaced(N + 1, 0, 2 * static_cast<double>(EIGEN_PI)).head(N);
  const Vector<double> c = theta.array().cos(), s = theta.array().sin();
  const auto found = points_of(bare("leaky_rate", Nonlinearity::tanh, 4. / N * (c * c.transpose() + s * s.transpose()),
                                    Vector<double>::Zero(N)));
  REQUIRE(found.continua.size() == 1);
  const auto& ring = found.continua[0];
  CHECK((ring.dimension == 1 && ring.attracts && ring.number == 1));
  CHECK(ring.points.size() + 1 == found.points.size());
  CHECK(ring.points.size() > 30);
  CHECK((found.points.back().index == 2 && found.points.back().number == 2 && found.points.back().state.norm() < 1e-9));
  CHECK(found.missing.estimate == 0);
  // As wide as the ring is where both of two opposite bumps were found nearly.
  CHECK(ring.extent == Approx(2 * found.points[0].state.norm()).epsilon(0.05));
}

TEST_CASE("lines beside each other are several, and a line of pitchforks is a line") {
  // u' = 0, v' = v (1 - v^2): lines at v = 0, 1 and -1
  const auto lines = turned([](double, double v) { return Eigen::Vector2d(0, v * (1 - v * v)); },
                            [](double, double v) {
                              Eigen::Matrix2d J = Eigen::Matrix2d::Zero();
                              J(1, 1) = 1 - 3 * v * v;
                              return J;
                            });
  const auto three = group_points(lines, roots(lines, 2, 90));
  REQUIRE(three.size() == 3);
  for (const auto& line : three) CHECK((line.dimension == 1 && line.members.size() > 10));
  // Ends of the search that crowd in two places of a line, further apart than any of their neighbours
  std::vector<Vector<double>> crowded;
  const Eigen::Vector2d along(std::cos(0.7), std::sin(0.7));
  for (const double place : {0.0, 2.0})
    for (int i = 0; i < 40; ++i) crowded.push_back((place + 0.001 * i) * along);
  CHECK(group_points(lines, crowded).size() == 1);
  // u' = 0, v' = -v^3: J is 0 everywhere on the line
  const auto pitchforks = turned([](double, double v) { return Eigen::Vector2d(0, -v * v * v); },
                                 [](double, double v) {
                                   Eigen::Matrix2d J = Eigen::Matrix2d::Zero();
                                   J(1, 1) = -3 * v * v;
                                   return J;
                                 });
  const auto one = group_points(pitchforks, roots(pitchforks, 2, 40));
  REQUIRE(one.size() == 1);
  CHECK(one[0].dimension == 1);
}

TEST_CASE("a point that is merely degenerate is one point and no continuum") {
  // x' = -x + tanh(x) = -x^3/3 + ..: F is below the solver's 1e-12 within 1.4e-4 of 0, where searches end all over.
  const auto critical = points_of(one_tanh(1, 0));
  REQUIRE(critical.points.size() == 1);
  CHECK(critical.continua.empty());
  const auto& point = critical.points[0];
  CHECK(std::abs(point.state(0)) < 2e-4);
  CHECK((point.neutral == 1 && point.index == 0 && !point.stable));
  CHECK(point.hits == critical.converged);
  CHECK(critical.missing.estimate == 0);
  // In six dimensions, along v
  const Vector<double> v = Vector<double>::Constant(6, 1 / std::sqrt(6.0));
  const auto six = points_of(bare("leaky_rate", Nonlinearity::tanh, v * v.transpose(), Vector<double>::Zero(6)));
  CHECK(six.points.size() == 1);
  CHECK(six.continua.empty());
  // A fold, and powers up to the fifth
  for (int power = 2; power <= 5; ++power) {
    const Velocity flat{
        [=](const Vector<double>& x) -> Vector<double> { return Vector<double>::Constant(1, -std::pow(x(0), power)); },
        [=](const Vector<double>& x) -> Matrix<double> {
          return Matrix<double>::Constant(1, 1, -power * std::pow(x(0), power - 1));
        }};
    INFO(power);
    const auto groups = group_points(flat, roots(flat, 1, 40));
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].dimension == 0);
  }
}

TEST_CASE("isolated points close to each other stay points of their own") {
  // x = tanh(w x): 0 and +-sqrt(3 (w - 1)) nearly; a step along the null direction may end at the next of them.
  for (const double above : {1e-3, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6}) {
    const auto found = points_of(one_tanh(1 + above, 0));
    INFO(above);
    REQUIRE(found.points.size() == 3);
    CHECK(found.continua.empty());
    CHECK((found.points[0].stable && found.points[1].stable && found.points[2].index == 1));
    CHECK(found.points[0].state(0) == Approx(-std::sqrt(3 * above)).epsilon(1e-2));
    for (const auto& each : found.points) CHECK(each.neutral == 0);
  }
}

TEST_CASE("points are numbered by what they are, not by how they were found") {
  const Vector<double> b = normal_array(10, 1, 7, 0.1);
  const auto network = bare("leaky_rate", Nonlinearity::tanh, normal_array(10, 10, 6, 2 / std::sqrt(10.0)), b);
  const System system(network, no_input, flow);
  FixedPointSearch search;
  search.starts = 400;
  const auto found = find_fixed_points(system, search);
  search.starts = 600;
  search.seed = 5;
  const auto again = find_fixed_points(system, search);
  REQUIRE(again.points.size() == found.points.size());
  REQUIRE(found.points.size() > 2);
  for (std::size_t i = 0; i < found.points.size(); ++i) {
    CHECK(largest_difference(found.points[i].state, again.points[i].state) < 1e-9);
    CHECK(found.points[i].number == static_cast<Index>(i) + 1);
    CHECK(number_of(found, system, again.points[i].state) == found.points[i].number);
  }
  CHECK_FALSE(number_of(found, system, found.points[0].state + Vector<double>::Constant(10, 0.1)));
}
