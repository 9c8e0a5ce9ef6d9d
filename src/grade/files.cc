// Names that stay where they should.
#include "grade/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "grade/read.h"

namespace lwptrace::grade {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20;

bool stays_inside(const fs::path& name) {
  if (name.is_absolute()) return false;
  for (const fs::path& part : name) {
    if (part == "..") return false;
  }
  return true;
}

}  // namespace

std::string inner_name(const Yaml& node) {
  const std::string text = read_text(node, "a file");
  const fs::path name = fs::path(text).lexically_normal();
  if (text.size() > 1000 || !stays_inside(text) || name == "." || !name.has_filename()) {
    wrong(node, fmt::format("{} is no name of a file in the folder", shown(text)),
          "a name without .. and a / before it");
  }
  return name.string();
}

fs::path file_beside(const Yaml& node, const fs::path& folder) {
  const std::string name = inner_name(node);
  std::error_code error;
  const fs::path top = fs::canonical(folder, error);
  fs::path file = error ? fs::path() : fs::canonical(top / name, error);
  if (error || !fs::is_regular_file(file, error)) {
    wrong(node, fmt::format("there is no file {} beside the rubric", shown(name)), "put it there, or leave it out");
  }
  const fs::path inside = file.lexically_relative(top);
  if (inside.empty() || !stays_inside(inside)) {
    wrong(node, fmt::format("{} leads out of the rubric's folder", shown(name)), "copy the file into the folder");
  }
  return file;
}

std::string contents(const Yaml& node, const fs::path& file) {
  std::error_code error;
  if (fs::file_size(file, error) > kMostBytes || error) {
    wrong(node, fmt::format("{} has more than {} bytes", shown(node.text), kMostBytes), "a smaller file");
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in)
    wrong(node, fmt::format("{} cannot be read: {}", shown(node.text), std::strerror(errno)), "make it readable");
  return text.str();
}

}  // namespace lwptrace::grade
