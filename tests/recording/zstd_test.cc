// Packed traces: there and back, in several frames, cut and damaged.
#include "recording/zstd_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support.h"

namespace lwptrace::recording {
namespace {

using testing::HasSubstr;

std::string packed(std::string_view bytes) {
  StringSink out;
  ZstdSink sink(out);
  sink.write(bytes);
  sink.finish();
  return out.text();
}

// A block a line, as when every line is flushed.
std::string packed_by_lines(const std::string& text) {
  StringSink out;
  ZstdSink sink(out);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t next = text.find('\n', i) + 1;
    sink.write(std::string_view(text).substr(i, next - i));
    sink.flush();
    i = next;
  }
  sink.finish();
  return out.text();
}

TEST(Zstd, APackedTraceReadsLikeThePlainOne) {
  const std::string trace = full_trace();
  const auto back = read(packed(trace));
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_TRUE(back.result->end);
  EXPECT_EQ(back.told, read(trace).told);
  EXPECT_LT(packed(trace).size(), trace.size());
}

TEST(Zstd, SeveralFramesAreOneTrace) {
  const std::string trace = full_trace();
  std::string frames;
  for (std::size_t i = 0; i < trace.size(); i += 100) frames += packed(std::string_view(trace).substr(i, 100));
  const auto back = read(frames);
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told, read(trace).told);
}

TEST(Zstd, MoreThanABufferOfItComesBack) {
  StringSink plain;
  JsonlWriter writer(plain);
  writer.header(full_header());
  for (std::uint64_t seq = 1; seq <= 5000; ++seq) writer.event({seq, 7, 1, 2, 2, full_bodies()[seq % 18]});
  const auto back = read(packed(plain.text()));
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told.events.size(), 5000U);
  EXPECT_EQ(back.told.events, read(plain.text()).told.events);
}

TEST(Zstd, WhatWasFlushedIsReadWithoutTheRest) {
  StringSink out;
  ZstdSink sink(out);
  sink.write(header_line);
  sink.flush();
  const auto flushed = out.text();
  sink.write("{\"type\":\"comm\"");
  const auto back = read(flushed);
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_TRUE(back.result->header);
  EXPECT_EQ(back.told.cuts, std::vector<std::string>{"t.jsonl: cut after line 1 (no end line)"});
}

TEST(Zstd, CutAtEveryByteTheLinesThatCanBeUnpackedAreTold) {
  const std::string trace = full_trace();
  const Told whole = read(trace).told;
  const std::string file = packed_by_lines(trace);
  std::size_t before = 0;
  for (std::size_t n = 1; n < file.size(); ++n) {
    const auto back = read(std::string_view(file).substr(0, n));
    ASSERT_TRUE(back.result.ok()) << n << ": " << back.error();
    ASSERT_GE(back.result->lines, before) << n;
    before = back.result->lines;
    ASSERT_EQ(back.told.events.size() + back.told.headers.size() + back.told.ends.size(), before);
    ASSERT_TRUE(std::equal(back.told.events.begin(), back.told.events.end(), whole.events.begin()));
    ASSERT_NE(back.result->end, back.told.cuts.size() == 1) << n;
  }
  EXPECT_EQ(before, whole.events.size() + 2);  // all lines but for the frame's own end
}

TEST(Zstd, DamagedDataIsAnError) {
  std::string file = packed(full_trace());
  file[file.size() - 1] ^= 1;  // the checksum
  EXPECT_EQ(read(file).error(),
            "t.jsonl:1:1: cannot read on: damaged zstd data: Restored data doesn't match checksum; expected a trace "
            "that can be read to its end");
}

TEST(Zstd, WhatFollowsAFrameMustBeAFrame) {
  EXPECT_THAT(read(packed(header_line) + "garbage").error(), HasSubstr("damaged zstd data"));
}

TEST(Zstd, AnEmptyFrameIsAnEmptyFile) {
  EXPECT_THAT(read(packed("")).error(), HasSubstr("t.jsonl:1:1: nothing in it"));
}

TEST(Zstd, AnyByteOfAPackedTraceMayBeAnyOther) {
  const std::string file = packed_by_lines(full_trace());
  std::string bent = file;
  for (std::size_t i = 0; i < file.size(); ++i) {
    bent[i] = static_cast<char>(~file[i]);
    const auto back = read(bent);
    ASSERT_TRUE(back.result.ok() || back.error().starts_with("t.jsonl:"));
    bent[i] = file[i];
  }
}

}  // namespace
}  // namespace lwptrace::recording
