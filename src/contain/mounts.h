// Mounts of a mount namespace of our own: memory to write in, folders that look empty, and all else read-only. What is
// mounted here goes away with the namespace; nothing of it is seen outside. Each returns 0 or an errno.
#pragma once

#include <cstdint>
#include <string>

namespace lwptrace::contain {

// A tmpfs of `bytes` that is mounted nowhere yet; its descriptor, or -1 with errno. Its files are reached by path_of().
[[nodiscard]] int make_memory(std::uint64_t bytes);
[[nodiscard]] std::string path_of(int descriptor);

[[nodiscard]] int mount_at(int memory, const std::string& folder);

// What is mounted or unmounted elsewhere from now on does not come here, nor the other way.
[[nodiscard]] int make_private();

// Every mount that there is now.
[[nodiscard]] int make_read_only();

// An empty folder that nobody can write to, or an empty file, in its place. Nothing happens if it is not there.
[[nodiscard]] int hide(const std::string& path);

// A /proc of the pid namespace that we are in, and terminals of our own.
[[nodiscard]] int mount_proc();
[[nodiscard]] int mount_terminals();

}  // namespace lwptrace::contain
