// The pages: what they have, what they keep back, and that no word of a submission becomes markup.
#include <gmock/gmock.h>

#include "tests/grade/reports.h"

namespace lwptrace::grade {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(StudentPage, TellsEachCheckAndWhatIsWrong) {
  EXPECT_THAT(student_page(example()),
              AllOf(HasSubstr("<p class=\"score\">22.5 / 60</p>"), HasSubstr("<h3>sleepy_creator</h3>"),
                    HasSubstr("there was none"), HasSubstr("<li>1 exited with code 0 (at 1 ms)</li>"),
                    HasSubstr("Call fork()."), HasSubstr("7.5 / 15")));
}

TEST(StudentPage, KeepsBackWhatIsNotVisible) {
  const std::string page = student_page(example());
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<h3>secret")), HasSubstr("1 check is not shown here")));
  EXPECT_THAT(class_page({example()}), AllOf(HasSubstr("secret"), HasSubstr("hidden")));
}

TEST(StudentPage, DoesNotNameAHiddenCheckThatAnotherNeeds) {
  Graded one = example();
  one.score.checks[1].visibility = Visibility::hidden;  // which "threads" needs
  EXPECT_THAT(student_page(one), AllOf(Not(HasSubstr("&quot;fork&quot;")),
                                       HasSubstr("not looked at: a check that it needs did not pass")));
  EXPECT_THAT(student_page(example()), HasSubstr("it needs &quot;fork&quot;"));
}

TEST(Pages, LetNothingInFromElsewhere) {
  for (const std::string& page : {student_page(hostile()), class_page({hostile()})}) {
    EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("//")), Not(HasSubstr("\x1b"))));
    EXPECT_THAT(page, HasSubstr("=1+1&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;]]&gt;"));
  }
}

TEST(ClassPage, TellsTheDistributionAndTheMostFailedCheck) {
  Graded full = example();
  full.submission = "full";
  full.score.earned = 60;
  for (CheckScore& check : full.score.checks) check.passed = true;
  const std::string page = class_page({example(), full, full});
  EXPECT_THAT(
      page, AllOf(HasSubstr("<b>3</b>submissions"), HasSubstr("<b>47.5</b>average"), HasSubstr("<b>60</b>median"),
                  HasSubstr("<b>2</b>full marks"), HasSubstr("<a href=\"#s1\">ann</a>"), HasSubstr("<div id=\"s1\">")));
  EXPECT_LT(page.find("2. fork"), page.find("1. sleepy_creator"));
  EXPECT_THAT(page, HasSubstr("✓✗◐–✓"));
}

TEST(ClassPage, OfNobodyIsAPageToo) { EXPECT_THAT(class_page({}), HasSubstr("There is no submission")); }

TEST(ClassPage, OfAThousandIsLessThanFiveMegabytesWhateverTheyDid) {
  for (const std::size_t length : {20U, 400U, 5000U}) {
    Graded one{"student", {"t", 200, 0, true, {}, {std::string(length, '"'), std::string(length, '\n') + "x"}}};
    for (int i = 0; i < 20; ++i) {
      CheckScore check = check_score("a check of some length", 10, 0);
      check.failed = std::string(length, '<');
      check.events.assign(8, std::string(length, '&'));
      one.score.checks.push_back(check);
    }
    EXPECT_LT(class_page(Class(1000, one)).size(), 5'000'000U) << length;
  }
}

}  // namespace
}  // namespace lwptrace::grade
