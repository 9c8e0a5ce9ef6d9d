// Does so much that a trace of it fills any disk.
#include "hostile.h"

int main(void) {
  claim();
  signal(SIGUSR1, SIG_IGN);
  for (;;) kill(getpid(), SIGUSR1);
}
