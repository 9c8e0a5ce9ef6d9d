// std::filesystem throws where an iterator cannot go on; what it throws becomes an Error here.
#include "contain/tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace lwptrace::contain {

namespace {

namespace fs = std::filesystem;

// In the order of their names, which no file system promises; a folder stands before what is in it.
std::vector<fs::path> entries_of(const fs::path& tree) {
  std::vector<fs::path> entries;
  if (fs::symlink_status(tree).type() != fs::file_type::directory) return {tree};
  for (const auto& entry : fs::recursive_directory_iterator(tree)) entries.push_back(entry.path());
  std::ranges::sort(entries);
  return entries;
}

void copy_entry(const fs::path& from, const fs::path& to) {
  const fs::file_status status = fs::symlink_status(from);
  const fs::perms mode = status.permissions() & (fs::perms::owner_all | fs::perms::group_all | fs::perms::others_all);
  switch (status.type()) {
    case fs::file_type::directory:
      fs::create_directory(to);
      fs::permissions(to, mode | fs::perms::owner_all);
      break;
    case fs::file_type::regular:
      fs::copy_file(from, to);
      fs::permissions(to, mode | fs::perms::owner_read | fs::perms::owner_write);
      break;
    case fs::file_type::symlink:
      fs::copy_symlink(from, to);
      break;
    default:
      break;
  }
}

template <class Work>
Result<bool> guarded(const Work& work) {
  try {
    work();
    return true;
  } catch (const fs::filesystem_error& error) {
    return Error{fmt::format("{}: {}", error.path1().string(), error.code().message()), error.code().value()};
  }
}

std::uint64_t digest_file(const fs::path& file, std::uint64_t before) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  char some[65536];
  for (ssize_t got = 0; fd >= 0 && (got = ::read(fd, some, sizeof some)) > 0;) {
    before = digest({some, static_cast<std::size_t>(got)}, before);
  }
  if (fd >= 0) ::close(fd);
  return before;
}

}  // namespace

Result<bool> copy_tree(const std::string& folder, const std::string& to) {
  return guarded([&] {
    for (const fs::path& entry : entries_of(folder)) {
      copy_entry(entry, fs::path(to) / (entry == folder ? entry.filename() : entry.lexically_relative(folder)));
    }
  });
}

Result<bool> copy_file(const std::string& from, const std::string& to) {
  return guarded([&] {
    fs::create_directories(fs::path(to).parent_path());
    fs::remove_all(to);  // it may be a link, or a folder
    fs::copy_file(from, to);
  });
}

bool give(const std::string& tree, uid_t owner) {
  if (::lchown(tree.c_str(), owner, owner) != 0) return false;
  return guarded([&] {
           for (const fs::path& entry : entries_of(tree)) (void)::lchown(entry.c_str(), owner, owner);
         })
      .ok();
}

void remove_tree(const std::string& tree) {
  std::error_code error;
  if (fs::remove_all(tree, error); !error) return;
  if (fs::symlink_status(tree).type() == fs::file_type::directory) {
    fs::permissions(tree, fs::perms::owner_all, error);
    std::vector<fs::path> inside;
    for (const auto& entry : fs::directory_iterator(tree, error)) inside.push_back(entry.path());
    for (const fs::path& entry : inside) remove_tree(entry);
  }
  fs::remove(tree, error);
}

std::uint64_t size_of(const std::string& tree, std::uint64_t most) {
  constexpr std::uint64_t page = 4096;
  std::uint64_t bytes = 0;
  const auto count = [&bytes](const fs::path& entry) {
    bytes += page;
    if (fs::symlink_status(entry).type() != fs::file_type::regular) return;
    bytes += (fs::file_size(entry) + page - 1) / page * page;
  };
  (void)guarded([&] {
    count(tree);
    if (fs::symlink_status(tree).type() != fs::file_type::directory) return;
    for (const auto& entry : fs::recursive_directory_iterator(tree)) {
      if (bytes > most) return;
      count(entry.path());
    }
  });
  return bytes;
}

std::uint64_t digest_of(const std::string& tree) {
  std::uint64_t all = digest("");
  (void)guarded([&] {
    for (const fs::path& entry : entries_of(tree)) {
      const fs::file_status status = fs::symlink_status(entry);
      all = digest(entry.lexically_relative(tree).string(), all);
      all = digest(fmt::format("\n{} {:o}\n", static_cast<int>(status.type()), static_cast<int>(status.permissions())),
                   all);
      if (status.type() == fs::file_type::regular) all = digest_file(entry, all);
      if (status.type() == fs::file_type::symlink) all = digest(fs::read_symlink(entry).string(), all);
    }
  });
  return all;
}

std::uint64_t digest(std::string_view text, std::uint64_t before) {
  constexpr std::uint64_t prime = 0x100000001b3;
  for (const char c : text) before = (before ^ static_cast<unsigned char>(c)) * prime;
  return before;
}

}  // namespace lwptrace::contain
