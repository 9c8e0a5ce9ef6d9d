// Leaves a daemon that ignores every signal, in a session of its own.
#include "hostile.h"

int main(void) {
  claim();
  if (fork() != 0) _exit(0);
  setsid();
  if (fork() != 0) _exit(0);
  for (int i = 1; i < NSIG; ++i) signal(i, SIG_IGN);
  for (int i = 0; i < 3; ++i) close(i);
  for (;;) pause();
}
