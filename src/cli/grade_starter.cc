// Its conditions are among those that most rubrics have. A test loads it, and grades by it.
#include "cli/grade_starter.h"

namespace lwptrace::cli {

const char* const starting_rubric =
    R"(# A rubric for lwptrace grade: what a program is to do, and how many points that is.
# docs/rubric.md explains every key; lwptrace grade --explain FILE says what this one checks.
title: A child that ends with 22

# Run in a private copy of the submission. Of a submission that is one file, $SUBMISSION is its name.
build: cc -pthread -o prog *.c
command: ./prog
# arguments: ["4"]
# stdin: "hello\n"
# files: [input.txt]           # beside the program, over what the submission has there; they lie beside this rubric
# environment: { LANG: C }
# runs: { count: 10, hold: 10 } # for programs that depend on the scheduler

limits:
  wall time: 10 s
  output: 1M     # of stdout, and of stderr
  disk: 16M
  lwps: 32       # alive at once
  births: 256    # in all

# A check holds, or fails with its hint. "needs" names earlier checks, without which there is nothing to look at.
# LWPs are named after their births: 1 is the program, 1.1 its first child, 1/1 its first thread.
checks:
  - name: There is one child
    points: 10
    hint: fork() once, in the program itself.
    births: { count: 1, kind: process }

  - name: The child ends with 22
    points: 10
    needs: There is one child
    hint: "_exit(22), in the child."
    exits: { count: 1, of: 1.1, code: 22 }

  - name: The parent waits for it
    points: 10
    needs: There is one child
    hint: waitpid() tells how the child has ended.
    reaps: { count: 1, of: 1.1, by: root }

  - name: The program ends well
    points: 5
    exit status: 0
)";

}  // namespace lwptrace::cli
