// Never ends, and hears nothing that can be ignored.
#include "hostile.h"

int main(void) {
  claim();
  for (int i = 1; i < NSIG; ++i) signal(i, SIG_IGN);
  for (;;) {
  }
}
