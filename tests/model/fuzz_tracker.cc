// A fuzz target for the model: see random_world.h. Not part of the tests; built by the fuzz preset.
#include <cstdio>
#include <cstdlib>

#include "random_world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string broken = lwptrace::model::run_any({data, size});
  if (!broken.empty()) {
    std::fprintf(stderr, "%s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
