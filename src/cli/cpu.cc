// Which CPUs are allowed is the kernel's to say (cpuset(7)): what is left of a request for all of them.
#include "cli/cpu.h"

#include <fmt/format.h>
#include <sched.h>

#include <cerrno>
#include <cstring>

#include "cli/options.h"

namespace lwptrace::cli {

namespace {

// "0-3,6"
std::string list(const cpu_set_t& cpus) {
  std::string text;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &cpus)) continue;
    unsigned last = cpu;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &cpus)) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", cpu);
    if (last != cpu) text += fmt::format("-{}", last);
    cpu = last;
  }
  return text;
}

std::string allowed() {
  cpu_set_t former, all, left;
  CPU_ZERO(&left);
  std::memset(&all, 0xff, sizeof all);
  if (::sched_getaffinity(0, sizeof former, &former) != 0) return "unknown";
  ::sched_setaffinity(0, sizeof all, &all);
  ::sched_getaffinity(0, sizeof left, &left);
  ::sched_setaffinity(0, sizeof former, &former);
  return list(left);
}

}  // namespace

std::string take_cpu(const std::string& word, std::optional<int>& cpu) {
  const auto number = whole_number(word);
  if (!number) return fmt::format("--cpu {}: not a CPU's number; allowed here: {}", word, allowed());
  if (*number >= CPU_SETSIZE) return fmt::format("--cpu {}: there is no such CPU; allowed here: {}", word, allowed());
  cpu = static_cast<int>(*number);
  return "";
}

Result<bool> run_on(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(cpu), &one);
  if (::sched_setaffinity(0, sizeof one, &one) == 0) return true;
  const int error = errno;
  const std::string why = error == EINVAL ? "there is no such CPU, or it is not for us (cpuset)" : std::strerror(error);
  return Error{fmt::format("--cpu {}: {}; allowed here: {}", cpu, why, allowed()), error};
}

}  // namespace lwptrace::cli
