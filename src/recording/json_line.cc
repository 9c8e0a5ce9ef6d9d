// See json_line.h.
#include "recording/json_line.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace lwptrace::recording {
namespace {

// "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error … - invalid literal; last read: '…'"
// without the place, which we give, and without what follows, which quotes what was read.
std::string plain_words(std::string_view what) {
  constexpr std::string_view place = "column ";
  if (const auto at = what.find(place); at != std::string_view::npos) {
    const auto colon = what.find(": ", at);
    if (colon != std::string_view::npos) what.remove_prefix(colon + 2);
  } else if (const auto bracket = what.find("] "); bracket != std::string_view::npos) {
    what.remove_prefix(bracket + 2);
  }
  constexpr std::size_t enough = 120;
  return std::string(what.substr(0, std::min(what.find("; "), enough)));
}

}  // namespace

// simdjson, which needs some twelve times the memory of a line: for those of a usual length.
class JsonLine::Fast {
 public:
  static constexpr std::size_t longest = std::size_t{64} << 10;

  // False where the line is no JSON, or more than the limits allow: nothing is said of why.
  bool read(std::string_view line, std::vector<Value>& values) {
    if (line.size() > longest) return false;
    simdjson::dom::element whole;
    return parser_.parse(line.data(), line.size()).get(whole) == simdjson::SUCCESS && add({}, whole, 0, values);
  }

 private:
  using Type = simdjson::dom::element_type;

  bool add(std::string_view key, simdjson::dom::element element, std::size_t depth, std::vector<Value>& values) {
    const std::size_t index = values.size();
    Value& value = values.emplace_back();
    value.key = key;
    switch (element.type()) {
      case Type::OBJECT:
      case Type::ARRAY:
        if (depth == max_depth || !add_members(element, depth + 1, values)) return false;
        break;
      case Type::STRING:
        value.kind = Kind::string;
        value.text = element.get_string().value_unsafe();
        break;
      case Type::INT64:
        value.number = static_cast<std::uint64_t>(element.get_int64().value_unsafe());
        value.kind = element.get_int64().value_unsafe() < 0 ? Kind::negative : Kind::natural;
        break;
      case Type::UINT64:
        value.kind = Kind::natural;
        value.number = element.get_uint64().value_unsafe();
        break;
      case Type::DOUBLE:
        value.kind = Kind::fraction;
        break;
      case Type::BOOL:
        value.kind = Kind::boolean;
        value.number = element.get_bool().value_unsafe() ? 1 : 0;
        break;
      case Type::NULL_VALUE:
        break;
    }
    values[index].after = static_cast<std::uint32_t>(values.size());
    return true;
  }
  bool add_members(simdjson::dom::element element, std::size_t depth, std::vector<Value>& values) {
    values.back().kind = element.is_object() ? Kind::object : Kind::array;
    if (element.is_array()) {
      const simdjson::dom::array array = element.get_array().value_unsafe();
      for (const simdjson::dom::element member : array) {
        if (!add({}, member, depth, values)) return false;
      }
      return true;
    }
    const simdjson::dom::object object = element.get_object().value_unsafe();
    for (const simdjson::dom::key_value_pair field : object) {
      if (!add(field.key, field.value, depth, values)) return false;
    }
    return true;
  }

  simdjson::dom::parser parser_;
};

JsonLine::JsonLine() : fast_(std::make_unique<Fast>()) {}
JsonLine::~JsonLine() = default;

// nlohmann's SAX interface: each call is one token.
class JsonLine::Handler {
 public:
  explicit Handler(JsonLine& to) : to_(to) {}
  std::optional<Problem> problem;

  bool null() { return add(Kind::null); }
  bool boolean(bool x) { return add(Kind::boolean, x ? 1 : 0); }
  bool number_unsigned(std::uint64_t x) { return add(Kind::natural, x); }
  bool number_integer(std::int64_t x) {
    return add(x < 0 ? Kind::negative : Kind::natural, static_cast<std::uint64_t>(x));
  }
  bool number_float(double /*x*/, const std::string& /*text*/) { return add(Kind::fraction); }
  bool binary(std::vector<std::uint8_t>& /*bytes*/) { return false; }  // never in text
  bool string(const std::string& x) {
    if (!add(Kind::string)) return false;
    to_.values_.back().text = keep(x);
    return true;
  }
  bool key(const std::string& x) {
    key_ = keep(x);
    return true;
  }
  bool start_object(std::size_t /*unknown*/) { return open(Kind::object); }
  bool start_array(std::size_t /*unknown*/) { return open(Kind::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t position, const std::string& /*last*/, const nlohmann::detail::exception& e) {
    problem = Problem{std::max<std::size_t>(position, 1), plain_words(e.what()), false};
    return false;
  }

 private:
  std::string_view keep(const std::string& x) {
    const std::size_t at = to_.text_.size();
    to_.text_ += x;  // which does not move: it has room for the line, and no escape is shorter than what it means
    return std::string_view(to_.text_).substr(at);
  }

  bool add(Kind kind, std::uint64_t number = 0) {
    const auto index = static_cast<std::uint32_t>(to_.values_.size());
    if (index == max_values) return refuse(fmt::format("more than {} values in a line", max_values));
    to_.values_.push_back({kind, index + 1, number, std::exchange(key_, {}), {}});
    return true;
  }
  bool open(Kind kind) {
    if (!add(kind)) return false;
    to_.open_.push_back(static_cast<std::uint32_t>(to_.values_.size() - 1));
    return to_.open_.size() <= max_depth || refuse(fmt::format("nested deeper than {} levels", max_depth));
  }
  bool close() {
    to_.values_[to_.open_.back()].after = static_cast<std::uint32_t>(to_.values_.size());
    to_.open_.pop_back();
    return true;
  }

  bool refuse(std::string text) {
    const auto last = static_cast<std::uint32_t>(to_.values_.size() - 1);
    problem = Problem{to_.column(last), std::move(text), true};
    return false;
  }

  JsonLine& to_;
  std::string_view key_;  // of the value that comes next
};

std::optional<JsonLine::Problem> JsonLine::parse(std::string_view line) {
  line_ = line;
  values_.clear();
  if (fast_->read(line, values_)) return std::nullopt;
  text_.clear();
  text_.reserve(line.size());
  values_.clear();
  open_.clear();
  Handler handler(*this);
  nlohmann::json::sax_parse(line.data(), line.data() + line.size(), &handler);
  return std::move(handler.problem);
}

std::size_t JsonLine::column(std::uint32_t index) const {
  // The line is well-formed up to that value, so tokens need only be told apart, and keys from strings.
  const std::string_view s = line_;
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < s.size();) {
    const std::size_t start = i;
    bool is_value = true;
    if (s[i] == '"') {
      for (++i; i < s.size() && s[i] != '"'; ++i) i += s[i] == '\\' ? 1 : 0;
      const std::size_t next = s.find_first_not_of(" \t\r\n", ++i);
      is_value = next == std::string_view::npos || s[next] != ':';
    } else if (s[i] == '{' || s[i] == '[') {
      ++i;
    } else if (std::string_view(" \t\r\n,:]}").find(s[i]) != std::string_view::npos) {
      ++i;
      is_value = false;
    } else {
      i = std::min(s.find_first_of(" \t\r\n,:]}", i), s.size());
    }
    if (is_value && seen++ == index) return start + 1;
  }
  return 1;
}

}  // namespace lwptrace::recording
