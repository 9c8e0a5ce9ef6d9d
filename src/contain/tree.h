// Folders of files that somebody else wrote: copied and measured without following a link or opening anything that is
// no regular file, so that none of them leads elsewhere or makes its reader wait.
#pragma once

#include <lwptrace/result.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace lwptrace::contain {

// What stands in `folder` comes to stand in `to`, which exists; or the one file, if it is none. Pipes, sockets and
// devices are left out. Set-user-ID bits are not kept.
[[nodiscard]] Result<bool> copy_tree(const std::string& folder, const std::string& to);

// One file, links followed, over what is there under that name.
[[nodiscard]] Result<bool> copy_file(const std::string& from, const std::string& to);

// Makes all of it, itself too, this user's and group's. False: that is not allowed.
[[nodiscard]] bool give(const std::string& tree, uid_t owner);

// Also where its folders have been made unreadable.
void remove_tree(const std::string& tree);

// Bytes in its regular files, whole pages, and a page for each entry. Counting ends beyond `most`.
[[nodiscard]] std::uint64_t size_of(const std::string& tree, std::uint64_t most = ~std::uint64_t{0});

// One word for names, modes, link targets and contents of all that copy_tree would copy.
[[nodiscard]] std::uint64_t digest_of(const std::string& tree);

// FNV-1a, 64 bits, of `text`, which follows what gave `before`.
[[nodiscard]] std::uint64_t digest(std::string_view text, std::uint64_t before = 0xcbf29ce484222325);

}  // namespace lwptrace::contain
