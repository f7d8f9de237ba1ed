#include "engine/wire/tls_relay.hpp"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace skillrun::inline v0 {

void TlsRelay::run() {
  while (turn() && wait()) {
  }
}

bool TlsRelay::turn() {
  bool progress = true;
  while (progress && !broken_) {
    wants_write_ = wants_read_ = false;
    // Each of them, whatever the others did.
    progress = read_local();
    progress = write_remote() || progress;
    progress = read_remote() || progress;
    progress = write_local() || progress;
  }
  return !broken_ && (remote_open_ || !down_.empty());
}

bool TlsRelay::read_local() {
  if (!local_open_ || !up_.empty()) return false;
  const ssize_t got = ::recv(local_.get(), up_.space(), up_.capacity(), MSG_DONTWAIT);
  if (got > 0) up_.filled(static_cast<std::size_t>(got));
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) local_open_ = false;
  return got > 0;
}

bool TlsRelay::write_remote() {
  if (!up_.empty()) {
    const int sent = ::SSL_write(session_.get(), up_.data(), static_cast<int>(up_.size()));
    if (sent > 0) up_.taken(static_cast<std::size_t>(sent));
    if (sent <= 0) note(sent);
    return sent > 0;
  }
  if (local_open_ || end_told_) return false;
  const int told = ::SSL_shutdown(session_.get());
  if (told >= 0) end_told_ = true;
  if (told < 0) note(told);
  return false;
}

bool TlsRelay::read_remote() {
  if (!remote_open_ || !down_.empty()) return false;
  const int got = ::SSL_read(session_.get(), down_.space(), static_cast<int>(down_.capacity()));
  if (got > 0) down_.filled(static_cast<std::size_t>(got));
  if (got <= 0) note(got);
  return got > 0;
}

bool TlsRelay::write_local() {
  if (down_.empty()) {
    if (!remote_open_) ::shutdown(local_.get(), SHUT_WR);
    return false;
  }
  const ssize_t sent = ::send(local_.get(), down_.data(), down_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) down_.taken(static_cast<std::size_t>(sent));
  if (sent < 0 && errno != EAGAIN && errno != EINTR) broken_ = true;
  return sent > 0;
}

/// Why a call of the session did nothing. An engine that ends without saying so is at its end, too: who reads knows
/// from the protocol inside whether something is missing.
void TlsRelay::note(int result) {
  switch (::SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ: wants_read_ = true; break;
    case SSL_ERROR_WANT_WRITE: wants_write_ = true; break;
    default:
      remote_open_ = false;
      up_.taken(up_.size());
      end_told_ = true;
  }
  ::ERR_clear_error();
}

bool TlsRelay::wait() const {
  short remote_events = wants_write_ ? POLLOUT : short{0};
  if (wants_read_ || (remote_open_ && down_.empty())) remote_events |= POLLIN;
  short local_events = down_.empty() ? short{0} : POLLOUT;
  if (local_open_ && up_.empty()) local_events |= POLLIN;
  std::array<pollfd, 2> entries{{{remote_events == 0 ? -1 : remote_.get(), remote_events, 0},
                                 {.fd = local_.get(), .events = local_events, .revents = 0}}};
  while (::poll(entries.data(), entries.size(), -1) < 0) {
    if (errno != EINTR) return false;
  }
  // A hang-up means that the other end is closed in both directions: nobody is left to read.
  return (entries[1].revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

}  // namespace skillrun::inline v0
