// Prints a gigabyte.
#include "hostile.h"

int main(void) {
  static char some[1 << 20];
  claim();
  memset(some, 'x', sizeof some);
  for (int i = 0; i < 1024; ++i) write(1, some, sizeof some);
}
