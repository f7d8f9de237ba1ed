#include "engine/native/bundle/seccomp_profile.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/native/bundle/object_reader.hpp"
#include "support/strict_json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

constexpr JsonLimits limits{.bytes = std::size_t{1} << 20, .depth = 8, .entries = 4096};

/// What the OCI runtime specification knows, but for SCMP_ACT_NOTIFY, which needs a listener.
constexpr std::array actions{"SCMP_ACT_KILL"sv,  "SCMP_ACT_KILL_PROCESS"sv, "SCMP_ACT_KILL_THREAD"sv, "SCMP_ACT_TRAP"sv,
                             "SCMP_ACT_ERRNO"sv, "SCMP_ACT_TRACE"sv,        "SCMP_ACT_ALLOW"sv,       "SCMP_ACT_LOG"sv};
constexpr std::array operators{"SCMP_CMP_NE"sv, "SCMP_CMP_LT"sv, "SCMP_CMP_LE"sv,       "SCMP_CMP_EQ"sv,
                               "SCMP_CMP_GE"sv, "SCMP_CMP_GT"sv, "SCMP_CMP_MASKED_EQ"sv};
constexpr std::array flags{"SECCOMP_FILTER_FLAG_TSYNC"sv, "SECCOMP_FILTER_FLAG_LOG"sv,
                           "SECCOMP_FILTER_FLAG_SPEC_ALLOW"sv};

/// Go's names of architectures beside libseccomp's.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> architectures{
    {{"386", "SCMP_ARCH_X86"},
     {"amd64", "SCMP_ARCH_X86_64"},
     {"arm", "SCMP_ARCH_ARM"},
     {"arm64", "SCMP_ARCH_AARCH64"},
     {"loong64", "SCMP_ARCH_LOONGARCH64"},
     {"mips", "SCMP_ARCH_MIPS"},
     {"mips64", "SCMP_ARCH_MIPS64"},
     {"mips64le", "SCMP_ARCH_MIPSEL64"},
     {"mipsle", "SCMP_ARCH_MIPSEL"},
     {"ppc", "SCMP_ARCH_PPC"},
     {"ppc64", "SCMP_ARCH_PPC64"},
     {"ppc64le", "SCMP_ARCH_PPC64LE"},
     {"riscv64", "SCMP_ARCH_RISCV64"},
     {"s390x", "SCMP_ARCH_S390X"}}};

template <class List>
bool among(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

/// The number of an error by its name ("EPERM"), on this machine.
std::optional<std::uint64_t> error_number(std::string_view name) {
  constexpr int last = 4095;  // MAX_ERRNO of the kernel
  for (int number = 1; number <= last; ++number) {
    const char* const known = ::strerrorname_np(number);
    if (known != nullptr && name == known) return number;
  }
  return std::nullopt;
}

/// "4.8" of "4.8", or of a kernel's release "4.8.0-53-generic".
std::optional<std::pair<unsigned, unsigned>> kernel_version(std::string_view text, bool is_release) {
  std::pair<unsigned, unsigned> version;
  const auto read = [](std::string_view& rest, unsigned& number) {
    const auto [stopped, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc()) return false;
    rest.remove_prefix(static_cast<std::size_t>(stopped - rest.data()));
    return true;
  };
  if (!read(text, version.first) || !text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  if (!read(text, version.second) || (!is_release && !text.empty())) return std::nullopt;
  return version;
}

class ProfileResolver {
 public:
  ProfileResolver(const SeccompTarget& target, DocumentFault& fault) : target_(target), fault_(fault) {}

  json::object resolve(const json::value& profile) {
    ObjectReader reader(profile, "", fault_);
    json::object out;
    out["defaultAction"] = action(reader, "defaultAction");
    if (const auto number = errno_of(reader, "defaultErrnoRet", "defaultErrno")) out["defaultErrnoRet"] = *number;
    if (json::array list = architectures_of(reader); !list.empty()) out["architectures"] = std::move(list);
    json::array chosen;
    for (const std::string& flag : reader.texts("flags")) {
      if (!among(flags, flag)) reader.refuse("flags", fmt::format("the flag '{}' is not known", printable(flag)));
      chosen.emplace_back(flag);
    }
    if (!chosen.empty()) out["flags"] = std::move(chosen);
    if (!reader.text("listenerPath").empty() || !reader.text("listenerMetadata").empty()) {
      reader.refuse("listenerPath", "a listener would decide about system calls in the profile's place");
    }
    json::array syscalls;
    for (const auto& [entry, pointer] : reader.entries("syscalls")) {
      if (auto rule = syscall(*entry, pointer)) syscalls.emplace_back(std::move(*rule));
    }
    if (!syscalls.empty()) out["syscalls"] = std::move(syscalls);
    reader.finish();
    return out;
  }

 private:
  static std::string action(ObjectReader& reader, std::string_view name) {
    std::string word = reader.text(name);
    if (!among(actions, word)) reader.refuse(name, fmt::format("'{}' is not an action", printable(word)));
    return word;
  }

  static std::optional<std::uint64_t> errno_of(ObjectReader& reader, std::string_view as_number,
                                               std::string_view as_name) {
    constexpr std::uint64_t last = 4095;
    std::optional<std::uint64_t> number = reader.number(as_number);
    if (number && *number > last) reader.refuse(as_number, "that is not the number of an error");
    const std::string name = reader.text(as_name);
    if (name.empty()) return number;
    const auto named = error_number(name);
    if (!named) {
      reader.refuse(as_name, fmt::format("'{}' is not the name of an error", printable(name)));
    } else if (number && *number != *named) {
      reader.refuse(as_name, fmt::format("{} is {}, and beside it stands {}", name, *named, *number));
    }
    return named;
  }

  /// Either the architectures themselves, or those that go with this machine's. Every one must be known: a program of
  /// an architecture that the filter leaves out is not filtered by what was meant for it.
  json::array architectures_of(ObjectReader& reader) {
    json::array list;
    const auto add = [&](ObjectReader& from, std::string_view name, const std::string& word) {
      const bool known = std::ranges::any_of(architectures, [&](const auto& pair) { return pair.second == word; }) ||
                         among(std::array{"SCMP_ARCH_X32"sv, "SCMP_ARCH_MIPS64N32"sv, "SCMP_ARCH_MIPSEL64N32"sv,
                                          "SCMP_ARCH_S390"sv, "SCMP_ARCH_PARISC"sv, "SCMP_ARCH_PARISC64"sv},
                               word);
      if (!known) from.refuse(name, fmt::format("'{}' is not an architecture", printable(word)));
      return known;
    };
    for (const std::string& word : reader.texts("architectures")) {
      if (add(reader, "architectures", word)) list.emplace_back(word);
    }
    const bool given = !list.empty();
    for (const auto& [entry, pointer] : reader.entries("archMap")) {
      if (given) reader.refuse("archMap", "a profile has either architectures or archMap");
      ObjectReader row(*entry, pointer, fault_);
      const std::string main = row.text("architecture");
      json::array all;
      if (add(row, "architecture", main)) all.emplace_back(main);
      for (const std::string& word : row.texts("subArchitectures")) {
        if (add(row, "subArchitectures", word)) all.emplace_back(word);
      }
      row.finish();
      if (list.empty() && main == machine()) list = std::move(all);
    }
    return list;
  }

  [[nodiscard]] std::string_view machine() const {
    const auto* const found =
        std::ranges::find(architectures, target_.architecture, [](const auto& p) { return p.first; });
    return found == architectures.end() ? std::string_view() : found->second;
  }

  std::optional<json::object> syscall(const json::value& entry, const std::string& pointer) {
    ObjectReader reader(entry, pointer, fault_);
    reader.ignore("comment");
    std::vector<std::string> names = reader.texts("names");
    if (std::string name = reader.text("name"); !name.empty()) {
      if (!names.empty()) reader.refuse("name", "an entry has either name or names");
      names.push_back(std::move(name));
    }
    if (names.empty()) reader.refuse("names", "no system call is named");
    json::object out;
    out["names"] = json::array(names.begin(), names.end());
    out["action"] = action(reader, "action");
    if (const auto number = errno_of(reader, "errnoRet", "errno")) out["errnoRet"] = *number;
    json::array args;
    for (const auto& [arg, place] : reader.entries("args")) args.emplace_back(argument(*arg, place));
    if (!args.empty()) out["args"] = std::move(args);
    // Both are read whatever the other says: what is not understood there is refused all the same.
    const bool included = holds(reader, "includes", true);
    const bool excluded = holds(reader, "excludes", false);
    reader.finish();
    if (!included || excluded) return std::nullopt;
    return out;
  }

  json::object argument(const json::value& entry, const std::string& pointer) {
    constexpr std::uint64_t last_argument = 5;
    ObjectReader reader(entry, pointer, fault_);
    json::object out;
    const std::uint64_t index = reader.number("index").value_or(0);
    if (index > last_argument) reader.refuse("index", "a system call has six arguments");
    out["index"] = index;
    out["value"] = reader.number("value").value_or(0);
    if (const auto second = reader.number("valueTwo"); second && *second != 0) out["valueTwo"] = *second;
    const std::string op = reader.text("op");
    if (!among(operators, op)) reader.refuse("op", fmt::format("'{}' is not a comparison", printable(op)));
    out["op"] = op;
    reader.finish();
    return out;
  }

  /// Of what an entry includes, everything must be so; of what it excludes, one thing is enough.
  bool holds(ObjectReader& reader, std::string_view name, bool all) {
    const auto member = reader.object(name);
    if (!member) return all;
    ObjectReader filter(*member->first, member->second, fault_);
    std::vector<bool> answers;
    if (const auto arches = filter.texts("arches"); !arches.empty()) {
      answers.push_back(among(arches, target_.architecture));
    }
    for (const std::string& capability : filter.texts("caps")) {
      answers.push_back(among(target_.capabilities, capability));
    }
    if (const std::string least = filter.text("minKernel"); !least.empty()) {
      const auto wanted = kernel_version(least, false);
      const auto running = kernel_version(release(), true);
      if (!wanted) filter.refuse("minKernel", fmt::format("'{}' is not a version", printable(least)));
      if (!running) filter.refuse("minKernel", "the version of this kernel cannot be read");
      answers.push_back(wanted && running && *running >= *wanted);
    }
    filter.finish();
    return all ? std::ranges::all_of(answers, std::identity()) : std::ranges::any_of(answers, std::identity());
  }

  [[nodiscard]] std::string release() const {
    if (!target_.kernel.empty()) return target_.kernel;
    utsname name{};
    return ::uname(&name) == 0 ? name.release : "";
  }

  const SeccompTarget& target_;
  DocumentFault& fault_;
};

}  // namespace

EngineResult<json::object> resolve_seccomp(std::string_view profile, const SeccompTarget& target) {
  const auto refuse = [](const std::string& pointer, const std::string& message) {
    return failure(EngineError::Kind::refused,
                   fmt::format("the seccomp profile, at {}: {}", pointer.empty() ? "its top" : pointer, message));
  };
  const auto read = parse_strict_json(profile, limits);
  if (!read) return refuse(read.error().pointer, read.error().message);
  DocumentFault fault;
  json::object resolved = ProfileResolver(target, fault).resolve(*read);
  if (fault.first) return refuse(fault.first->pointer, fault.first->message);
  return resolved;
}

}  // namespace skillrun::inline v0
