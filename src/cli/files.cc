// A link is followed, so that it goes on leading to the file; the file keeps its mode.
#include "cli/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace lwptrace::cli {

namespace fs = std::filesystem;

namespace {

bool is_special(const std::string& name) {
  std::error_code error;
  const fs::file_status status = fs::status(name, error);
  return fs::exists(status) && !fs::is_regular_file(status);
}

std::string target(const std::string& name) {
  std::error_code error;
  const fs::path whole = fs::canonical(name, error);
  return error ? name : whole.string();
}

// Beside it, by a name that nobody else has.
std::string newcomer(const std::string& name) { return fmt::format("{}.{}.new", target(name), ::getpid()); }

std::string write_to(const std::string& name, const std::string& text) {
  errno = 0;
  std::ofstream file(name, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  file.close();
  return file ? "" : std::strerror(errno != 0 ? errno : EIO);
}

}  // namespace

Result<std::string> whole_file(const std::string& name) {
  std::error_code error;
  if (fs::is_directory(name, error)) return Error{fmt::format("{}: is a folder; name a file", name), EISDIR};
  std::ifstream file(name, std::ios::binary);
  if (!file) return Error{fmt::format("{}: {}", name, std::strerror(errno)), errno};
  std::string text;
  char some[65536];
  constexpr std::size_t most = std::size_t{256} << 20;
  while (file.read(some, sizeof some) || file.gcount() > 0) {
    text.append(some, static_cast<std::size_t>(file.gcount()));
    if (text.size() > most) return Error{fmt::format("{}: has more than {} bytes", name, most), EFBIG};
  }
  if (file.bad()) return Error{fmt::format("{}: cannot be read to its end", name), EIO};
  return text;
}

std::string why_not_replaceable(const std::string& name) {
  std::error_code error;
  if (fs::is_directory(name, error)) return std::strerror(EISDIR);
  if (fs::exists(name, error) && ::access(name.c_str(), W_OK) != 0) return std::strerror(errno);
  if (is_special(name)) return "";
  const std::string trial = newcomer(name);
  std::string why = write_to(trial, "");
  fs::remove(trial, error);
  return why;
}

std::string replace_file(const std::string& name, const std::string& text) {
  if (is_special(name)) return write_to(name, text);
  const std::string fresh = newcomer(name), place = target(name);
  std::string why = write_to(fresh, text);
  std::error_code error;
  if (fs::exists(place, error)) fs::permissions(fresh, fs::status(place, error).permissions(), error);
  error.clear();
  if (why.empty()) fs::rename(fresh, place, error);
  if (error) why = error.message();
  if (!why.empty()) fs::remove(fresh, error);
  return why;
}

}  // namespace lwptrace::cli
