#include <skillrun/policy.hpp>

#include "policy/policy_data.hpp"

namespace skillrun::inline v0 {

ContainerSpec with_defaults(const Policy& policy, ContainerSpec spec) {
  // The texts were parsed when the policy was read, so none of them fails here.
  const DefaultSettings& settings = data_of(policy).settings.defaults;
  for (std::size_t i = 0; i < default_rows().size(); ++i) {
    const auto& set_by = settings.origins[i];
    const Origin origin{
        .kind = OriginKind::policy_default, .field = set_by ? set_by->policy : std::string(), .span = {}, .text = {}};
    default_rows()[i].fill(spec, settings.values, origin);
  }
  // No policy leaves the choice to the engine: docker's would be its default bridge.
  if (!spec.network_mode) spec.network_mode = Setting<NetworkMode>{};
  return spec;
}

}  // namespace skillrun::inline v0
