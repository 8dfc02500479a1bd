// HDF5 of other programs: links, types of text and numbers, references, parts, filters. Files are written by HDF5 itself.
#include <fstream>
#include <iterator>

#include "sim/files/hdf5_foreign.hpp"
#include "tests/catch.hpp"
#include "tests/foreign.hpp"

using namespace stillpoint;
using hdf5::ForeignDataset;
using hdf5::ForeignFile;
using hdf5::Handle;
using testing::chunked;
using testing::Foreign;
using Holds = ForeignDataset::Holds;
using Place = ForeignFile::Place;

namespace {

const std::vector<short> twelve = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

Handle text_type(std::size_t size, H5T_str_t padding = H5T_STR_NULLTERM) {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, size);
  if (size != H5T_VARIABLE) H5Tset_strpad(type, padding);
  return type;
}

}  // namespace

TEST_CASE("datasets of others are read in windows of rows, of any real type", "[files]") {
  Foreign foreign;
  foreign.dataset("shorts", H5T_NATIVE_SHORT, {4, 3}, twelve.data());
  const float one = 2.5F;
  foreign.dataset("scalar", H5T_NATIVE_FLOAT, {}, &one);
  foreign.dataset("none", H5T_NATIVE_DOUBLE, {0, 3}, nullptr);
  const auto file = foreign.read();
  const auto shorts = file.dataset("/shorts");
  CHECK(shorts.rows() == 4);
  CHECK(shorts.numbers(1, 2) == std::vector<double>{3, 4, 5, 6, 7, 8});
  CHECK(shorts.numbers(4, 0).empty());
  CHECK_THROWS_WITH(shorts.numbers(3, 2), file.name() + ": /shorts: has fewer rows than are asked for");
  CHECK(file.dataset("/scalar").numbers() == std::vector<double>{2.5});
  CHECK(file.dataset("/none").numbers().empty());
}

TEST_CASE("switches, names and numbers are told apart", "[files]") {
  Foreign foreign;
  const auto enumeration = [](const std::vector<const char*>& names) {
    Handle type(H5Tenum_create(H5T_NATIVE_INT8));
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto value = static_cast<signed char>(i);
      H5Tenum_insert(type, names[i], &value);
    }
    return type;
  };
  const signed char values[] = {1, 0, 1};
  foreign.dataset("switches", enumeration({"FALSE", "TRUE"}), {3}, values);
  foreign.dataset("sides", enumeration({"left", "right"}), {3}, values);
  const auto file = foreign.read();
  CHECK(file.dataset("/switches").holds() == Holds::truth);
  CHECK(file.dataset("/switches").numbers() == std::vector<double>{1, 0, 1});
  CHECK(file.dataset("/sides").holds() == Holds::names);
  CHECK(file.dataset("/sides").texts() == std::vector<std::string>{"right", "left", "right"});
}

TEST_CASE("text of others is of fixed or variable length and padded with anything", "[files]") {
  Foreign foreign;
  const char* variable[] = {"one", "", "three"};
  foreign.dataset("variable", text_type(H5T_VARIABLE), {3}, variable);
  foreign.dataset("never_written", text_type(H5T_VARIABLE), {2}, nullptr);
  foreign.dataset("full", text_type(3, H5T_STR_NULLPAD), {2}, "abcde\0");
  foreign.dataset("spaces", text_type(4, H5T_STR_SPACEPAD), {2}, "a b     ");
  const auto file = foreign.read();
  using Texts = std::vector<std::string>;
  CHECK(file.dataset("/variable").texts() == Texts{"one", "", "three"});
  CHECK(file.dataset("/never_written").texts() == Texts{"", ""});
  CHECK(file.dataset("/full").texts() == Texts{"abc", "de"});
  CHECK(file.dataset("/spaces").texts() == Texts{"a b", ""});
  CHECK_THROWS_WITH(file.dataset("/full").numbers(), file.name() + ": /full: must hold numbers, not text");
}

TEST_CASE("links are followed, those that lead nowhere are named", "[files]") {
  Foreign other, foreign;
  other.dataset("there", H5T_NATIVE_SHORT, {12}, twelve.data());
  other.close();
  foreign.group("g");
  foreign.dataset("g/own", H5T_NATIVE_SHORT, {12}, twelve.data());
  const auto link = [&](const std::string& to, const char* place, const char* name) {
    H5Lcreate_external(to.c_str(), place, foreign.id(), name, H5P_DEFAULT, H5P_DEFAULT);
  };
  H5Lcreate_soft("/g/own", foreign.id(), "soft", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/g/lost", foreign.id(), "dangling", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/circle", foreign.id(), "circle", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_hard(foreign.id(), "/", foreign.id(), "g/up", H5P_DEFAULT, H5P_DEFAULT);
  link(other.path().substr(other.path().rfind('/') + 1), "/there", "beside");
  link(other.path(), "/lost", "lost");
  link("absent.h5", "/x", "absent");
  link("/dev/zero", "/x", "device");
  const auto file = foreign.read();
  CHECK(file.dataset("/soft").numbers(11, 1) == std::vector<double>{11});
  CHECK(file.identity("/soft") == file.identity("/g/own"));
  CHECK(file.identity("/g/up") == file.identity("/"));
  CHECK(file.dataset("/beside").numbers(11, 1) == std::vector<double>{11});
  CHECK(file.at("/nothing/below") == Place::absent);
  for (const auto* broken : {"/dangling", "/circle", "/lost", "/absent", "/device"}) {
    INFO(broken);
    CHECK(file.at(broken) == Place::broken);
  }
  CHECK(file.broken_because("/dangling") == "leads to /g/lost, which is not in the file");
  CHECK(file.broken_because("/absent") == "leads to /x in absent.h5, which is not there");
  CHECK(file.broken_because("/lost") == "leads to /lost in " + other.path() + ", which cannot be opened");
  for (const auto& member : file.members("/")) {
    INFO(member.name);
    CHECK(member.linked == (member.name != "g"));
  }
}

TEST_CASE("references lead to paths", "[files]") {
  Foreign foreign;
  foreign.group("a");
  foreign.group("a/b");
  std::vector<hobj_ref_t> references(3, 0);
  H5Rcreate(&references[0], foreign.id(), "/a/b", H5R_OBJECT, -1);
  H5Rcreate(&references[2], foreign.id(), "/a", H5R_OBJECT, -1);
  {  // closed before the file is read
    const auto dataset = foreign.dataset("all", H5T_STD_REF_OBJ, {3}, references.data());
    const Handle space(H5Screate(H5S_SCALAR)),
        attribute(H5Acreate2(dataset, "target", H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT));
    H5Awrite(attribute, H5T_STD_REF_OBJ, references.data());
  }
  const auto file = foreign.read();
  CHECK(file.dataset("/all").references() == std::vector<std::string>{"/a/b", "", "/a"});
  CHECK(file.reference("/all", "target") == "/a/b");
  CHECK(file.reference("/all", "other").empty());
}

TEST_CASE("a filter that is not installed is named, and where it was not used values are read", "[files]") {
  constexpr H5Z_filter_t nobodys = 32123;
  Foreign foreign;
  const auto creation = chunked(6);
  H5Pset_filter(creation, nobodys, H5Z_FLAG_OPTIONAL, 0, nullptr);
  foreign.dataset("skipped", H5T_NATIVE_SHORT, {12}, twelve.data(), creation);
  {
    const auto used = foreign.dataset("used", H5T_NATIVE_SHORT, {12}, nullptr, creation);
    const hsize_t start = 0;
    H5Dwrite_chunk(used, H5P_DEFAULT, 0, &start, 6 * sizeof(short), twelve.data());  // as if it had been through it
  }
  const auto file = foreign.read();
  CHECK(file.dataset("/skipped").numbers().size() == 12);
  CHECK_THROWS_WITH(file.dataset("/used").numbers(),
                    file.name() + ": /used: is compressed by a plugin (HDF5 filter 32123), which is not installed");
}

TEST_CASE("values that the file cannot have are refused before memory is asked for", "[files]") {
  Foreign foreign;
  const hsize_t many = hsize_t{1} << 45;
  foreign.dataset("huge", H5T_NATIVE_DOUBLE, {many}, nullptr, chunked(1024));
  const auto file = foreign.read();
  CHECK_THROWS_WITH(file.dataset("/huge").numbers(), Catch::Contains("at most 2.15e+09 can be read"));
  CHECK(file.dataset("/huge").numbers(many - 10, 10) == std::vector<double>(10, 0));  // never written
  CHECK_THROWS_WITH(file.dataset("/huge").numbers(0, hsize_t{1} << 21),
                    Catch::Contains("has 2097152 values by its shape, but only 0 bytes of them are in the file"));
  CHECK_THROWS_WITH(file.dataset("/huge").require_stored(hsize_t{1} << 21), Catch::Contains("only 0 bytes"));
}

TEST_CASE("values that the file has are read, however many", "[files]") {
  const hsize_t many = (hsize_t{1} << 20) + 5;
  std::vector<double> values(many);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i / 1000);
  Foreign foreign;
  foreign.group("g");
  foreign.dataset("g/plain", H5T_NATIVE_DOUBLE, {many}, values.data());
  const auto creation = chunked(many / 3);
  H5Pset_deflate(creation, 1);
  foreign.dataset("g/compressed", H5T_NATIVE_DOUBLE, {many}, values.data(), creation);
  const auto file = foreign.read();
  CHECK(file.dataset("/g/plain").numbers() == values);
  CHECK(file.dataset("/g/compressed").numbers() == values);
  CHECK(hdf5::ReadFile(foreign.path()).root().group("g").array("plain").values == values);
}

TEST_CASE("a truncated file is said to be truncated", "[files]") {
  Foreign foreign;
  foreign.dataset("shorts", H5T_NATIVE_SHORT, {12}, twelve.data());
  foreign.close();
  const testing::ScratchFile cut;
  std::string bytes;
  {
    std::ifstream whole(foreign.path(), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(whole), {});
  }
  cut.write(bytes.substr(0, bytes.size() - 10));
  CHECK_THROWS_WITH(ForeignFile(cut.path()), Catch::Contains("it is truncated"));
  CHECK_THROWS_WITH(hdf5::ReadFile(cut.path()), Catch::Contains("it is truncated"));
}
