// See reader.h. What a field may be is field_reader.h's and fields.h's; what a line may be is json_line.h's; here
// stands what makes lines a trace: a header, events numbered without gaps, an end, and what to say when it is
// otherwise.
#include "recording/reader.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "recording/field_reader.h"
#include "recording/json_line.h"
#include "recording/lines.h"
#include "recording/zstd_source.h"

namespace lwptrace::recording {
namespace {

constexpr int newest_version = 1;
constexpr std::string_view header_start = R"({"type":"header")";
constexpr std::string_view expected_header = R"(expected a line {"type":"header","schema":"lwptrace","version":1,...})";

// For each kind of event: the `type` it is recorded under, and how its fields are read.
struct EventReader {
  std::string_view type;
  void (*read)(FieldReader& from, EventBody& body);
};

template <std::size_t... I>
std::array<EventReader, sizeof...(I)> make_event_readers(std::index_sequence<I...> /*all*/) {
  return {EventReader{type_name(EventBody(std::in_place_index<I>)),
                      [](FieldReader& from, EventBody& body) { fields(from, body.emplace<I>()); }}...};
}

const EventReader* find_event_reader(std::string_view type) {
  static const auto readers = make_event_readers(std::make_index_sequence<std::variant_size_v<EventBody>>());
  for (const EventReader& reader : readers) {
    if (reader.type == type) return &reader;
  }
  return nullptr;
}

class TraceReader {
 public:
  TraceReader(ByteSource& in, const std::string& name, TraceSink& sink)
      : lines_(in), in_(in), name_(name), sink_(sink) {}

  Result<ReadReport> run();

 private:
  // What became of a line.
  enum class Took { line, cut };
  Result<Took> take_line();
  std::optional<Error> take_header();
  std::optional<Error> take_event_or_end();
  Result<ReadReport> cut(bool within_line);

  Error wrong(std::size_t column, std::string_view text) const {
    return Error{fmt::format("{}:{}:{}: {}", name_, report_.lines + 1, column, text)};
  }
  std::optional<Error> complaint() const {
    if (complaint_.text.empty()) return std::nullopt;
    return wrong(json_.column(complaint_.at), complaint_.text);
  }

  Lines lines_;
  ByteSource& in_;
  const std::string& name_;
  TraceSink& sink_;
  JsonLine json_;
  Complaint complaint_;
  ReadReport report_;
  std::uint64_t seq_ = 0;  // of the last line that had one
};

Result<ReadReport> TraceReader::run() {
  for (;;) {
    auto next = lines_.next();
    if (!next) {
      Error error = wrong(1, "cannot read on: " + next.error().text + "; expected a trace that can be read to its end");
      error.code = next.error().code;
      return error;
    }
    if (*next == Lines::Next::too_long) {
      return wrong(Lines::max_line + 1, "the line is longer than 64 MiB; expected a shorter one");
    }
    if (*next == Lines::Next::end) break;
    if (report_.end) return wrong(1, "a line behind the end line; expected nothing more");
    auto took = take_line();
    if (!took) return took.error();
    if (*took == Took::cut) return cut(true);
    ++report_.lines;
    if (!sink_.wants_more()) return std::move(report_);
  }
  if (report_.end) return std::move(report_);
  if (report_.lines == 0 && !in_.cut()) return wrong(1, fmt::format("nothing in it; {}", expected_header));
  return cut(false);
}

Result<ReadReport> TraceReader::cut(bool within_line) {
  if (report_.lines == 0) {
    report_.cut = fmt::format("{}: cut in line 1 (no whole line)", name_);
  } else if (within_line) {
    report_.cut =
        fmt::format("{}: cut in line {}, read up to line {} (no end line)", name_, report_.lines + 1, report_.lines);
  } else {
    report_.cut = fmt::format("{}: cut after line {} (no end line)", name_, report_.lines);
  }
  sink_.cut(report_.cut);
  return std::move(report_);
}

Result<TraceReader::Took> TraceReader::take_line() {
  const bool first = report_.lines == 0;
  if (const auto problem = json_.parse(lines_.text())) {
    if (first) {
      const std::string_view text = lines_.text();
      const bool begins_well = text.starts_with(header_start) || header_start.starts_with(text);
      if (begins_well && !lines_.ended() && !problem->limit) return Took::cut;
      return wrong(problem->column, fmt::format("not a trace ({}); {}", problem->text, expected_header));
    }
    auto last = lines_.last();
    if (last && *last && !problem->limit) return Took::cut;
    return wrong(problem->column, fmt::format("not JSON ({}); expected one JSON object", problem->text));
  }
  if (json_[0].kind != JsonLine::Kind::object) {
    return wrong(json_.column(0), first ? fmt::format("not a trace (no JSON object); {}", expected_header)
                                        : "not a JSON object; expected one a line");
  }
  complaint_ = {};
  if (auto error = first ? take_header() : take_event_or_end()) return *std::move(error);
  return Took::line;
}

std::optional<Error> TraceReader::take_header() {
  std::string type, schema;
  FieldReader from(json_, 0, complaint_);
  from("type", type);
  from("schema", schema);
  if (auto error = complaint()) return error;
  if (type != "header") return wrong(1, fmt::format("the first line is no header; {}", expected_header));
  if (schema != "lwptrace") from.reject("schema", fmt::format("the schema is not lwptrace; {}", expected_header));

  int version = 0;
  from.required("version", version);
  if (version < 1 || version > newest_version) {
    from.reject("version", fmt::format("version {} of the trace format; expected {}, which is what this lwptrace reads",
                                       version, newest_version));
  }
  TraceHeader header;
  fields(from, header);
  if (auto error = complaint()) return error;
  sink_.header(header);
  report_.header = true;
  return std::nullopt;
}

std::optional<Error> TraceReader::take_event_or_end() {
  std::string type;
  std::uint64_t seq = 0;
  FieldReader from(json_, 0, complaint_);
  from.required("type", type);
  if (complaint_.text.empty() && type == "header") return wrong(1, "a second header; expected an event or the end");
  from.required("seq", seq);
  if (seq != seq_ + 1) {
    from.reject("seq", fmt::format("\"seq\" is {}; expected {}: lines are missing or out of order", seq, seq_ + 1));
  }
  if (auto error = complaint()) return error;
  seq_ = seq;

  if (type == "end") {
    TraceEnd end;
    fields(from, end);
    if (auto error = complaint()) return error;
    sink_.end(end);
    report_.end = true;
  } else if (const EventReader* reader = find_event_reader(type)) {
    Event event;
    fields(from, event);
    reader->read(from, event.body);
    if (auto error = complaint()) return error;
    sink_.event(event);
  }
  return std::nullopt;
}

}  // namespace

Result<ReadReport> read_trace(ByteSource& in, const std::string& name, TraceSink& sink) {
  ZstdSource unpacked(in);
  return TraceReader(unpacked, name, sink).run();
}

Result<ReadReport> read_trace_file(const std::string& path, TraceSink& sink) {
  auto file = FileSource::open(path);
  if (!file) return Error{fmt::format("{}: cannot be opened: {}", path, file.error().text), file.error().code};
  return read_trace(**file, path == "-" ? "stdin" : path, sink);
}

}  // namespace lwptrace::recording
