#pragma once

#include <dlfcn.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <tuple>

namespace skillrun::linkage {

/// A shared library of the system that is loaded when one of its functions is first called, and stays. Thread-safe.
class DelayedLibrary {
 public:
  /// By its soname, which is searched for as the dynamic loader searches for what a program needs. `package` is what
  /// Debian calls the package that holds it.
  DelayedLibrary(const char* soname, const char* package) : handle_(::dlopen(soname, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ != nullptr) return;
    const char* reason = ::dlerror();
    error_ = std::string(reason != nullptr ? reason : soname) + "; install the package " + package;
  }

  /// The function of that name; nullptr when the library could not be loaded. A library that lacks it is not the one
  /// whose header was read: that ends the program, as it does in the dynamic loader, because a check that is left out
  /// would go unnoticed.
  template <typename Function>
  [[nodiscard]] Function* find(const char* name) const noexcept {
    if (handle_ == nullptr) return nullptr;
    void* const found = ::dlsym(handle_, name);
    if (found == nullptr) {
      std::fprintf(stderr, "skillrun: symbol lookup error: %s\n", ::dlerror());
      std::_Exit(127);
    }
    return reinterpret_cast<Function*>(found);
  }

  /// Why the library could not be loaded and what to install, for people; empty when it was.
  [[nodiscard]] const char* error() const noexcept { return error_.c_str(); }

 private:
  void* handle_;
  std::string error_;
};

template <typename>
struct Signature;
template <typename Value, typename... Parameters>
struct Signature<Value(Parameters...)> {
  using Result = Value;
  using Arguments = std::tuple<Parameters...>;
};
template <typename Function>
using Result = typename Signature<Function>::Result;
template <typename Function, std::size_t index>
using Argument = std::tuple_element_t<index, typename Signature<Function>::Arguments>;

}  // namespace skillrun::linkage

// SKILLRUN_DELAYED_N(name): defines the C function `name`, which the library's header declares with N parameters, as a
// call of the library's own. The file that uses it defines before `library()`, which gives its DelayedLibrary, and
// `missing<T>()`, the result of type T by which callers of that library see that a call failed.
#define SKILLRUN_DELAYED(name, parameters, arguments)                                       \
  extern "C" skillrun::linkage::Result<decltype(name)> name parameters {                    \
    static auto* const function = library().find<decltype(::name)>(#name);                  \
    if (function == nullptr) return missing<skillrun::linkage::Result<decltype(::name)>>(); \
    return function arguments;                                                              \
  }
#define SKILLRUN_ARGUMENT(name, index) skillrun::linkage::Argument<decltype(::name), index>
#define SKILLRUN_DELAYED_0(name) SKILLRUN_DELAYED(name, (), ())
#define SKILLRUN_DELAYED_1(name) SKILLRUN_DELAYED(name, (SKILLRUN_ARGUMENT(name, 0) a), (a))
#define SKILLRUN_DELAYED_2(name) \
  SKILLRUN_DELAYED(name, (SKILLRUN_ARGUMENT(name, 0) a, SKILLRUN_ARGUMENT(name, 1) b), (a, b))
#define SKILLRUN_DELAYED_3(name)                                                                                     \
  SKILLRUN_DELAYED(name, (SKILLRUN_ARGUMENT(name, 0) a, SKILLRUN_ARGUMENT(name, 1) b, SKILLRUN_ARGUMENT(name, 2) c), \
                   (a, b, c))
#define SKILLRUN_DELAYED_4(name)                                                                              \
  SKILLRUN_DELAYED(name,                                                                                      \
                   (SKILLRUN_ARGUMENT(name, 0) a, SKILLRUN_ARGUMENT(name, 1) b, SKILLRUN_ARGUMENT(name, 2) c, \
                    SKILLRUN_ARGUMENT(name, 3) d),                                                            \
                   (a, b, c, d))
#define SKILLRUN_DELAYED_5(name)                                                                              \
  SKILLRUN_DELAYED(name,                                                                                      \
                   (SKILLRUN_ARGUMENT(name, 0) a, SKILLRUN_ARGUMENT(name, 1) b, SKILLRUN_ARGUMENT(name, 2) c, \
                    SKILLRUN_ARGUMENT(name, 3) d, SKILLRUN_ARGUMENT(name, 4) e),                              \
                   (a, b, c, d, e))
#define SKILLRUN_DELAYED_6(name)                                                                               \
  SKILLRUN_DELAYED(name,                                                                                       \
                   (SKILLRUN_ARGUMENT(name, 0) a, SKILLRUN_ARGUMENT(name, 1) b, SKILLRUN_ARGUMENT(name, 2) c,  \
                    SKILLRUN_ARGUMENT(name, 3) d, SKILLRUN_ARGUMENT(name, 4) e, SKILLRUN_ARGUMENT(name, 5) f), \
                   (a, b, c, d, e, f))
