#pragma once

#include <concepts>
#include <string>
#include <type_traits>

/// On a parameter that the result is a view of: clang then refuses a result that outlives its argument.
#ifdef __clang__
#define SKILLRUN_VIEWED [[clang::lifetimebound]]
#else
#define SKILLRUN_VIEWED
#endif

namespace skillrun::inline v0 {

/// A string that ends with the expression it stands in. A function that hands out views of its argument deletes its
/// overload for one, so that a view of freed memory does not compile, with any compiler.
template <class T>
concept ExpiringString = std::same_as<std::remove_const_t<T>, std::string>;

}  // namespace skillrun::inline v0
