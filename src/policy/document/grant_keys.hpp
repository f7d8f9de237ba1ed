#pragma once

#include <array>
#include <string_view>

#include <skillrun/grant.hpp>

namespace skillrun::inline v0 {

/// A list of a policy's grant, and what its entries grant.
struct GrantList {
  std::string_view key;
  AskKind kind;
};

inline constexpr std::array grant_lists{
    GrantList{"mounts", AskKind::mount},
    GrantList{"volumes", AskKind::volume},
    GrantList{"variables", AskKind::variable},
    GrantList{"image_variables", AskKind::image_variable},
    GrantList{"build_variables", AskKind::build_variable},
    GrantList{"build_contexts", AskKind::build_context},
    GrantList{"labels", AskKind::label},
    GrantList{"networks", AskKind::network},
    GrantList{"ports", AskKind::port},
};

}  // namespace skillrun::inline v0
