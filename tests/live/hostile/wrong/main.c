// Wrong in good faith: the child ends with 21.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  if (fork() == 0) _exit(21);
  wait(NULL);
  printf("the child ended with 22\n");
}
