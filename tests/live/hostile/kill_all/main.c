// Kills whomever it may: everybody, its parent, and the first of all.
#include "hostile.h"

int main(void) {
  claim();
  for (int i = 1; i < NSIG; ++i) {
    if (i == SIGSTOP) continue;
    kill(getppid(), i);
    kill(1, i);
  }
  kill(-1, SIGTERM);
  kill(-1, SIGKILL);
  return 0;
}
