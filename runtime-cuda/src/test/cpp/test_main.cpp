// Runs the tests of the kernels and of the emulated driver: kernel-test PTX-DIRECTORY [NAME-PART].
#include <cstring>

#include "test_device.h"

namespace test {

std::string ptx_directory;

static std::vector<std::pair<const char*, Body>>& tests() {
  static std::vector<std::pair<const char*, Body>> all;
  return all;
}

Registration::Registration(const char* name, Body body) { tests().push_back({name, body}); }

}  // namespace test

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "kernel-test PTX-DIRECTORY [NAME-PART]\n");
    return 2;
  }
  test::ptx_directory = arguments[1];
  int failed = 0;
  int run = 0;
  for (auto& entry : test::tests()) {
    if (count > 2 && std::strstr(entry.first, arguments[2]) == nullptr) {
      continue;
    }
    run++;
    try {
      entry.second();
    } catch (const std::exception& error) {
      std::printf("FAILED %s: %s\n", entry.first, error.what());
      failed++;
    }
  }
  std::printf("%d tests, %d failed\n", run, failed);
  return failed > 0 || run == 0 ? 1 : 0;
}
