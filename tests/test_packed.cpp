// Values as bytes and back.
#include "experiments/results/packed.hpp"
#include "tests/catch.hpp"

namespace stillpoint::testing {

struct Part {
  std::string name;
  std::optional<long> at;
};
template <class Archive>
void members(Archive& archive, Part& part) {
  archive(part.name, part.at);
}
struct Whole {
  bool yes = false;
  double number = 0;
  std::vector<double> numbers;
  std::vector<Part> parts;
  std::map<std::string, std::string> texts;
};
template <class Archive>
void members(Archive& archive, Whole& whole) {
  archive(whole.yes, whole.number, whole.numbers, whole.parts, whole.texts);
}

}  // namespace stillpoint::testing

using namespace stillpoint;
using stillpoint::testing::Whole;

TEST_CASE("what was packed comes back, and cut short anywhere it is refused") {
  const Whole whole{true, 0.1, {1, -0.0, 1e300}, {{"a", 7}, {"", std::nullopt}}, {{"x", "1"}, {"y", ""}}};
  Packing pack;
  pack(whole);
  const auto bytes = pack.bytes();
  Whole back;
  Unpacking unpack(bytes);
  unpack(back);
  CHECK(unpack.at_end());
  CHECK((back.yes && back.number == 0.1 && back.numbers == whole.numbers && back.texts == whole.texts));
  CHECK((back.parts.size() == 2 && back.parts[0].name == "a" && back.parts[0].at == 7 && !back.parts[1].at));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part(bytes, 0, size);  // memory of its own, beyond which a sanitizer sees
    CHECK_THROWS_AS(Unpacking(part)(back), UserError);
  }
  auto endless = bytes;
  endless.replace(9, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f", 8);  // so many numbers
  CHECK_THROWS_AS(Unpacking(endless)(back), UserError);
}
