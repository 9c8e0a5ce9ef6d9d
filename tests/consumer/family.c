// What the consumer's tests are about: a thread, a child that exits 3 and one that executes true.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static void* idle(void* nothing) { return nothing; }

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, idle, NULL);
  pthread_join(thread, NULL);
  pid_t child = fork();
  if (child == 0) _exit(3);
  waitpid(child, NULL, 0);
  child = fork();
  if (child == 0) {
    execl("/bin/true", "true", "to", "oneself", (char*)NULL);
    _exit(127);
  }
  waitpid(child, NULL, 0);
  return 0;
}
