// P1, the floor of a tracer that has something to tell: P0's stops, and at each the questions whose answers a trace
// needs, asked in the cheapest ways we know. The answers are dropped: nothing is decoded, kept, put in order or
// written.
//   asking_tracer births|life PROG ARG…
// births: the call of a birth, its clone_args and tid words; at a thread's end whether its group goes on; the stack
// that an exec leaves; who sent a signal and who handles it. life: entries of births, execs, waits, sends and joins
// besides, what a wait answered, the thread pointer, the CPU time of the dead.
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <elf.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int life;
static struct clone_args* calls[1 << 22];    // by tid: the call that it makes or made last
static struct clone_args* born_by[1 << 22];  // by tid: the call that made it; null while nobody has announced it
static int leaders_stat = -1;                // the program's, kept open
static char answer[8192];

static struct user_regs_struct registers(pid_t tid) {
  struct user_regs_struct all;
  struct iovec into = {&all, sizeof all};
  if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &into) != 0) memset(&all, 0, sizeof all);
  return all;
}

static void memory(pid_t tid, unsigned long long address, void* into, size_t size) {
  struct iovec here = {into, size}, there = {(void*)address, size};
  if (process_vm_readv(tid, &here, 1, &there, 1, 0) < 0) memset(into, 0, size);
}

// Or is likely to be one: in these workloads nobody but a thread is reported before its creator's event.
static int is_thread(pid_t tid) { return born_by[tid] == NULL || (born_by[tid]->flags & CLONE_THREAD) != 0; }

static void read_birth_call(pid_t tid, const struct user_regs_struct* call) {
  if (calls[tid] == NULL) calls[tid] = malloc(sizeof **calls);
  memset(calls[tid], 0, sizeof **calls);
  if (call->orig_rax == SYS_clone3) memory(tid, call->rdi, calls[tid], sizeof **calls);
  if (call->orig_rax == SYS_clone) *calls[tid] = (struct clone_args){.flags = call->rdi, .child_tid = call->r10};
}

static void at_birth(pid_t tid) {
  unsigned long child = 0;
  if (!life) {
    const struct user_regs_struct call = registers(tid);
    read_birth_call(tid, &call);
  }
  ptrace(PTRACE_GETEVENTMSG, tid, 0, &child);
  if (calls[tid]->flags & CLONE_PARENT_SETTID) memory(tid, calls[tid]->parent_tid, answer, sizeof(pid_t));
  born_by[child] = calls[tid];
}

static void at_first_stop(pid_t tid) {
  const struct clone_args* call = born_by[tid];
  if (call != NULL && (call->flags & CLONE_CHILD_SETTID)) memory(tid, call->child_tid, answer, sizeof(pid_t));
  if (!is_thread(tid) && getpgid(tid) == getsid(tid)) answer[0] = 0;
  if (life && is_thread(tid)) ptrace(PTRACE_PEEKUSER, tid, offsetof(struct user_regs_struct, fs_base), 0);
}

// The words, the file and the users are on the new stack: two pages of it.
static void at_exec(pid_t tid) {
  const struct user_regs_struct start = registers(tid);
  memory(tid, start.rsp, answer, sizeof answer);
}

static void at_group_question(void) {
  if (pread(leaders_stat, answer, sizeof answer, 0) < 0) answer[0] = 0;
}

static void at_signal(pid_t tid) {
  siginfo_t info;
  ptrace(PTRACE_GETSIGINFO, tid, 0, &info);
  at_group_question();
}

// True: what it returns has to be seen.
static int at_entry(pid_t tid) {
  const struct user_regs_struct call = registers(tid);
  const int births[] = {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork};
  for (size_t i = 0; i < sizeof births / sizeof *births; i++) {
    if (call.orig_rax != (unsigned)births[i]) continue;
    read_birth_call(tid, &call);
    return 1;  // unless its event comes first
  }
  if (call.orig_rax == SYS_execve) memory(tid, call.rdi, answer, 64);
  return call.orig_rax == SYS_execve || call.orig_rax == SYS_wait4;
}

static void at_exit(pid_t tid) {
  const struct user_regs_struct call = registers(tid);
  if (call.rsi != 0) memory(tid, call.rsi, answer, sizeof(int));
}

static void at_death(pid_t tid) {
  struct timespec spent;
  if (is_thread(tid)) at_group_question();
  if (!life) return;
  if (!is_thread(tid)) {
    clock_gettime(~tid << 3 | 2, &spent);  // its process's clock
    return;
  }
  snprintf(answer, sizeof answer, "/proc/%d/schedstat", tid);
  const int fd = open(answer, O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && read(fd, answer, sizeof answer) >= 0) close(fd);
}

static void confine(void) {
  const int calls[] = {SYS_clone,  SYS_clone3, SYS_fork,   SYS_vfork,
                       SYS_execve, SYS_wait4,  SYS_tgkill, SYS_set_tid_address};
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) seccomp_rule_add(filter, SCMP_ACT_TRACE(1), calls[i], 0);
  seccomp_rule_add(filter, SCMP_ACT_TRACE(1), SYS_futex, 1,
                   SCMP_A1(SCMP_CMP_MASKED_EQ, ~(unsigned)FUTEX_CLOCK_REALTIME, FUTEX_WAIT_BITSET));
  seccomp_rule_add(filter, SCMP_ACT_TRACE(1), SYS_rt_sigaction, 2, SCMP_A0(SCMP_CMP_EQ, SIGCHLD),
                   SCMP_A1(SCMP_CMP_NE, 0));
  seccomp_rule_add(filter, SCMP_ACT_TRACE(1), SYS_arch_prctl, 1, SCMP_A0(SCMP_CMP_EQ, ARCH_SET_FS));
  if (seccomp_load(filter) != 0) _exit(126);
  seccomp_release(filter);
}

int main(int count, char** word) {
  int go[2];
  if (count < 3 || pipe(go) != 0) return 2;
  life = strcmp(word[1], "life") == 0;
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    close(go[1]);
    if (read(go[0], &byte, 1) != 1) _exit(127);
    if (life) confine();
    execvp(word[2], word + 2);
    _exit(127);
  }
  const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
                       PTRACE_O_TRACESYSGOOD | (life ? PTRACE_O_TRACESECCOMP : 0);
  if (ptrace(PTRACE_SEIZE, child, 0, options) != 0) {
    perror("PTRACE_SEIZE");
    kill(child, SIGKILL);
    return 125;
  }
  snprintf(answer, sizeof answer, "/proc/%d/task/%d/stat", child, child);
  leaders_stat = open(answer, O_RDONLY | O_CLOEXEC);
  if (write(go[1], "g", 1) != 1) return 125;
  int status, code = 0;
  siginfo_t report = {.si_pid = 0};
  while (waitid(P_ALL, 0, &report, WEXITED | WSTOPPED | WNOWAIT | __WALL) == 0) {
    const pid_t tid = report.si_pid;
    if (report.si_code == CLD_EXITED || report.si_code == CLD_KILLED || report.si_code == CLD_DUMPED) {
      at_death(tid);
      waitpid(tid, &status, __WALL);
      if (tid == child && WIFEXITED(status)) code = WEXITSTATUS(status);
      continue;
    }
    const int event = report.si_status >> 8, signal = report.si_status & 0xff;  // it goes on, and need not be taken
    int deliver = 0, request = PTRACE_CONT;
    if (event == PTRACE_EVENT_STOP) {
      at_first_stop(tid);
    } else if (event == PTRACE_EVENT_EXEC) {
      at_exec(tid);
    } else if (event == PTRACE_EVENT_SECCOMP) {
      if (at_entry(tid)) request = PTRACE_SYSCALL;
    } else if (event != 0) {
      at_birth(tid);
    } else if (signal == (SIGTRAP | 0x80)) {
      at_exit(tid);
    } else {
      at_signal(tid);
      deliver = signal;
    }
    ptrace(request, tid, 0, deliver);
  }
  return code;
}
