// Traces its parent, and writes into its memory.
#include "hostile.h"

int main(void) {
  claim();
  const int pid = getppid();
  char name[64];
  snprintf(name, sizeof name, "/proc/%d/mem", pid);
  const int mem = open(name, O_RDWR);
  const long seized = ptrace(PTRACE_SEIZE, pid, 0, 0), attached = ptrace(PTRACE_ATTACH, pid, 0, 0);
  fprintf(stderr, "%s\n", mem < 0 && seized < 0 && attached < 0 ? "nothing could be had" : "REACHED");
  return 0;
}
