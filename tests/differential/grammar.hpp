#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "random.hpp"

namespace differential {

/// Makes one value of a flag: mostly a plain one, now and then one with a trick in it.
using ValueMaker = std::string (*)(Random&);

/// A flag of `docker run` as the generator knows it. Written down here a second time on purpose, so that an error in
/// skillrun's own table shows.
struct Flag {
  std::string_view name;
  char letter = 0;             ///< short form; 0: none
  std::string_view alias;      ///< hidden long form
  ValueMaker value = nullptr;  ///< nullptr: a boolean
  unsigned weight = 2;         ///< how often it is chosen
};

[[nodiscard]] std::span<const Flag> grammar();

/// The flag words of case `index` under `seed`. The same on every machine; no word holds a NUL.
[[nodiscard]] std::vector<std::string> generate_words(std::uint64_t seed, std::uint64_t index);

// The values, by family.

std::string boolean_text(Random& random);
std::string integer_text(Random& random);
std::string size_text(Random& random);
std::string cpus_text(Random& random);
std::string duration_text(Random& random);
std::string name_text(Random& random);
std::string free_text(Random& random);

std::string host_path(Random& random);
std::string container_path(Random& random);
std::string volume_value(Random& random);
std::string mount_value(Random& random);
std::string tmpfs_value(Random& random);
std::string volumes_from_value(Random& random);

std::string network_value(Random& random);
std::string publish_value(Random& random);
std::string expose_value(Random& random);
std::string address_value(Random& random);
std::string address6_value(Random& random);
std::string extra_host_value(Random& random);
std::string mac_value(Random& random);
std::string link_value(Random& random);

std::string capability_value(Random& random);
std::string security_value(Random& random);
std::string sysctl_value(Random& random);
std::string device_value(Random& random);
std::string device_rule_value(Random& random);
std::string device_rate_value(Random& random);
std::string device_count_value(Random& random);
std::string device_weight_value(Random& random);
std::string gpus_value(Random& random);
std::string namespace_value(Random& random);
std::string cgroupns_value(Random& random);
std::string ulimit_value(Random& random);

std::string env_value(Random& random);
std::string key_value(Random& random);
std::string label_value(Random& random);
std::string env_file_value(Random& random);
std::string label_file_value(Random& random);
std::string user_value(Random& random);
std::string group_value(Random& random);
std::string signal_value(Random& random);
std::string restart_value(Random& random);
std::string log_driver_value(Random& random);
std::string log_option_value(Random& random);
std::string storage_value(Random& random);
std::string platform_value(Random& random);
std::string pull_value(Random& random);
std::string attach_value(Random& random);
std::string runtime_value(Random& random);
std::string isolation_value(Random& random);
std::string cpuset_value(Random& random);
std::string hostname_value(Random& random);
std::string cidfile_value(Random& random);
std::string command_value(Random& random);
std::string keys_value(Random& random);

}  // namespace differential
