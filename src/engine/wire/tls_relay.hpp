#pragma once

#include <openssl/ssl.h>

#include <array>
#include <memory>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

struct FreeTls {
  void operator()(SSL* tls) const noexcept { ::SSL_free(tls); }
};
using TlsSession = std::unique_ptr<SSL, FreeTls>;

/// Carries bytes between a TLS session and a local socket. The end of each direction is passed on by itself: a
/// container's input can end while its output goes on.
class TlsRelay {
 public:
  /// `remote` is non-blocking and the session's handshake is over.
  TlsRelay(TlsSession session, UniqueFd remote, UniqueFd local) noexcept
      : remote_(std::move(remote)), local_(std::move(local)), session_(std::move(session)) {}

  /// Returns when nothing more can come or go.
  void run();

 private:
  class Buffer {
   public:
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
    [[nodiscard]] char* space() noexcept { return bytes_.data(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return bytes_.size(); }
    [[nodiscard]] const char* data() const noexcept { return bytes_.data() + begin_; }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    void filled(std::size_t count) noexcept {
      begin_ = 0;
      end_ = count;
    }
    void taken(std::size_t count) noexcept { begin_ += count; }

   private:
    std::array<char, 65536> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
  };

  /// Does all that can be done without waiting; false when it is over.
  [[nodiscard]] bool turn();
  bool read_local();
  bool write_remote();
  bool read_remote();
  bool write_local();
  void note(int result);
  [[nodiscard]] bool wait() const;

  UniqueFd remote_;
  UniqueFd local_;
  TlsSession session_;  ///< ends before its socket does
  Buffer up_;
  Buffer down_;
  bool local_open_ = true;   ///< more may come from the local side
  bool remote_open_ = true;  ///< more may come from the engine
  bool end_told_ = false;    ///< the engine knows that nothing more comes
  bool broken_ = false;
  bool wants_write_ = false;
  bool wants_read_ = false;
};

}  // namespace skillrun::inline v0
