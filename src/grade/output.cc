// What the program printed and what it ended with: facts that its parent would know too.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "grade/conditions.h"
#include "grade/count.h"
#include "grade/read.h"
#include "grade/values.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

class ExitStatus : public Condition {
 public:
  ExitStatus(std::optional<Value> code, std::optional<Value> signal)
      : code_(std::move(code)), signal_(std::move(signal)) {}
  [[nodiscard]] std::string words() const override {
    return code_ ? "the program ends with code " + code_->said : "the program is ended by " + signal_->said;
  }
  [[nodiscard]] Verdict judge(const World& world) const override {
    const std::optional<Status>& status = world.run().trace.end.status;
    const bool killed = status && status->signal == SIGKILL && !world.unfinished().empty();  // by lwptrace, it may be
    if (!status || killed) return Verdict::of(false, "it did not end by itself: " + world.unfinished());
    if (status->code)
      return Verdict::of(code_ && code_->has(*status->code), fmt::format("its code was {}", *status->code));
    const int signo = status->signal.value_or(0);
    return Verdict::of(signal_ && signal_->has(signo), "it was ended by " + signal_name(signo));
  }

 private:
  std::optional<Value> code_, signal_;  // one of them
};

std::string_view without_last_newline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) +
         (text.empty() || text.ends_with('\n') ? 0U : 1U);
}

class Printed : public Condition {
 public:
  Printed(const Place& place, bool err) : name_(place.key.text), err_(err) {
    const Yaml& node = place.value;
    if (node.kind == Yaml::Kind::text) {
      is_ = node.text;
      return;
    }
    only_keys(node, keys_of(name_), name_);
    if (node.entries.empty()) wrong(node, name_ + " says nothing", "such as contains: done");
    if (const Yaml* is = node.find("is")) is_ = read_texts(*is, "is").front();
    if (const Yaml* some = node.find("contains")) contains_ = texts(*some, "contains");
    if (const Yaml* none = node.find("lacks")) lacks_ = texts(*none, "lacks");
    if (const Yaml* lines = node.find("lines")) {
      lines_ = read_count(*lines);
      if (lines_->every) wrong(*lines, "every line is what?", "a number, such as at least 4");
    }
    if (const Yaml* matches = node.find("matches")) {
      for (const Yaml& one : one_or_more(*matches, "matches")) matches_.push_back(Pattern::regex(one));
    }
  }

  [[nodiscard]] std::string words() const override {
    std::vector<std::string> parts;
    if (is_) parts.push_back("is " + shown(*is_));
    for (const std::string& text : contains_) parts.push_back("contains " + shown(text));
    for (const std::string& text : lacks_) parts.push_back("does not contain " + shown(text));
    for (const Pattern& pattern : matches_) parts.push_back("matches " + shown(pattern.written()));
    if (lines_) parts.push_back("has " + lines_->words("line", "lines"));
    return fmt::format("{} {}", name_, fmt::join(parts, " and "));
  }

  [[nodiscard]] Verdict judge(const World& world) const override {
    const std::string& text = err_ ? world.run().err : world.run().out;
    const bool cut = err_ ? world.run().err_cut : world.run().out_cut;
    std::size_t asked = 0, held = 0;
    std::string found;
    const auto ask = [&](bool holds, const std::string& otherwise) {
      ++asked;
      held += holds ? 1U : 0U;
      if (!holds && found.empty()) found = otherwise;
    };
    if (is_) ask(!cut && without_last_newline(text) == without_last_newline(*is_), beginning(text));
    for (const std::string& some : contains_) ask(text.find(some) != std::string::npos, shown(some) + " is not in it");
    for (const std::string& none : lacks_) ask(!cut && text.find(none) == std::string::npos, shown(none) + " is in it");
    for (const Pattern& pattern : matches_) {
      ask(pattern.matches(text), shown(pattern.written()) + " is nowhere in it; " + beginning(text));
    }
    if (lines_) ask(!cut && lines_->holds(count_lines(text)), "it has " + render::counted(count_lines(text), "line"));
    if (held < asked && cut) found = "it printed more than the limit allows; " + found;
    Verdict verdict = Verdict::of(held == asked, held == asked ? "it does" : found);
    verdict.share = static_cast<double>(held) / static_cast<double>(asked);
    const bool by_absence = is_ || !lacks_.empty() || (lines_ && lines_->by_absence());
    return by_absence ? only_if_finished(std::move(verdict), world) : verdict;
  }

 private:
  static std::vector<std::string> texts(const Yaml& node, const char* what) {
    std::vector<std::string> all;
    for (const Yaml& one : one_or_more(node, what)) all.push_back(read_text(one, what));
    return all;
  }
  static std::string beginning(const std::string& text) {
    return text.empty() ? "it is empty" : "it begins " + shown(text);
  }

  std::string name_;
  bool err_;
  std::optional<std::string> is_;
  std::vector<std::string> contains_, lacks_;
  std::vector<Pattern> matches_;
  std::optional<Count> lines_;
};

}  // namespace

ConditionPtr read_exit_status(const Place& place) {
  const Yaml* code = place.value.kind == Yaml::Kind::text ? &place.value : place.value.find("code");
  if (code != &place.value) only_keys(place.value, keys_of("exit status"), place.key.text);
  const Yaml* signal = place.value.find("signal");
  if ((code == nullptr) == (signal == nullptr)) {
    wrong(place.value, "exit status is not one of code and signal", "such as exit status: 0");
  }
  std::optional<Value> codes, signals;
  if (code != nullptr) codes = read_value(*code, Type::code, "code");
  if (signal != nullptr) signals = read_value(*signal, Type::signal, "signal");
  return std::make_shared<ExitStatus>(std::move(codes), std::move(signals));
}

ConditionPtr read_printed(const Place& place) { return std::make_shared<Printed>(place, place.key.text == "stderr"); }

}  // namespace lwptrace::grade
