#pragma once

/// What belongs to the interface of the libraries. Everything else is hidden in the shared library.
#if defined(__GNUC__)
#define SKILLRUN_API __attribute__((visibility("default")))
#else
#define SKILLRUN_API
#endif
