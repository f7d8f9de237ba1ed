// How much of the machine.
#include <algorithm>
#include <cstdlib>

#include "engine/docker/codec.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

/// The API has no number for an unlimited amount beside this one; podman's gives twice the memory.
void memory_swap_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (dialect.podman && !dialect.client && spec.memory_swap && spec.memory_swap->value < 0) {
    gaps.lacks(spec.memory_swap->origin, "podman's API gives twice the memory instead of an unlimited amount");
  }
}

/// podman computes them back from microseconds in a tenth of a second.
void read_cpus(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  constexpr std::int64_t step = 10'000;
  codec_detail::read<&Spec::nano_cpus>(place, answer, made);
  const auto& asked = answer.asked.spec.nano_cpus;
  auto& cpus = made.spec.nano_cpus;
  if (!answer.dialect.podman || !asked || !cpus || cpus->value <= 0 || asked->value <= 0) return;
  if (std::abs(cpus->value - asked->value) <= step) cpus = asked;
}

void cpu_words(const Spec& spec, ClientWords& words) {
  if (!spec.nano_cpus) return;
  const std::int64_t nano = spec.nano_cpus->value;
  std::string text = fmt::format("{}.{:09}", nano / 1'000'000'000, nano % 1'000'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  words.add("cpus", text);
}

/// Clients know no 0.
void pids_words(const Spec& spec, ClientWords& words) {
  if (!spec.pids_limit) return;
  words.add("pids-limit", std::to_string(spec.pids_limit->value == 0 ? -1 : spec.pids_limit->value));
}

void read_swappiness(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  if (const auto number = place.in(answer).number_if_present(place.key)) {
    made.spec.memory_swappiness = Setting{*number, Origin()};
  }
}

void write_ulimits(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  json::array limits;
  for (const auto& entry : spec.ulimits) {
    limits.push_back(json::object{{"Name", entry.value.name}, {"Soft", entry.value.soft}, {"Hard", entry.value.hard}});
  }
  if (!limits.empty()) place.in(request)[place.key] = std::move(limits);
}

/// podman writes RLIMIT_NOFILE for nofile.
std::string ulimit_name(std::string name) {
  constexpr std::string_view prefix = "RLIMIT_";
  if (!name.starts_with(prefix)) return name;
  name.erase(0, prefix.size());
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

void read_ulimits(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  for (const TypedAnswer& limit : place.in(answer).objects(place.key)) {
    made.spec.ulimits.push_back(
        {Ulimit{.name = ulimit_name(limit.text("Name")), .soft = limit.limit("Soft"), .hard = limit.limit("Hard")},
         Origin()});
  }
}

void ulimit_words(const Spec& spec, ClientWords& words) {
  for (const auto& entry : spec.ulimits) {
    words.add("ulimit", fmt::format("{}={}:{}", entry.value.name, entry.value.soft, entry.value.hard));
  }
}

template <SettingList<DeviceRate> Spec::* list>
void write_rates(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  const std::string_view member = list == &Spec::blkio_weight_devices ? "Weight" : "Rate";
  json::array rates;
  for (const auto& entry : spec.*list) {
    rates.push_back(json::object{{"Path", entry.value.path}, {member, entry.value.rate}});
  }
  if (!rates.empty()) place.in(request)[place.key] = std::move(rates);
}

template <SettingList<DeviceRate> Spec::* list>
void read_rates(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const std::string_view member = list == &Spec::blkio_weight_devices ? "Weight" : "Rate";
  for (const TypedAnswer& rate : place.in(answer).objects(place.key)) {
    (made.spec.*list).push_back({DeviceRate{rate.text("Path"), rate.number(member)}, Origin()});
  }
}

template <SettingList<DeviceRate> Spec::* list>
constexpr CodecRow of_device(std::string_view setting, std::string_view key, decltype(CodecRow::receive) receive) {
  return {.setting = setting,
          .place = host(key),
          .write = write_rates<list>,
          .read = read_rates<list>,
          .receive = receive,
          .podman = false};
}

constexpr CodecRow resource_rows[] = {
    same<&Spec::memory>("memory", host("Memory")),
    same<&Spec::memory_swap>("memory_swap", host("MemorySwap")).with_gaps(memory_swap_gaps),
    same<&Spec::memory_reservation>("memory_reservation", host("MemoryReservation")),
    same<&Spec::memory_swappiness>("memory_swappiness", host("MemorySwappiness"))
        .with_read(read_swappiness)
        .with_receive(receive_swappiness),
    same<&Spec::oom_kill_disable>("oom_kill_disable", host("OomKillDisable")),
    same<&Spec::nano_cpus>("nano_cpus", host("NanoCpus"))
        .with_read(read_cpus)
        .with_receive(receive_cpus)
        .with_words(cpu_words),
    same<&Spec::cpu_shares>("cpu_shares", host("CpuShares")),
    same<&Spec::cpu_period>("cpu_period", host("CpuPeriod")),
    same<&Spec::cpu_quota>("cpu_quota", host("CpuQuota")),
    same<&Spec::cpu_realtime_period>("cpu_realtime_period", host("CpuRealtimePeriod")).not_for_podman(),
    same<&Spec::cpu_realtime_runtime>("cpu_realtime_runtime", host("CpuRealtimeRuntime")).not_for_podman(),
    same<&Spec::cpuset_cpus>("cpuset_cpus", host("CpusetCpus")),
    same<&Spec::cpuset_mems>("cpuset_mems", host("CpusetMems")),
    same<&Spec::pids_limit>("pids_limit", host("PidsLimit")).with_words(pids_words),
    same<&Spec::shm_size>("shm_size", host("ShmSize")),
    same<&Spec::oom_score_adj>("oom_score_adj", host("OomScoreAdj")),
    {.setting = "ulimits",
     .place = host("Ulimits"),
     .write = write_ulimits,
     .read = read_ulimits,
     .receive = receive_ulimits,
     .words = ulimit_words},
    same<&Spec::blkio_weight>("blkio_weight", host("BlkioWeight")).not_for_podman(),
    of_device<&Spec::blkio_weight_devices>("blkio_weight_devices", "BlkioWeightDevice", receive_weights),
    of_device<&Spec::device_read_bps>("device_read_bps", "BlkioDeviceReadBps", receive_byte_rates),
    of_device<&Spec::device_read_iops>("device_read_iops", "BlkioDeviceReadIOps", receive_rates),
    of_device<&Spec::device_write_bps>("device_write_bps", "BlkioDeviceWriteBps", receive_byte_rates),
    of_device<&Spec::device_write_iops>("device_write_iops", "BlkioDeviceWriteIOps", receive_rates),
};

}  // namespace

std::span<const CodecRow> resource_codec() { return resource_rows; }

}  // namespace skillrun::inline v0
