// Takes all the memory that there is.
#include "hostile.h"

int main(void) {
  claim();
  size_t had = 0;
  for (char* some; (some = malloc(1 << 20)) != NULL; had += 1 << 20) memset(some, 1, 1 << 20);
  fprintf(stderr, "%s\n", had < (size_t)600 << 20 ? "only so much could be had" : "REACHED");
  return 1;
}
