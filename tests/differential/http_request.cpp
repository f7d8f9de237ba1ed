#include "http_request.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace differential {

namespace {

constexpr std::size_t largest_head = 64 * 1024;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return text;
}

/// The value of a header, trimmed; empty when it is not there.
std::string header(const std::string& head, const std::string& name) {
  std::size_t line = head.find("\r\n");
  while (line != std::string::npos) {
    const std::size_t begin = line + 2;
    const std::size_t end = head.find("\r\n", begin);
    const std::string text = head.substr(begin, end == std::string::npos ? end : end - begin);
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos && lower(text.substr(0, colon)) == name) {
      const std::size_t value = text.find_first_not_of(' ', colon + 1);
      return value == std::string::npos ? std::string() : text.substr(value);
    }
    line = end;
  }
  return {};
}

std::optional<std::size_t> number(const std::string& text, int base) {
  std::size_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec != std::errc() || read.ptr == text.data()) return std::nullopt;
  return value;
}

/// Reads chunks from `at` on. Moves `at` behind the last one when all have arrived.
bool take_chunks(const std::string& bytes, std::size_t& at, std::string& body, bool& broken) {
  std::size_t here = at;
  while (true) {
    const std::size_t line = bytes.find("\r\n", here);
    if (line == std::string::npos) return false;
    const auto size = number(bytes.substr(here, line - here), 16);
    if (!size) {
      broken = true;
      return false;
    }
    const std::size_t data = line + 2;
    if (bytes.size() < data + *size + 2) return false;
    body.append(bytes, data, *size);
    here = data + *size + 2;
    if (*size == 0) break;
  }
  at = here;
  return true;
}

/// "/v1.47/containers/create" is asked for as "/containers/create".
std::string without_version(const std::string& path) {
  if (!path.starts_with("/v1.")) return path;
  const std::size_t slash = path.find('/', 1);
  return slash == std::string::npos ? path : path.substr(slash);
}

}  // namespace

std::optional<Request> take_request(std::string& bytes, bool& broken) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) {
    broken = bytes.size() > largest_head;
    return std::nullopt;
  }
  const std::string head = bytes.substr(0, end);
  const std::string line = head.substr(0, head.find("\r\n"));
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  if (first == std::string::npos || second <= first) {
    broken = true;
    return std::nullopt;
  }
  Request request;
  request.method = line.substr(0, first);
  const std::string target = line.substr(first + 1, second - first - 1);
  const std::size_t mark = target.find('?');
  request.path = without_version(target.substr(0, mark));
  if (mark != std::string::npos) request.query = target.substr(mark + 1);

  std::size_t at = end + 4;
  if (lower(header(head, "transfer-encoding")) == "chunked") {
    if (!take_chunks(bytes, at, request.body, broken)) return std::nullopt;
  } else if (const auto size = number(header(head, "content-length"), 10)) {
    if (bytes.size() < at + *size) return std::nullopt;
    request.body = bytes.substr(at, *size);
    at += *size;
  }
  bytes.erase(0, at);
  return request;
}

std::string query_value(const std::string& query, const std::string& name) {
  std::size_t at = 0;
  while (at < query.size()) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string pair = query.substr(at, end - at);
    at = end + 1;
    if (!pair.starts_with(name + "=")) continue;
    std::string value;
    for (std::size_t i = name.size() + 1; i < pair.size(); ++i) {
      const auto code = pair[i] == '%' ? number(pair.substr(i + 1, 2), 16) : std::nullopt;
      if (code) {
        value += static_cast<char>(*code);
        i += 2;
      } else {
        value += pair[i] == '+' ? ' ' : pair[i];
      }
    }
    return value;
  }
  return {};
}

}  // namespace differential
