#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "comparison.hpp"

namespace differential {

/// A case with its place in the sequence.
struct Case {
  std::string name;  ///< "case 17" or "found_cases.txt:3"
  std::vector<std::string> words;
  std::string api_version;
  bool round_trip = false;
};

/// Collects what the workers find. Safe for use from several threads.
class Statistics {
 public:
  void add(const Case& which, const Comparison& comparison);
  /// `minimal` are the words that are left of the case.
  void add_fault(const Case& which, const Comparison& comparison, const std::vector<std::string>& minimal);

  /// What docker took and every policy of skillrun refused, by a rule that is not among these, is a fault.
  void expect_refusals_by(std::set<std::string> rules) { intended_ = std::move(rules); }

  [[nodiscard]] std::uint64_t faults() const;
  /// The faults, one of each sort with the number of its like, then the figures and the table of refusals.
  void print(std::uint64_t seed) const;

 private:
  struct Refused {
    std::uint64_t count = 0;
    std::string example;
    std::string message;
  };
  struct Group {
    std::uint64_t count = 0;
    std::string text;
    std::size_t length = 0;
  };

  [[nodiscard]] bool is_unlisted(const std::string& rule) const;
  [[nodiscard]] std::uint64_t all_faults() const;
  static void count(const Case& which, const std::vector<Objection>& objections, std::map<std::string, Refused>& table);
  static void print(const std::map<std::string, Refused>& table, const char* title);

  mutable std::mutex mutex_;
  std::uint64_t cases_ = 0;
  std::uint64_t docker_accepts_ = 0;
  std::uint64_t skillrun_allows_ = 0;
  std::uint64_t skillrun_understands_ = 0;
  std::uint64_t compared_ = 0;
  std::uint64_t requests_read_ = 0;
  std::uint64_t harmless_ = 0;
  std::uint64_t harmless_refused_ = 0;
  std::uint64_t faults_ = 0;
  std::map<std::string, Refused> refused_;
  std::map<std::string, Refused> not_understood_;  ///< under every policy
  std::set<std::string> intended_;
  std::map<std::string, Group> groups_;
};

}  // namespace differential
