#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>

#include "engine/native/bundle/bundle_context.hpp"
#include "engine/native/bundle/native_gaps.hpp"
#include "engine/native/keeper_client.hpp"
#include "engine/native/runtime_program.hpp"
#include "engine/native/store/image_store.hpp"

namespace skillrun::inline v0 {

/// EngineInfo::kind of the native engine.
inline constexpr std::string_view kind_native = "native";

struct NativeContainer;

/// What the native engine is made of on this machine.
struct NativeParts {
  RuntimeProgram runtime;
  std::string keeper;  ///< path of the program that keeps containers
  std::string runs;    ///< folder for the containers that run
  StorePlace store;
};

/// skillrun's own engine: no daemon. Each container has a keeper, a process that ends with this one and takes
/// everything of the container with it; an OCI runtime makes it of a bundle; the images are in a store of skillrun's.
class NativeEngine final : public Engine, public VolumeStore, public ContainerBackend {
 public:
  explicit NativeEngine(NativeParts parts);
  ~NativeEngine() override;

  [[nodiscard]] const EngineInfo& info() const noexcept override { return info_; }
  /// Asks the runtime for its version, which is not needed to run something.
  [[nodiscard]] EngineResult<void> complete_info(CallLimits limits);
  [[nodiscard]] std::string name_of(const ImageReference& image) const override;
  [[nodiscard]] std::vector<EngineGap> gaps(const ContainerSpec& spec) const override;
  [[nodiscard]] ImageStore& images() noexcept override { return images_; }
  [[nodiscard]] VolumeStore& volumes() noexcept override { return *this; }
  [[nodiscard]] ContainerBackend& containers() noexcept override { return *this; }

  [[nodiscard]] EngineResult<std::optional<VolumeInfo>> inspect_volume(const std::string& name,
                                                                       CallLimits limits) override;
  [[nodiscard]] EngineResult<void> create_volume(const VolumeRequest& request, CallLimits limits) override;

  [[nodiscard]] EngineResult<std::string> create(const ApprovedSpec& approved, const RunLabels& labels,
                                                 const StartOptions& options, CallLimits limits) override;
  [[nodiscard]] EngineResult<std::unique_ptr<AttachedContainer>> start(const std::string& id,
                                                                       const StartOptions& options,
                                                                       CallLimits limits) override;
  [[nodiscard]] EngineResult<ContainerState> inspect(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<ObservedContainer> observe(const std::string& id, const AskedContainer& asked,
                                                        CallLimits limits) override;
  [[nodiscard]] EngineResult<ContainerEntry> look_at(const std::string& id, const std::string& path,
                                                     CallLimits limits) override;
  [[nodiscard]] EngineResult<std::vector<ListedContainer>> find_containers(const std::string& label,
                                                                           CallLimits limits) override;
  [[nodiscard]] EngineResult<void> kill(const std::string& id, int signal, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> pause(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> resume(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> resize(const std::string& id, int rows, int columns, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> remove(const std::string& id, CallLimits limits) override;

 private:
  [[nodiscard]] EngineResult<void> check_free_name(const ContainerSpec& spec) const;
  [[nodiscard]] EngineResult<void> prepare(NativeContainer& container, const ApprovedSpec& approved,
                                           const StartOptions& options, CallLimits limits);
  [[nodiscard]] EngineResult<std::vector<VolumeFolder>> make_volumes(NativeContainer& container,
                                                                     const ContainerSpec& spec, CallLimits limits);
  [[nodiscard]] EngineResult<void> write_config(NativeContainer& container, const ContainerSpec& spec,
                                                const StartOptions& options, CallLimits limits);
  [[nodiscard]] EngineResult<void> make(NativeContainer& container, CallLimits limits);
  [[nodiscard]] EngineResult<void> tell(const std::string& id, const KeeperMessage& message, CallLimits limits);
  [[nodiscard]] NativeContainer* find(const std::string& id);
  [[nodiscard]] const NativeAbilities& abilities() const;

  NativeParts parts_;
  EngineInfo info_;
  LocalImages images_;
  mutable std::optional<NativeAbilities> abilities_;
  std::map<std::string, std::unique_ptr<NativeContainer>> containers_;
};

}  // namespace skillrun::inline v0
