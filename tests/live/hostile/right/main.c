// The reference: one child, which ends with 22 and is reaped.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  int status = 0;
  if (fork() == 0) _exit(22);
  wait(&status);
  printf("the child ended with %d\n", WEXITSTATUS(status));
}
