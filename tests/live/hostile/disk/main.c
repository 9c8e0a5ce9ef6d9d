// Fills every place that can be written to.
#include "hostile.h"

int main(void) {
  static char some[1 << 16];
  claim();
  signal(SIGXFSZ, SIG_IGN);
  size_t had = 0;
  const char* folders[] = {".", "/tmp", "/var/tmp", "/dev/shm"};
  for (int i = 0; i < 4; ++i) {
    for (int file = 0; file < 64; ++file) {
      char name[64];
      snprintf(name, sizeof name, "%s/forged%d", folders[i], file);
      const int fd = open(name, O_WRONLY | O_CREAT, 0600);
      for (ssize_t wrote; fd >= 0 && (wrote = write(fd, some, sizeof some)) > 0;) had += (size_t)wrote;
      if (fd >= 0) close(fd);
    }
  }
  fprintf(stderr, "%s\n", had < (size_t)64 << 20 ? "only so much could be had" : "REACHED");
  return 1;
}
