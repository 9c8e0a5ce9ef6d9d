// FieldReader is the reading visitor of fields.h: it looks each field up in one JSON object of a line and checks it.
// It trusts nothing in the line and stops at the first thing that is wrong; the trace as a whole is reader.cc's.
#pragma once

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "recording/fields.h"
#include "recording/json_line.h"
#include "recording/text.h"

namespace lwptrace::recording {

// The first thing that was wrong in a line, and at which of its values.
struct Complaint {
  std::uint32_t at = 0;
  std::string text;  // empty: nothing was wrong
};

class FieldReader {
 public:
  // `object` is the index of a JSON object of `line`.
  FieldReader(const JsonLine& line, std::uint32_t object, Complaint& complaint)
      : line_(line), object_(object), hint_(object + 1), complaint_(complaint) {}

  // The field is well-formed and yet not what the trace needs; at the object where it is absent.
  void reject(std::string_view name, std::string text) { complain(find(name).value_or(object_), std::move(text)); }

  template <class T>
  void operator()(std::string_view name, T& x) {
    x = T{};
    if (const auto at = find(name)) value(*at, name, x);
  }
  template <class T>
  void kept(std::string_view name, T& x) {
    (*this)(name, x);
  }
  template <class T>
  void required(std::string_view name, T& x) {
    if (const auto at = need(name)) value(*at, name, x);
  }
  void flag(std::string_view name, bool& x, bool /*written*/) { (*this)(name, x); }
  void unless(std::string_view name, bool& x) {
    x = true;
    if (const auto at = find(name)) value(*at, name, x);
  }
  void lwp(std::string_view name, LwpId& x) { (*this)(name, x); }

  void signal(std::string_view name, int& signo) {
    if (const auto at = need(name))
      number(*at, name, signo, signal_number, "the name of a signal, such as \"SIGTERM\"");
  }
  void signal(std::string_view name, std::optional<int>& signo) {
    signo.reset();
    if (find(name)) signal(name, signo.emplace());
  }
  void exit_signal(std::string_view name, ExitSignal& x) {
    x = ExitSignal{};
    const auto at = find(name);
    if (at && line_[*at].kind == JsonLine::Kind::null) {
      x.signo = 0;
    } else if (at) {
      signal(name, x.signo);
    }
  }
  void code(std::string_view name, Signal& signal) {
    const auto from_name = [&](std::string_view word) { return si_code_number(signal.signo, word); };
    if (const auto at = need(name)) number(*at, name, signal.code, from_name, "the name of an si_code of this signal");
  }
  void error(std::string_view name, int& error) {
    error = 0;
    if (const auto at = find(name)) number(*at, name, error, errno_number, "the name of an errno, such as \"EAGAIN\"");
  }
  void derived(std::string_view /*name*/, int /*x*/) {}
  void flags(std::string_view /*name*/, const std::optional<Address>& /*raw*/, Via /*via*/) {}
  template <class F>
  void object(std::string_view name, F visit) {
    const auto at = need(name);
    if (!at || !is(*at, name, JsonLine::Kind::object, "an object")) return;
    FieldReader inner(line_, *at, complaint_);
    visit(inner);
  }

 private:
  using Kind = JsonLine::Kind;

  // Fields mostly stand in the order in which they are asked for: look behind the last one found first.
  std::optional<std::uint32_t> find(std::string_view name) {
    if (!complaint_.text.empty()) return std::nullopt;
    for (std::uint32_t i = hint_; i < line_[object_].after; i = line_[i].after) {
      if (line_.key(i) == name) return found(i);
    }
    for (std::uint32_t i = object_ + 1; i < hint_; i = line_[i].after) {
      if (line_.key(i) == name) return found(i);
    }
    return std::nullopt;
  }
  std::uint32_t found(std::uint32_t at) {
    hint_ = at;
    return at;
  }
  std::optional<std::uint32_t> need(std::string_view name) {
    const auto at = find(name);
    if (!at) complain(object_, fmt::format("no field \"{}\"; expected it in this object", name));
    return at;
  }

  void complain(std::uint32_t at, std::string text) {
    if (complaint_.text.empty()) complaint_ = {at, std::move(text)};
  }
  bool is(std::uint32_t at, std::string_view name, Kind kind, std::string_view expected) {
    if (line_[at].kind == kind) return true;
    static constexpr std::string_view kinds[] = {
        "null",     "true or false", "a number", "a negative number", "a number that is no 64-bit integer",
        "a string", "an array",      "an object"};
    const auto what = kinds[static_cast<std::size_t>(line_[at].kind)];
    complain(at, fmt::format("\"{}\" is {}; expected {}", name, what, expected));
    return false;
  }

  void value(std::uint32_t at, std::string_view name, bool& x) {
    if (is(at, name, Kind::boolean, "true or false")) x = line_[at].number != 0;
  }
  template <class T>
  requires std::is_integral_v<T>
  void value(std::uint32_t at, std::string_view name, T& x) {
    const auto& v = line_[at];
    const auto in_range = [&](auto number) {
      if (!std::in_range<T>(number)) return false;
      x = static_cast<T>(number);
      return true;
    };
    if (v.kind == Kind::natural && in_range(v.number)) return;
    if (v.kind == Kind::negative && in_range(static_cast<std::int64_t>(v.number))) return;
    using Limits = std::numeric_limits<T>;
    const auto expected = fmt::format("a whole number from {} to {}", Limits::min(), Limits::max());
    if (v.kind != Kind::natural && v.kind != Kind::negative) {
      (void)is(at, name, Kind::natural, expected);
    } else {
      complain(at, fmt::format("\"{}\" is out of range; expected {}", name, expected));
    }
  }
  template <class T>
  requires std::is_enum_v<T>
  void value(std::uint32_t at, std::string_view name, T& x) {
    if (is(at, name, Kind::string, "a word")) x = from_string<T>(line_.text(at));
  }
  void value(std::uint32_t at, std::string_view name, Address& x) {
    static constexpr std::string_view expected = "a hexadecimal string of at most 64 bits, such as \"0x7f00\"";
    if (!is(at, name, Kind::string, expected)) return;
    const std::string_view text = line_.text(at);
    const char* end = text.data() + text.size();
    if (text.starts_with("0x")) {
      const auto [stop, failure] = std::from_chars(text.data() + 2, end, x.value, 16);
      if (failure == std::errc{} && stop == end) return;
    }
    complain(at, fmt::format("\"{}\" is no address or mask; expected {}", name, expected));
  }
  // A number that is written by its name.
  template <class FromName>
  void number(std::uint32_t at, std::string_view name, int& x, FromName from_name, std::string_view expected) {
    if (!is(at, name, Kind::string, expected)) return;
    if (const auto number = from_name(line_.text(at))) {
      x = *number;
    } else {
      complain(at, fmt::format("\"{}\" is an unknown name; expected {}", name, expected));
    }
  }

  template <class T>
  void value(std::uint32_t at, std::string_view name, std::optional<T>& x) {
    value(at, name, x.emplace());
  }
  template <class T>
  requires(std::is_class_v<T> && !std::is_same_v<T, Address> &&
           !std::is_same_v<T, std::string>) void value(std::uint32_t at, std::string_view name, T& x) {
    if (!is(at, name, Kind::object, "an object")) return;
    FieldReader inner(line_, at, complaint_);
    fields(inner, x);
  }

  void value(std::uint32_t at, std::string_view name, std::string& x) {
    if (!text(at, name, x)) return;
    if (const auto exact = find_base64(name)) base64(*exact, name, x);
  }
  void value(std::uint32_t at, std::string_view name, std::vector<std::string>& x) {
    bool replaced = false;
    elements(at, name, x, [&](std::uint32_t i, std::string& element) { replaced |= text(i, name, element); });
    if (!replaced) return;
    if (const auto exact = find_base64(name)) {
      elements(*exact, name, x, [&](std::uint32_t i, std::string& element) { base64(i, name, element); });
    }
  }
  void value(std::uint32_t at, std::string_view name, Backtrace& x) {
    std::vector<Frame> frames;
    value(at, name, frames);
    x = std::move(frames);
  }
  template <class T>
  void value(std::uint32_t at, std::string_view name, std::vector<T>& x) {
    elements(at, name, x, [&](std::uint32_t i, T& element) { value(i, name, element); });
  }
  template <class T, class F>
  void elements(std::uint32_t at, std::string_view name, std::vector<T>& x, F read) {
    x.clear();
    if (!is(at, name, Kind::array, "an array")) return;
    for (std::uint32_t i = at + 1; i < line_[at].after && complaint_.text.empty(); i = line_[i].after) {
      read(i, x.emplace_back());
    }
  }

  // Takes a string as it stands; true when a replaced byte may be in it, and the exact bytes elsewhere.
  bool text(std::uint32_t at, std::string_view name, std::string& x) {
    if (!is(at, name, Kind::string, "a string")) return false;
    x = line_.text(at);
    return x.find(replacement) != std::string::npos;
  }
  std::optional<std::uint32_t> find_base64(std::string_view name) { return find(std::string(name) + "_base64"); }
  void base64(std::uint32_t at, std::string_view name, std::string& x) {
    const auto field = std::string(name) + "_base64";
    if (!is(at, field, Kind::string, "base64")) return;
    if (auto bytes = decode_base64(line_.text(at))) {
      x = *std::move(bytes);
    } else {
      complain(at, fmt::format("\"{}\" is not base64; expected RFC 4648 with its padding", field));
    }
  }

  const JsonLine& line_;
  std::uint32_t object_;
  std::uint32_t hint_;
  Complaint& complaint_;
};

}  // namespace lwptrace::recording
