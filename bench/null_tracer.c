// P0, the floor: follows every LWP of a program with the fewest stops that ptrace allows, and looks at nothing.
//   null_tracer PROG ARG…
// With STOPS in the environment it prints how many stops it saw and how many ptrace calls it made.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char** word) {
  int go[2];
  if (count < 2 || pipe(go) != 0) return 2;
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    close(go[1]);
    if (read(go[0], &byte, 1) == 1) execvp(word[1], word + 1);
    _exit(127);
  }
  const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
  if (ptrace(PTRACE_SEIZE, child, 0, options) != 0) {
    perror("PTRACE_SEIZE");
    kill(child, SIGKILL);
    return 125;
  }
  if (write(go[1], "g", 1) != 1) return 125;
  long stops = 0, calls = 1;
  int status, code = 0;
  for (pid_t tid; (tid = waitpid(-1, &status, __WALL)) > 0;) {
    if (!WIFSTOPPED(status)) {
      if (tid == child && WIFEXITED(status)) code = WEXITSTATUS(status);
      continue;
    }
    stops++;
    calls++;
    const int event = status >> 16;
    ptrace(PTRACE_CONT, tid, 0, event != 0 ? 0 : WSTOPSIG(status));
  }
  if (getenv("STOPS") != NULL) fprintf(stderr, "stops %ld calls %ld\n", stops, calls);
  return code;
}
