// main: saves the signal state that the program is to inherit, runs the command, and ends as the command says.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <exception>

#include "cli/cli.h"
#include "engine/interrupts.h"

int main(int argc, char** argv) {
  // A closed 0, 1 or 2 would be given to the first file that we open; these are closed again for the program. What is
  // written to such a stdout fails, as if it were closed still.
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    const int mode = fd == STDOUT_FILENO ? O_RDONLY : O_RDWR;
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", mode | O_CLOEXEC) < 0) break;
  }
  const auto signals = lwptrace::engine::save_signals();
  lwptrace::cli::Ending ending{lwptrace::cli::exit_failed, 0};
  try {
    ending = lwptrace::cli::dispatch({argv + 1, argv + argc}, signals);
  } catch (const std::exception& error) {
    lwptrace::cli::complain(error.what());
  }
  if (ending.signal != 0) {
    // Die as the program did, but leave no core dump of our own beside its.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    std::signal(ending.signal, SIG_DFL);
    sigset_t all;
    sigemptyset(&all);
    sigaddset(&all, ending.signal);
    ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
    ::kill(::getpid(), ending.signal);
    return 128 + ending.signal;
  }
  return ending.status;
}
