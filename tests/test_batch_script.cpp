// What a job's script says, and the times that Slurm takes.
#include "experiments/cli/batch_script.hpp"
#include "experiments/options/shell_word.hpp"
#include "sim/options/option.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

TEST_CASE("times are those of sbatch: minutes, hours, days") {
  CHECK(batch_seconds("90") == 90 * 60);
  CHECK(batch_seconds("90:30") == 90 * 60 + 30);
  CHECK(batch_seconds("2:00:01") == 2 * 3600 + 1);
  CHECK(batch_seconds("2-0") == 2 * 86400);
  CHECK(batch_seconds("1-12:30") == 86400 + 12 * 3600 + 30 * 60);
  CHECK(batch_seconds("1-12:30:05") == 86400 + 12 * 3600 + 30 * 60 + 5);
  for (const char* wrong : {"", "soon", "-1", "1.5", "1:2:3:4", "1-", "1-2:3:4:5", "2 h", "1:234"})
    CHECK_THROWS_AS(batch_seconds(wrong), UserError);
}

TEST_CASE("a word of a shell's command line means itself") {
  CHECK(shell_word("/data/out-1/job.sh") == "/data/out-1/job.sh");
  CHECK(shell_word("network.gain=1.5 2.5") == "'network.gain=1.5 2.5'");
  CHECK(shell_word("o'ut$HOME") == "'o'\\''ut$HOME'");
  CHECK(shell_word("") == "''");
}

TEST_CASE("a job's script has the study's name and paths as Slurm can read them, and further options last") {
  BatchJob job;
  job.directory = "/data/50% done";
  job.name = "gain & beta";
  job.tasks = 3;
  job.sbatch = {"signal=B:TERM@600", "comment=for us"};
  job.started_in = "/home/me";
  job.command = {"/opt/stillpoint", "run", "a b.ini"};
  const auto script = batch_script(job);
  const auto at = [&](const std::string& text) { return script.find(text); };
  CHECK(at("#!/bin/sh\n") == 0);
  CHECK(at("#SBATCH --job-name=stillpoint-gain---beta\n") != std::string::npos);
  CHECK(at("#SBATCH --output=\"/data/50%% done/cluster/%A_%a.log\"\n") != std::string::npos);
  CHECK(at("#SBATCH --comment=\"for us\"\n") != std::string::npos);
  CHECK(at("#SBATCH --signal=B:TERM@120\n") < at("#SBATCH --signal=B:TERM@600\n"));
  CHECK(at("\ncd /home/me || exit 2\nexec /opt/stillpoint run 'a b.ini'\n") != std::string::npos);
  CHECK(at("--time") == std::string::npos);
}
