// Files that are whole or absent, whoever else tidies up beside them.
#include <atomic>
#include <filesystem>
#include <thread>

#include "experiments/results/atomic_file.hpp"
#include "experiments/results/text_file.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

TEST_CASE("a file is written although another process takes its writer for dead and removes its partial files") {
  namespace fs = std::filesystem;
  const auto directory = fs::temp_directory_path() / ("stillpoint-atomic-" + process_token());
  fs::create_directories(directory);
  std::atomic<bool> done{false};
  // Of three partial files of a writer, which are numbered, it finds two.
  std::thread tidy([&] {
    while (!done) {
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        const auto name = entry.path().filename().string();
        const auto end = name.rfind(".partial"), number = name.rfind('-');
        if (is_partial(name) && std::stoul(name.substr(number + 1, end - number - 1)) % 3 != 0)
          fs::remove(entry.path(), ignored);
      }
    }
  });
  const auto place = [&](const char* name, int i) { return (directory / (name + std::to_string(i))).string(); };
  int written = 0, anew = 0;
  std::string problem;
  try {
    for (int i = 0; i < 400; ++i, ++written) {
      write_atomically(place("again", i % 7), std::to_string(i));
      anew += write_once(place("once", i), std::to_string(i)) && !write_once(place("once", i), "other") ? 1 : 0;
    }
  } catch (const UserError& error) {
    problem = error.what();
  }
  done = true;
  tidy.join();
  CHECK(problem == "");
  CHECK(written == 400);
  CHECK(anew == 400);
  for (int i = 0; i < 400; i += 57) CHECK(read_text(place("once", i)) == std::to_string(i));
  for (const auto& entry : fs::directory_iterator(directory)) CHECK(!is_partial(entry.path().filename().string()));
  fs::remove_all(directory);
}
