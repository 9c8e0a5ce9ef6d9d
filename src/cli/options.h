// What the verbs with options share: declaring them with CLI11, and complaining in our own words. CLI11 takes the words
// apart and prints the help; misuse is found before it parses, so that it has nothing to say. The options about
// outputs: output_options.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/cli.h"

namespace CLI {
class App;
}

namespace lwptrace::cli {

struct Verb {
  std::string usage;     // "lwptrace show [options] TRACE"
  std::string help;      // the command that prints the help
  std::string prefix;    // before each complaint: "show: "
  int refused = 0;       // exit status of one
  bool program = false;  // the first word that is no option begins a program
};

void declare_help(CLI::App& app, const Verb& verb);

// An option that takes a word; the last one counts. `take` returns what is wrong with the word, or "".
void add_word(CLI::App& app, const std::string& names, const std::string& type, const std::string& what,
              const std::function<std::string(const std::string&)>& take);

// The same for any word.
void add_word(CLI::App& app, const std::string& names, const std::string& type, const std::string& what,
              std::string& value);

// The same for one of a few words. `names` is one name.
void add_choice(CLI::App& app, const std::string& names, const std::string& type, std::string& value,
                const std::vector<std::string>& choices, const std::string& what);

// "42"; no value for anything else, or beyond 64 bits.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view word);

// Parses. A value is how the command ends: help was printed, or a complaint made.
[[nodiscard]] std::optional<Ending> parse(CLI::App& app, const Verb& verb, const Words& words);

// Complains with the verb's prefix; the ending for that.
[[nodiscard]] Ending refuse(const Verb& verb, const std::string& text);

}  // namespace lwptrace::cli
