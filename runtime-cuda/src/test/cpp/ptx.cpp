// Reads as much of PTX as a loader must check: version, target, entries with the sizes of their parameters.
#include <cctype>
#include <cstdlib>
#include <sstream>

#include "driver.h"

namespace driver {

namespace {

std::map<std::string, HostKernel>& kernels() {
  static auto* all = new std::map<std::string, HostKernel>;
  return *all;
}

// Bytes of a PTX type such as .u64; 0 if unknown.
int type_bytes(const std::string& type) {
  if (type.size() < 3 || std::string("usbf").find(type[1]) == std::string::npos) {
    return 0;
  }
  return std::atoi(type.c_str() + 2) / 8;
}

bool number_after(const std::string& text, const std::string& word, std::string& number) {
  size_t at = text.find(word);
  if (at == std::string::npos) {
    return false;
  }
  at += word.size();
  size_t end = text.find_first_of(" \t\r\n,", at);
  number = text.substr(at, end - at);
  return true;
}

PtxEntry parse_entry(const std::string& text, size_t name_at) {
  PtxEntry entry;
  size_t open = text.find('(', name_at);
  size_t close = text.find(')', open);
  std::istringstream name(text.substr(name_at, open - name_at));
  name >> entry.name;
  std::istringstream words(text.substr(open + 1, close - open - 1));
  std::string word;
  while (words >> word) {
    if (word == ".param" && words >> word) {
      entry.parameter_bytes.push_back(type_bytes(word));
    }
  }
  size_t body = text.find('{', close);
  std::string directives = text.substr(close, body - close);
  std::string limit;
  if (number_after(directives, ".maxntid ", limit)) {
    entry.max_threads = std::atoi(limit.c_str());
  }
  return entry;
}

}  // namespace

bool parse_ptx(const std::string& text, std::vector<PtxEntry>& entries, int& version, int& target) {
  std::string number;
  if (!number_after(text, ".version ", number) || number.find('.') == std::string::npos) {
    return false;
  }
  version = std::atoi(number.c_str()) * 10 + std::atoi(number.c_str() + number.find('.') + 1);
  if (!number_after(text, ".target sm_", number)) {
    return false;
  }
  target = std::atoi(number.c_str());
  const std::string word = ".entry ";
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    entries.push_back(parse_entry(text, at + word.size()));
  }
  return true;
}

const HostKernel* find_kernel(const std::string& name) {
  auto found = kernels().find(name);
  return found == kernels().end() ? nullptr : &found->second;
}

void register_kernel(HostKernel kernel) {
  std::string name = kernel.name;
  kernels()[name] = std::move(kernel);
}

}  // namespace driver
