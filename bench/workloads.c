// The workloads of docs/performance.md, one a word: bench_workloads W1 COUNT [ALIVE [WORKERS]]. Each does COUNT
// operations (`families` births) and prints nothing. Run it with COUNT 0 to know what everything around the operations
// costs.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long count;
static sem_t never, arrived, go;

static void* nothing(void* unused) { return unused; }

static void* blocked(void* unused) {
  sem_post(&arrived);
  sem_wait(&never);
  return unused;
}

static void handler(int signal) { (void)signal; }

static void start(pthread_t* thread, void* (*body)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 65536);
  if (pthread_create(thread, &attributes, body, argument) != 0) {
    perror("pthread_create");
    _exit(1);
  }
  pthread_attr_destroy(&attributes);
}

// `some` threads that live and do nothing until the process ends.
static void keep_alive(long some) {
  pthread_t thread;
  for (long i = 0; i < some; i++) start(&thread, blocked, NULL);
  for (long i = 0; i < some; i++) sem_wait(&arrived);
}

static void* threads(void* times) {
  pthread_t thread;
  for (long i = 0; i < *(long*)times; i++) {
    start(&thread, nothing, NULL);
    pthread_join(thread, NULL);
  }
  return NULL;
}

static void* signals(void* times) {
  const pid_t tgid = getpid();
  const pid_t tid = (pid_t)syscall(SYS_gettid);
  for (long i = 0; i < *(long*)times; i++) syscall(SYS_tgkill, tgid, tid, SIGUSR1);
  return NULL;
}

static void* (*work)(void*);

static void* when_all_live(void* times) {
  sem_wait(&go);
  return work(times);
}

// Shares the operations among `workers` threads, none of them the main thread and all of them older than the `alive`
// that sleep: the kernel looks for who has something to report among the youngest first.
static void by_workers(void* (*body)(void*), long workers, long alive) {
  pthread_t all[64];
  long each = count / workers;
  work = body;
  for (long i = 0; i < workers; i++) start(&all[i], when_all_live, &each);
  keep_alive(alive);
  for (long i = 0; i < workers; i++) sem_post(&go);
  for (long i = 0; i < workers; i++) pthread_join(all[i], NULL);
}

static void w1(void) { threads(&count); }

static void w2(void) {
  for (long i = 0; i < count; i++) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, NULL, 0);
  }
}

static void w3(void) {
  char* words[] = {"true", NULL};
  char* environment[] = {NULL};
  for (long i = 0; i < count; i++) {
    pid_t child;
    if (posix_spawn(&child, "/bin/true", NULL, NULL, words, environment) == 0) waitpid(child, NULL, 0);
  }
}

static void w4(void) {
  keep_alive(10);
  for (long i = 0; i < count; i++) syscall(SYS_getppid);
}

// Families, eight at a time: a process that makes 99 threads, joins 74 of them and ends with 25 alive.
static void families(void) {
  long left = 0, some = 74;
  for (long i = 0; i < count / 100; i++) {
    if (++left > 8 && wait(NULL) > 0) left--;
    if (fork() == 0) {
      keep_alive(25);
      threads(&some);
      _exit(0);
    }
  }
  while (wait(NULL) > 0) continue;
}

static void w8(void) {
  for (long i = 0; i < count; i++) syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0);
}

int main(int words, char** word) {
  if (words < 3) return 2;
  const char* name = word[1];
  count = atol(word[2]);
  const long alive = words > 3 ? atol(word[3]) : 0, workers = words > 4 ? atol(word[4]) : 1;
  sem_init(&never, 0, 0);
  sem_init(&arrived, 0, 0);
  sem_init(&go, 0, 0);
  signal(SIGUSR1, handler);
  if (strcmp(name, "W6") == 0) by_workers(threads, 8, 0);
  if (strcmp(name, "W7b") == 0) by_workers(threads, workers, alive);
  if (strcmp(name, "W7s") == 0) by_workers(signals, workers, alive);
  if (strcmp(name, "W1") == 0 || strcmp(name, "W9") == 0) w1();
  if (strcmp(name, "W2") == 0) w2();
  if (strcmp(name, "W3") == 0) w3();
  if (strcmp(name, "W4") == 0) w4();
  if (strcmp(name, "W5") == 0) signals(&count);
  if (strcmp(name, "W8") == 0) w8();
  if (strcmp(name, "families") == 0) families();
  _exit(0);
}
