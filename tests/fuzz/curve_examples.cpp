#include "tests/fuzz/curve_examples.hpp"

#include <libdeflate.h>

namespace stillpoint::testing {

namespace {

/// Of 2 or 4 bytes, the smallest first.
std::string number(std::size_t value, int bytes) {
  std::string made;
  for (int i = 0; i < bytes; ++i) made += static_cast<char>(value >> (8 * i) & 0xff);
  return made;
}

std::string npy(const std::string& header, const std::string& values) {
  return std::string("\x93NUMPY\x01\0", 8) + number(header.size() + 1, 2) + header + "\n" + values;
}

/// As numpy.savez writes it.
std::string npz(const std::vector<std::pair<std::string, std::string>>& arrays) {
  std::string members, directory;
  for (const auto& [name, bytes] : arrays) {
    const auto sizes = number(libdeflate_crc32(0, bytes.data(), bytes.size()), 4) + number(bytes.size(), 4) +
                       number(bytes.size(), 4) + number(name.size(), 2) + number(0, 2);
    const auto versions = number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4);  // flags, method, time
    directory += "PK\x01\x02" + number(20, 2) + versions + sizes + number(0, 2 + 2 + 2) + number(0, 4) +
                 number(members.size(), 4) + name;
    members += "PK\x03\x04" + versions + sizes + name + bytes;
  }
  return members + directory + "PK\x05\x06" + number(0, 4) + number(arrays.size(), 2) + number(arrays.size(), 2) +
         number(directory.size(), 4) + number(members.size(), 4) + number(0, 2);
}

}  // namespace

std::vector<std::string> curve_examples() {
  const std::string two("\x01\x02", 2);
  const auto vector = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", two);
  return {"update,loss\n0,1\n1,0.5\n",
          "\xEF\xBB\xBFloss, update ,accuracy\n1,2,nan\n\n-1e9,0x1p3,\n",
          "# made by a lab\r\nstep;train_loss;train_acc\r\n0;0,5;1\r\n# paused\r\n1;NA;\r\n0;1e-3;0,1\r\n",
          "\"Step\",\"a - loss\",\"a - loss__MIN\"\n\"0\",\"1\",\"1\"\n",
          "# step loss\n  0  1.5\n 10  2\n",
          "{\"step\":0,\"loss\":1}\n{\"step\":1,\"loss\":NaN,\"x\":\"y\"}\n",
          R"({"log_history":[{"step":1,"loss":0.5},{"step":2,"eval_loss":"0.1"}]})",
          R"({"loss":[1,2,-Infinity],"epoch":{"0":1,"1":2,"2":null}})",
          "[[0,1],[1,0.5]]",
          vector,
          npy("{'descr': '>f2', 'fortran_order': True, 'shape': (2, 3), }", std::string(12, '\x3c')),
          npy("{'descr': [('step', '<i2'), (('title', 'loss'), '<f4')], 'fortran_order': False, 'shape': (2,), }",
              std::string(12, '\x01')),
          npz({{"loss.npy", vector}, {"step.npy", vector}})};
}

}  // namespace stillpoint::testing
