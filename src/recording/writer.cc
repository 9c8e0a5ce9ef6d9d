// See writer.h. FieldWriter is the writing visitor of fields.h: it appends to the line and builds nothing else, since
// a traced program waits while events are made.
#include "recording/writer.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <iterator>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "recording/fields.h"
#include "recording/text.h"

namespace lwptrace::recording {
namespace {

template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <class T>
concept Enumeration = std::is_enum_v<T>;

// A struct that fields.h describes: it becomes a JSON object.
template <class T>
concept Described = std::is_class_v<T> && !std::is_same_v<T, std::string> && !std::is_same_v<T, Address>;

class FieldWriter {
 public:
  // Appends to an object that was opened; `first` when nothing stands in it yet.
  FieldWriter(std::string& out, bool first, BacktraceTexts& backtraces)
      : out_(out), first_(first), backtraces_(backtraces) {}

  void operator()(std::string_view name, const std::string& x) {
    if (!x.empty()) kept(name, x);
  }
  void operator()(std::string_view name, bool x) {
    if (x) kept(name, x);
  }
  template <Enumeration E>
  void operator()(std::string_view name, E x) {
    const std::string_view word = to_string(x);
    if (word.empty()) return;
    start(name);
    quote(word);
  }
  template <class T>
  void operator()(std::string_view name, const std::optional<T>& x) {
    if (x) kept(name, *x);
  }
  template <class T>
  void operator()(std::string_view name, const std::vector<T>& x) {
    if (!x.empty()) kept(name, x);
  }
  void operator()(std::string_view name, const Status& x) {
    if (x != Status{}) kept(name, x);
  }
  void operator()(std::string_view name, const Backtrace& x) {
    if (x.empty()) return;
    start(name);
    if (const std::string* known = backtraces_.find(x)) {
      out_ += *known;
      return;
    }
    const std::size_t at = out_.size();
    list(x);
    backtraces_.keep(x, std::string_view(out_).substr(at));
  }

  template <class T>
  void required(std::string_view name, const T& x) {
    kept(name, x);
  }
  template <class T>
  void kept(std::string_view name, const T& x) {
    start(name);
    if (value(x)) return;
    start(name, "_base64");
    base64(x);
  }
  void flag(std::string_view name, bool x, bool when) {
    if (x || when) kept(name, x);
  }
  void unless(std::string_view name, bool x) {
    if (!x) kept(name, x);
  }
  void lwp(std::string_view name, LwpId x) {
    if (x != 0) kept(name, x);
  }
  void signal(std::string_view name, int signo) {
    start(name);
    quote(signal_name(signo));
  }
  void signal(std::string_view name, std::optional<int> signo) {
    if (signo) signal(name, *signo);
  }
  void exit_signal(std::string_view name, ExitSignal x) {
    if (x.signo > 0) return signal(name, x.signo);
    if (x.signo < 0) return;
    start(name);
    out_ += "null";
  }
  void code(std::string_view name, const Signal& signal) {
    start(name);
    quote(si_code_name(signal));
  }
  void error(std::string_view name, int error) {
    if (error == 0) return;
    start(name);
    quote(errno_name(error));
  }
  void derived(std::string_view name, int x) { kept(name, x); }
  void flags(std::string_view name, std::optional<Address> raw, Via via) {
    if (raw) kept(name, clone_flag_names(raw->value, via));
  }
  template <class F>
  void object(std::string_view name, F visit) {
    start(name);
    out_ += '{';
    FieldWriter inner(out_, true, backtraces_);
    visit(inner);
    out_ += '}';
  }

 private:
  void start(std::string_view name, std::string_view suffix = "") {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += suffix;
    out_ += "\":";
  }

  void quote(std::string_view word) {  // of our own tables: nothing to escape
    out_ += '"';
    out_ += word;
    out_ += '"';
  }

  // Each appends one JSON value; false when the exact bytes must follow as base64.
  bool value(const std::string& x) { return append_json_string(out_, x); }
  bool value(bool x) {
    out_ += x ? "true" : "false";
    return true;
  }
  template <Integer T>
  bool value(T x) {
    const fmt::format_int digits(x);
    out_.append(digits.data(), digits.size());
    return true;
  }
  bool value(Address x) {
    fmt::format_to(std::back_inserter(out_), "\"0x{:x}\"", x.value);
    return true;
  }
  template <Described T>
  bool value(const T& x) {
    out_ += '{';
    FieldWriter inner(out_, true, backtraces_);
    fields(inner, x);
    out_ += '}';
    return true;
  }
  template <class T>
  bool value(const std::vector<T>& x) {
    return list(x);
  }
  template <class List>
  bool list(const List& x) {
    bool exact = true;
    out_ += '[';
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i != 0) out_ += ',';
      if (!value(x[i])) exact = false;
    }
    out_ += ']';
    return exact;
  }

  void base64(const std::string& x) {
    out_ += '"';
    append_base64(out_, x);
    out_ += '"';
  }
  void base64(const std::vector<std::string>& x) {
    out_ += '[';
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i != 0) out_ += ',';
      base64(x[i]);
    }
    out_ += ']';
  }
  template <class T>
  void base64(const T&) {}  // other types are always exact

  std::string& out_;
  bool first_;
  BacktraceTexts& backtraces_;
};

}  // namespace

void JsonlWriter::header(const TraceHeader& header) {
  line_ = R"({"type":"header","schema":"lwptrace")";
  FieldWriter w(line_, false, backtraces_);
  fields(w, header);
  write_line();
}

void JsonlWriter::event(const Event& event) {
  line_ = R"({"type":")";
  line_ += type_name(event.body);
  line_ += '"';
  FieldWriter w(line_, false, backtraces_);
  fields(w, event);
  std::visit([&w](const auto& body) { fields(w, body); }, event.body);
  write_line();
}

void JsonlWriter::end(const TraceEnd& end) {
  line_ = R"({"type":"end")";
  FieldWriter w(line_, false, backtraces_);
  fields(w, end);
  write_line();
}

void JsonlWriter::write_line() {
  line_ += "}\n";
  out_.write(line_);
}

}  // namespace lwptrace::recording
