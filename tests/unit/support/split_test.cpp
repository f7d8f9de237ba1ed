#include <doctest/doctest.h>

#include "support/text.hpp"

namespace skillrun {

namespace {

template <class Text>
concept Splittable = requires(Text&& text) { split(std::forward<Text>(text), ':'); };

}  // namespace

TEST_CASE("views are made of what stays, not of a string that ends with the expression") {
  static_assert(Splittable<std::string&>);
  static_assert(Splittable<const std::string&>);
  static_assert(Splittable<std::string_view>);
  static_assert(Splittable<const char(&)[4]>);
  static_assert(!Splittable<std::string>);
  static_assert(!Splittable<const std::string>);
  CHECK(split("a::b", ':') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ':') == std::vector<std::string_view>{""});
}

}  // namespace skillrun
