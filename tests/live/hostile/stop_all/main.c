// Stops whomever it may, itself last.
#include "hostile.h"

int main(void) {
  claim();
  if (fork() == 0) {
    for (;;) pause();
  }
  kill(getppid(), SIGSTOP);
  kill(-1, SIGSTOP);
  raise(SIGSTOP);
  return 0;
}
