#pragma once

#include <string>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>
#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// Empties the labels that the image brings along, the manifest does not set, and the policy would not admit: other
/// programs of the machine obey what stands on a container, whoever wrote it.
void blank_labels(RunLabels& labels, const ImageInfo& image, const ApprovedSpec& approved, const HostView& host);

/// What is set over variables of the image by which the container would get more than the spec says.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> defused_environment(const ImageInfo& image,
                                                                                   const ContainerSpec& spec);

}  // namespace skillrun::inline v0
