// Reports for machines, as far as text tells; tests/live/grade_reports_test.py reads them as machines do.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "grade/report_words.h"
#include "tests/grade/reports.h"

namespace lwptrace::grade {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReportWords, NumbersHaveTwoDecimalsAtMost) {
  EXPECT_EQ(number(20), "20");
  EXPECT_EQ(number(7.5), "7.5");
  EXPECT_EQ(number(10.0 / 3), "3.33");
  EXPECT_EQ(number(0), "0");
}

TEST(ReportWords, EscapedTextHasNothingThatIsNotXmls) {
  EXPECT_EQ(escaped("<&>\"'"), "&lt;&amp;&gt;&quot;&#39;");
  EXPECT_EQ(escaped("\x01\xff\xef\xbf\xbe"), "\\x01\\xff\\ufffe");
  EXPECT_EQ(escaped("é日"), "é日");
}

TEST(CsvReport, IsALineASubmissionWithItsRemarks) {
  Graded bad = example();
  bad.submission = "bob, \"b\"";
  bad.score.remarks = {"took too long", "and more"};
  EXPECT_EQ(csv_report({example(), bad}),
            "submission,points,of,\"sleepy_creator\",\"fork\",\"wait\",\"threads\",\"secret\",remarks\n"
            "\"ann\",22.5,60,10,0,7.5,0,5,\"\"\n"
            "\"bob, \"\"b\"\"\",22.5,60,10,0,7.5,0,5,\"took too long; and more\"\n");
  EXPECT_EQ(csv_report({}), "submission,points,of,remarks\n");
}

TEST(CsvReport, NoCellIsTakenForAFormula) {
  for (const std::string name : {"=1", "+1", "-1", "@x", "  =1", "＝1"}) {
    EXPECT_THAT(csv_report({{name, {}}}), HasSubstr("\"'" + name + "\"")) << name;
  }
}

TEST(JunitReport, FailuresAreFailuresAndWhatWasLeftOutIsSkipped) {
  const std::string text = junit_report({example()});
  EXPECT_THAT(text, HasSubstr("<testsuite name=\"ann\" tests=\"5\" failures=\"2\" errors=\"0\" skipped=\"1\">"));
  EXPECT_THAT(text, HasSubstr("<testcase classname=\"ann\" name=\"sleepy_creator\"/>"));
  EXPECT_THAT(text, HasSubstr("<failure message=\"there was none\">0 of 10 points\n"));
}

TEST(JunitReport, WhatWasNotRunIsAnError) {
  const Score score{"t", 10, 0, false, {check_score("fork", 10, 0)}, {"the build failed: a\nb"}};
  EXPECT_THAT(junit_report({{"ann", score}}), HasSubstr("<error message=\"the build failed: a\">"));
}

TEST(JsonReport, HasAllThatIsKnown) {
  const auto json = nlohmann::json::parse(json_report({example(), hostile()}));
  EXPECT_EQ(json["submissions"][0]["submission"], "ann");
  EXPECT_EQ(json["submissions"][0]["earned"], 22.5);
  EXPECT_EQ(json["submissions"][0]["checks"][4]["visibility"], "hidden");
  EXPECT_EQ(json["submissions"][1]["checks"].size(), 1U);
}

TEST(GradescopeReport, HasATestACheck) {
  const auto json = nlohmann::json::parse(gradescope_report(example()));
  EXPECT_EQ(json["score"], 22.5);
  EXPECT_EQ(json["stdout_visibility"], "hidden");
  const auto& tests = json["tests"];
  EXPECT_EQ(tests.size(), 5U);
  EXPECT_EQ(tests[1]["status"], "failed");
  EXPECT_EQ(tests[1]["max_score"], 10);
  EXPECT_EQ(tests[1]["output"],
            "It passes if there is exactly 1 birth.\nthere was none\n    1 exited with code 0 (at 1 ms)\n"
            "Hint: Call fork().");
  EXPECT_EQ(tests[4]["visibility"], "hidden");
  EXPECT_THAT(gradescope_report(hostile()), Not(HasSubstr("u001b")));
}

}  // namespace
}  // namespace lwptrace::grade
