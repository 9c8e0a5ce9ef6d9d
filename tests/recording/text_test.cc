// Names of programs and files are bytes, not text: what becomes of them, there and back.
#include "recording/text.h"

#include <gtest/gtest.h>

#include "support.h"

namespace lwptrace::recording {
namespace {

std::string base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

TEST(Base64, IsThatOfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xfb\xff"), "+/8=");
}

TEST(Base64, ComesBackForEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(decode_base64(base64(bytes)), bytes);
  }
}

TEST(Base64, WhatIsNotBase64IsRefused) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zg==Zg==", "Zm9 ", "Zm-_", "=g=="}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

TEST(JsonString, WellFormedUtf8StaysAndNothingElseDoes) {
  const auto exact = [](std::string_view bytes) {
    std::string out;
    return append_json_string(out, bytes);
  };
  for (const char* good : {"\u00a0", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff"}) {
    EXPECT_TRUE(exact(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(exact(bad)) << base64(bad);
  }
}

TEST(JsonString, EachByteThatIsNotUtf8IsReplacedByItself) {
  std::string out;
  append_json_string(out, "\xe2\x82z\xf0");
  EXPECT_EQ(out, "\"\uFFFD\uFFFDz\uFFFD\"");
}

TEST(Names, OfAnyBytesComeBackExactly) {
  std::vector<std::string> words{"", "plain", "\uFFFD", "\xff\uFFFD", std::string("nul\0inside", 10)};
  for (int i = 0; i < 256; ++i) words.push_back(std::string("x") + static_cast<char>(i));
  Frame frame;
  frame.symbol = "_Z\xfe";
  frame.module = "/lib/\xfd.so";
  Birth birth;
  birth.comm = "\x80\x81";
  birth.shares.emplace().new_ns = {"\xff"};
  birth.backtrace = {frame};
  TraceHeader header;
  header.argv = words;
  header.cwd = "/tm\xff";
  const std::vector<Event> events{{1, 0, 1, 7, 7, birth}, {2, 0, 1, 7, 7, Exec{"/b\xff", words}}};

  StringSink out;
  JsonlWriter writer(out);
  writer.header(header);
  for (const Event& event : events) writer.event(event);
  const auto back = read(out.text());
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told.headers, std::vector{header});
  EXPECT_EQ(back.told.events, events);
}

}  // namespace
}  // namespace lwptrace::recording
