// Each golden is a job (jobs.h). What differs is told as it is found, so that whoever waits sees it.
#include "cli/check_many.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli/check_reports.h"
#include "render/text.h"

namespace lwptrace::cli {

namespace {

namespace fs = std::filesystem;

bool is_golden(const fs::path& file) { return file.filename() == "golden" || file.extension() == ".golden"; }

// Those that lie in a folder, by their names.
std::vector<std::string> goldens_in(const fs::path& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (is_golden(entry.path()) && entry.is_regular_file(error)) found.push_back(entry.path().string());
  }
  std::ranges::sort(found);
  return found;
}

struct Choice {
  std::string golden, directory;
};

struct Chosen {
  std::vector<Choice> goldens;
  std::size_t without = 0;                // folders that have none
  std::vector<std::string> unreferenced;  // beside those that were named, but not named
};

// Programs of a folder's goldens run in that folder, unless another is named.
Chosen choose(const ManyOptions& o) {
  Chosen chosen;
  std::set<std::string> folders;
  for (const std::string& word : o.goldens) {
    std::error_code error;
    if (!fs::is_directory(word, error)) {
      chosen.goldens.push_back({word, o.judging.directory});
      folders.insert(fs::path(word).parent_path().string());
      continue;
    }
    const auto found = goldens_in(word);
    chosen.without += found.empty() ? 1 : 0;
    for (const std::string& file : found) {
      chosen.goldens.push_back({file, o.judging.directory.empty() ? word : o.judging.directory});
    }
  }
  const auto plain = [](const std::string& name) { return fs::path(name).lexically_normal(); };
  for (const std::string& folder : folders) {
    for (const std::string& file : goldens_in(folder.empty() ? "." : folder)) {
      const auto is_it = [&](const Choice& choice) { return plain(choice.golden) == plain(file); };
      if (std::ranges::none_of(chosen.goldens, is_it)) chosen.unreferenced.push_back(plain(file).string());
    }
  }
  return chosen;
}

std::string progress(std::size_t done, std::size_t all, std::size_t wrong) {
  return fmt::format("\r\033[K{} of {} checked{}", done, all,
                     wrong > 0 ? fmt::format(", {} not as they say", wrong) : "");
}

std::string closing(const Chosen& chosen, const std::vector<Checked>& all) {
  const auto count = [&](auto is_it) { return static_cast<std::uint64_t>(std::ranges::count_if(all, is_it)); };
  const std::uint64_t same = count([](const Checked& one) { return one.verdict.status == 0; });
  const std::uint64_t differ = count([](const Checked& one) { return one.verdict.status == 1; });
  std::string text =
      fmt::format("{}: {} as they say, {} different", render::counted(all.size(), "golden"), same, differ);
  if (same + differ < all.size()) text += fmt::format(", {} that could not be told", all.size() - same - differ);
  if (chosen.without > 0) {
    text += fmt::format("; {} without a golden", render::counted(chosen.without, "folder"));
  }
  text += "\n";
  for (const std::string& file : chosen.unreferenced) text += fmt::format("unreferenced: {}\n", file);
  return text;
}

}  // namespace

Ending check_many(const ManyOptions& o, const engine::SignalState& signals) {
  const Chosen chosen = choose(o);
  if (chosen.goldens.empty()) {
    complain(
        fmt::format("check: {}: no golden file in there (\"golden\", \"*.golden\"); to make one: lwptrace check "
                    "--update GOLDEN -- PROG",
                    fmt::join(o.goldens, " ")));
    return {exit_usage, 0};
  }
  std::ofstream junit_file;
  if (!o.junit.empty()) junit_file.open(o.junit, std::ios::binary | std::ios::trunc);
  if (!o.junit.empty() && !junit_file) {
    complain(fmt::format("check: cannot write {}: {}; nothing was run", o.junit, std::strerror(errno)));
    return {exit_usage, 0};
  }
  const bool shows_progress = ::isatty(STDERR_FILENO) != 0;
  std::vector<Checked> all;
  std::size_t wrong = 0;
  Ending ending;
  for (const Choice& choice : chosen.goldens) all.push_back({choice.golden, {}, "", 0});
  const auto work = [&](std::size_t i) {
    JudgeOptions one = o.judging;
    one.directory = chosen.goldens[i].directory;
    return judge(one, chosen.goldens[i].golden, signals);
  };
  const auto done = [&, checked = std::size_t{0}](std::size_t i, const Finished& finished) mutable {
    all[i] = {chosen.goldens[i].golden, finished.verdict, finished.printed, finished.took};
    const bool as_it_says = finished.verdict.status == 0;
    wrong += as_it_says ? 0 : 1;
    ending.status = std::max(ending.status, finished.verdict.status);
    if (shows_progress) say("\r\033[K");
    if (!o.tap && !(as_it_says && finished.verdict.text.empty())) {
      const Ending printed = print(as_it_says ? finished.verdict.text : in_words(all[i]));
      ending.status = std::max(ending.status, printed.status);
    }
    if (shows_progress) say(progress(++checked, all.size(), wrong));
  };
  run_jobs(chosen.goldens.size(), o.parallel, work, done);
  if (shows_progress) say("\r\033[K");
  if (!o.junit.empty()) junit_file << junit(all) << std::flush;
  if (!o.junit.empty() && !junit_file) {
    complain(fmt::format("check: cannot write {}: {}", o.junit, std::strerror(errno)));
    ending.status = exit_failed;
  }
  const Ending printed = print(o.tap ? tap(all) : closing(chosen, all));
  return {std::max(ending.status, printed.status), 0};
}

}  // namespace lwptrace::cli
