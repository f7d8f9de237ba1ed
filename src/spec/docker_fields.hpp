#pragma once

#include <array>

#include "spec/fields.hpp"

namespace skillrun::inline v0 {

template <>
struct Fields<MountTable> {
  using T = MountTable;
  using F = Field<T>;
  static constexpr std::array table{
      F{"type", &T::type, "bind (the default for a source that is a path), volume or tmpfs", R"("bind")"},
      F{"source", &T::source, "host path of a bind, or name of a volume", R"("./data")"},
      F{"target", &T::target, "absolute path in the container", R"("/data")"},
      F{"read_only", &T::read_only, "the container cannot write through it", "true"},
      F{"propagation", &T::propagation, "bind propagation: private, rprivate, slave or rslave", R"("rprivate")"},
      F{"tmpfs_size", &T::tmpfs_size, "largest size of a tmpfs", R"("64m")", Scalars::numbers},
      F{"tmpfs_mode", &T::tmpfs_mode, "permissions of a tmpfs, octal", R"("1777")", Scalars::numbers},
      F{"subpath", &T::subpath, "folder of a volume to mount instead of its root", R"("cache")"},
      F{"nocopy", &T::nocopy, "a new volume is not filled from the image", "true"},
  };
};

template <>
struct Fields<PackageBuild> {
  using T = PackageBuild;
  using F = Field<T>;
  static constexpr std::array table{
      F{"suite", &T::suite, "Debian release that the packages come from", R"("bookworm")"},
      F{"include", &T::include, "packages to install", R"(["ffmpeg"])"},
  };
};

template <>
struct Fields<BuildTable> {
  using T = BuildTable;
  using F = Field<T>;
  static constexpr std::array table{
      F{"context", &T::context, "folder with a Dockerfile; not together with packages", R"("./image")"},
      F{"dockerfile", &T::dockerfile, "name of the Dockerfile in the context", R"("Dockerfile")"},
      F{"target", &T::target, "build stage to stop at", R"("runtime")"},
      F{"args", &T::args, "build arguments", R"({ VERSION = "1" })", Scalars::numbers, Keys::environment},
      F{"packages", &T::packages, "Debian packages to make the image of; not together with context",
        R"({ suite = "bookworm", include = ["ffmpeg"] })"},
  };
};

}  // namespace skillrun::inline v0
