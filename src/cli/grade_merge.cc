// class.list is words that each end with a NUL, for a name may have any other byte: what it is, the rubric's digest,
// and the names.
#include "cli/grade_merge.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>

#include "cli/files.h"
#include "cli/options.h"
#include "grade/kept.h"

namespace lwptrace::cli {

namespace {

constexpr const char* kind = "lwptrace grade class 1";

std::string contents(const std::string& name) {
  auto text = whole_file(name);
  return text ? std::move(*text) : "";
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0, end = 0; (end = text.find('\0', at)) != std::string::npos; at = end + 1) {
    words.push_back(text.substr(at, end - at));
  }
  return words;
}

std::optional<grade::Score> score_in(const std::vector<std::string>& folders, const std::string& name,
                                     const std::string& rubric) {
  for (const std::string& folder : folders) {
    auto kept = grade::read_kept(contents(fmt::format("{}/{}.json", folder, name)));
    if (kept && kept->rubric == rubric) return std::move(kept->score);
  }
  return std::nullopt;
}

}  // namespace

std::string take_shard(const std::string& word, Shard& shard) {
  constexpr std::uint64_t most = 1'000'000;
  const std::size_t slash = word.find('/');
  const std::uint64_t number = whole_number(word.substr(0, slash)).value_or(0);
  const std::uint64_t of = slash == std::string::npos ? 0 : whole_number(word.substr(slash + 1)).value_or(0);
  if (number == 0 || number > of || of > most) {
    return fmt::format("--shard {}: say which of how many, such as 1/4", word);
  }
  shard = {static_cast<std::size_t>(number), static_cast<std::size_t>(of)};
  return "";
}

std::vector<Submission> of_shard(const std::vector<Submission>& submissions, const Shard& shard) {
  std::vector<Submission> ours;
  for (std::size_t i = shard.number - 1; i < submissions.size(); i += shard.of) ours.push_back(submissions[i]);
  return ours;
}

std::string class_list(const std::string& rubric, const std::vector<Submission>& submissions) {
  std::string text = kind + std::string(1, '\0') + rubric + '\0';
  for (const Submission& one : submissions) text += one.name + '\0';
  return text;
}

Result<Merged> merge(const std::vector<std::string>& folders) {
  std::set<std::string> names;
  std::string rubric;
  for (const std::string& folder : folders) {
    const auto words = words_of(contents(fmt::format("{}/{}", folder, class_list_name)));
    if (words.size() < 2 || words[0] != kind) {
      return Error{
          fmt::format("{}: is no folder of results: {} is not in there, or is damaged", folder, class_list_name), 0};
    }
    if (!rubric.empty() && words[1] != rubric) {
      return Error{fmt::format("{}: has results of another rubric, or of another version of lwptrace, than {}", folder,
                               folders[0]),
                   0};
    }
    rubric = words[1];
    names.insert(words.begin() + 2, words.end());
  }
  Merged merged;
  for (const std::string& name : names) {
    if (auto score = score_in(folders, name, rubric)) {
      merged.all.push_back({name, std::move(*score)});
    } else {
      merged.missing.push_back(name);
    }
  }
  return merged;
}

}  // namespace lwptrace::cli
