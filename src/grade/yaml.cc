// yaml-cpp tells of a document event by event; what a rubric may not have is refused before it grows.
#include "grade/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "render/text.h"

namespace lwptrace::grade {

namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 10;
constexpr std::size_t kMostLevels = 32;
// Put behind the text as a comment: to yaml-cpp quotes that nobody closes end with the file. No text has this
// character.
constexpr char kEnd = '\x1f';

class Builder : public YAML::EventHandler {
 public:
  Yaml root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    put(made(Yaml::Kind::nothing, mark, {}, anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { made(Yaml::Kind::nothing, mark, {}, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Yaml node = made(Yaml::Kind::text, mark, tag, anchor);
    if (value.find(kEnd) != std::string::npos) wrong(node, "these quotes are not closed", "close them");
    node.text = value;
    put(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(made(Yaml::Kind::list, mark, tag, anchor));
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(made(Yaml::Kind::table, mark, tag, anchor));
  }
  // The list or mapping that has begun and not ended.
  [[nodiscard]] const Yaml* innermost() const { return open_.empty() ? nullptr : &open_.back().node; }

  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Yaml node;
    std::set<std::string> keys;
    bool has_key = false;  // the last entry waits for its value
  };

  static Yaml made(Yaml::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    Yaml node;
    node.kind = kind;
    node.line = std::max(mark.line, 0) + 1;
    node.column = std::max(mark.column, 0) + 1;
    if (anchor != 0) wrong(node, "a rubric has no anchors and aliases", "write it out");
    if (!tag.empty() && tag != "?" && tag != "!") wrong(node, "a rubric has no tags", "leave out the word with !");
    return node;
  }
  void open(Yaml node) {
    if (open_.size() >= kMostLevels) {
      wrong(node, fmt::format("more than {} levels", kMostLevels), "a condition needs far fewer");
    }
    open_.push_back(Open{std::move(node), {}, false});
  }
  void close() {
    Yaml node = std::move(open_.back().node);
    open_.pop_back();
    put(std::move(node));
  }
  void put(Yaml node) {
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Open& in = open_.back();
    if (in.node.kind == Yaml::Kind::list) {
      in.node.items.push_back(std::move(node));
    } else if (in.has_key) {
      if (node.kind == Yaml::Kind::nothing) {  // stands wherever the next thing does
        const Yaml& key = in.node.entries.back().key;
        node.line = key.line;
        node.column = key.column;
      }
      in.node.entries.back().value = std::move(node);
      in.has_key = false;
    } else {
      if (node.kind != Yaml::Kind::text) wrong(node, "a key that is no word", "KEY: VALUE, a key a line");
      if (!in.keys.insert(node.text).second) wrong(node, shown(node.text) + " stands twice", "give it once");
      in.node.entries.push_back(Entry{std::move(node), Yaml{}});
      in.has_key = true;
    }
  }

  std::vector<Open> open_;
};

// What yaml-cpp says, and what helps.
struct Advice {
  std::string_view says, right;
};
constexpr Advice kAdvice[] = {
    {"end of sequence flow not found", "a list that begins with [ ends with ]"},
    {"end of map flow not found", "a mapping that begins with { ends with }"},
    {"end of map not found", "begin the keys of one mapping in one column"},
    {"end of sequence not found", "begin the dashes of one list in one column"},
    {"illegal map value", "put a text that has a colon in quotes"},
    {"the referenced anchor is not defined", "put a text that begins with * in quotes"},
    {"unknown token", "put the text in quotes"},
};

// Whether a tab stands among the blanks that line begins with.
bool is_indented_by_tab(const std::string& text, int line) {
  std::size_t begin = 0;
  for (int i = 0; i < line; ++i) begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  const std::size_t word = text.find_first_not_of(" \t", begin);
  return text.substr(begin, word - begin).find('\t') != std::string::npos;
}

[[noreturn]] void misparsed(const YAML::Exception& error, const std::string& text, const Yaml* open) {
  Yaml at;
  at.line = std::max(error.mark.line, 0) + 1;
  at.column = std::max(error.mark.column, 0) + 1;
  if (is_indented_by_tab(text, at.line - 1)) wrong(at, "this line is indented by a tab", "indent with blanks");
  const bool unclosed = error.msg.find("flow not found") != std::string::npos;
  if (unclosed && open != nullptr) at.line = open->line, at.column = open->column;
  std::string right = "see the example in docs/rubric.md";
  for (const Advice& row : kAdvice) {
    if (error.msg == row.says) right = row.right;
  }
  wrong(at, "this is no YAML: " + error.msg, right);
}

// How many bytes the character at `at` has; 0: it is not UTF-8, or a control character.
std::size_t good_bytes(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(at);
  if (first < 0x80) return (first >= 0x20 && first != 0x7f) || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned second = byte(at + 1);
  const bool wide = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                    (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return wide ? 0 : size;
}

void check_bytes(const std::string& text) {
  Yaml at;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = good_bytes(text, i);
    if (size == 0) {
      wrong(at, fmt::format("byte 0x{:02x} is no text", static_cast<unsigned char>(text[i])),
            "a rubric is UTF-8 without control characters");
    }
    at.column += 1;
    if (text[i] == '\n') at.line += 1, at.column = 1;
    i += size;
  }
}

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.text == key) return &value;
  }
  return nullptr;
}

void wrong(const Yaml& at, const std::string& what, const std::string& right) {
  throw Wrong{at.line, at.column, what + "; " + right};
}

std::string shown(std::string_view text) {
  return '\'' + render::fit(render::printable(text.substr(0, 400)), 40) + '\'';
}

Yaml parse_yaml(const std::string& text) {
  if (text.size() > kMostBytes) {
    throw Wrong{1, 1, fmt::format("{} bytes; a rubric has at most {}", text.size(), kMostBytes)};
  }
  check_bytes(text);
  Builder first;
  try {
    std::istringstream in(text + "\n#" + kEnd + "\n");
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(first) || first.root.kind == Yaml::Kind::nothing) {
      throw Wrong{1, 1, "there is nothing in it; a rubric begins with title:, and has command: and checks:"};
    }
    Builder second;
    if (parser.HandleNextDocument(second)) wrong(second.root, "a second document", "one rubric a file, without ---");
  } catch (const YAML::Exception& error) {
    misparsed(error, text, first.innermost());
  }
  return std::move(first.root);
}

}  // namespace lwptrace::grade
