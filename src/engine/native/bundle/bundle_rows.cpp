#include "engine/native/bundle/bundle_rows.hpp"

#include <algorithm>
#include <vector>

#include "engine/native/bundle/oci_config.hpp"

namespace skillrun::inline v0 {

std::span<const BundleRow> bundle_rows() {
  static const std::vector<BundleRow> rows = [] {
    std::vector<BundleRow> all;
    for (const auto subject :
         {process_bundle_rows(), lifecycle_bundle_rows(), isolation_bundle_rows(), capability_bundle_rows(),
          device_bundle_rows(), namespace_bundle_rows(), mount_bundle_rows(), network_bundle_rows(),
          resource_bundle_rows(), limit_bundle_rows()}) {
      all.insert(all.end(), subject.begin(), subject.end());
    }
    return all;
  }();
  return rows;
}

EngineResult<json::object> oci_config(const ContainerSpec& spec, const BundleContext& context) {
  ConfigWriter config(context);
  for (const BundleRow& row : bundle_rows()) {
    if (row.write != nullptr && !context.gave_way(row.setting)) row.write(spec, config);
  }
  return config.finish();
}

std::vector<EngineGap> native_gaps(const ContainerSpec& spec, const NativeAbilities& can) {
  std::vector<EngineGap> gaps;
  GapSink sink(gaps);
  for (const BundleRow& row : bundle_rows()) {
    sink.enter(row.setting);
    if (row.gaps != nullptr) row.gaps(spec, can, sink);
  }
  return gaps;
}

}  // namespace skillrun::inline v0
