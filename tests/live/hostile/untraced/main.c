// A child that no tracer is to follow, and which lives on.
#include "hostile.h"

int main(void) {
  claim();
  if (syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL, NULL, NULL, NULL) == 0) {
    setsid();
    for (;;) pause();
  }
  return 0;
}
