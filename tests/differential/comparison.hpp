#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "docker_client.hpp"
#include "skillrun_reading.hpp"

namespace differential {

enum class FaultKind : std::uint8_t {
  unsound,         ///< baseline allows what is not harmless, or other than the image and command asked for
  accepted,        ///< skillrun understands what docker rejects
  different,       ///< both accept, and the requests differ
  words_differ,    ///< skillrun's own canonical words make docker post something else
  misread,         ///< docker's request is read, or judged, as something else than the words
  not_understood,  ///< the client gave no usable answer
};

[[nodiscard]] std::string_view to_string(FaultKind kind) noexcept;

struct Fault {
  FaultKind kind;
  std::vector<std::string> details;
};

/// One command line, read by both.
struct Comparison {
  bool docker_accepts = false;
  std::string docker_says;         ///< its words when it does not
  std::vector<std::string> harms;  ///< of docker's request
  SkillrunAnswer skillrun;
  bool request_read = false;  ///< skillrun's reader of create requests was given docker's
  std::optional<Fault> fault;
};

/// Compares the two readings. One instance serves one thread.
class Comparer {
 public:
  Comparer(DockerClient& docker, Places places, std::map<std::string, std::string, std::less<>> environment)
      : docker_(docker), places_(std::move(places)), environment_(std::move(environment)) {}

  /// `round_trip`: also give docker skillrun's own words for what it understood.
  [[nodiscard]] Comparison compare(const std::vector<std::string>& words, const std::string& api_version,
                                   bool round_trip);

  /// `words` with every word taken out that the fault of this kind does not need.
  [[nodiscard]] std::vector<std::string> minimised(std::vector<std::string> words, const std::string& api_version,
                                                   bool round_trip, FaultKind kind);

 private:
  /// True for a client that does not know everything that skillrun reads.
  [[nodiscard]] bool older_client();
  std::optional<Fault> judge(Comparison& comparison, const std::optional<Request>& create);
  std::optional<Fault> judge_reading(Comparison& comparison, const Request& create, const std::string& api_version);
  std::optional<Fault> judge_words(const Comparison& comparison, const std::string& api_version);

  DockerClient& docker_;
  Places places_;
  std::map<std::string, std::string, std::less<>> environment_;
};

}  // namespace differential
