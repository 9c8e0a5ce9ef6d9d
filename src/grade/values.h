// What a column of a fact is compared with: words of the kernel's, numbers, LWPs, patterns. Each type reads itself from
// the rubric, where a word that does not exist is found out, and says itself in words.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "grade/pattern.h"
#include "grade/yaml.h"

namespace lwptrace::grade {

class Lwps;

enum class Type : std::uint8_t {
  lwp,   // 1.2, 1.*, root, or a mapping of births' columns
  kind,  // one or several of the words; so down to error
  idiom,
  via,
  how,
  effect,
  signal,
  exit_signal,  // none is one, too
  error,
  code,  // 0 to 255: one, several, or ranges
  depth,
  flags,      // of clone(2): a set
  resources,  // of struct Shares: a set
  pattern,
  patterns,  // a list, in this order
};

struct Value {
  std::string said;                          // "fork or vfork", "CLONE_VM and CLONE_FILES"
  std::vector<std::pair<int, int>> numbers;  // ranges, any of which holds; a word's number twice
  std::uint64_t bits = 0;                    // all of the set
  std::shared_ptr<const Lwps> lwps;
  std::vector<Pattern> patterns;

  [[nodiscard]] bool has(int number) const;
};

[[nodiscard]] Value read_value(const Yaml& node, Type type, const std::string& what);

// The words of a type that has a list of them; empty for the others.
[[nodiscard]] std::vector<std::string> words_of(Type type);

}  // namespace lwptrace::grade
