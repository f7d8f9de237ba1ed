#include "engine/docker/codec.hpp"

namespace skillrun::inline v0 {

std::span<const CodecRow> codec() {
  static const std::vector<CodecRow> rows = [] {
    std::vector<CodecRow> all;
    for (const auto subject : {process_codec(), isolation_codec(), device_codec(), namespace_codec(), mount_codec(),
                               network_codec(), resource_codec()}) {
      all.insert(all.end(), subject.begin(), subject.end());
    }
    return all;
  }();
  return rows;
}

}  // namespace skillrun::inline v0
