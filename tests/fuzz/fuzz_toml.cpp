#include "fuzz_manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  skillrun::fuzz::read_manifest(data, size, skillrun::ManifestFormat::toml);
  return 0;
}
