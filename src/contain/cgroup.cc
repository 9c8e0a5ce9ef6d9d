// All is done by descriptors that were opened before there were walls, so that it can be done behind them: there the
// mount is read-only. Whoever has made a cgroup holds a lock on its folder, as do the children that it has forked: one
// that nobody has locked was left by somebody who was killed, whatever its name's number means by now.
#include "contain/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <sstream>
#include <utility>

#include "contain/kernel_files.h"

namespace lwptrace::contain {

namespace {

constexpr const char* inner = "run";
constexpr const char* beside = "lwptrace";  // where we are ourselves, if we have to move
constexpr const char* prefix = "lwptrace-";
constexpr const char* switches = "cgroup.subtree_control";
constexpr const char* members = "cgroup.procs";

int open_folder(int at, const std::string& name) {
  return ::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool has_word(const std::string& text, const std::string& word) {
  std::istringstream words(text);
  for (std::string one; words >> one;) {
    if (one == word) return true;
  }
  return false;
}

// Spaces and the like are octal in mountinfo.
std::string plain(const std::string& word) {
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string text;
  for (std::size_t at = 0; at < word.size(); ++at) {
    const bool escaped =
        word[at] == '\\' && at + 3 < word.size() && octal(word[at + 1]) && octal(word[at + 2]) && octal(word[at + 3]);
    text += escaped ? static_cast<char>(std::stoi(word.substr(at + 1, 3), nullptr, 8)) : word[at];
    if (escaped) at += 3;
  }
  return text;
}

// Who has been killed may take a while to go.
int remove_folder(int at, const std::string& name) {
  constexpr int patience = 2000;
  for (int tries = 0;; ++tries) {
    if (::unlinkat(at, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
    if (errno != EBUSY || tries == patience) return errno;
    constexpr timespec a_moment{0, 1'000'000};
    ::nanosleep(&a_moment, nullptr);
  }
}

void end_and_remove(int parent, int folder, const std::string& name) {
  (void)write_file(folder, "cgroup.kill", "1");  // Linux 5.14
  if (remove_folder(folder, inner) == 0) (void)remove_folder(parent, name);
}

void remove_stale(int parent) {
  DIR* folder = ::fdopendir(open_folder(parent, "."));
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    const int one = name.starts_with(prefix) ? open_folder(parent, name) : -1;
    if (one < 0) continue;
    if (::flock(one, LOCK_EX | LOCK_NB) == 0) end_and_remove(parent, one, name);
    ::close(one);
  }
  ::closedir(folder);
}

// A process of its own can be put into one: nobody else finds out whether the kernel lets us.
bool works(const Cgroups& in) {
  constexpr std::uint64_t enough = 1 << 30;
  const auto made = Cgroup::make(in, {enough, enough});
  if (!made) return false;
  const pid_t trial = ::fork();
  if (trial == 0) ::_exit(enter_cgroup((*made)->entrance()));
  int status = 1;
  return trial > 0 && ::waitpid(trial, &status, 0) == trial && status == 0;
}

}  // namespace

std::string folder_of_cgroup(const std::string& mountinfo, const std::string& cgroup) {
  const std::string mark = "0::";
  const std::size_t line = cgroup.starts_with(mark) ? 0 : cgroup.find("\n" + mark) + 1;
  if (line == 0 && !cgroup.starts_with(mark)) return "";
  const std::size_t begin = line + mark.size();
  const std::string own = cgroup.substr(begin, cgroup.find('\n', begin) - begin);
  if (own.starts_with("/..")) return "";  // outside of our cgroup namespace
  std::string found;                      // the last mount of several covers the others
  std::istringstream lines(mountinfo);
  for (std::string one; std::getline(lines, one);) {
    const std::size_t kind = one.find(" - ");
    if (kind == std::string::npos || !one.substr(kind).starts_with(" - cgroup2 ")) continue;
    std::istringstream words(one);
    std::string id, parent, device, root, where;
    words >> id >> parent >> device >> root >> where;
    root = plain(root);
    if (root == "/") root.clear();
    if (own.starts_with(root) && (own.size() == root.size() || own[root.size()] == '/')) {
      found = plain(where) + own.substr(root.size());
    }
  }
  while (found.size() > 1 && found.ends_with('/')) found.pop_back();
  return found;
}

Cgroups::Cgroups()
    : Cgroups(folder_of_cgroup(read_file(AT_FDCWD, "/proc/self/mountinfo"), read_file(AT_FDCWD, "/proc/self/cgroup"))) {
}

Cgroups::Cgroups(const std::string& folder) : owner_(::getpid()) {
  if (!folder.empty()) folder_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct statfs system {};
  bool good = folder_ >= 0 && ::fstatfs(folder_, &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC;
  if (good) {
    remove_stale(folder_);
    memory_ = enable("memory");
    tasks_ = enable("pids");
    good = works(*this);
  }
  if (!good) give_up();
}

Cgroups::~Cgroups() {
  if (::getpid() != owner_) return;
  if (folder_ >= 0) remove_stale(folder_);  // of a worker that was killed
  give_up();
}

void Cgroups::give_up() {
  if (moved_) move_back();
  if (folder_ >= 0) ::close(folder_);
  folder_ = -1;
  memory_ = tasks_ = moved_ = false;
}

// It stays enabled, for somebody else may count on it by the time that we end; where we had to move, nobody can.
bool Cgroups::enable(const std::string& controller) {
  if (!has_word(read_file(folder_, "cgroup.controllers"), controller)) return false;
  if (has_word(read_file(folder_, switches), controller)) return true;
  const int error = write_file(folder_, switches, "+" + controller);
  return error == 0 || (error == EBUSY && move_beside() && write_file(folder_, switches, "+" + controller) == 0);
}

// A cgroup that hands controllers on may have no processes, but for the root of all.
bool Cgroups::move_beside() {
  if (moved_ || read_file(folder_, members) != fmt::format("{}\n", owner_)) return false;
  if (::mkdirat(folder_, beside, 0755) != 0 && errno != EEXIST) return false;
  moved_ = write_file(folder_, fmt::format("{}/{}", beside, members), "0") == 0;
  if (!moved_) (void)remove_folder(folder_, beside);
  return moved_;
}

void Cgroups::move_back() const {
  for (const char* off : {"-memory", "-pids"}) (void)write_file(folder_, switches, off);
  if (write_file(folder_, members, "0") == 0) (void)remove_folder(folder_, beside);
}

Result<std::unique_ptr<Cgroup>> Cgroup::make(const Cgroups& in, const Together& most) {
  static int made = 0;
  constexpr int tries = 100;  // until the name is nobody else's, as in another pid namespace, and nobody finds it stale
  std::unique_ptr<Cgroup> one(new Cgroup);
  for (int i = 0; i < tries && one->folder_ < 0; ++i) {
    const std::string name = fmt::format("{}{}-{}", prefix, ::getpid(), ++made);
    if (::mkdirat(in.folder_, name.c_str(), 0755) != 0) {
      if (errno == EEXIST) continue;
      return Error{fmt::format("a cgroup: {}", std::strerror(errno)), errno};
    }
    const int folder = open_folder(in.folder_, name);
    if (folder >= 0 && ::flock(folder, LOCK_EX | LOCK_NB) == 0 && ::faccessat(in.folder_, name.c_str(), F_OK, 0) == 0) {
      one->parent_ = in.folder_;
      one->folder_ = folder;
      one->name_ = name;
    } else if (folder >= 0) {
      ::close(folder);
    }
  }
  if (one->folder_ < 0) return Error{"a cgroup: no name is free", EEXIST};
  if (const std::string wrong = one->furnish(in, most); !wrong.empty()) return Error{"a cgroup: " + wrong, 0};
  return one;
}

std::string Cgroup::furnish(const Cgroups& in, const Together& most) {
  std::string wrong;
  const auto set = [&](const char* name, const std::string& value, bool optional = false) {
    const int error = write_file(folder_, name, value);
    if (error == 0 || (optional && error == ENOENT) || !wrong.empty()) return;
    wrong = fmt::format("{}: {}", name, std::strerror(error));
  };
  if (::mkdirat(folder_, inner, 0755) != 0) return std::strerror(errno);
  set("cgroup.max.depth", "1", true);  // none below: to remove them would be our work
  if (in.memory_ && most.memory != 0) {
    set("memory.max", std::to_string(most.memory));
    set("memory.swap.max", "0", true);   // a kernel without swap has none
    set("memory.oom.group", "1", true);  // Linux 4.19
  }
  constexpr std::uint64_t most_pids = 1 << 22;  // what the kernel takes: PID_MAX_LIMIT
  if (in.tasks_ && most.tasks != 0) set("pids.max", std::to_string(std::min(most.tasks, most_pids)));
  entrance_ = ::openat(folder_, fmt::format("{}/{}", inner, members).c_str(), O_WRONLY | O_CLOEXEC);
  if (entrance_ < 0 && wrong.empty()) wrong = fmt::format("{}: {}", members, std::strerror(errno));
  return wrong;
}

Cgroup::~Cgroup() {
  if (entrance_ >= 0) ::close(entrance_);
  if (folder_ < 0) return;
  end_and_remove(parent_, folder_, name_);
  ::close(folder_);
}

// Both: the machine's memory may have run out, which is nobody's fault in here.
bool Cgroup::ran_out_of_memory() const {
  std::istringstream events(read_file(folder_, "memory.events"));
  std::string name;
  bool reached = false, killed = false;
  for (std::uint64_t count = 0; events >> name >> count;) {
    reached = reached || (name == "oom" && count > 0);
    killed = killed || (name == "oom_kill" && count > 0);
  }
  return reached && killed;
}

int enter_cgroup(int entrance) { return ::write(entrance, "0", 1) == 1 ? 0 : errno; }

}  // namespace lwptrace::contain
