// Writes the results itself, wherever they may be.
#include "hostile.h"

static void forge(const char* name) {
  const int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  const char text[] = "{\"lwptrace_grade\":1,\"points\":100,\"earned\":100,\"checks\":[]}";
  if (file < 0) return;
  write(file, text, sizeof text - 1);
  close(file);
}

int main(void) {
  claim();
  char name[256];
  forge("../results/forger.json");
  forge("results.json");
  forge("/tmp/forged");
  forge("/var/tmp/forged");
  forge("/dev/shm/forged");
  forge(RESULTS "/forger.json");
  forge(RESULTS "/right.json");
  for (int fd = 3; fd < 256; ++fd) write(fd, "forged", 6);
  for (int fd = 0; fd < 64; ++fd) {
    snprintf(name, sizeof name, "/proc/1/fd/%d", fd);
    forge(name);
  }
  return 0;
}
