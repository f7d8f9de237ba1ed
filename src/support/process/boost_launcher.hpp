#pragma once

// Boost.Process v2 as it is used here: with the paths of the standard library, so that nobody who links this needs
// Boost.Filesystem. Its headers of 1.81 do not include what they need then, so the order counts.
#define BOOST_PROCESS_USE_STD_FS
// clang-format off
#include <boost/optional/optional.hpp>
#include <boost/type_traits/decay.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/detail/last_error.hpp>
#include <boost/process/v2/start_dir.hpp>
// clang-format on
