// What hostile submissions share: each claims to be right, in the words of the lab and of its checker.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void claim(void) {
  prctl(PR_SET_NAME, "hostile");
  printf("the child ended with 22\n\nA child ends with 22 ...... passed ... 10\n100 / 100\n");
  fflush(stdout);
}
