#pragma once

#include <string_view>

#include <skillrun/declaration.hpp>
#include <skillrun/spec.hpp>

#include "support/strict_json.hpp"

namespace skillrun::inline v0 {

/// What a client asks docker's `POST /containers/create` for. The name and the platform are parameters of the query, as
/// they are once percent-decoded; a query's other parameters are for who serves the request to refuse.
struct AskedCreation {
  std::string_view body;           ///< JSON
  std::string_view name = {};      ///< empty: the engine chooses one
  std::string_view platform = {};  ///< empty: the engine's own
};

/// Reads a create request into a spec that admit() and evaluate() judge as any other: each value has the origin
/// `create_request` with the JSON pointer of its member, and what is not understood is in `problems`, with that pointer
/// as its field, and refused under every policy.
///
/// **Nothing is ignored.** A member is known when a row of docker's dialect (codec.hpp) reads it, or when it carries no
/// setting and holds a value of which that is true (create_request.cpp); every other one, at any depth, is a problem.
/// Engines fold the case of members' names, so that `hostconfig` is one that is not known. A text that readers
/// disagree about (a name twice in an object, invalid UTF-8), or that is beyond `limits`, is a problem as a whole: then
/// nothing of it is read.
///
/// **What says nothing declares nothing**: null, false, 0 and what is empty are the API's way to leave a setting to the
/// engine, and policies fill such gaps. That goes for a network mode that is absent too. Only a false Init and a
/// StopTimeout or MemorySwappiness of 0 are values. Removal, standard input and terminal are declared as off when the
/// request does not ask for them, because a spec that does not say means something else.
///
/// **What is created must be what was admitted**: an engine is to be sent create_body() of the approved spec, never the
/// request itself. A policy's defaults are not in the request, and two readers of one text are two meanings.
///
/// Paths must be absolute, "~" and "host" are not words here, and no variable is looked up: a request is read alike for
/// every caller. `caller` says who runs what is admitted, and where: which folder is open to it (`workdir`), and where
/// it stands (`cwd`). The skill of the spec has no name; who judges gives it one.
///
/// Pure: asks neither file system nor environment. Never throws for what a request holds. Safe for use from several
/// threads. Time and memory are bounded by `limits`.
[[nodiscard]] ContainerSpec read_create_request(const AskedCreation& asked, const CallerContext& caller,
                                                const JsonLimits& limits = {});

}  // namespace skillrun::inline v0
