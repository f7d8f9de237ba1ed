#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// Collects what an engine could not honour.
class GapSink {
 public:
  explicit GapSink(std::vector<EngineGap>& into) : into_(into) {}

  void enter(std::string_view setting) { setting_ = setting; }
  /// A default that nobody wrote into the manifest gives way.
  void lacks(const Origin& origin, std::string reason) { add(origin, std::move(reason), true); }
  /// For what would run as something else than was judged: refused whoever asked for it.
  void differs(const Origin& origin, std::string reason) { add(origin, std::move(reason), false); }

 private:
  void add(const Origin& origin, std::string reason, bool may_give_way) {
    const bool by_default = origin.kind == OriginKind::builtin || origin.kind == OriginKind::policy_default;
    into_.push_back({.setting = std::string(setting_),
                     .reason = std::move(reason),
                     .origin = origin,
                     .gives_way = may_give_way && by_default});
  }

  std::vector<EngineGap>& into_;
  std::string_view setting_;
};

}  // namespace skillrun::inline v0
