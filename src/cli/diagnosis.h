// Diagnosis: from what a machine is like to what forbids tracing on it, each with its remedy. Pure, so that a test can
// have every machine; doctor.cc looks at this one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/probes.h"

namespace lwptrace::cli {

struct Machine {
  engine::TracingProbe probe;
  std::optional<int> clone3;
  std::string kernel;  // uname -r
  bool proc = false;   // /proc is one of our own pid namespace
  std::string proc_options;
  std::uint32_t uid = 0;
  std::uint64_t capabilities = 0;
  int seccomp_mode = 0;
  std::optional<int> seccomp_filters;
  bool no_new_privs = false;
  std::string tracer;  // who traces lwptrace itself: "4711 (strace)"
  std::optional<int> yama;
  std::string label;  // of AppArmor or SELinux
  bool selinux_denies = false;
  bool nested_pids = false;                    // in a pid namespace below the first
  std::optional<std::uint64_t> processes_max;  // RLIMIT_NPROC; nothing: no limit
  std::string pid_max, threads_max;
};

struct Finding {
  enum class Level : std::uint8_t { ok, note, problem };
  Level level = Level::ok;
  std::string what, text;
};

[[nodiscard]] std::vector<Finding> diagnose(const Machine& m);

}  // namespace lwptrace::cli
