// -o, -F, --width and --color: declared, and checked before anything is opened.
#include "cli/output_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cli/options.h"
#include "decoders/tables/nearest.h"

namespace lwptrace::cli {
namespace {

constexpr int kNarrowest = 40, kWidest = 1000;

std::string unbuilt(const std::string& word, std::string_view format) {
  return fmt::format("{}: this version ({}) does not have the format {} yet; the formats are {}", word,
                     LWPTRACE_VERSION, format, format_names());
}

// The format for `file`: a recording's name (.jsonl) is always one; else `asked` (-F); else what the name implies; else
// log.
Result<std::string> choose_format(const std::string& file, const std::string& asked) {
  const render::Format* implied = render::format_of_file(file);
  if (implied != nullptr && implied->name == "jsonl") return std::string(implied->name);
  if (!asked.empty()) return asked;
  if (const auto later = render::unbuilt_format_of_file(file); !later.empty()) {
    return Error{unbuilt("-o " + file, later), 0};
  }
  return std::string(implied != nullptr ? implied->name : "log");
}

std::string wrong_format(const std::string& asked) {
  if (render::find_format(asked) != nullptr) return "";
  if (render::is_unbuilt_format(asked)) return unbuilt("-F " + asked, asked);
  Words names;
  for (const render::Format& format : render::formats()) names.emplace_back(format.name);
  const std::string meant = tables::did_you_mean(asked, names);
  return fmt::format("-F {}: there is no such format{} the formats are {}", asked, meant.empty() ? ";" : meant,
                     format_names());
}

}  // namespace

void declare_outputs(CLI::App& app, OutputOptions& o) {
  app.add_option("-o,--output", o.files,
                 "write there, repeatable; the format follows the\n"
                 "name (.jsonl, .jsonl.zst …) or -F; - is stdout")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("-F,--format", o.formats, format_names())->type_name("FORMAT")->allow_extra_args(false);
  add_word(app, "--width", "N", fmt::format("columns to draw in, {} to {}", kNarrowest, kWidest),
           [&o](const std::string& word) -> std::string {
             const auto width = whole_number(word);
             if (!width || *width < kNarrowest || *width > kWidest) {
               return fmt::format("--width {}: say how many columns, from {} to {}", word, kNarrowest, kWidest);
             }
             o.width = static_cast<int>(*width);
             return "";
           });
  add_choice(app, "--color", "WHEN", o.color, {"auto", "always", "never"}, "auto, always, never; NO_COLOR is honoured");
}

Result<std::vector<OutputRequest>> requested_outputs(const OutputOptions& o, const std::string& unnamed) {
  for (const std::string& asked : o.formats) {
    if (const std::string wrong = wrong_format(asked); !wrong.empty()) return Error{wrong, 0};
  }
  if (o.formats.size() > 1) {
    return Error{fmt::format("-F {} and -F {}: one format at a time; name a file for each (-o a.log -o b.strace), or "
                             "record (-o run.jsonl) and use lwptrace show for the others",
                             o.formats[0], o.formats[1]),
                 0};
  }
  const std::string asked = o.formats.empty() ? "" : o.formats[0];
  std::vector<OutputRequest> requests;
  for (const std::string& file : o.files) {
    for (const OutputRequest& before : requests) {
      if (same_file(before.file, file)) {
        return Error{fmt::format("-o {}: that file is written to already; name it once", file), 0};
      }
    }
    auto format = choose_format(file, asked);
    if (!format) return format.error();
    requests.push_back({file, *format});
  }
  if (o.files.empty() && !asked.empty()) requests.push_back({unnamed, asked});
  return requests;
}

bool same_file(const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (a == "-" || b == "-") return false;
  std::error_code none;
  if (std::filesystem::equivalent(a, b, none)) return true;
  const auto real = [&](const std::string& name) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(name, none), none);
  };
  return !real(a).empty() && real(a) == real(b);
}

std::string format_names() {
  std::string names;
  for (const render::Format& format : render::formats()) {
    names += (names.empty() ? "" : " ") + std::string(format.name);
  }
  return names;
}

}  // namespace lwptrace::cli
