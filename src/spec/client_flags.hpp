#pragma once

#include <optional>

#include "spec/spec_builder.hpp"

namespace skillrun::inline v0 {

/// The streams that --attach named: naming one output stream alone would leave the other out.
class AttachedStreams {
 public:
  void add(const std::string& value, const Origin& origin);
  void check(SpecBuilder& builder) const;

 private:
  std::optional<Origin> first_;
  bool output_ = false;
  bool error_ = false;
};

}  // namespace skillrun::inline v0
