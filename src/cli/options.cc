// Misuse of options is looked for as getopt(3) would read the words: "-o FILE", "-oFILE", "--output FILE",
// "--output=FILE", flags in one word ("-qk"), and "--" as the end of options.
#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "cli/strace_habits.h"
#include "decoders/tables/nearest.h"

namespace lwptrace::cli {
namespace {

class Help : public CLI::Formatter {
 public:
  explicit Help(std::string usage) : usage_(std::move(usage)) { column_width(26); }
  std::string make_usage(const CLI::App*, std::string) const override { return "\n  " + usage_ + "\n"; }
  std::string make_positionals(const CLI::App*) const override { return ""; }  // the line above has them
  std::string make_option_opts(const CLI::Option* option) const override {
    return takes_word(*option) ? " " + option->get_type_name() : "";
  }
  static bool takes_word(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

 private:
  std::string usage_;
};

const CLI::Option* find_option(const CLI::App& app, const std::string& name) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional() && option->check_name(name)) return option;
  }
  return nullptr;
}

// `name` is the option as getopt reads it, `word` the word that it begins or stands in.
std::string unknown(const CLI::App& app, const Verb& verb, const std::string& name, const std::string& word) {
  const bool is_long = name.starts_with("--");
  const std::string shown = is_long || word[1] != name[1] ? name : word;
  Words known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& other : option->get_lnames()) known.push_back(other);
  }
  constexpr std::size_t no_cluster = 4;  // "-timeout" is a long name with a dash too few, "-tt" is strace's
  const bool guess = is_long || word.size() > no_cluster;
  const std::string meant = guess ? tables::nearest(is_long ? name.substr(2) : word.substr(1), known) : "";
  if (!meant.empty()) {
    return fmt::format("{}: there is no such option; did you mean --{}? (see {})", shown, meant, verb.help);
  }
  const std::string hint = verb.program ? strace_habit(name) : "";
  return fmt::format("{}: {}", shown, hint.empty() ? "there is no such option; see " + verb.help : hint);
}

std::string missing(const Verb& verb, const CLI::Option& option, const std::string& name) {
  return fmt::format("{}: its {} is missing; see {}", name, option.get_type_name(), verb.help);
}

// What is wrong with the options in `words`, or "".
std::string misuse(const CLI::App& app, const Verb& verb, const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") return "";
    if (word.size() < 2 || word[0] != '-') {
      if (verb.program) return "";
      continue;
    }
    const bool is_long = word[1] == '-';
    for (std::size_t at = 1; at < word.size(); ++at) {  // each letter, or once for a long name
      const std::size_t equals = is_long ? word.find('=') : std::string::npos;
      const std::string name = is_long ? word.substr(0, equals) : std::string{'-', word[at]};
      if (at > 1 && word[at] == '=') return fmt::format("{}: {} takes no value", word, word.substr(0, at));
      const CLI::Option* option = find_option(app, name);
      if (option == nullptr) return unknown(app, verb, name, word);
      if (!Help::takes_word(*option)) {
        if (equals != std::string::npos) return fmt::format("{}: {} takes no value", word, name);
        if (is_long) break;
        continue;
      }
      const bool apart = is_long ? equals == std::string::npos : at + 1 == word.size();
      if (apart && ++i == words.size()) return missing(verb, *option, name);
      const std::string value = apart ? words[i] : word.substr(is_long ? equals + 1 : at + 1);
      if (value.empty()) return missing(verb, *option, name);
      break;
    }
  }
  return "";
}

}  // namespace

void declare_help(CLI::App& app, const Verb& verb) {
  app.set_help_flag("-h,--help", "this help");
  app.set_version_flag("-V,--version", "lwptrace " LWPTRACE_VERSION, "the version of lwptrace");
  app.formatter(std::make_shared<Help>(verb.usage));
}

void add_word(CLI::App& app, const std::string& names, const std::string& type, const std::string& what,
              const std::function<std::string(const std::string&)>& take) {
  app.add_option_function<std::string>(
         names,
         [take](const std::string& word) {
           if (const std::string wrong = take(word); !wrong.empty()) throw CLI::ValidationError(wrong);
         },
         what)
      ->type_name(type)
      ->take_last();
}

void add_word(CLI::App& app, const std::string& names, const std::string& type, const std::string& what,
              std::string& value) {
  add_word(app, names, type, what, [&value](const std::string& word) {
    value = word;
    return std::string();
  });
}

void add_choice(CLI::App& app, const std::string& names, const std::string& type, std::string& value,
                const Words& choices, const std::string& what) {
  add_word(app, names, type, what, [&value, names, choices](const std::string& word) -> std::string {
    if (std::find(choices.begin(), choices.end(), word) == choices.end()) {
      return fmt::format("{} {}: it is one of {}{}", names, word, fmt::join(choices, ", "),
                         tables::did_you_mean(word, choices));
    }
    value = word;
    return "";
  });
}

std::optional<std::uint64_t> whole_number(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<Ending> parse(CLI::App& app, const Verb& verb, const Words& words) {
  if (const std::string wrong = misuse(app, verb, words); !wrong.empty()) {
    return refuse(verb, wrong);
  }
  try {
    app.parse(Words(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    return print(app.help());
  } catch (const CLI::CallForVersion& version) {
    return print(version.what() + std::string("\n"));
  } catch (const CLI::ParseError& error) {
    return refuse(verb, error.what());
  }
  return std::nullopt;
}

Ending refuse(const Verb& verb, const std::string& text) {
  complain(verb.prefix + text);
  return {verb.refused, 0};
}

}  // namespace lwptrace::cli
