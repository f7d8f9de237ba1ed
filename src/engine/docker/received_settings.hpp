#pragma once

#include <string_view>

#include "engine/docker/received_value.hpp"

namespace skillrun::inline v0 {

struct CodecRow;

/// A create request that somebody else wrote, while it is read; its parts are those of the one that is written.
struct ReceivedRequest {
  ReceivedObject top;
  ReceivedObject host;
  ReceivedObject endpoint;
  ReceivedObject addresses;
  SpecBuilder& builder;
};

// What rows of docker's dialect read of a request (CodecRow::receive). Each value goes through the setter of the flag
// of docker run that says the same, so that it has one meaning and one set of checks. What says nothing to an engine
// (null, false, 0, an empty text, list or object) declares nothing, but for what is named `stated`.

// One member, of the shape that the name says.
void receive_text(const CodecRow& row, ReceivedRequest& request);
void receive_texts(const CodecRow& row, ReceivedRequest& request);
void receive_pairs(const CodecRow& row, ReceivedRequest& request);
void receive_flag(const CodecRow& row, ReceivedRequest& request);
void receive_stated_flag(const CodecRow& row, ReceivedRequest& request);
void receive_number(const CodecRow& row, ReceivedRequest& request);
void receive_stated_number(const CodecRow& row, ReceivedRequest& request);

void receive_entrypoint(const CodecRow& row, ReceivedRequest& request);
void receive_command(const CodecRow& row, ReceivedRequest& request);
void receive_environment(const CodecRow& row, ReceivedRequest& request);
void receive_healthcheck(const CodecRow& row, ReceivedRequest& request);
void receive_restart_policy(const CodecRow& row, ReceivedRequest& request);
void receive_log(const CodecRow& row, ReceivedRequest& request);
void receive_removal(const CodecRow& row, ReceivedRequest& request);
void receive_cpus(const CodecRow& row, ReceivedRequest& request);
void receive_swappiness(const CodecRow& row, ReceivedRequest& request);
void receive_ulimits(const CodecRow& row, ReceivedRequest& request);
void receive_rates(const CodecRow& row, ReceivedRequest& request);
void receive_byte_rates(const CodecRow& row, ReceivedRequest& request);
void receive_weights(const CodecRow& row, ReceivedRequest& request);
void receive_security_options(const CodecRow& row, ReceivedRequest& request);
void receive_devices(const CodecRow& row, ReceivedRequest& request);
void receive_device_requests(const CodecRow& row, ReceivedRequest& request);
void receive_mounts(const CodecRow& row, ReceivedRequest& request);
void receive_network_mode(const CodecRow& row, ReceivedRequest& request);
void receive_driver_options(const CodecRow& row, ReceivedRequest& request);
void receive_mac(const CodecRow& row, ReceivedRequest& request);
void receive_gateway_priority(const CodecRow& row, ReceivedRequest& request);
void receive_links(const CodecRow& row, ReceivedRequest& request);
void receive_exposed(const CodecRow& row, ReceivedRequest& request);
void receive_ports(const CodecRow& row, ReceivedRequest& request);

/// Numbers of bytes above it pass through docker's own arithmetic, which rounds them.
inline constexpr std::int64_t largest_exact_number = std::int64_t{1} << 53;

/// Reads `value` as docker run reads that of its flag.
void set_by_flag(SpecBuilder& builder, std::string_view flag, const std::string& value, const Origin& origin);

}  // namespace skillrun::inline v0
