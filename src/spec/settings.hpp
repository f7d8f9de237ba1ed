#pragma once

#include <string>

#include "spec/spec_builder.hpp"

namespace skillrun {

// One function per setting. Each reads `value`, records a problem at `origin` when it can not be understood, and
// otherwise sets or appends to the spec. Typed keys, flags of extra_args and options of the caller all end here.

void set_image(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_platform(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_pull(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_entrypoint(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_environment(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_label(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_working_dir(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_user(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_group(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_hostname(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_domainname(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_stop_signal(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_stop_timeout(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_timeout(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_tty(SpecBuilder& builder, const std::string& value, const Origin& origin);

void add_capability(SpecBuilder& builder, const std::string& value, const Origin& origin);
void drop_capability(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_security_opt(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_sysctl(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_device(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_gpus(SpecBuilder& builder, const std::string& value, const Origin& origin);

void set_network(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_ports(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_dns(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_extra_host(SpecBuilder& builder, const std::string& value, const Origin& origin);

void set_memory(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_memory_swap(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_memory_reservation(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpus(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpu_shares(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_pids_limit(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_shm_size(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_oom_score_adj(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_ulimit(SpecBuilder& builder, const std::string& value, const Origin& origin);

void add_volume(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_mount(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_tmpfs(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// Go's words for a boolean, as docker's flags take them; anything else, the empty string included, is nothing.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

/// An IPv4 or IPv6 address in its usual text form, without a zone.
[[nodiscard]] bool is_ip_address(std::string_view text);

/// A decimal integer without leading zeros or signs other than '-', which docker could read in another base.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace skillrun
