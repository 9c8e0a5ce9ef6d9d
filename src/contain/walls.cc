// How the walls are built, and what the first process of a run does before its program. How a run is watched from
// outside: watch.h.
#include "contain/walls.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <utility>

#include "contain/mounts.h"
#include "contain/namespaces.h"
#include "contain/tree.h"
#include "contain/watch.h"

namespace lwptrace::contain {

namespace {

constexpr const char* copy_name = "/submission";
constexpr const char* memory_folder = "/tmp";

Error failed(const std::string& what, int error) { return {fmt::format("{}: {}", what, std::strerror(error)), error}; }

// Where programs need what is there: only the one file is hidden then.
bool is_needed(const std::string& folder) {
  constexpr std::array needed{"/",     "/bin", "/dev", "/etc",     "/lib",     "/lib64",     "/opt", "/proc",
                              "/sbin", "/sys", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/var"};
  return std::ranges::find(needed, folder) != needed.end();
}

int open_input(const std::string& text) {
  const int memory = ::memfd_create("input", MFD_CLOEXEC);
  if (memory < 0) return -1;
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t wrote = ::write(memory, text.data() + at, text.size() - at);
    if (wrote <= 0) break;
    at += static_cast<std::size_t>(wrote);
  }
  (void)::lseek(memory, 0, SEEK_SET);
  return memory;
}

}  // namespace

Result<bool> Walls::furnish(const Plan& plan, const std::string& top) {
  const std::string copy = top + copy_name;
  if (::mkdir(copy.c_str(), 0755) != 0) return failed(copy, errno);
  if (!plan.submission.empty()) {
    if (auto copied = copy_tree(plan.submission, copy); !copied) return copied;
  }
  for (const auto& [from, to] : plan.files) {
    if (auto copied = copy_file(from, fmt::format("{}/{}", copy, to)); !copied) return copied;
  }
  if (::geteuid() != 0 || !give(copy, nobody)) user_ = ::geteuid();
  return true;
}

Result<Walls> Walls::build(const Plan& plan) {
  Walls walls;
  walls.contained_ = plan.contained;
  walls.disk_ = plan.disk;
  walls.cgroups_ = plan.cgroups;
  (void)::umask(022);
  if (!plan.contained) {
    walls.top_ = plan.scratch;
    (void)::prctl(PR_SET_CHILD_SUBREAPER, 1);  // what a program leaves behind is ours to end
    const auto furnished = walls.furnish(plan, walls.top_);
    return furnished ? Result<Walls>(walls) : furnished.error();
  }
  const auto entered = enter_namespaces();
  if (!entered) return entered.error();
  walls.own_users_ = *entered;
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);  // another user namespace may have undone it
  if (const int error = make_private()) return failed("making mounts private", error);
  const int memory = make_memory(plan.disk + (plan.submission.empty() ? 0 : size_of(plan.submission)));
  if (memory < 0) return failed("a file system in memory", errno);
  const auto furnished = walls.furnish(plan, path_of(memory));
  if (!furnished) return furnished.error();
  if (::chdir("/") != 0) return failed("/", errno);
  if (const int error = make_read_only()) {
    walls.missing_.push_back(fmt::format("the machine's files could not be made read-only: {}", std::strerror(error)));
  }
  for (const std::string& path : plan.hidden) {
    if (is_needed(path)) continue;
    const int error = hide(path);
    if (error == 0 || error == EACCES) continue;  // where we may not look, the program may not either
    walls.missing_.push_back(fmt::format("{} could not be hidden: {}", path, std::strerror(error)));
  }
  const int error = mount_at(memory, memory_folder);
  ::close(memory);
  if (error != 0) return failed(memory_folder, error);
  walls.top_ = memory_folder;
  return walls;
}

std::string Walls::prepare(bool fresh) const {
  const auto words = [](const char* what, int error) { return fmt::format("{}: {}", what, std::strerror(error)); };
  if (contained_) {
    if (const int error = mount_proc()) return words("mounting /proc", error);
    if (const int error = mount_terminals()) return words("mounting /dev/pts", error);
    for (const char* folder : {"/dev/shm", "/var/tmp"}) {
      const int memory = make_memory(disk_);
      const int error = memory < 0 ? errno : mount_at(memory, folder);
      if (memory >= 0) ::close(memory);
      if (error != 0 && error != ENOENT) return words(folder, error);
    }
    bring_up_loopback();
  }
  if (!fresh) return "";
  const std::string built = top_ + copy_name;
  const int memory = contained_ ? make_memory(disk_ + size_of(built)) : -1;
  const std::string top = contained_ ? path_of(memory) : top_ + "/run";
  if (contained_ ? memory < 0 : ::mkdir(top.c_str(), 0755) != 0) return words("a copy for the run", errno);
  const std::string copy = top + copy_name;
  if (::mkdir(copy.c_str(), 0755) != 0) return words("a copy for the run", errno);
  if (const auto copied = copy_tree(built, copy); !copied) return copied.error().text;
  if (user_ != ::geteuid() && !give(copy, user_)) return words("a copy for the run", errno);
  if (!contained_) return "";
  const int error = mount_at(memory, memory_folder);
  ::close(memory);
  return error == 0 ? "" : words(memory_folder, error);
}

int Walls::first(const Run& run, const Streams& streams) const {
  (void)::setsid();  // no terminal of ours is its
  if (const std::string wrong = prepare(run.fresh); !wrong.empty()) {
    (void)!::write(streams.err, wrong.data(), wrong.size());
    return not_begun;
  }
  const std::string folder = top_ + (run.fresh && !contained_ ? "/run" : "") + copy_name;
  if (::chdir(folder.c_str()) != 0) return not_begun;
  return run.inside(streams, folder);
}

Result<Ran> Walls::run(const Run& run, const std::string& input) const {
  const int in = open_input(input);
  if (in < 0) return failed("input", errno);
  std::unique_ptr<Cgroup> cgroup;
  if (cgroups_ != nullptr && cgroups_->usable()) {
    auto made = Cgroup::make(*cgroups_, run.most);
    if (!made) {
      ::close(in);
      return made.error();
    }
    cgroup = std::move(*made);
  }
  Watch watch{contained_, run.wall, run.output};
  auto ran = watch_first(watch, in, [&](Streams streams) {
    if (cgroup) streams.cgroup = cgroup->entrance();
    return first(run, streams);
  });
  ::close(in);
  if (ran && cgroup) ran->out_of_memory = cgroup->ran_out_of_memory();
  cgroup.reset();  // and whoever is left in it: that may be in the copy
  if (!contained_ && run.fresh) remove_tree(top_ + "/run");
  if (ran && ran->status == not_begun) return Error{ran->err.empty() ? "it could not be begun" : ran->err, 0};
  return ran;
}

}  // namespace lwptrace::contain
