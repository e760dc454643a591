// Generated from the introspection schema of QEMU 11.1. Do not edit: generate it again.

import type { Empty, QapiSchema } from './schema.ts';

/** The commands and events of QEMU 11.1. */
export interface Qapi111 extends QapiSchema {
  commands: Qapi111Commands;
  events: Qapi111Events;
}

/** What each command takes and returns. */
export interface Qapi111Commands {
  'add-fd': { arguments: AddFdArguments; return: AddfdInfo };
  add_client: { arguments: AddClientArguments; return: Empty };
  'announce-self': { arguments: AnnounceSelfArguments; return: Empty };
  balloon: { arguments: BalloonArguments; return: Empty };
  'block-commit': { arguments: BlockCommitArguments; return: Empty };
  'block-dirty-bitmap-add': { arguments: BlockDirtyBitmapAddArguments; return: Empty };
  'block-dirty-bitmap-clear': { arguments: BlockDirtyBitmapClearArguments; return: Empty };
  'block-dirty-bitmap-disable': { arguments: BlockDirtyBitmapClearArguments; return: Empty };
  'block-dirty-bitmap-enable': { arguments: BlockDirtyBitmapClearArguments; return: Empty };
  'block-dirty-bitmap-merge': { arguments: BlockDirtyBitmapMergeArguments; return: Empty };
  'block-dirty-bitmap-remove': { arguments: BlockDirtyBitmapClearArguments; return: Empty };
  'block-export-add': { arguments: BlockExportOptions; return: Empty };
  'block-export-del': { arguments: BlockExportDelArguments; return: Empty };
  'block-job-cancel': { arguments: BlockJobCancelArguments; return: Empty };
  'block-job-change': { arguments: BlockJobChangeArguments; return: Empty };
  /** @deprecated QEMU is going to drop this. */
  'block-job-complete': { arguments: BlockJobCompleteArguments; return: Empty; deprecated: true };
  /** @deprecated QEMU is going to drop this. */
  'block-job-dismiss': { arguments: BlockJobDismissArguments; return: Empty; deprecated: true };
  /** @deprecated QEMU is going to drop this. */
  'block-job-finalize': { arguments: BlockJobFinalizeArguments; return: Empty; deprecated: true };
  /** @deprecated QEMU is going to drop this. */
  'block-job-pause': { arguments: BlockJobPauseArguments; return: Empty; deprecated: true };
  /** @deprecated QEMU is going to drop this. */
  'block-job-resume': { arguments: BlockJobResumeArguments; return: Empty; deprecated: true };
  'block-job-set-speed': { arguments: BlockJobSetSpeedArguments; return: Empty };
  'block-latency-histogram-set': { arguments: BlockLatencyHistogramSetArguments; return: Empty };
  'block-set-write-threshold': { arguments: BlockSetWriteThresholdArguments; return: Empty };
  'block-stream': { arguments: BlockStreamArguments; return: Empty };
  block_resize: { arguments: BlockResizeArguments; return: Empty };
  block_set_io_throttle: { arguments: BlockSetIoThrottleArguments; return: Empty };
  'blockdev-add': { arguments: BlockdevOptions; return: Empty };
  'blockdev-backup': { arguments: BlockdevBackupArguments; return: Empty };
  'blockdev-change-medium': { arguments: BlockdevChangeMediumArguments; return: Empty };
  'blockdev-close-tray': { arguments: BlockdevCloseTrayArguments; return: Empty };
  'blockdev-create': { arguments: BlockdevCreateArguments; return: Empty };
  'blockdev-del': { arguments: BlockdevDelArguments; return: Empty };
  'blockdev-insert-medium': { arguments: BlockdevInsertMediumArguments; return: Empty };
  'blockdev-mirror': { arguments: BlockdevMirrorArguments; return: Empty };
  'blockdev-open-tray': { arguments: BlockdevOpenTrayArguments; return: Empty };
  'blockdev-remove-medium': { arguments: BlockdevRemoveMediumArguments; return: Empty };
  'blockdev-reopen': { arguments: BlockdevReopenArguments; return: Empty };
  'blockdev-set-active': { arguments: BlockdevSetActiveArguments; return: Empty };
  'blockdev-snapshot': { arguments: BlockdevSnapshotArguments; return: Empty };
  'blockdev-snapshot-delete-internal-sync': {
    arguments: BlockdevSnapshotDeleteInternalSyncArguments;
    return: SnapshotInfo;
  };
  'blockdev-snapshot-internal-sync': { arguments: BlockdevSnapshotInternalSyncArguments; return: Empty };
  'blockdev-snapshot-sync': { arguments: BlockdevSnapshotSyncArguments; return: Empty };
  'calc-dirty-rate': { arguments: CalcDirtyRateArguments; return: Empty };
  'cancel-vcpu-dirty-limit': { arguments: CancelVcpuDirtyLimitArguments; return: Empty };
  'change-backing-file': { arguments: ChangeBackingFileArguments; return: Empty };
  'change-vnc-password': { arguments: ChangeVncPasswordArguments; return: Empty };
  'chardev-add': { arguments: ChardevAddArguments; return: ChardevReturn };
  'chardev-change': { arguments: ChardevChangeArguments; return: ChardevReturn };
  'chardev-remove': { arguments: ChardevRemoveArguments; return: Empty };
  'chardev-send-break': { arguments: ChardevSendBreakArguments; return: Empty };
  client_migrate_info: { arguments: ClientMigrateInfoArguments; return: Empty };
  closefd: { arguments: ClosefdArguments; return: Empty };
  cont: { arguments: Empty; return: Empty };
  /** @experimental QEMU may change or drop this in any release. */
  'cxl-add-dynamic-capacity': { arguments: CxlAddDynamicCapacityArguments; return: Empty; unstable: true };
  'cxl-inject-correctable-error': { arguments: CxlInjectCorrectableErrorArguments; return: Empty };
  'cxl-inject-dram-event': { arguments: CxlInjectDramEventArguments; return: Empty };
  'cxl-inject-general-media-event': { arguments: CxlInjectGeneralMediaEventArguments; return: Empty };
  'cxl-inject-memory-module-event': { arguments: CxlInjectMemoryModuleEventArguments; return: Empty };
  'cxl-inject-poison': { arguments: CxlInjectPoisonArguments; return: Empty };
  'cxl-inject-uncorrectable-errors': { arguments: CxlInjectUncorrectableErrorsArguments; return: Empty };
  /** @experimental QEMU may change or drop this in any release. */
  'cxl-release-dynamic-capacity': {
    arguments: CxlReleaseDynamicCapacityArguments;
    return: Empty;
    unstable: true;
  };
  'device-list-properties': { arguments: DeviceListPropertiesArguments; return: ObjectPropertyInfo[] };
  /** @experimental QEMU may change or drop this in any release. */
  'device-sync-config': { arguments: DeviceSyncConfigArguments; return: Empty; unstable: true };
  device_add: { arguments: DeviceAddArguments; return: Empty };
  device_del: { arguments: DeviceDelArguments; return: Empty };
  'display-reload': { arguments: DisplayReloadArguments; return: Empty };
  'display-update': { arguments: DisplayUpdateArguments; return: Empty };
  /** @deprecated QEMU is going to drop this. */
  'drive-backup': { arguments: DriveBackupArguments; return: Empty; deprecated: true };
  'drive-mirror': { arguments: DriveMirrorArguments; return: Empty };
  'dump-guest-memory': { arguments: DumpGuestMemoryArguments; return: Empty };
  'dump-skeys': { arguments: DumpSkeysArguments; return: Empty };
  dumpdtb: { arguments: DumpdtbArguments; return: Empty };
  eject: { arguments: EjectArguments; return: Empty };
  expire_password: { arguments: ExpirePasswordArguments; return: Empty };
  getfd: { arguments: GetfdArguments; return: Empty };
  'human-monitor-command': { arguments: HumanMonitorCommandArguments; return: string };
  /** @experimental QEMU may change or drop this in any release. */
  'inject-ghes-v2-error': { arguments: InjectGhesV2ErrorArguments; return: Empty; unstable: true };
  'inject-nmi': { arguments: Empty; return: Empty };
  'input-send-event': { arguments: InputSendEventArguments; return: Empty };
  'job-cancel': { arguments: JobCancelArguments; return: Empty };
  'job-complete': { arguments: JobCompleteArguments; return: Empty };
  'job-dismiss': { arguments: JobDismissArguments; return: Empty };
  'job-finalize': { arguments: JobFinalizeArguments; return: Empty };
  'job-pause': { arguments: JobPauseArguments; return: Empty };
  'job-resume': { arguments: JobResumeArguments; return: Empty };
  memsave: { arguments: MemsaveArguments; return: Empty };
  migrate: { arguments: MigrateArguments; return: Empty };
  'migrate-continue': { arguments: MigrateContinueArguments; return: Empty };
  'migrate-incoming': { arguments: MigrateIncomingArguments; return: Empty };
  /** Can be run out of band. */
  'migrate-pause': { arguments: Empty; return: Empty };
  /** Can be run out of band. */
  'migrate-recover': { arguments: MigrateRecoverArguments; return: Empty };
  'migrate-set-capabilities': { arguments: MigrateSetCapabilitiesArguments; return: Empty };
  'migrate-set-parameters': { arguments: MigrationParameters; return: Empty };
  'migrate-start-postcopy': { arguments: Empty; return: Empty };
  migrate_cancel: { arguments: Empty; return: Empty };
  /** @deprecated QEMU is going to drop this. */
  'nbd-server-add': { arguments: NbdServerAddArguments; return: Empty; deprecated: true };
  /** @deprecated QEMU is going to drop this. */
  'nbd-server-remove': { arguments: NbdServerRemoveArguments; return: Empty; deprecated: true };
  'nbd-server-start': { arguments: NbdServerStartArguments; return: Empty };
  'nbd-server-stop': { arguments: Empty; return: Empty };
  netdev_add: { arguments: Netdev; return: Empty };
  netdev_del: { arguments: NetdevDelArguments; return: Empty };
  'object-add': { arguments: ObjectOptions; return: Empty };
  'object-del': { arguments: ObjectDelArguments; return: Empty };
  pmemsave: { arguments: PmemsaveArguments; return: Empty };
  qmp_capabilities: { arguments: QmpCapabilitiesArguments; return: Empty };
  'qom-get': { arguments: QomGetArguments; return: unknown };
  'qom-list': { arguments: QomListArguments; return: ObjectPropertyInfo[] };
  'qom-list-get': { arguments: QomListGetArguments; return: QomListGetReturn[] };
  'qom-list-properties': { arguments: QomListPropertiesArguments; return: ObjectPropertyInfo[] };
  'qom-list-types': { arguments: QomListTypesArguments; return: ObjectTypeInfo[] };
  'qom-set': { arguments: QomSetArguments; return: Empty };
  'query-accelerators': { arguments: Empty; return: QueryAcceleratorsReturn };
  'query-acpi-ospm-status': { arguments: Empty; return: ACPIOSTInfo[] };
  'query-audiodevs': { arguments: Empty; return: Audiodev[] };
  'query-balloon': { arguments: Empty; return: BalloonInfo };
  'query-block': { arguments: QueryBlockArguments; return: BlockInfo[] };
  'query-block-exports': { arguments: Empty; return: BlockExportInfo[] };
  'query-block-jobs': { arguments: Empty; return: BlockJobInfo[] };
  'query-blockstats': { arguments: QueryBlockstatsArguments; return: BlockStats[] };
  'query-chardev': { arguments: Empty; return: ChardevInfo[] };
  'query-chardev-backends': { arguments: Empty; return: QueryChardevBackendsReturn[] };
  'query-colo-status': { arguments: Empty; return: QueryColoStatusReturn };
  'query-command-line-options': {
    arguments: QueryCommandLineOptionsArguments;
    return: CommandLineOptionInfo[];
  };
  'query-commands': { arguments: Empty; return: CommandInfo[] };
  'query-cpu-definitions': { arguments: Empty; return: CpuDefinitionInfo[] };
  'query-cpu-model-baseline': {
    arguments: QueryCpuModelBaselineArguments;
    return: QueryCpuModelBaselineReturn;
  };
  'query-cpu-model-comparison': {
    arguments: QueryCpuModelComparisonArguments;
    return: QueryCpuModelComparisonReturn;
  };
  'query-cpu-model-expansion': {
    arguments: QueryCpuModelExpansionArguments;
    return: QueryCpuModelExpansionReturn;
  };
  'query-cpus-fast': { arguments: Empty; return: CpuInfoFast[] };
  'query-cryptodev': { arguments: Empty; return: QueryCryptodevReturn[] };
  'query-current-machine': { arguments: Empty; return: CurrentMachineParams };
  'query-dirty-rate': { arguments: QueryDirtyRateArguments; return: QueryDirtyRateReturn };
  'query-display-options': { arguments: Empty; return: DisplayOptions };
  'query-dump': { arguments: Empty; return: DumpQueryResult };
  'query-dump-guest-memory-capability': { arguments: Empty; return: QueryDumpGuestMemoryCapabilityReturn };
  'query-fdsets': { arguments: Empty; return: FdsetInfo[] };
  'query-firmware-log': { arguments: QueryFirmwareLogArguments; return: QueryFirmwareLogReturn };
  'query-gic-capabilities': { arguments: Empty; return: QueryGicCapabilitiesReturn[] };
  'query-hotpluggable-cpus': { arguments: Empty; return: HotpluggableCPU[] };
  'query-hv-balloon-status-report': { arguments: Empty; return: QueryHvBalloonStatusReportReturn };
  'query-iothreads': { arguments: Empty; return: IOThreadInfo[] };
  'query-jobs': { arguments: Empty; return: JobInfo[] };
  /** @deprecated QEMU is going to drop this. */
  'query-kvm': { arguments: Empty; return: KvmInfo; deprecated: true };
  'query-machines': { arguments: QueryMachinesArguments; return: MachineInfo[] };
  'query-memdev': { arguments: Empty; return: Memdev[] };
  'query-memory-devices': { arguments: Empty; return: MemoryDeviceInfo[] };
  'query-memory-size-summary': { arguments: Empty; return: MemoryInfo };
  'query-mice': { arguments: Empty; return: MouseInfo[] };
  'query-migrate': { arguments: Empty; return: MigrationInfo };
  'query-migrate-capabilities': { arguments: Empty; return: MigrationCapabilityStatus[] };
  'query-migrate-parameters': { arguments: Empty; return: MigrationParameters };
  'query-name': { arguments: Empty; return: NameInfo };
  'query-named-block-nodes': { arguments: QueryNamedBlockNodesArguments; return: BlockDeviceInfo[] };
  'query-pci': { arguments: Empty; return: PciInfo[] };
  'query-pr-managers': { arguments: Empty; return: QueryPrManagersReturn[] };
  'query-qmp-schema': { arguments: Empty; return: SchemaInfo[] };
  'query-replay': { arguments: Empty; return: ReplayInfo };
  'query-rocker': { arguments: QueryRockerArguments; return: RockerSwitch };
  'query-rocker-of-dpa-flows': {
    arguments: QueryRockerOfDpaFlowsArguments;
    return: QueryRockerOfDpaFlowsReturn[];
  };
  'query-rocker-of-dpa-groups': {
    arguments: QueryRockerOfDpaGroupsArguments;
    return: QueryRockerOfDpaGroupsReturn[];
  };
  'query-rocker-ports': { arguments: QueryRockerPortsArguments; return: QueryRockerPortsReturn[] };
  'query-rx-filter': { arguments: QueryRxFilterArguments; return: QueryRxFilterReturn[] };
  /** @experimental QEMU may change or drop this in any release. */
  'query-s390x-cpu-polarization': {
    arguments: Empty;
    return: QueryS390xCpuPolarizationReturn;
    unstable: true;
  };
  'query-sev': { arguments: Empty; return: SevInfo };
  'query-sev-attestation-report': {
    arguments: QuerySevAttestationReportArguments;
    return: QuerySevAttestationReportReturn;
  };
  'query-sev-capabilities': { arguments: Empty; return: QuerySevCapabilitiesReturn };
  'query-sev-launch-measure': { arguments: Empty; return: QuerySevLaunchMeasureReturn };
  'query-sgx': { arguments: Empty; return: QuerySgxReturn };
  'query-sgx-capabilities': { arguments: Empty; return: QuerySgxReturn };
  'query-spice': { arguments: Empty; return: SpiceInfo };
  'query-stats': { arguments: StatsFilter; return: StatsResult[] };
  'query-stats-schemas': { arguments: QueryStatsSchemasArguments; return: StatsSchema[] };
  'query-status': { arguments: Empty; return: StatusInfo };
  'query-target': { arguments: Empty; return: TargetInfo };
  'query-tpm': { arguments: Empty; return: TPMInfo[] };
  'query-tpm-models': { arguments: Empty; return: QueryTpmModelsReturn[] };
  'query-tpm-types': { arguments: Empty; return: QueryTpmTypesReturn[] };
  'query-uuid': { arguments: Empty; return: UuidInfo };
  'query-vcpu-dirty-limit': { arguments: Empty; return: QueryVcpuDirtyLimitReturn[] };
  'query-version': { arguments: Empty; return: VersionInfo };
  'query-vm-generation-id': { arguments: Empty; return: QueryVmGenerationIdReturn };
  'query-vnc': { arguments: Empty; return: VncInfo };
  'query-vnc-servers': { arguments: Empty; return: QueryVncServersReturn[] };
  'query-xen-replication-status': { arguments: Empty; return: QueryXenReplicationStatusReturn };
  /** Can be run out of band. */
  'query-yank': { arguments: Empty; return: YankInstance[] };
  quit: { arguments: Empty; return: Empty };
  'remove-fd': { arguments: RemoveFdArguments; return: Empty };
  'replay-break': { arguments: ReplayBreakArguments; return: Empty };
  'replay-delete-break': { arguments: Empty; return: Empty };
  'replay-seek': { arguments: ReplaySeekArguments; return: Empty };
  'request-ebpf': { arguments: RequestEbpfArguments; return: RequestEbpfReturn };
  'ringbuf-read': { arguments: RingbufReadArguments; return: string };
  'ringbuf-write': { arguments: RingbufWriteArguments; return: Empty };
  'rtc-reset-reinjection': { arguments: Empty; return: Empty };
  screendump: { arguments: ScreendumpArguments; return: Empty };
  'send-key': { arguments: SendKeyArguments; return: Empty };
  'set-action': { arguments: SetActionArguments; return: Empty };
  /** @experimental QEMU may change or drop this in any release. */
  'set-cpu-topology': { arguments: SetCpuTopologyArguments; return: Empty; unstable: true };
  'set-numa-node': { arguments: NumaOptions; return: Empty };
  'set-vcpu-dirty-limit': { arguments: SetVcpuDirtyLimitArguments; return: Empty };
  set_link: { arguments: SetLinkArguments; return: Empty };
  set_password: { arguments: SetPasswordArguments; return: Empty };
  'sev-inject-launch-secret': { arguments: SevInjectLaunchSecretArguments; return: Empty };
  'snapshot-delete': { arguments: SnapshotDeleteArguments; return: Empty };
  'snapshot-load': { arguments: SnapshotLoadArguments; return: Empty };
  'snapshot-save': { arguments: SnapshotSaveArguments; return: Empty };
  stop: { arguments: Empty; return: Empty };
  system_powerdown: { arguments: Empty; return: Empty };
  system_reset: { arguments: Empty; return: Empty };
  system_wakeup: { arguments: Empty; return: Empty };
  'trace-event-get-state': { arguments: TraceEventGetStateArguments; return: TraceEventGetStateReturn[] };
  'trace-event-set-state': { arguments: TraceEventSetStateArguments; return: Empty };
  transaction: { arguments: TransactionArguments; return: Empty };
  'watchdog-set-action': { arguments: WatchdogSetActionArguments; return: Empty };
  /** @experimental QEMU may change or drop this in any release. */
  'x-accel-stats': { arguments: Empty; return: XAccelStatsReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-blockdev-amend': { arguments: XBlockdevAmendArguments; return: Empty; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-blockdev-change': { arguments: XBlockdevChangeArguments; return: Empty; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-blockdev-set-iothread': { arguments: XBlockdevSetIothreadArguments; return: Empty; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-colo-lost-heartbeat': { arguments: Empty; return: Empty; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-debug-block-dirty-bitmap-sha256': {
    arguments: BlockDirtyBitmapClearArguments;
    return: XDebugBlockDirtyBitmapSha256Return;
    unstable: true;
  };
  /** @experimental QEMU may change or drop this in any release. */
  'x-debug-query-block-graph': { arguments: Empty; return: XDebugQueryBlockGraphReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-exit-preconfig': { arguments: Empty; return: Empty; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-interrupt-controllers': { arguments: Empty; return: XAccelStatsReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-irq': { arguments: Empty; return: XAccelStatsReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-jit': { arguments: Empty; return: XAccelStatsReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-numa': { arguments: Empty; return: XAccelStatsReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-ramblock': { arguments: Empty; return: XAccelStatsReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-roms': { arguments: Empty; return: XAccelStatsReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-usb': { arguments: Empty; return: XAccelStatsReturn; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-virtio': { arguments: Empty; return: XQueryVirtioReturn[]; unstable: true };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-virtio-queue-element': {
    arguments: XQueryVirtioQueueElementArguments;
    return: XQueryVirtioQueueElementReturn;
    unstable: true;
  };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-virtio-queue-status': {
    arguments: XQueryVirtioQueueStatusArguments;
    return: XQueryVirtioQueueStatusReturn;
    unstable: true;
  };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-virtio-status': {
    arguments: XQueryVirtioStatusArguments;
    return: XQueryVirtioStatusReturn;
    unstable: true;
  };
  /** @experimental QEMU may change or drop this in any release. */
  'x-query-virtio-vhost-queue-status': {
    arguments: XQueryVirtioVhostQueueStatusArguments;
    return: XQueryVirtioVhostQueueStatusReturn;
    unstable: true;
  };
  'xen-colo-do-checkpoint': { arguments: Empty; return: Empty };
  'xen-event-inject': { arguments: XenEventInjectArguments; return: Empty };
  'xen-event-list': { arguments: Empty; return: XenEventListReturn[] };
  'xen-load-devices-state': { arguments: XenLoadDevicesStateArguments; return: Empty };
  'xen-save-devices-state': { arguments: XenSaveDevicesStateArguments; return: Empty };
  'xen-set-global-dirty-log': { arguments: XenSetGlobalDirtyLogArguments; return: Empty };
  'xen-set-replication': { arguments: XenSetReplicationArguments; return: Empty };
  /** Can be run out of band. */
  yank: { arguments: YankArguments; return: Empty };
}

/** The data of each event. */
export interface Qapi111Events {
  ACPI_DEVICE_OST: AcpiDeviceOstData;
  BALLOON_CHANGE: BalloonChangeData;
  BLOCK_EXPORT_DELETED: BlockExportDeletedData;
  BLOCK_IMAGE_CORRUPTED: BlockImageCorruptedData;
  BLOCK_IO_ERROR: BlockIoErrorData;
  BLOCK_JOB_CANCELLED: BlockJobCancelledData;
  BLOCK_JOB_COMPLETED: BlockJobCompletedData;
  BLOCK_JOB_ERROR: BlockJobErrorData;
  BLOCK_JOB_PENDING: BlockJobPendingData;
  BLOCK_JOB_READY: BlockJobReadyData;
  BLOCK_WRITE_THRESHOLD: BlockWriteThresholdData;
  COLO_EXIT: ColoExitData;
  /** @experimental QEMU may change or drop this in any release. */
  CPU_POLARIZATION_CHANGE: CpuPolarizationChangeData;
  DEVICE_DELETED: DeviceDeletedData;
  DEVICE_TRAY_MOVED: DeviceTrayMovedData;
  DEVICE_UNPLUG_GUEST_ERROR: DeviceUnplugGuestErrorData;
  DUMP_COMPLETED: DumpCompletedData;
  FAILOVER_NEGOTIATED: FailoverNegotiatedData;
  GUEST_CRASHLOADED: GuestCrashloadedData;
  GUEST_PANICKED: GuestPanickedData;
  GUEST_PVSHUTDOWN: Empty;
  HV_BALLOON_STATUS_REPORT: QueryHvBalloonStatusReportReturn;
  JOB_STATUS_CHANGE: JobStatusChangeData;
  MEMORY_DEVICE_SIZE_CHANGE: MemoryDeviceSizeChangeData;
  MEMORY_FAILURE: MemoryFailureData;
  MIGRATION: MigrationData;
  MIGRATION_PASS: MigrationPassData;
  NETDEV_STREAM_CONNECTED: NetdevStreamConnectedData;
  NETDEV_STREAM_DISCONNECTED: NetdevStreamDisconnectedData;
  NETDEV_VHOST_USER_CONNECTED: NetdevVhostUserConnectedData;
  NETDEV_VHOST_USER_DISCONNECTED: NetdevVhostUserDisconnectedData;
  NIC_RX_FILTER_CHANGED: NicRxFilterChangedData;
  POWERDOWN: Empty;
  PR_MANAGER_STATUS_CHANGED: PrManagerStatusChangedData;
  QUORUM_FAILURE: QuorumFailureData;
  QUORUM_REPORT_BAD: QuorumReportBadData;
  RESET: ResetData;
  RESUME: Empty;
  RTC_CHANGE: RtcChangeData;
  /** @experimental QEMU may change or drop this in any release. */
  SCLP_CPI_INFO_AVAILABLE: Empty;
  SHUTDOWN: ShutdownData;
  SPICE_CONNECTED: SpiceConnectedData;
  SPICE_DISCONNECTED: SpiceDisconnectedData;
  SPICE_INITIALIZED: SpiceInitializedData;
  SPICE_MIGRATE_COMPLETED: Empty;
  STOP: Empty;
  SUSPEND: Empty;
  SUSPEND_DISK: Empty;
  UNPLUG_PRIMARY: UnplugPrimaryData;
  VFIO_MIGRATION: VfioMigrationData;
  VFU_CLIENT_HANGUP: VfuClientHangupData;
  VNC_CONNECTED: VncConnectedData;
  VNC_DISCONNECTED: VncDisconnectedData;
  VNC_INITIALIZED: VncInitializedData;
  VSERPORT_CHANGE: VserportChangeData;
  WAKEUP: Empty;
  WATCHDOG: WatchdogData;
}

export interface ACPIOSTInfo {
  device?: string | undefined;
  slot: string;
  'slot-type': ACPIOSTInfoSlotType;
  source: number;
  status: number;
}

export type ACPIOSTInfoSlotType = 'DIMM' | 'CPU';

export interface AcpiDeviceOstData {
  info: ACPIOSTInfo;
}

export interface AddClientArguments {
  protocol: string;
  fdname: string;
  skipauth?: boolean | undefined;
  tls?: boolean | undefined;
}

export interface AddFdArguments {
  'fdset-id'?: number | bigint | undefined;
  opaque?: string | undefined;
}

export interface AddfdInfo {
  'fdset-id': number;
  fd: number;
}

export interface AnnounceSelfArguments {
  initial: number | bigint;
  max: number | bigint;
  rounds: number | bigint;
  step: number | bigint;
  interfaces?: string[] | undefined;
  id?: string | undefined;
}

export type Audiodev =
  | AudiodevNone
  | AudiodevAlsa
  | AudiodevDbus
  | AudiodevJack
  | AudiodevOss
  | AudiodevPa
  | AudiodevPipewire
  | AudiodevSdl
  | AudiodevSpice
  | AudiodevWav;

export interface AudiodevAlsa extends AudiodevBase {
  driver: 'alsa';
  in?: AudiodevAlsaIn | undefined;
  out?: AudiodevAlsaIn | undefined;
  threshold?: number | undefined;
}

export interface AudiodevAlsaIn {
  'mixing-engine'?: boolean | undefined;
  'fixed-settings'?: boolean | undefined;
  frequency?: number | undefined;
  channels?: number | undefined;
  voices?: number | undefined;
  format?: AudiodevNoneInFormat | undefined;
  'buffer-length'?: number | undefined;
  dev?: string | undefined;
  'period-length'?: number | undefined;
  'try-poll'?: boolean | undefined;
}

export interface AudiodevBase {
  id: string;
  'timer-period'?: number | undefined;
}

export interface AudiodevDbus extends AudiodevBase {
  driver: 'dbus';
  in?: AudiodevNoneIn | undefined;
  out?: AudiodevNoneIn | undefined;
  nsamples?: number | undefined;
}

export interface AudiodevJack extends AudiodevBase {
  driver: 'jack';
  in?: AudiodevJackIn | undefined;
  out?: AudiodevJackIn | undefined;
}

export interface AudiodevJackIn {
  'mixing-engine'?: boolean | undefined;
  'fixed-settings'?: boolean | undefined;
  frequency?: number | undefined;
  channels?: number | undefined;
  voices?: number | undefined;
  format?: AudiodevNoneInFormat | undefined;
  'buffer-length'?: number | undefined;
  'server-name'?: string | undefined;
  'client-name'?: string | undefined;
  'connect-ports'?: string | undefined;
  'start-server'?: boolean | undefined;
  'exact-name'?: boolean | undefined;
}

export interface AudiodevNone extends AudiodevBase {
  driver: 'none';
  in?: AudiodevNoneIn | undefined;
  out?: AudiodevNoneIn | undefined;
}

export interface AudiodevNoneIn {
  'mixing-engine'?: boolean | undefined;
  'fixed-settings'?: boolean | undefined;
  frequency?: number | undefined;
  channels?: number | undefined;
  voices?: number | undefined;
  format?: AudiodevNoneInFormat | undefined;
  'buffer-length'?: number | undefined;
}

export type AudiodevNoneInFormat = 'u8' | 's8' | 'u16' | 's16' | 'u32' | 's32' | 'f32';

export interface AudiodevOss extends AudiodevBase {
  driver: 'oss';
  in?: AudiodevOssIn | undefined;
  out?: AudiodevOssIn | undefined;
  'try-mmap'?: boolean | undefined;
  exclusive?: boolean | undefined;
  'dsp-policy'?: number | undefined;
}

export interface AudiodevOssIn {
  'mixing-engine'?: boolean | undefined;
  'fixed-settings'?: boolean | undefined;
  frequency?: number | undefined;
  channels?: number | undefined;
  voices?: number | undefined;
  format?: AudiodevNoneInFormat | undefined;
  'buffer-length'?: number | undefined;
  dev?: string | undefined;
  'buffer-count'?: number | undefined;
  'try-poll'?: boolean | undefined;
}

export interface AudiodevPa extends AudiodevBase {
  driver: 'pa';
  in?: AudiodevPaIn | undefined;
  out?: AudiodevPaIn | undefined;
  server?: string | undefined;
}

export interface AudiodevPaIn {
  'mixing-engine'?: boolean | undefined;
  'fixed-settings'?: boolean | undefined;
  frequency?: number | undefined;
  channels?: number | undefined;
  voices?: number | undefined;
  format?: AudiodevNoneInFormat | undefined;
  'buffer-length'?: number | undefined;
  name?: string | undefined;
  'stream-name'?: string | undefined;
  latency?: number | undefined;
}

export interface AudiodevPipewire extends AudiodevBase {
  driver: 'pipewire';
  in?: AudiodevPipewireIn | undefined;
  out?: AudiodevPipewireIn | undefined;
}

export interface AudiodevPipewireIn {
  'mixing-engine'?: boolean | undefined;
  'fixed-settings'?: boolean | undefined;
  frequency?: number | undefined;
  channels?: number | undefined;
  voices?: number | undefined;
  format?: AudiodevNoneInFormat | undefined;
  'buffer-length'?: number | undefined;
  name?: string | undefined;
  'stream-name'?: string | undefined;
  latency?: number | undefined;
}

export interface AudiodevSdl extends AudiodevBase {
  driver: 'sdl';
  in?: AudiodevSdlIn | undefined;
  out?: AudiodevSdlIn | undefined;
}

export interface AudiodevSdlIn {
  'mixing-engine'?: boolean | undefined;
  'fixed-settings'?: boolean | undefined;
  frequency?: number | undefined;
  channels?: number | undefined;
  voices?: number | undefined;
  format?: AudiodevNoneInFormat | undefined;
  'buffer-length'?: number | undefined;
  'buffer-count'?: number | undefined;
}

export interface AudiodevSpice extends AudiodevBase {
  driver: 'spice';
  in?: AudiodevNoneIn | undefined;
  out?: AudiodevNoneIn | undefined;
}

export interface AudiodevWav extends AudiodevBase {
  driver: 'wav';
  in?: AudiodevNoneIn | undefined;
  out?: AudiodevNoneIn | undefined;
  path?: string | undefined;
}

export interface BalloonArguments {
  value: number | bigint;
}

export interface BalloonChangeData {
  actual: number | bigint;
}

export interface BalloonInfo {
  actual: number | bigint;
}

export type BitmapSyncMode = 'on-success' | 'never' | 'always';

export interface BlockCommitArguments {
  'job-id'?: string | undefined;
  device: string;
  'base-node'?: string | undefined;
  /** @deprecated QEMU is going to drop this. */
  base?: string | undefined;
  'top-node'?: string | undefined;
  /** @deprecated QEMU is going to drop this. */
  top?: string | undefined;
  'backing-file'?: string | undefined;
  'backing-mask-protocol'?: boolean | undefined;
  speed?: number | bigint | undefined;
  'on-error'?: BlockdevOnError | undefined;
  'filter-node-name'?: string | undefined;
  'auto-finalize'?: boolean | undefined;
  'auto-dismiss'?: boolean | undefined;
}

export interface BlockDeviceInfo {
  file: string;
  'node-name': string;
  ro: boolean;
  drv: string;
  backing_file?: string | undefined;
  backing_file_depth: number;
  children: BlockDeviceInfoChildren[];
  active: boolean;
  encrypted: boolean;
  detect_zeroes: BlockdevDetectZeroesOptions;
  bps: number | bigint;
  bps_rd: number | bigint;
  bps_wr: number | bigint;
  iops: number;
  iops_rd: number;
  iops_wr: number;
  image: ImageInfo;
  bps_max?: number | bigint | undefined;
  bps_rd_max?: number | bigint | undefined;
  bps_wr_max?: number | bigint | undefined;
  iops_max?: number | undefined;
  iops_rd_max?: number | undefined;
  iops_wr_max?: number | undefined;
  bps_max_length?: number | undefined;
  bps_rd_max_length?: number | undefined;
  bps_wr_max_length?: number | undefined;
  iops_max_length?: number | undefined;
  iops_rd_max_length?: number | undefined;
  iops_wr_max_length?: number | undefined;
  iops_size?: number | undefined;
  group?: string | undefined;
  cache: BlockDeviceInfoCache;
  write_threshold: number | bigint;
  'dirty-bitmaps'?: BlockDirtyInfo[] | undefined;
}

export interface BlockDeviceInfoCache {
  writeback: boolean;
  direct: boolean;
  'no-flush': boolean;
}

export interface BlockDeviceInfoChildren {
  child: string;
  'node-name': string;
}

export type BlockDeviceIoStatus = 'ok' | 'failed' | 'nospace';

export interface BlockDeviceStats {
  rd_bytes: number | bigint;
  wr_bytes: number | bigint;
  zone_append_bytes: number | bigint;
  unmap_bytes: number | bigint;
  rd_operations: number;
  wr_operations: number;
  zone_append_operations: number;
  flush_operations: number;
  unmap_operations: number;
  rd_total_time_ns: number | bigint;
  wr_total_time_ns: number | bigint;
  zone_append_total_time_ns: number | bigint;
  flush_total_time_ns: number | bigint;
  unmap_total_time_ns: number | bigint;
  wr_highest_offset: number | bigint;
  rd_merged: number;
  wr_merged: number;
  zone_append_merged: number;
  unmap_merged: number;
  idle_time_ns?: number | bigint | undefined;
  failed_rd_operations: number;
  failed_wr_operations: number;
  failed_zone_append_operations: number;
  failed_flush_operations: number;
  failed_unmap_operations: number;
  invalid_rd_operations: number;
  invalid_wr_operations: number;
  invalid_zone_append_operations: number;
  invalid_flush_operations: number;
  invalid_unmap_operations: number;
  account_invalid: boolean;
  account_failed: boolean;
  timed_stats: BlockDeviceStatsTimedStats[];
  rd_latency_histogram?: BlockDeviceStatsRdLatencyHistogram | undefined;
  wr_latency_histogram?: BlockDeviceStatsRdLatencyHistogram | undefined;
  zone_append_latency_histogram?: BlockDeviceStatsRdLatencyHistogram | undefined;
  flush_latency_histogram?: BlockDeviceStatsRdLatencyHistogram | undefined;
}

export interface BlockDeviceStatsRdLatencyHistogram {
  boundaries: (number | bigint)[];
  bins: (number | bigint)[];
}

export interface BlockDeviceStatsTimedStats {
  interval_length: number;
  min_rd_latency_ns: number | bigint;
  max_rd_latency_ns: number | bigint;
  avg_rd_latency_ns: number | bigint;
  min_wr_latency_ns: number | bigint;
  max_wr_latency_ns: number | bigint;
  avg_wr_latency_ns: number | bigint;
  min_zone_append_latency_ns: number | bigint;
  max_zone_append_latency_ns: number | bigint;
  avg_zone_append_latency_ns: number | bigint;
  min_flush_latency_ns: number | bigint;
  max_flush_latency_ns: number | bigint;
  avg_flush_latency_ns: number | bigint;
  avg_rd_queue_depth: number;
  avg_wr_queue_depth: number;
  avg_zone_append_queue_depth: number;
}

export interface BlockDirtyBitmapAddArguments {
  node: string;
  name: string;
  granularity?: number | undefined;
  persistent?: boolean | undefined;
  disabled?: boolean | undefined;
}

export interface BlockDirtyBitmapClearArguments {
  node: string;
  name: string;
}

export interface BlockDirtyBitmapMergeArguments {
  node: string;
  target: string;
  bitmaps: BlockDirtyBitmapMergeArgumentsBitmaps[];
}

export type BlockDirtyBitmapMergeArgumentsBitmaps = string | BlockDirtyBitmapClearArguments;

export interface BlockDirtyInfo {
  name?: string | undefined;
  count: number | bigint;
  granularity: number;
  recording: boolean;
  busy: boolean;
  persistent: boolean;
  inconsistent?: boolean | undefined;
}

export type BlockErrorAction = 'ignore' | 'report' | 'stop';

export interface BlockExportDelArguments {
  id: string;
  mode?: BlockExportRemoveMode | undefined;
}

export interface BlockExportDeletedData {
  id: string;
}

export interface BlockExportInfo {
  id: string;
  type: BlockExportType;
  'node-name': string;
  'shutting-down': boolean;
}

export type BlockExportOptions =
  | BlockExportOptionsNbd
  | BlockExportOptionsVhostUserBlk
  | BlockExportOptionsFuse
  | BlockExportOptionsVduseBlk;

export interface BlockExportOptionsBase {
  id: string;
  'fixed-iothread'?: boolean | undefined;
  iothread?: BlockExportOptionsIothread | undefined;
  'node-name': string;
  writable?: boolean | undefined;
  writethrough?: boolean | undefined;
  'allow-inactive'?: boolean | undefined;
}

export interface BlockExportOptionsFuse extends BlockExportOptionsBase {
  type: 'fuse';
  mountpoint: string;
  growable?: boolean | undefined;
  'allow-other'?: BlockExportOptionsFuseAllowOther | undefined;
}

export type BlockExportOptionsFuseAllowOther = 'off' | 'on' | 'auto';

export type BlockExportOptionsIothread = string | string[];

export interface BlockExportOptionsNbd extends BlockExportOptionsBase {
  type: 'nbd';
  name?: string | undefined;
  description?: string | undefined;
  bitmaps?: BlockDirtyBitmapMergeArgumentsBitmaps[] | undefined;
  'allocation-depth'?: boolean | undefined;
}

export interface BlockExportOptionsVduseBlk extends BlockExportOptionsBase {
  type: 'vduse-blk';
  name: string;
  'num-queues'?: number | undefined;
  'queue-size'?: number | undefined;
  'logical-block-size'?: number | bigint | undefined;
  serial?: string | undefined;
}

export interface BlockExportOptionsVhostUserBlk extends BlockExportOptionsBase {
  type: 'vhost-user-blk';
  addr: SocketAddress;
  'logical-block-size'?: number | bigint | undefined;
  'num-queues'?: number | undefined;
}

export type BlockExportRemoveMode = 'safe' | 'hard';

export type BlockExportType = 'nbd' | 'vhost-user-blk' | 'fuse' | 'vduse-blk';

export interface BlockImageCorruptedData {
  device: string;
  'node-name'?: string | undefined;
  msg: string;
  offset?: number | bigint | undefined;
  size?: number | bigint | undefined;
  fatal: boolean;
}

export interface BlockInfo {
  device: string;
  qdev?: string | undefined;
  type: string;
  removable: boolean;
  locked: boolean;
  inserted?: BlockDeviceInfo | undefined;
  tray_open?: boolean | undefined;
  'io-status'?: BlockDeviceIoStatus | undefined;
}

export interface BlockIoErrorData {
  'qom-path': string;
  device: string;
  'node-name'?: string | undefined;
  operation: IoOperationType;
  action: BlockErrorAction;
  nospace?: boolean | undefined;
  reason: string;
}

export interface BlockJobCancelArguments {
  device: string;
  force?: boolean | undefined;
}

export interface BlockJobCancelledData {
  type: JobType;
  device: string;
  len: number | bigint;
  offset: number | bigint;
  speed: number | bigint;
}

export type BlockJobChangeArguments = BlockJobChangeArgumentsMirror | BlockJobChangeArgumentsOther;

export interface BlockJobChangeArgumentsBase {
  id: string;
}

export interface BlockJobChangeArgumentsMirror extends BlockJobChangeArgumentsBase {
  type: 'mirror';
  'copy-mode': MirrorCopyMode;
}

export interface BlockJobChangeArgumentsOther extends BlockJobChangeArgumentsBase {
  type:
    | 'commit'
    | 'stream'
    | 'backup'
    | 'create'
    | 'amend'
    | 'snapshot-load'
    | 'snapshot-save'
    | 'snapshot-delete';
}

export interface BlockJobCompleteArguments {
  device: string;
}

export interface BlockJobCompletedData {
  type: JobType;
  device: string;
  len: number | bigint;
  offset: number | bigint;
  speed: number | bigint;
  error?: string | undefined;
}

export interface BlockJobDismissArguments {
  id: string;
}

export interface BlockJobErrorData {
  device: string;
  operation: IoOperationType;
  action: BlockErrorAction;
}

export interface BlockJobFinalizeArguments {
  id: string;
}

export type BlockJobInfo = BlockJobInfoMirror | BlockJobInfoOther;

export interface BlockJobInfoBase {
  device: string;
  len: number | bigint;
  offset: number | bigint;
  busy: boolean;
  paused: boolean;
  speed: number | bigint;
  'io-status': BlockDeviceIoStatus;
  ready: boolean;
  status: JobStatus;
  'auto-finalize': boolean;
  'auto-dismiss': boolean;
  error?: string | undefined;
}

export interface BlockJobInfoMirror extends BlockJobInfoBase {
  type: 'mirror';
  'actively-synced': boolean;
}

export interface BlockJobInfoOther extends BlockJobInfoBase {
  type:
    | 'commit'
    | 'stream'
    | 'backup'
    | 'create'
    | 'amend'
    | 'snapshot-load'
    | 'snapshot-save'
    | 'snapshot-delete';
}

export interface BlockJobPauseArguments {
  device: string;
}

export interface BlockJobPendingData {
  type: JobType;
  id: string;
}

export interface BlockJobReadyData {
  type: JobType;
  device: string;
  len: number | bigint;
  offset: number | bigint;
  speed: number | bigint;
}

export interface BlockJobResumeArguments {
  device: string;
}

export interface BlockJobSetSpeedArguments {
  device: string;
  speed: number | bigint;
}

export interface BlockLatencyHistogramSetArguments {
  id: string;
  boundaries?: (number | bigint)[] | undefined;
  'boundaries-read'?: (number | bigint)[] | undefined;
  'boundaries-write'?: (number | bigint)[] | undefined;
  'boundaries-zap'?: (number | bigint)[] | undefined;
  'boundaries-flush'?: (number | bigint)[] | undefined;
}

export interface BlockResizeArguments {
  device?: string | undefined;
  'node-name'?: string | undefined;
  size: number | bigint;
}

export interface BlockSetIoThrottleArguments {
  /** @deprecated QEMU is going to drop this. */
  device?: string | undefined;
  id?: string | undefined;
  bps: number | bigint;
  bps_rd: number | bigint;
  bps_wr: number | bigint;
  iops: number | bigint;
  iops_rd: number | bigint;
  iops_wr: number | bigint;
  bps_max?: number | bigint | undefined;
  bps_rd_max?: number | bigint | undefined;
  bps_wr_max?: number | bigint | undefined;
  iops_max?: number | bigint | undefined;
  iops_rd_max?: number | bigint | undefined;
  iops_wr_max?: number | bigint | undefined;
  bps_max_length?: number | bigint | undefined;
  bps_rd_max_length?: number | bigint | undefined;
  bps_wr_max_length?: number | bigint | undefined;
  iops_max_length?: number | bigint | undefined;
  iops_rd_max_length?: number | bigint | undefined;
  iops_wr_max_length?: number | bigint | undefined;
  iops_size?: number | bigint | undefined;
  group?: string | undefined;
}

export interface BlockSetWriteThresholdArguments {
  'node-name': string;
  'write-threshold': number | bigint;
}

export interface BlockStats {
  device?: string | undefined;
  qdev?: string | undefined;
  'node-name'?: string | undefined;
  stats: BlockDeviceStats;
  'driver-specific'?: BlockStatsDriverSpecific | undefined;
  parent?: BlockStats | undefined;
  backing?: BlockStats | undefined;
}

export type BlockStatsDriverSpecific =
  | BlockStatsDriverSpecificFile
  | BlockStatsDriverSpecificHostDevice
  | BlockStatsDriverSpecificNvme
  | BlockStatsDriverSpecificOther;

export interface BlockStatsDriverSpecificFile {
  driver: 'file';
  'discard-nb-ok': number;
  'discard-nb-failed': number;
  'discard-bytes-ok': number | bigint;
}

export interface BlockStatsDriverSpecificHostDevice {
  driver: 'host_device';
  'discard-nb-ok': number;
  'discard-nb-failed': number;
  'discard-bytes-ok': number | bigint;
}

export interface BlockStatsDriverSpecificNvme {
  driver: 'nvme';
  'completion-errors': number;
  'aligned-accesses': number;
  'unaligned-accesses': number;
}

export interface BlockStatsDriverSpecificOther {
  driver:
    | 'blkdebug'
    | 'blklogwrites'
    | 'blkreplay'
    | 'blkverify'
    | 'bochs'
    | 'cloop'
    | 'compress'
    | 'copy-before-write'
    | 'copy-on-read'
    | 'dmg'
    | 'snapshot-access'
    | 'ftp'
    | 'ftps'
    | 'host_cdrom'
    | 'http'
    | 'https'
    | 'io_uring'
    | 'iscsi'
    | 'luks'
    | 'nbd'
    | 'nfs'
    | 'null-aio'
    | 'null-co'
    | 'nvme-io_uring'
    | 'parallels'
    | 'preallocate'
    | 'qcow'
    | 'qcow2'
    | 'qed'
    | 'quorum'
    | 'raw'
    | 'rbd'
    | 'replication'
    | 'ssh'
    | 'throttle'
    | 'vdi'
    | 'vhdx'
    | 'virtio-blk-vfio-pci'
    | 'virtio-blk-vhost-user'
    | 'virtio-blk-vhost-vdpa'
    | 'vmdk'
    | 'vpc'
    | 'vvfat';
}

export interface BlockStreamArguments {
  'job-id'?: string | undefined;
  device: string;
  base?: string | undefined;
  'base-node'?: string | undefined;
  'backing-file'?: string | undefined;
  'backing-mask-protocol'?: boolean | undefined;
  bottom?: string | undefined;
  speed?: number | bigint | undefined;
  'on-error'?: BlockdevOnError | undefined;
  'filter-node-name'?: string | undefined;
  'auto-finalize'?: boolean | undefined;
  'auto-dismiss'?: boolean | undefined;
}

export interface BlockWriteThresholdData {
  'node-name': string;
  'amount-exceeded': number | bigint;
  'write-threshold': number | bigint;
}

export type BlockdevAioOptions = 'threads' | 'native' | 'io_uring';

export interface BlockdevBackupArguments {
  'job-id'?: string | undefined;
  device: string;
  sync: MirrorSyncMode;
  speed?: number | bigint | undefined;
  bitmap?: string | undefined;
  'bitmap-mode'?: BitmapSyncMode | undefined;
  compress?: boolean | undefined;
  'on-source-error'?: BlockdevOnError | undefined;
  'on-target-error'?: BlockdevOnError | undefined;
  'on-cbw-error'?: BlockdevOptionsCopyBeforeWriteOnCbwError | undefined;
  'auto-finalize'?: boolean | undefined;
  'auto-dismiss'?: boolean | undefined;
  'filter-node-name'?: string | undefined;
  'discard-source'?: boolean | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-perf'?: BlockdevBackupArgumentsXPerf | undefined;
  target: string;
}

export interface BlockdevBackupArgumentsXPerf {
  'use-copy-range'?: boolean | undefined;
  'max-workers'?: number | bigint | undefined;
  'max-chunk'?: number | bigint | undefined;
  'min-cluster-size'?: number | bigint | undefined;
}

export interface BlockdevChangeMediumArguments {
  /** @deprecated QEMU is going to drop this. */
  device?: string | undefined;
  id?: string | undefined;
  filename: string;
  format?: string | undefined;
  force?: boolean | undefined;
  'read-only-mode'?: BlockdevChangeMediumArgumentsReadOnlyMode | undefined;
}

export type BlockdevChangeMediumArgumentsReadOnlyMode = 'retain' | 'read-only' | 'read-write';

export interface BlockdevCloseTrayArguments {
  /** @deprecated QEMU is going to drop this. */
  device?: string | undefined;
  id?: string | undefined;
}

export interface BlockdevCreateArguments {
  'job-id': string;
  options: BlockdevCreateOptions;
}

export type BlockdevCreateOptions =
  | BlockdevCreateOptionsFile
  | BlockdevCreateOptionsLuks
  | BlockdevCreateOptionsNfs
  | BlockdevCreateOptionsParallels
  | BlockdevCreateOptionsQcow
  | BlockdevCreateOptionsQcow2
  | BlockdevCreateOptionsQed
  | BlockdevCreateOptionsRbd
  | BlockdevCreateOptionsSsh
  | BlockdevCreateOptionsVdi
  | BlockdevCreateOptionsVhdx
  | BlockdevCreateOptionsVmdk
  | BlockdevCreateOptionsVpc
  | BlockdevCreateOptionsOther;

export interface BlockdevCreateOptionsFile {
  driver: 'file';
  filename: string;
  size: number | bigint;
  preallocation?: PreallocMode | undefined;
  nocow?: boolean | undefined;
  'extent-size-hint'?: number | bigint | undefined;
}

export interface BlockdevCreateOptionsLuks {
  driver: 'luks';
  'key-secret'?: string | undefined;
  'cipher-alg'?: BlockdevCreateOptionsLuksCipherAlg | undefined;
  'cipher-mode'?: BlockdevCreateOptionsLuksCipherMode | undefined;
  'ivgen-alg'?: BlockdevCreateOptionsLuksIvgenAlg | undefined;
  'ivgen-hash-alg'?: BlockdevCreateOptionsLuksIvgenHashAlg | undefined;
  'hash-alg'?: BlockdevCreateOptionsLuksIvgenHashAlg | undefined;
  'iter-time'?: number | bigint | undefined;
  file?: BlockdevRef | undefined;
  header?: BlockdevRef | undefined;
  size: number | bigint;
  preallocation?: PreallocMode | undefined;
}

export type BlockdevCreateOptionsLuksCipherAlg =
  | 'aes-128'
  | 'aes-192'
  | 'aes-256'
  | 'des'
  | '3des'
  | 'cast5-128'
  | 'serpent-128'
  | 'serpent-192'
  | 'serpent-256'
  | 'twofish-128'
  | 'twofish-192'
  | 'twofish-256'
  | 'sm4';

export type BlockdevCreateOptionsLuksCipherMode = 'ecb' | 'cbc' | 'xts' | 'ctr';

export type BlockdevCreateOptionsLuksIvgenAlg = 'plain' | 'plain64' | 'essiv';

export type BlockdevCreateOptionsLuksIvgenHashAlg =
  | 'md5'
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'ripemd160'
  | 'sm3';

export interface BlockdevCreateOptionsNfs {
  driver: 'nfs';
  location: BlockdevCreateOptionsNfsLocation;
  size: number | bigint;
}

export interface BlockdevCreateOptionsNfsLocation {
  server: BlockdevOptionsNfsServer;
  path: string;
  user?: number | bigint | undefined;
  group?: number | bigint | undefined;
  'tcp-syn-count'?: number | bigint | undefined;
  'readahead-size'?: number | bigint | undefined;
  'page-cache-size'?: number | bigint | undefined;
  debug?: number | bigint | undefined;
}

export interface BlockdevCreateOptionsOther {
  driver:
    | 'blkdebug'
    | 'blklogwrites'
    | 'blkreplay'
    | 'blkverify'
    | 'bochs'
    | 'cloop'
    | 'compress'
    | 'copy-before-write'
    | 'copy-on-read'
    | 'dmg'
    | 'snapshot-access'
    | 'ftp'
    | 'ftps'
    | 'host_cdrom'
    | 'host_device'
    | 'http'
    | 'https'
    | 'io_uring'
    | 'iscsi'
    | 'nbd'
    | 'null-aio'
    | 'null-co'
    | 'nvme'
    | 'nvme-io_uring'
    | 'preallocate'
    | 'quorum'
    | 'raw'
    | 'replication'
    | 'throttle'
    | 'virtio-blk-vfio-pci'
    | 'virtio-blk-vhost-user'
    | 'virtio-blk-vhost-vdpa'
    | 'vvfat';
}

export interface BlockdevCreateOptionsParallels {
  driver: 'parallels';
  file: BlockdevRef;
  size: number | bigint;
  'cluster-size'?: number | bigint | undefined;
}

export interface BlockdevCreateOptionsQcow {
  driver: 'qcow';
  file: BlockdevRef;
  size: number | bigint;
  'backing-file'?: string | undefined;
  encrypt?: BlockdevCreateOptionsQcowEncrypt | undefined;
}

export interface BlockdevCreateOptionsQcow2 {
  driver: 'qcow2';
  file: BlockdevRef;
  'data-file'?: BlockdevRef | undefined;
  'data-file-raw'?: boolean | undefined;
  'extended-l2'?: boolean | undefined;
  size: number | bigint;
  version?: BlockdevCreateOptionsQcow2Version | undefined;
  'backing-file'?: string | undefined;
  'backing-fmt'?: BlockdevDriver | undefined;
  encrypt?: BlockdevCreateOptionsQcowEncrypt | undefined;
  'cluster-size'?: number | bigint | undefined;
  preallocation?: PreallocMode | undefined;
  'lazy-refcounts'?: boolean | undefined;
  'refcount-bits'?: number | bigint | undefined;
  'compression-type'?: BlockdevCreateOptionsQcow2CompressionType | undefined;
}

export type BlockdevCreateOptionsQcow2CompressionType = 'zlib' | 'zstd';

export type BlockdevCreateOptionsQcow2Version = 'v2' | 'v3';

export type BlockdevCreateOptionsQcowEncrypt =
  | BlockdevCreateOptionsQcowEncryptQcow
  | BlockdevCreateOptionsQcowEncryptLuks;

export interface BlockdevCreateOptionsQcowEncryptLuks {
  format: 'luks';
  'key-secret'?: string | undefined;
  'cipher-alg'?: BlockdevCreateOptionsLuksCipherAlg | undefined;
  'cipher-mode'?: BlockdevCreateOptionsLuksCipherMode | undefined;
  'ivgen-alg'?: BlockdevCreateOptionsLuksIvgenAlg | undefined;
  'ivgen-hash-alg'?: BlockdevCreateOptionsLuksIvgenHashAlg | undefined;
  'hash-alg'?: BlockdevCreateOptionsLuksIvgenHashAlg | undefined;
  'iter-time'?: number | bigint | undefined;
}

export interface BlockdevCreateOptionsQcowEncryptQcow {
  format: 'qcow';
  'key-secret'?: string | undefined;
}

export interface BlockdevCreateOptionsQed {
  driver: 'qed';
  file: BlockdevRef;
  size: number | bigint;
  'backing-file'?: string | undefined;
  'backing-fmt'?: BlockdevDriver | undefined;
  'cluster-size'?: number | bigint | undefined;
  'table-size'?: number | bigint | undefined;
}

export interface BlockdevCreateOptionsRbd {
  driver: 'rbd';
  location: BlockdevCreateOptionsRbdLocation;
  size: number | bigint;
  'cluster-size'?: number | bigint | undefined;
  encrypt?: BlockdevCreateOptionsRbdEncrypt | undefined;
}

export type BlockdevCreateOptionsRbdEncrypt =
  | BlockdevCreateOptionsRbdEncryptLuks
  | BlockdevCreateOptionsRbdEncryptLuks2
  | BlockdevCreateOptionsRbdEncryptLuksAny;

export interface BlockdevCreateOptionsRbdEncryptLuks {
  format: 'luks';
  'key-secret': string;
  'cipher-alg'?: BlockdevCreateOptionsLuksCipherAlg | undefined;
}

export interface BlockdevCreateOptionsRbdEncryptLuks2 {
  format: 'luks2';
  'key-secret': string;
  'cipher-alg'?: BlockdevCreateOptionsLuksCipherAlg | undefined;
}

export interface BlockdevCreateOptionsRbdEncryptLuksAny {
  format: 'luks-any';
}

export interface BlockdevCreateOptionsRbdLocation {
  pool: string;
  namespace?: string | undefined;
  image: string;
  conf?: string | undefined;
  snapshot?: string | undefined;
  encrypt?: BlockdevOptionsRbdEncrypt | undefined;
  user?: string | undefined;
  'auth-client-required'?: BlockdevOptionsRbdAuthClientRequired[] | undefined;
  'key-secret'?: string | undefined;
  server?: BlockdevOptionsRbdServer[] | undefined;
}

export interface BlockdevCreateOptionsSsh {
  driver: 'ssh';
  location: BlockdevCreateOptionsSshLocation;
  size: number | bigint;
}

export interface BlockdevCreateOptionsSshLocation {
  server: InetSocketAddress;
  path: string;
  user?: string | undefined;
  'host-key-check'?: BlockdevOptionsSshHostKeyCheck | undefined;
}

export interface BlockdevCreateOptionsVdi {
  driver: 'vdi';
  file: BlockdevRef;
  size: number | bigint;
  preallocation?: PreallocMode | undefined;
}

export interface BlockdevCreateOptionsVhdx {
  driver: 'vhdx';
  file: BlockdevRef;
  size: number | bigint;
  'log-size'?: number | bigint | undefined;
  'block-size'?: number | bigint | undefined;
  subformat?: BlockdevCreateOptionsVhdxSubformat | undefined;
  'block-state-zero'?: boolean | undefined;
}

export type BlockdevCreateOptionsVhdxSubformat = 'dynamic' | 'fixed';

export interface BlockdevCreateOptionsVmdk {
  driver: 'vmdk';
  file: BlockdevRef;
  size: number | bigint;
  extents?: BlockdevRef[] | undefined;
  subformat?: BlockdevCreateOptionsVmdkSubformat | undefined;
  'backing-file'?: string | undefined;
  'adapter-type'?: BlockdevCreateOptionsVmdkAdapterType | undefined;
  hwversion?: string | undefined;
  toolsversion?: string | undefined;
  'zeroed-grain'?: boolean | undefined;
}

export type BlockdevCreateOptionsVmdkAdapterType = 'ide' | 'buslogic' | 'lsilogic' | 'legacyESX';

export type BlockdevCreateOptionsVmdkSubformat =
  | 'monolithicSparse'
  | 'monolithicFlat'
  | 'twoGbMaxExtentSparse'
  | 'twoGbMaxExtentFlat'
  | 'streamOptimized';

export interface BlockdevCreateOptionsVpc {
  driver: 'vpc';
  file: BlockdevRef;
  size: number | bigint;
  subformat?: BlockdevCreateOptionsVpcSubformat | undefined;
  'force-size'?: boolean | undefined;
}

export type BlockdevCreateOptionsVpcSubformat = 'dynamic' | 'fixed';

export interface BlockdevDelArguments {
  'node-name': string;
}

export type BlockdevDetectZeroesOptions = 'off' | 'on' | 'unmap';

export type BlockdevDriver =
  | 'blkdebug'
  | 'blklogwrites'
  | 'blkreplay'
  | 'blkverify'
  | 'bochs'
  | 'cloop'
  | 'compress'
  | 'copy-before-write'
  | 'copy-on-read'
  | 'dmg'
  | 'file'
  | 'snapshot-access'
  | 'ftp'
  | 'ftps'
  | 'host_cdrom'
  | 'host_device'
  | 'http'
  | 'https'
  | 'io_uring'
  | 'iscsi'
  | 'luks'
  | 'nbd'
  | 'nfs'
  | 'null-aio'
  | 'null-co'
  | 'nvme'
  | 'nvme-io_uring'
  | 'parallels'
  | 'preallocate'
  | 'qcow'
  | 'qcow2'
  | 'qed'
  | 'quorum'
  | 'raw'
  | 'rbd'
  | 'replication'
  | 'ssh'
  | 'throttle'
  | 'vdi'
  | 'vhdx'
  | 'virtio-blk-vfio-pci'
  | 'virtio-blk-vhost-user'
  | 'virtio-blk-vhost-vdpa'
  | 'vmdk'
  | 'vpc'
  | 'vvfat';

export interface BlockdevInsertMediumArguments {
  id: string;
  'node-name': string;
}

export interface BlockdevMirrorArguments {
  'job-id'?: string | undefined;
  device: string;
  target: string;
  replaces?: string | undefined;
  sync: MirrorSyncMode;
  speed?: number | bigint | undefined;
  granularity?: number | undefined;
  'buf-size'?: number | bigint | undefined;
  'on-source-error'?: BlockdevOnError | undefined;
  'on-target-error'?: BlockdevOnError | undefined;
  'filter-node-name'?: string | undefined;
  'copy-mode'?: MirrorCopyMode | undefined;
  'auto-finalize'?: boolean | undefined;
  'auto-dismiss'?: boolean | undefined;
  'target-is-zero'?: boolean | undefined;
}

export type BlockdevOnError = 'report' | 'ignore' | 'enospc' | 'stop' | 'auto';

export interface BlockdevOpenTrayArguments {
  /** @deprecated QEMU is going to drop this. */
  device?: string | undefined;
  id?: string | undefined;
  force?: boolean | undefined;
}

export type BlockdevOptions =
  | BlockdevOptionsBlkdebug
  | BlockdevOptionsBlklogwrites
  | BlockdevOptionsBlkreplay
  | BlockdevOptionsBlkverify
  | BlockdevOptionsBochs
  | BlockdevOptionsCloop
  | BlockdevOptionsCompress
  | BlockdevOptionsCopyBeforeWrite
  | BlockdevOptionsCopyOnRead
  | BlockdevOptionsDmg
  | BlockdevOptionsFile
  | BlockdevOptionsSnapshotAccess
  | BlockdevOptionsFtp
  | BlockdevOptionsFtps
  | BlockdevOptionsHostCdrom
  | BlockdevOptionsHostDevice
  | BlockdevOptionsHttp
  | BlockdevOptionsHttps
  | BlockdevOptionsIoUring
  | BlockdevOptionsIscsi
  | BlockdevOptionsLuks
  | BlockdevOptionsNbd
  | BlockdevOptionsNfs
  | BlockdevOptionsNullAio
  | BlockdevOptionsNullCo
  | BlockdevOptionsNvme
  | BlockdevOptionsNvmeIoUring
  | BlockdevOptionsParallels
  | BlockdevOptionsPreallocate
  | BlockdevOptionsQcow
  | BlockdevOptionsQcow2
  | BlockdevOptionsQed
  | BlockdevOptionsQuorum
  | BlockdevOptionsRaw
  | BlockdevOptionsRbd
  | BlockdevOptionsReplication
  | BlockdevOptionsSsh
  | BlockdevOptionsThrottle
  | BlockdevOptionsVdi
  | BlockdevOptionsVhdx
  | BlockdevOptionsVirtioBlkVfioPci
  | BlockdevOptionsVirtioBlkVhostUser
  | BlockdevOptionsVirtioBlkVhostVdpa
  | BlockdevOptionsVmdk
  | BlockdevOptionsVpc
  | BlockdevOptionsVvfat;

export interface BlockdevOptionsBase {
  'node-name'?: string | undefined;
  discard?: BlockdevOptionsDiscard | undefined;
  cache?: BlockdevOptionsCache | undefined;
  active?: boolean | undefined;
  'read-only'?: boolean | undefined;
  'auto-read-only'?: boolean | undefined;
  'force-share'?: boolean | undefined;
  'detect-zeroes'?: BlockdevDetectZeroesOptions | undefined;
}

export interface BlockdevOptionsBlkdebug extends BlockdevOptionsBase {
  driver: 'blkdebug';
  image: BlockdevRef;
  config?: string | undefined;
  align?: number | bigint | undefined;
  'max-transfer'?: number | undefined;
  'opt-write-zero'?: number | undefined;
  'max-write-zero'?: number | undefined;
  'opt-discard'?: number | undefined;
  'max-discard'?: number | undefined;
  'inject-error'?: BlockdevOptionsBlkdebugInjectError[] | undefined;
  'set-state'?: BlockdevOptionsBlkdebugSetState[] | undefined;
  'take-child-perms'?: BlockdevOptionsBlkdebugTakeChildPerms[] | undefined;
  'unshare-child-perms'?: BlockdevOptionsBlkdebugTakeChildPerms[] | undefined;
}

export interface BlockdevOptionsBlkdebugInjectError {
  event: BlockdevOptionsBlkdebugInjectErrorEvent;
  state?: number | bigint | undefined;
  iotype?: BlockdevOptionsBlkdebugInjectErrorIotype | undefined;
  errno?: number | bigint | undefined;
  'delay-ns'?: number | bigint | undefined;
  sector?: number | bigint | undefined;
  once?: boolean | undefined;
  immediately?: boolean | undefined;
}

export type BlockdevOptionsBlkdebugInjectErrorEvent =
  | 'l1_update'
  | 'l1_grow_alloc_table'
  | 'l1_grow_write_table'
  | 'l1_grow_activate_table'
  | 'l2_load'
  | 'l2_update'
  | 'l2_update_compressed'
  | 'l2_alloc_cow_read'
  | 'l2_alloc_write'
  | 'read_aio'
  | 'read_backing_aio'
  | 'read_compressed'
  | 'write_aio'
  | 'write_compressed'
  | 'vmstate_load'
  | 'vmstate_save'
  | 'cow_read'
  | 'cow_write'
  | 'reftable_load'
  | 'reftable_grow'
  | 'reftable_update'
  | 'refblock_load'
  | 'refblock_update'
  | 'refblock_update_part'
  | 'refblock_alloc'
  | 'refblock_alloc_hookup'
  | 'refblock_alloc_write'
  | 'refblock_alloc_write_blocks'
  | 'refblock_alloc_write_table'
  | 'refblock_alloc_switch_table'
  | 'cluster_alloc'
  | 'cluster_alloc_bytes'
  | 'cluster_free'
  | 'flush_to_os'
  | 'flush_to_disk'
  | 'pwritev_rmw_head'
  | 'pwritev_rmw_after_head'
  | 'pwritev_rmw_tail'
  | 'pwritev_rmw_after_tail'
  | 'pwritev'
  | 'pwritev_zero'
  | 'pwritev_done'
  | 'empty_image_prepare'
  | 'l1_shrink_write_table'
  | 'l1_shrink_free_l2_clusters'
  | 'cor_write'
  | 'cluster_alloc_space'
  | 'none';

export type BlockdevOptionsBlkdebugInjectErrorIotype =
  | 'read'
  | 'write'
  | 'write-zeroes'
  | 'discard'
  | 'flush'
  | 'block-status';

export interface BlockdevOptionsBlkdebugSetState {
  event: BlockdevOptionsBlkdebugInjectErrorEvent;
  state?: number | bigint | undefined;
  new_state: number | bigint;
}

export type BlockdevOptionsBlkdebugTakeChildPerms =
  | 'consistent-read'
  | 'write'
  | 'write-unchanged'
  | 'resize';

export interface BlockdevOptionsBlklogwrites extends BlockdevOptionsBase {
  driver: 'blklogwrites';
  file: BlockdevRef;
  log: BlockdevRef;
  'log-sector-size'?: number | undefined;
  'log-append'?: boolean | undefined;
  'log-super-update-interval'?: number | bigint | undefined;
}

export interface BlockdevOptionsBlkreplay extends BlockdevOptionsBase {
  driver: 'blkreplay';
  image: BlockdevRef;
}

export interface BlockdevOptionsBlkverify extends BlockdevOptionsBase {
  driver: 'blkverify';
  test: BlockdevRef;
  raw: BlockdevRef;
}

export interface BlockdevOptionsBochs extends BlockdevOptionsBase {
  driver: 'bochs';
  file: BlockdevRef;
}

export interface BlockdevOptionsCache {
  direct?: boolean | undefined;
  'no-flush'?: boolean | undefined;
}

export interface BlockdevOptionsCloop extends BlockdevOptionsBase {
  driver: 'cloop';
  file: BlockdevRef;
}

export interface BlockdevOptionsCompress extends BlockdevOptionsBase {
  driver: 'compress';
  file: BlockdevRef;
}

export interface BlockdevOptionsCopyBeforeWrite extends BlockdevOptionsBase {
  driver: 'copy-before-write';
  file: BlockdevRef;
  target: BlockdevRef;
  bitmap?: BlockDirtyBitmapClearArguments | undefined;
  'on-cbw-error'?: BlockdevOptionsCopyBeforeWriteOnCbwError | undefined;
  'cbw-timeout'?: number | undefined;
  'min-cluster-size'?: number | bigint | undefined;
}

export type BlockdevOptionsCopyBeforeWriteOnCbwError = 'break-guest-write' | 'break-snapshot';

export interface BlockdevOptionsCopyOnRead extends BlockdevOptionsBase {
  driver: 'copy-on-read';
  file: BlockdevRef;
  bottom?: string | undefined;
}

export type BlockdevOptionsDiscard = 'ignore' | 'unmap';

export interface BlockdevOptionsDmg extends BlockdevOptionsBase {
  driver: 'dmg';
  file: BlockdevRef;
}

export interface BlockdevOptionsFile extends BlockdevOptionsBase {
  driver: 'file';
  filename: string;
  'pr-manager'?: string | undefined;
  locking?: OnOffAuto | undefined;
  aio?: BlockdevAioOptions | undefined;
  'aio-max-batch'?: number | bigint | undefined;
  'drop-cache'?: boolean | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-check-cache-dropped'?: boolean | undefined;
}

export interface BlockdevOptionsFtp extends BlockdevOptionsBase {
  driver: 'ftp';
  url: string;
  readahead?: number | bigint | undefined;
  timeout?: number | bigint | undefined;
  username?: string | undefined;
  'password-secret'?: string | undefined;
  'proxy-username'?: string | undefined;
  'proxy-password-secret'?: string | undefined;
}

export interface BlockdevOptionsFtps extends BlockdevOptionsBase {
  driver: 'ftps';
  url: string;
  readahead?: number | bigint | undefined;
  timeout?: number | bigint | undefined;
  username?: string | undefined;
  'password-secret'?: string | undefined;
  'proxy-username'?: string | undefined;
  'proxy-password-secret'?: string | undefined;
  sslverify?: boolean | undefined;
}

export interface BlockdevOptionsHostCdrom extends BlockdevOptionsBase {
  driver: 'host_cdrom';
  filename: string;
  'pr-manager'?: string | undefined;
  locking?: OnOffAuto | undefined;
  aio?: BlockdevAioOptions | undefined;
  'aio-max-batch'?: number | bigint | undefined;
  'drop-cache'?: boolean | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-check-cache-dropped'?: boolean | undefined;
}

export interface BlockdevOptionsHostDevice extends BlockdevOptionsBase {
  driver: 'host_device';
  filename: string;
  'pr-manager'?: string | undefined;
  locking?: OnOffAuto | undefined;
  aio?: BlockdevAioOptions | undefined;
  'aio-max-batch'?: number | bigint | undefined;
  'drop-cache'?: boolean | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-check-cache-dropped'?: boolean | undefined;
}

export interface BlockdevOptionsHttp extends BlockdevOptionsBase {
  driver: 'http';
  url: string;
  readahead?: number | bigint | undefined;
  timeout?: number | bigint | undefined;
  username?: string | undefined;
  'password-secret'?: string | undefined;
  'proxy-username'?: string | undefined;
  'proxy-password-secret'?: string | undefined;
  cookie?: string | undefined;
  'cookie-secret'?: string | undefined;
  'force-range'?: boolean | undefined;
}

export interface BlockdevOptionsHttps extends BlockdevOptionsBase {
  driver: 'https';
  url: string;
  readahead?: number | bigint | undefined;
  timeout?: number | bigint | undefined;
  username?: string | undefined;
  'password-secret'?: string | undefined;
  'proxy-username'?: string | undefined;
  'proxy-password-secret'?: string | undefined;
  cookie?: string | undefined;
  'cookie-secret'?: string | undefined;
  'force-range'?: boolean | undefined;
  sslverify?: boolean | undefined;
}

export interface BlockdevOptionsIoUring extends BlockdevOptionsBase {
  driver: 'io_uring';
  filename: string;
}

export interface BlockdevOptionsIscsi extends BlockdevOptionsBase {
  driver: 'iscsi';
  transport: BlockdevOptionsIscsiTransport;
  portal: string;
  target: string;
  lun?: number | bigint | undefined;
  user?: string | undefined;
  'password-secret'?: string | undefined;
  'initiator-name'?: string | undefined;
  'header-digest'?: BlockdevOptionsIscsiHeaderDigest | undefined;
  timeout?: number | bigint | undefined;
}

export type BlockdevOptionsIscsiHeaderDigest = 'crc32c' | 'none' | 'crc32c-none' | 'none-crc32c';

export type BlockdevOptionsIscsiTransport = 'tcp' | 'iser';

export interface BlockdevOptionsLuks extends BlockdevOptionsBase {
  driver: 'luks';
  file: BlockdevRef;
  'key-secret'?: string | undefined;
  header?: BlockdevRef | undefined;
}

export interface BlockdevOptionsNbd extends BlockdevOptionsBase {
  driver: 'nbd';
  server: SocketAddress;
  export?: string | undefined;
  'tls-creds'?: string | undefined;
  'tls-hostname'?: string | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-dirty-bitmap'?: string | undefined;
  'reconnect-delay'?: number | undefined;
  'open-timeout'?: number | undefined;
}

export interface BlockdevOptionsNfs extends BlockdevOptionsBase {
  driver: 'nfs';
  server: BlockdevOptionsNfsServer;
  path: string;
  user?: number | bigint | undefined;
  group?: number | bigint | undefined;
  'tcp-syn-count'?: number | bigint | undefined;
  'readahead-size'?: number | bigint | undefined;
  'page-cache-size'?: number | bigint | undefined;
  debug?: number | bigint | undefined;
}

export interface BlockdevOptionsNfsServer {
  type: BlockdevOptionsNfsServerType;
  host: string;
}

export type BlockdevOptionsNfsServerType = 'inet';

export interface BlockdevOptionsNullAio extends BlockdevOptionsBase {
  driver: 'null-aio';
  size?: number | bigint | undefined;
  'latency-ns'?: number | bigint | undefined;
  'read-zeroes'?: boolean | undefined;
}

export interface BlockdevOptionsNullCo extends BlockdevOptionsBase {
  driver: 'null-co';
  size?: number | bigint | undefined;
  'latency-ns'?: number | bigint | undefined;
  'read-zeroes'?: boolean | undefined;
}

export interface BlockdevOptionsNvme extends BlockdevOptionsBase {
  driver: 'nvme';
  device: string;
  namespace: number | bigint;
}

export interface BlockdevOptionsNvmeIoUring extends BlockdevOptionsBase {
  driver: 'nvme-io_uring';
  path: string;
}

export interface BlockdevOptionsParallels extends BlockdevOptionsBase {
  driver: 'parallels';
  file: BlockdevRef;
}

export interface BlockdevOptionsPreallocate extends BlockdevOptionsBase {
  driver: 'preallocate';
  file: BlockdevRef;
  'prealloc-align'?: number | bigint | undefined;
  'prealloc-size'?: number | bigint | undefined;
}

export interface BlockdevOptionsQcow extends BlockdevOptionsBase {
  driver: 'qcow';
  file: BlockdevRef;
  backing?: BlockdevRefOrNull | undefined;
  encrypt?: BlockdevOptionsQcowEncrypt | undefined;
}

export interface BlockdevOptionsQcow2 extends BlockdevOptionsBase {
  driver: 'qcow2';
  file: BlockdevRef;
  backing?: BlockdevRefOrNull | undefined;
  'lazy-refcounts'?: boolean | undefined;
  'pass-discard-request'?: boolean | undefined;
  'pass-discard-snapshot'?: boolean | undefined;
  'pass-discard-other'?: boolean | undefined;
  'discard-no-unref'?: boolean | undefined;
  'overlap-check'?: BlockdevOptionsQcow2OverlapCheck | undefined;
  'cache-size'?: number | bigint | undefined;
  'l2-cache-size'?: number | bigint | undefined;
  'l2-cache-entry-size'?: number | bigint | undefined;
  'refcount-cache-size'?: number | bigint | undefined;
  'cache-clean-interval'?: number | bigint | undefined;
  encrypt?: BlockdevOptionsQcow2Encrypt | undefined;
  'data-file'?: BlockdevRef | undefined;
}

export type BlockdevOptionsQcow2Encrypt = BlockdevOptionsQcow2EncryptAes | BlockdevOptionsQcow2EncryptLuks;

export interface BlockdevOptionsQcow2EncryptAes {
  format: 'aes';
  'key-secret'?: string | undefined;
}

export interface BlockdevOptionsQcow2EncryptLuks {
  format: 'luks';
  'key-secret'?: string | undefined;
}

export type BlockdevOptionsQcow2OverlapCheck =
  | BlockdevOptionsQcow2OverlapCheckObject
  | BlockdevOptionsQcow2OverlapCheckEnum;

export type BlockdevOptionsQcow2OverlapCheckEnum = 'none' | 'constant' | 'cached' | 'all';

export interface BlockdevOptionsQcow2OverlapCheckObject {
  template?: BlockdevOptionsQcow2OverlapCheckEnum | undefined;
  'main-header'?: boolean | undefined;
  'active-l1'?: boolean | undefined;
  'active-l2'?: boolean | undefined;
  'refcount-table'?: boolean | undefined;
  'refcount-block'?: boolean | undefined;
  'snapshot-table'?: boolean | undefined;
  'inactive-l1'?: boolean | undefined;
  'inactive-l2'?: boolean | undefined;
  'bitmap-directory'?: boolean | undefined;
}

export type BlockdevOptionsQcowEncrypt = BlockdevOptionsQcowEncryptAes;

export interface BlockdevOptionsQcowEncryptAes {
  format: 'aes';
  'key-secret'?: string | undefined;
}

export interface BlockdevOptionsQed extends BlockdevOptionsBase {
  driver: 'qed';
  file: BlockdevRef;
  backing?: BlockdevRefOrNull | undefined;
}

export interface BlockdevOptionsQuorum extends BlockdevOptionsBase {
  driver: 'quorum';
  blkverify?: boolean | undefined;
  children: BlockdevRef[];
  'vote-threshold': number | bigint;
  'rewrite-corrupted'?: boolean | undefined;
  'read-pattern'?: BlockdevOptionsQuorumReadPattern | undefined;
}

export type BlockdevOptionsQuorumReadPattern = 'quorum' | 'fifo';

export interface BlockdevOptionsRaw extends BlockdevOptionsBase {
  driver: 'raw';
  file: BlockdevRef;
  offset?: number | bigint | undefined;
  size?: number | bigint | undefined;
}

export interface BlockdevOptionsRbd extends BlockdevOptionsBase {
  driver: 'rbd';
  pool: string;
  namespace?: string | undefined;
  image: string;
  conf?: string | undefined;
  snapshot?: string | undefined;
  encrypt?: BlockdevOptionsRbdEncrypt | undefined;
  user?: string | undefined;
  'auth-client-required'?: BlockdevOptionsRbdAuthClientRequired[] | undefined;
  'key-secret'?: string | undefined;
  server?: BlockdevOptionsRbdServer[] | undefined;
}

export type BlockdevOptionsRbdAuthClientRequired = 'cephx' | 'none';

export type BlockdevOptionsRbdEncrypt =
  | BlockdevOptionsRbdEncryptLuks
  | BlockdevOptionsRbdEncryptLuks2
  | BlockdevOptionsRbdEncryptLuksAny;

export interface BlockdevOptionsRbdEncryptBase {
  parent?: BlockdevOptionsRbdEncrypt | undefined;
}

export interface BlockdevOptionsRbdEncryptLuks extends BlockdevOptionsRbdEncryptBase {
  format: 'luks';
  'key-secret': string;
}

export interface BlockdevOptionsRbdEncryptLuks2 extends BlockdevOptionsRbdEncryptBase {
  format: 'luks2';
  'key-secret': string;
}

export interface BlockdevOptionsRbdEncryptLuksAny extends BlockdevOptionsRbdEncryptBase {
  format: 'luks-any';
  'key-secret': string;
}

export interface BlockdevOptionsRbdServer {
  host: string;
  port: string;
}

export interface BlockdevOptionsReplication extends BlockdevOptionsBase {
  driver: 'replication';
  file: BlockdevRef;
  mode: BlockdevOptionsReplicationMode;
  'top-id'?: string | undefined;
}

export type BlockdevOptionsReplicationMode = 'primary' | 'secondary';

export interface BlockdevOptionsSnapshotAccess extends BlockdevOptionsBase {
  driver: 'snapshot-access';
  file: BlockdevRef;
}

export interface BlockdevOptionsSsh extends BlockdevOptionsBase {
  driver: 'ssh';
  server: InetSocketAddress;
  path: string;
  user?: string | undefined;
  'host-key-check'?: BlockdevOptionsSshHostKeyCheck | undefined;
}

export type BlockdevOptionsSshHostKeyCheck =
  | BlockdevOptionsSshHostKeyCheckHash
  | BlockdevOptionsSshHostKeyCheckOther;

export interface BlockdevOptionsSshHostKeyCheckHash {
  mode: 'hash';
  type: BlockdevOptionsSshHostKeyCheckHashType;
  hash: string;
}

export type BlockdevOptionsSshHostKeyCheckHashType = 'md5' | 'sha1' | 'sha256';

export interface BlockdevOptionsSshHostKeyCheckOther {
  mode: 'none' | 'known_hosts';
}

export interface BlockdevOptionsThrottle extends BlockdevOptionsBase {
  driver: 'throttle';
  'throttle-group': string;
  file: BlockdevRef;
}

export interface BlockdevOptionsVdi extends BlockdevOptionsBase {
  driver: 'vdi';
  file: BlockdevRef;
}

export interface BlockdevOptionsVhdx extends BlockdevOptionsBase {
  driver: 'vhdx';
  file: BlockdevRef;
}

export interface BlockdevOptionsVirtioBlkVfioPci extends BlockdevOptionsBase {
  driver: 'virtio-blk-vfio-pci';
  path: string;
}

export interface BlockdevOptionsVirtioBlkVhostUser extends BlockdevOptionsBase {
  driver: 'virtio-blk-vhost-user';
  path: string;
}

export interface BlockdevOptionsVirtioBlkVhostVdpa extends BlockdevOptionsBase {
  driver: 'virtio-blk-vhost-vdpa';
  path: string;
}

export interface BlockdevOptionsVmdk extends BlockdevOptionsBase {
  driver: 'vmdk';
  file: BlockdevRef;
  backing?: BlockdevRefOrNull | undefined;
}

export interface BlockdevOptionsVpc extends BlockdevOptionsBase {
  driver: 'vpc';
  file: BlockdevRef;
}

export interface BlockdevOptionsVvfat extends BlockdevOptionsBase {
  driver: 'vvfat';
  dir: string;
  'fat-type'?: number | bigint | undefined;
  floppy?: boolean | undefined;
  label?: string | undefined;
  rw?: boolean | undefined;
}

export type BlockdevRef = BlockdevOptions | string;

export type BlockdevRefOrNull = BlockdevOptions | string | null;

export interface BlockdevRemoveMediumArguments {
  id: string;
}

export interface BlockdevReopenArguments {
  options: BlockdevOptions[];
}

export interface BlockdevSetActiveArguments {
  'node-name'?: string | undefined;
  active: boolean;
}

export interface BlockdevSnapshotArguments {
  node: string;
  overlay: string;
}

export interface BlockdevSnapshotDeleteInternalSyncArguments {
  device: string;
  id?: string | undefined;
  name?: string | undefined;
}

export interface BlockdevSnapshotInternalSyncArguments {
  device: string;
  name: string;
}

export interface BlockdevSnapshotSyncArguments {
  device?: string | undefined;
  'node-name'?: string | undefined;
  'snapshot-file': string;
  'snapshot-node-name'?: string | undefined;
  format?: string | undefined;
  mode?: NewImageMode | undefined;
}

export interface CalcDirtyRateArguments {
  'calc-time': number | bigint;
  'calc-time-unit'?: CalcDirtyRateArgumentsCalcTimeUnit | undefined;
  'sample-pages'?: number | bigint | undefined;
  mode?: CalcDirtyRateArgumentsMode | undefined;
}

export type CalcDirtyRateArgumentsCalcTimeUnit = 'second' | 'millisecond';

export type CalcDirtyRateArgumentsMode = 'page-sampling' | 'dirty-ring' | 'dirty-bitmap';

export interface CancelVcpuDirtyLimitArguments {
  'cpu-index'?: number | bigint | undefined;
}

export interface ChangeBackingFileArguments {
  device: string;
  'image-node-name': string;
  'backing-file': string;
}

export interface ChangeVncPasswordArguments {
  password: string;
}

export interface ChardevAddArguments {
  id: string;
  backend: ChardevBackend;
}

export type ChardevBackend =
  | ChardevBackendFile
  | ChardevBackendSerial
  | ChardevBackendParallel
  | ChardevBackendPipe
  | ChardevBackendSocket
  | ChardevBackendUdp
  | ChardevBackendPty
  | ChardevBackendNull
  | ChardevBackendMux
  | ChardevBackendHub
  | ChardevBackendMsmouse
  | ChardevBackendWctablet
  | ChardevBackendBraille
  | ChardevBackendTestdev
  | ChardevBackendStdio
  | ChardevBackendSpicevmc
  | ChardevBackendSpiceport
  | ChardevBackendQemuVdagent
  | ChardevBackendDbus
  | ChardevBackendVc
  | ChardevBackendRingbuf
  | ChardevBackendMemory;

export interface ChardevBackendBraille {
  type: 'braille';
  data: ChardevBackendNullData;
}

export interface ChardevBackendDbus {
  type: 'dbus';
  data: ChardevBackendDbusData;
}

export interface ChardevBackendDbusData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  name: string;
  encoding?: ChardevBackendDbusDataEncoding | undefined;
}

export type ChardevBackendDbusDataEncoding = 'cp437' | 'utf8';

export interface ChardevBackendFile {
  type: 'file';
  data: ChardevBackendFileData;
}

export interface ChardevBackendFileData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  in?: string | undefined;
  out: string;
  append?: boolean | undefined;
}

export interface ChardevBackendHub {
  type: 'hub';
  data: ChardevBackendHubData;
}

export interface ChardevBackendHubData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  chardevs: string[];
}

export interface ChardevBackendMemory {
  type: 'memory';
  data: ChardevBackendRingbufData;
}

export interface ChardevBackendMsmouse {
  type: 'msmouse';
  data: ChardevBackendNullData;
}

export interface ChardevBackendMux {
  type: 'mux';
  data: ChardevBackendMuxData;
}

export interface ChardevBackendMuxData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  chardev: string;
}

export interface ChardevBackendNull {
  type: 'null';
  data: ChardevBackendNullData;
}

export interface ChardevBackendNullData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
}

export interface ChardevBackendParallel {
  type: 'parallel';
  data: ChardevBackendSerialData;
}

export interface ChardevBackendPipe {
  type: 'pipe';
  data: ChardevBackendSerialData;
}

export interface ChardevBackendPty {
  type: 'pty';
  data: ChardevBackendPtyData;
}

export interface ChardevBackendPtyData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  path?: string | undefined;
}

export interface ChardevBackendQemuVdagent {
  type: 'qemu-vdagent';
  data: ChardevBackendQemuVdagentData;
}

export interface ChardevBackendQemuVdagentData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  mouse?: boolean | undefined;
  clipboard?: boolean | undefined;
}

export interface ChardevBackendRingbuf {
  type: 'ringbuf';
  data: ChardevBackendRingbufData;
}

export interface ChardevBackendRingbufData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  size?: number | bigint | undefined;
}

export interface ChardevBackendSerial {
  type: 'serial';
  data: ChardevBackendSerialData;
}

export interface ChardevBackendSerialData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  device: string;
}

export interface ChardevBackendSocket {
  type: 'socket';
  data: ChardevBackendSocketData;
}

export interface ChardevBackendSocketData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  addr: SocketAddressLegacy;
  'tls-creds'?: string | undefined;
  'tls-authz'?: string | undefined;
  server?: boolean | undefined;
  wait?: boolean | undefined;
  nodelay?: boolean | undefined;
  telnet?: boolean | undefined;
  tn3270?: boolean | undefined;
  websocket?: boolean | undefined;
  'reconnect-ms'?: number | bigint | undefined;
}

export interface ChardevBackendSpiceport {
  type: 'spiceport';
  data: ChardevBackendSpiceportData;
}

export interface ChardevBackendSpiceportData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  fqdn: string;
}

export interface ChardevBackendSpicevmc {
  type: 'spicevmc';
  data: ChardevBackendSpicevmcData;
}

export interface ChardevBackendSpicevmcData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  type: string;
}

export interface ChardevBackendStdio {
  type: 'stdio';
  data: ChardevBackendStdioData;
}

export interface ChardevBackendStdioData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  signal?: boolean | undefined;
}

export interface ChardevBackendTestdev {
  type: 'testdev';
  data: ChardevBackendNullData;
}

export interface ChardevBackendUdp {
  type: 'udp';
  data: ChardevBackendUdpData;
}

export interface ChardevBackendUdpData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  remote: SocketAddressLegacy;
  local?: SocketAddressLegacy | undefined;
}

export interface ChardevBackendVc {
  type: 'vc';
  data: ChardevBackendVcData;
}

export interface ChardevBackendVcData {
  logfile?: string | undefined;
  logappend?: boolean | undefined;
  logtimestamp?: boolean | undefined;
  width?: number | bigint | undefined;
  height?: number | bigint | undefined;
  cols?: number | bigint | undefined;
  rows?: number | bigint | undefined;
  encoding?: ChardevBackendDbusDataEncoding | undefined;
}

export interface ChardevBackendWctablet {
  type: 'wctablet';
  data: ChardevBackendNullData;
}

export interface ChardevChangeArguments {
  id: string;
  backend: ChardevBackend;
}

export interface ChardevInfo {
  label: string;
  filename: string;
  'frontend-open': boolean;
}

export interface ChardevRemoveArguments {
  id: string;
}

export interface ChardevReturn {
  pty?: string | undefined;
}

export interface ChardevSendBreakArguments {
  id: string;
}

export interface ClientMigrateInfoArguments {
  protocol: string;
  hostname: string;
  port?: number | bigint | undefined;
  'tls-port'?: number | bigint | undefined;
  'cert-subject'?: string | undefined;
}

export interface ClosefdArguments {
  fdname: string;
}

export interface ColoExitData {
  mode: QueryColoStatusReturnMode;
  reason: QueryColoStatusReturnReason;
}

export interface CommandInfo {
  name: string;
}

export interface CommandLineOptionInfo {
  option: string;
  parameters: CommandLineOptionInfoParameters[];
}

export interface CommandLineOptionInfoParameters {
  name: string;
  type: CommandLineOptionInfoParametersType;
  help?: string | undefined;
  default?: string | undefined;
}

export type CommandLineOptionInfoParametersType = 'string' | 'boolean' | 'number' | 'size';

export interface CpuDefinitionInfo {
  name: string;
  'migration-safe'?: boolean | undefined;
  static: boolean;
  'unavailable-features'?: string[] | undefined;
  typename: string;
  'alias-of'?: string | undefined;
  deprecated: boolean;
}

export type CpuInfoFast = CpuInfoFastS390x | CpuInfoFastOther;

export interface CpuInfoFastBase {
  'cpu-index': number;
  'qom-type': string;
  'qom-path': string;
  'thread-id': number;
  props?: CpuInstanceProperties | undefined;
}

export interface CpuInfoFastOther extends CpuInfoFastBase {
  target:
    | 'aarch64'
    | 'alpha'
    | 'arm'
    | 'avr'
    | 'hexagon'
    | 'hppa'
    | 'i386'
    | 'loongarch64'
    | 'm68k'
    | 'microblaze'
    | 'mips'
    | 'mips64'
    | 'mips64el'
    | 'mipsel'
    | 'or1k'
    | 'ppc'
    | 'ppc64'
    | 'riscv32'
    | 'riscv64'
    | 'rx'
    | 'sh4'
    | 'sh4eb'
    | 'sparc'
    | 'sparc64'
    | 'tricore'
    | 'x86_64'
    | 'xtensa'
    | 'xtensaeb';
}

export interface CpuInfoFastS390x extends CpuInfoFastBase {
  target: 's390x';
  'cpu-state': CpuInfoFastS390xCpuState;
  dedicated?: boolean | undefined;
  entitlement?: SetCpuTopologyArgumentsEntitlement | undefined;
}

export type CpuInfoFastS390xCpuState = 'uninitialized' | 'stopped' | 'check-stop' | 'operating' | 'load';

export interface CpuInstanceProperties {
  'node-id'?: number | undefined;
  'drawer-id'?: number | undefined;
  'book-id'?: number | undefined;
  'socket-id'?: number | undefined;
  'die-id'?: number | undefined;
  'cluster-id'?: number | undefined;
  'module-id'?: number | undefined;
  'core-id'?: number | undefined;
  'thread-id'?: number | undefined;
}

export interface CpuModelInfo {
  name: string;
  props?: unknown;
}

export interface CpuPolarizationChangeData {
  polarization: QueryS390xCpuPolarizationReturnPolarization;
}

export interface CurrentMachineParams {
  'wakeup-suspend-support': boolean;
}

export interface CxlAddDynamicCapacityArguments {
  path: string;
  'host-id': number;
  'selection-policy': CxlAddDynamicCapacityArgumentsSelectionPolicy;
  region: number;
  tag?: string | undefined;
  extents: CxlAddDynamicCapacityArgumentsExtents[];
}

export interface CxlAddDynamicCapacityArgumentsExtents {
  offset: number | bigint;
  len: number | bigint;
}

export type CxlAddDynamicCapacityArgumentsSelectionPolicy =
  | 'free'
  | 'contiguous'
  | 'prescriptive'
  | 'enable-shared-access';

export interface CxlInjectCorrectableErrorArguments {
  path: string;
  type: CxlInjectCorrectableErrorArgumentsType;
}

export type CxlInjectCorrectableErrorArgumentsType =
  | 'cache-data-ecc'
  | 'mem-data-ecc'
  | 'crc-threshold'
  | 'retry-threshold'
  | 'cache-poison-received'
  | 'mem-poison-received'
  | 'physical';

export interface CxlInjectDramEventArguments {
  path: string;
  log: CxlInjectDramEventArgumentsLog;
  flags: number;
  'maint-op-class'?: number | undefined;
  'maint-op-subclass'?: number | undefined;
  'ld-id'?: number | undefined;
  'head-id'?: number | undefined;
  dpa: number | bigint;
  descriptor: number;
  type: number;
  'transaction-type': number;
  channel?: number | undefined;
  rank?: number | undefined;
  'nibble-mask'?: number | undefined;
  'bank-group'?: number | undefined;
  bank?: number | undefined;
  row?: number | undefined;
  column?: number | undefined;
  'correction-mask'?: (number | bigint)[] | undefined;
  'component-id'?: string | undefined;
  'is-comp-id-pldm'?: boolean | undefined;
  'sub-channel'?: number | undefined;
  'cme-ev-flags'?: number | undefined;
  'cvme-count'?: number | undefined;
  'sub-type': number;
}

export type CxlInjectDramEventArgumentsLog = 'informational' | 'warning' | 'failure' | 'fatal';

export interface CxlInjectGeneralMediaEventArguments {
  path: string;
  log: CxlInjectDramEventArgumentsLog;
  flags: number;
  'maint-op-class'?: number | undefined;
  'maint-op-subclass'?: number | undefined;
  'ld-id'?: number | undefined;
  'head-id'?: number | undefined;
  dpa: number | bigint;
  descriptor: number;
  type: number;
  'transaction-type': number;
  channel?: number | undefined;
  rank?: number | undefined;
  device?: number | undefined;
  'component-id'?: string | undefined;
  'is-comp-id-pldm'?: boolean | undefined;
  'cme-ev-flags'?: number | undefined;
  'cme-count'?: number | undefined;
  'sub-type': number;
}

export interface CxlInjectMemoryModuleEventArguments {
  path: string;
  log: CxlInjectDramEventArgumentsLog;
  flags: number;
  'maint-op-class'?: number | undefined;
  'maint-op-subclass'?: number | undefined;
  'ld-id'?: number | undefined;
  'head-id'?: number | undefined;
  type: number;
  'health-status': number;
  'media-status': number;
  'additional-status': number;
  'life-used': number;
  temperature: number;
  'dirty-shutdown-count': number;
  'corrected-volatile-error-count': number;
  'corrected-persistent-error-count': number;
  'component-id'?: string | undefined;
  'is-comp-id-pldm'?: boolean | undefined;
  'sub-type': number;
}

export interface CxlInjectPoisonArguments {
  path: string;
  start: number | bigint;
  length: number | bigint;
}

export interface CxlInjectUncorrectableErrorsArguments {
  path: string;
  errors: CxlInjectUncorrectableErrorsArgumentsErrors[];
}

export interface CxlInjectUncorrectableErrorsArgumentsErrors {
  type: CxlInjectUncorrectableErrorsArgumentsErrorsType;
  header: number[];
}

export type CxlInjectUncorrectableErrorsArgumentsErrorsType =
  | 'cache-data-parity'
  | 'cache-address-parity'
  | 'cache-be-parity'
  | 'cache-data-ecc'
  | 'mem-data-parity'
  | 'mem-address-parity'
  | 'mem-be-parity'
  | 'mem-data-ecc'
  | 'reinit-threshold'
  | 'rsvd-encoding'
  | 'poison-received'
  | 'receiver-overflow'
  | 'internal'
  | 'cxl-ide-tx'
  | 'cxl-ide-rx';

export interface CxlReleaseDynamicCapacityArguments {
  path: string;
  'host-id': number;
  'removal-policy': CxlReleaseDynamicCapacityArgumentsRemovalPolicy;
  'forced-removal'?: boolean | undefined;
  'sanitize-on-release'?: boolean | undefined;
  region: number;
  tag?: string | undefined;
  extents: CxlAddDynamicCapacityArgumentsExtents[];
}

export type CxlReleaseDynamicCapacityArgumentsRemovalPolicy = 'tag-based' | 'prescriptive';

export interface DeviceAddArguments {
  driver: string;
  bus?: string | undefined;
  id?: string | undefined;
  [property: string]: unknown;
}

export interface DeviceDelArguments {
  id: string;
}

export interface DeviceDeletedData {
  device?: string | undefined;
  path: string;
}

export interface DeviceListPropertiesArguments {
  typename: string;
}

export interface DeviceSyncConfigArguments {
  id: string;
}

export interface DeviceTrayMovedData {
  device: string;
  id: string;
  'tray-open': boolean;
}

export interface DeviceUnplugGuestErrorData {
  device?: string | undefined;
  path: string;
}

export type DisplayOptions =
  | DisplayOptionsGtk
  | DisplayOptionsSdl
  | DisplayOptionsEglHeadless
  | DisplayOptionsCurses
  | DisplayOptionsDbus
  | DisplayOptionsOther;

export interface DisplayOptionsBase {
  'full-screen'?: boolean | undefined;
  'window-close'?: boolean | undefined;
  'show-cursor'?: boolean | undefined;
  gl?: DisplayOptionsGl | undefined;
}

export interface DisplayOptionsCurses extends DisplayOptionsBase {
  type: 'curses';
  charset?: string | undefined;
}

export interface DisplayOptionsDbus extends DisplayOptionsBase {
  type: 'dbus';
  rendernode?: string | undefined;
  addr?: string | undefined;
  p2p?: boolean | undefined;
  audiodev?: string | undefined;
}

export interface DisplayOptionsEglHeadless extends DisplayOptionsBase {
  type: 'egl-headless';
  rendernode?: string | undefined;
}

export type DisplayOptionsGl = 'off' | 'on' | 'core' | 'es';

export interface DisplayOptionsGtk extends DisplayOptionsBase {
  type: 'gtk';
  clipboard?: boolean | undefined;
  'grab-on-hover'?: boolean | undefined;
  'zoom-to-fit'?: boolean | undefined;
  'show-tabs'?: boolean | undefined;
  'show-menubar'?: boolean | undefined;
  'keep-aspect-ratio'?: boolean | undefined;
  scale?: number | undefined;
}

export interface DisplayOptionsOther extends DisplayOptionsBase {
  type: 'default' | 'none' | 'spice-app';
}

export interface DisplayOptionsSdl extends DisplayOptionsBase {
  type: 'sdl';
  'grab-mod'?: DisplayOptionsSdlGrabMod | undefined;
}

export type DisplayOptionsSdlGrabMod = 'lctrl-lalt' | 'lshift-lctrl-lalt' | 'rctrl';

export type DisplayReloadArguments = DisplayReloadArgumentsVnc;

export interface DisplayReloadArgumentsVnc {
  type: 'vnc';
  'tls-certs'?: boolean | undefined;
}

export type DisplayUpdateArguments = DisplayUpdateArgumentsVnc;

export interface DisplayUpdateArgumentsVnc {
  type: 'vnc';
  addresses?: SocketAddress[] | undefined;
}

export interface DriveBackupArguments {
  'job-id'?: string | undefined;
  device: string;
  sync: MirrorSyncMode;
  speed?: number | bigint | undefined;
  bitmap?: string | undefined;
  'bitmap-mode'?: BitmapSyncMode | undefined;
  compress?: boolean | undefined;
  'on-source-error'?: BlockdevOnError | undefined;
  'on-target-error'?: BlockdevOnError | undefined;
  'on-cbw-error'?: BlockdevOptionsCopyBeforeWriteOnCbwError | undefined;
  'auto-finalize'?: boolean | undefined;
  'auto-dismiss'?: boolean | undefined;
  'filter-node-name'?: string | undefined;
  'discard-source'?: boolean | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-perf'?: BlockdevBackupArgumentsXPerf | undefined;
  target: string;
  format?: string | undefined;
  mode?: NewImageMode | undefined;
}

export interface DriveMirrorArguments {
  'job-id'?: string | undefined;
  device: string;
  target: string;
  format?: string | undefined;
  'node-name'?: string | undefined;
  replaces?: string | undefined;
  sync: MirrorSyncMode;
  mode?: NewImageMode | undefined;
  speed?: number | bigint | undefined;
  granularity?: number | undefined;
  'buf-size'?: number | bigint | undefined;
  'on-source-error'?: BlockdevOnError | undefined;
  'on-target-error'?: BlockdevOnError | undefined;
  unmap?: boolean | undefined;
  'copy-mode'?: MirrorCopyMode | undefined;
  'auto-finalize'?: boolean | undefined;
  'auto-dismiss'?: boolean | undefined;
}

export interface DumpCompletedData {
  result: DumpQueryResult;
  error?: string | undefined;
}

export interface DumpGuestMemoryArguments {
  paging: boolean;
  protocol: string;
  detach?: boolean | undefined;
  begin?: number | bigint | undefined;
  length?: number | bigint | undefined;
  format?: DumpGuestMemoryFormat | undefined;
}

export type DumpGuestMemoryFormat =
  | 'elf'
  | 'kdump-zlib'
  | 'kdump-lzo'
  | 'kdump-snappy'
  | 'kdump-raw-zlib'
  | 'kdump-raw-lzo'
  | 'kdump-raw-snappy'
  | 'win-dmp';

export interface DumpQueryResult {
  status: DumpQueryResultStatus;
  completed: number | bigint;
  total: number | bigint;
}

export type DumpQueryResultStatus = 'none' | 'active' | 'completed' | 'failed';

export interface DumpSkeysArguments {
  filename: string;
}

export interface DumpdtbArguments {
  filename: string;
}

export interface EjectArguments {
  /** @deprecated QEMU is going to drop this. */
  device?: string | undefined;
  id?: string | undefined;
  force?: boolean | undefined;
}

export type ExpirePasswordArguments = ExpirePasswordArgumentsVnc | ExpirePasswordArgumentsSpice;

export interface ExpirePasswordArgumentsBase {
  time: string;
}

export interface ExpirePasswordArgumentsSpice extends ExpirePasswordArgumentsBase {
  protocol: 'spice';
}

export interface ExpirePasswordArgumentsVnc extends ExpirePasswordArgumentsBase {
  protocol: 'vnc';
  display?: string | undefined;
}

export interface FailoverNegotiatedData {
  'device-id': string;
}

export interface FdSocketAddress {
  str: string;
}

export interface FdsetInfo {
  'fdset-id': number;
  fds: FdsetInfoFds[];
}

export interface FdsetInfoFds {
  fd: number;
  opaque?: string | undefined;
}

export interface GetfdArguments {
  fdname: string;
}

export interface GuestCrashloadedData {
  action: GuestPanicAction;
  info?: GuestPanicInformation | undefined;
}

export type GuestPanicAction = 'pause' | 'poweroff' | 'run';

export type GuestPanicInformation =
  | GuestPanicInformationHyperV
  | GuestPanicInformationS390
  | GuestPanicInformationTdx
  | GuestPanicInformationSev;

export interface GuestPanicInformationHyperV {
  type: 'hyper-v';
  arg1: number | bigint;
  arg2: number | bigint;
  arg3: number | bigint;
  arg4: number | bigint;
  arg5: number | bigint;
}

export interface GuestPanicInformationS390 {
  type: 's390';
  core: number;
  'psw-mask': number | bigint;
  'psw-addr': number | bigint;
  reason: GuestPanicInformationS390Reason;
}

export type GuestPanicInformationS390Reason =
  | 'unknown'
  | 'disabled-wait'
  | 'extint-loop'
  | 'pgmint-loop'
  | 'opint-loop';

export interface GuestPanicInformationSev {
  type: 'sev';
  set: number;
  code: number;
}

export interface GuestPanicInformationTdx {
  type: 'tdx';
  'error-code': number | bigint;
  message: string;
  gpa?: number | bigint | undefined;
}

export interface GuestPanickedData {
  action: GuestPanicAction;
  info?: GuestPanicInformation | undefined;
}

export interface HotpluggableCPU {
  type: string;
  'vcpus-count': number;
  props: CpuInstanceProperties;
  'qom-path'?: string | undefined;
}

export interface HumanMonitorCommandArguments {
  'command-line': string;
  'cpu-index'?: number | bigint | undefined;
}

export interface IOThreadInfo {
  id: string;
  'thread-id': number;
  'poll-max-ns': number | bigint;
  'poll-grow': number;
  'poll-shrink': number;
  'poll-weight': number;
  'aio-max-batch': number;
}

export type ImageFormat = 'ppm' | 'png';

export interface ImageInfo {
  filename: string;
  format: string;
  'dirty-flag'?: boolean | undefined;
  'actual-size'?: number | bigint | undefined;
  'virtual-size': number | bigint;
  'cluster-size'?: number | undefined;
  encrypted?: boolean | undefined;
  compressed?: boolean | undefined;
  'backing-filename'?: string | undefined;
  'full-backing-filename'?: string | undefined;
  'backing-filename-format'?: string | undefined;
  snapshots?: SnapshotInfo[] | undefined;
  limits?: ImageInfoLimits | undefined;
  'format-specific'?: ImageInfoSpecific | undefined;
  'backing-image'?: ImageInfo | undefined;
}

export interface ImageInfoLimits {
  'request-alignment': number;
  'max-discard'?: number | bigint | undefined;
  'discard-alignment'?: number | undefined;
  'max-write-zeroes'?: number | bigint | undefined;
  'write-zeroes-alignment'?: number | undefined;
  'opt-transfer'?: number | undefined;
  'max-transfer'?: number | undefined;
  'max-hw-transfer'?: number | undefined;
  'max-iov': number;
  'max-hw-iov'?: number | undefined;
  'min-mem-alignment': number;
  'opt-mem-alignment': number;
}

export type ImageInfoSpecific =
  | ImageInfoSpecificQcow2
  | ImageInfoSpecificVmdk
  | ImageInfoSpecificLuks
  | ImageInfoSpecificRbd
  | ImageInfoSpecificFile;

export interface ImageInfoSpecificFile {
  type: 'file';
  data: ImageInfoSpecificFileData;
}

export interface ImageInfoSpecificFileData {
  'extent-size-hint'?: number | undefined;
}

export interface ImageInfoSpecificLuks {
  type: 'luks';
  data: ImageInfoSpecificLuksData;
}

export interface ImageInfoSpecificLuksData {
  'cipher-alg': BlockdevCreateOptionsLuksCipherAlg;
  'cipher-mode': BlockdevCreateOptionsLuksCipherMode;
  'ivgen-alg': BlockdevCreateOptionsLuksIvgenAlg;
  'ivgen-hash-alg'?: BlockdevCreateOptionsLuksIvgenHashAlg | undefined;
  'hash-alg': BlockdevCreateOptionsLuksIvgenHashAlg;
  'detached-header': boolean;
  'payload-offset': number | bigint;
  'master-key-iters': number;
  uuid: string;
  slots: ImageInfoSpecificLuksDataSlots[];
}

export interface ImageInfoSpecificLuksDataSlots {
  active: boolean;
  iters?: number | undefined;
  stripes?: number | undefined;
  'key-offset': number | bigint;
}

export interface ImageInfoSpecificQcow2 {
  type: 'qcow2';
  data: ImageInfoSpecificQcow2Data;
}

export interface ImageInfoSpecificQcow2Data {
  compat: string;
  'data-file'?: string | undefined;
  'data-file-raw'?: boolean | undefined;
  'extended-l2'?: boolean | undefined;
  'lazy-refcounts'?: boolean | undefined;
  corrupt?: boolean | undefined;
  'refcount-bits': number;
  encrypt?: ImageInfoSpecificQcow2DataEncrypt | undefined;
  bitmaps?: ImageInfoSpecificQcow2DataBitmaps[] | undefined;
  'compression-type': BlockdevCreateOptionsQcow2CompressionType;
}

export interface ImageInfoSpecificQcow2DataBitmaps {
  name: string;
  granularity: number;
  flags: ImageInfoSpecificQcow2DataBitmapsFlags[];
}

export type ImageInfoSpecificQcow2DataBitmapsFlags = 'in-use' | 'auto';

export type ImageInfoSpecificQcow2DataEncrypt =
  | ImageInfoSpecificQcow2DataEncryptLuks
  | ImageInfoSpecificQcow2DataEncryptAes;

export interface ImageInfoSpecificQcow2DataEncryptAes {
  format: 'aes';
}

export interface ImageInfoSpecificQcow2DataEncryptLuks {
  format: 'luks';
  'cipher-alg': BlockdevCreateOptionsLuksCipherAlg;
  'cipher-mode': BlockdevCreateOptionsLuksCipherMode;
  'ivgen-alg': BlockdevCreateOptionsLuksIvgenAlg;
  'ivgen-hash-alg'?: BlockdevCreateOptionsLuksIvgenHashAlg | undefined;
  'hash-alg': BlockdevCreateOptionsLuksIvgenHashAlg;
  'detached-header': boolean;
  'payload-offset': number | bigint;
  'master-key-iters': number;
  uuid: string;
  slots: ImageInfoSpecificLuksDataSlots[];
}

export interface ImageInfoSpecificRbd {
  type: 'rbd';
  data: ImageInfoSpecificRbdData;
}

export interface ImageInfoSpecificRbdData {
  'encryption-format'?: ImageInfoSpecificRbdDataEncryptionFormat | undefined;
}

export type ImageInfoSpecificRbdDataEncryptionFormat = 'luks' | 'luks2' | 'luks-any';

export interface ImageInfoSpecificVmdk {
  type: 'vmdk';
  data: ImageInfoSpecificVmdkData;
}

export interface ImageInfoSpecificVmdkData {
  'create-type': string;
  cid: number;
  'parent-cid': number;
  extents: ImageInfoSpecificVmdkDataExtents[];
}

export interface ImageInfoSpecificVmdkDataExtents {
  filename: string;
  format: string;
  'virtual-size': number | bigint;
  'cluster-size'?: number | undefined;
  compressed?: boolean | undefined;
}

export interface InetSocketAddress {
  host: string;
  port: string;
  numeric?: boolean | undefined;
  to?: number | undefined;
  ipv4?: boolean | undefined;
  ipv6?: boolean | undefined;
  'keep-alive'?: boolean | undefined;
  'keep-alive-count'?: number | undefined;
  'keep-alive-idle'?: number | undefined;
  'keep-alive-interval'?: number | undefined;
  mptcp?: boolean | undefined;
}

export interface InjectGhesV2ErrorArguments {
  cper: string;
}

export type InputAxis = 'x' | 'y';

export type InputButton =
  | 'left'
  | 'middle'
  | 'right'
  | 'wheel-up'
  | 'wheel-down'
  | 'side'
  | 'extra'
  | 'wheel-left'
  | 'wheel-right'
  | 'touch';

export type InputEvent = InputEventKey | InputEventBtn | InputEventRel | InputEventAbs | InputEventMtt;

export interface InputEventAbs {
  type: 'abs';
  data: InputEventRelData;
}

export interface InputEventBtn {
  type: 'btn';
  data: InputEventBtnData;
}

export interface InputEventBtnData {
  button: InputButton;
  down: boolean;
}

export interface InputEventKey {
  type: 'key';
  data: InputEventKeyData;
}

export interface InputEventKeyData {
  key: KeyValue;
  down: boolean;
}

export interface InputEventMtt {
  type: 'mtt';
  data: InputEventMttData;
}

export interface InputEventMttData {
  type: InputEventMttDataType;
  slot: number | bigint;
  'tracking-id': number | bigint;
  axis: InputAxis;
  value: number | bigint;
}

export type InputEventMttDataType = 'begin' | 'update' | 'end' | 'cancel' | 'data';

export interface InputEventRel {
  type: 'rel';
  data: InputEventRelData;
}

export interface InputEventRelData {
  axis: InputAxis;
  value: number | bigint;
}

export interface InputSendEventArguments {
  device?: string | undefined;
  head?: number | bigint | undefined;
  events: InputEvent[];
}

export type IoOperationType = 'read' | 'write';

export interface JobCancelArguments {
  id: string;
}

export interface JobCompleteArguments {
  id: string;
}

export interface JobDismissArguments {
  id: string;
}

export interface JobFinalizeArguments {
  id: string;
}

export interface JobInfo {
  id: string;
  type: JobType;
  status: JobStatus;
  'current-progress': number | bigint;
  'total-progress': number | bigint;
  error?: string | undefined;
}

export interface JobPauseArguments {
  id: string;
}

export interface JobResumeArguments {
  id: string;
}

export type JobStatus =
  | 'undefined'
  | 'created'
  | 'running'
  | 'paused'
  | 'ready'
  | 'standby'
  | 'waiting'
  | 'pending'
  | 'aborting'
  | 'concluded'
  | 'null';

export interface JobStatusChangeData {
  id: string;
  status: JobStatus;
}

export type JobType =
  | 'commit'
  | 'stream'
  | 'mirror'
  | 'backup'
  | 'create'
  | 'amend'
  | 'snapshot-load'
  | 'snapshot-save'
  | 'snapshot-delete';

export type KeyValue = KeyValueNumber | KeyValueQcode;

export interface KeyValueNumber {
  type: 'number';
  data: number | bigint;
}

export interface KeyValueQcode {
  type: 'qcode';
  data: QKeyCode;
}

export interface KvmInfo {
  enabled: boolean;
  present: boolean;
}

export interface MachineInfo {
  name: string;
  alias?: string | undefined;
  'is-default'?: boolean | undefined;
  'cpu-max': number;
  'hotpluggable-cpus': boolean;
  'numa-mem-supported': boolean;
  deprecated: boolean;
  'default-cpu-type'?: string | undefined;
  'default-ram-id'?: string | undefined;
  acpi: boolean;
  /** @experimental QEMU may change or drop this in any release. */
  'compat-props'?: MachineInfoCompatProps[] | undefined;
}

export interface MachineInfoCompatProps {
  'qom-type': string;
  property: string;
  value: string;
}

export interface Memdev {
  id?: string | undefined;
  size: number | bigint;
  merge: boolean;
  dump: boolean;
  prealloc: boolean;
  share: boolean;
  reserve?: boolean | undefined;
  'host-nodes': number[];
  policy: ObjectOptionsMemoryBackendEpcPolicy;
}

export type MemoryDeviceInfo =
  | MemoryDeviceInfoDimm
  | MemoryDeviceInfoNvdimm
  | MemoryDeviceInfoVirtioPmem
  | MemoryDeviceInfoVirtioMem
  | MemoryDeviceInfoSgxEpc
  | MemoryDeviceInfoHvBalloon
  | MemoryDeviceInfoSpMem;

export interface MemoryDeviceInfoDimm {
  type: 'dimm';
  data: MemoryDeviceInfoDimmData;
}

export interface MemoryDeviceInfoDimmData {
  id?: string | undefined;
  addr: number | bigint;
  size: number | bigint;
  slot: number;
  node: number;
  memdev: string;
  hotplugged: boolean;
  hotpluggable: boolean;
}

export interface MemoryDeviceInfoHvBalloon {
  type: 'hv-balloon';
  data: MemoryDeviceInfoHvBalloonData;
}

export interface MemoryDeviceInfoHvBalloonData {
  id?: string | undefined;
  memaddr?: number | bigint | undefined;
  'max-size': number | bigint;
  memdev?: string | undefined;
}

export interface MemoryDeviceInfoNvdimm {
  type: 'nvdimm';
  data: MemoryDeviceInfoDimmData;
}

export interface MemoryDeviceInfoSgxEpc {
  type: 'sgx-epc';
  data: MemoryDeviceInfoSgxEpcData;
}

export interface MemoryDeviceInfoSgxEpcData {
  id?: string | undefined;
  memaddr: number | bigint;
  size: number | bigint;
  node: number;
  memdev: string;
}

export interface MemoryDeviceInfoSpMem {
  type: 'sp-mem';
  data: MemoryDeviceInfoSpMemData;
}

export interface MemoryDeviceInfoSpMemData {
  id?: string | undefined;
  addr: number | bigint;
  size: number | bigint;
  node: number;
  memdev: string;
}

export interface MemoryDeviceInfoVirtioMem {
  type: 'virtio-mem';
  data: MemoryDeviceInfoVirtioMemData;
}

export interface MemoryDeviceInfoVirtioMemData {
  id?: string | undefined;
  memaddr: number | bigint;
  'requested-size': number | bigint;
  size: number | bigint;
  'max-size': number | bigint;
  'block-size': number;
  node: number;
  memdev: string;
}

export interface MemoryDeviceInfoVirtioPmem {
  type: 'virtio-pmem';
  data: MemoryDeviceInfoVirtioPmemData;
}

export interface MemoryDeviceInfoVirtioPmemData {
  id?: string | undefined;
  memaddr: number | bigint;
  size: number | bigint;
  memdev: string;
}

export interface MemoryDeviceSizeChangeData {
  id?: string | undefined;
  size: number | bigint;
  'qom-path': string;
}

export interface MemoryFailureData {
  recipient: MemoryFailureDataRecipient;
  action: MemoryFailureDataAction;
  flags: MemoryFailureDataFlags;
}

export type MemoryFailureDataAction = 'ignore' | 'inject' | 'fatal' | 'reset';

export interface MemoryFailureDataFlags {
  'action-required': boolean;
  recursive: boolean;
}

export type MemoryFailureDataRecipient = 'hypervisor' | 'guest';

export interface MemoryInfo {
  'base-memory': number | bigint;
  'plugged-memory'?: number | bigint | undefined;
}

export interface MemsaveArguments {
  val: number | bigint;
  size: number | bigint;
  filename: string;
  'cpu-index'?: number | bigint | undefined;
}

export interface MigrateArguments {
  uri?: string | undefined;
  channels?: MigrationChannel[] | undefined;
  resume?: boolean | undefined;
}

export interface MigrateContinueArguments {
  state: MigrationStatus;
}

export interface MigrateIncomingArguments {
  uri?: string | undefined;
  channels?: MigrationChannel[] | undefined;
  'exit-on-error'?: boolean | undefined;
}

export interface MigrateRecoverArguments {
  uri: string;
}

export interface MigrateSetCapabilitiesArguments {
  capabilities: MigrationCapabilityStatus[];
}

export type MigrationAddress =
  | (MigrationAddressSocket & SocketAddress)
  | MigrationAddressExec
  | MigrationAddressRdma
  | MigrationAddressFile;

export interface MigrationAddressExec {
  transport: 'exec';
  args: string[];
}

export interface MigrationAddressFile {
  transport: 'file';
  filename: string;
  offset: number | bigint;
}

export interface MigrationAddressRdma {
  transport: 'rdma';
  host: string;
  port: string;
  numeric?: boolean | undefined;
  to?: number | undefined;
  ipv4?: boolean | undefined;
  ipv6?: boolean | undefined;
  'keep-alive'?: boolean | undefined;
  'keep-alive-count'?: number | undefined;
  'keep-alive-idle'?: number | undefined;
  'keep-alive-interval'?: number | undefined;
  mptcp?: boolean | undefined;
}

export interface MigrationAddressSocket {
  transport: 'socket';
}

export type MigrationCapability =
  | 'xbzrle'
  | 'rdma-pin-all'
  | 'auto-converge'
  | 'events'
  | 'postcopy-ram'
  | 'x-colo'
  | 'release-ram'
  | 'return-path'
  | 'pause-before-switchover'
  | 'multifd'
  | 'dirty-bitmaps'
  | 'postcopy-blocktime'
  | 'late-block-activate'
  | 'x-ignore-shared'
  | 'validate-uuid'
  | 'background-snapshot'
  | 'zero-copy-send'
  | 'postcopy-preempt'
  | 'switchover-ack'
  | 'dirty-limit'
  | 'mapped-ram';

export interface MigrationCapabilityStatus {
  capability: MigrationCapability;
  state: boolean;
}

export interface MigrationChannel {
  'channel-type': MigrationChannelChannelType;
  addr: MigrationAddress;
}

export type MigrationChannelChannelType = 'main' | 'cpr';

export interface MigrationData {
  status: MigrationStatus;
}

export interface MigrationInfo {
  status?: MigrationStatus | undefined;
  ram?: MigrationStats | undefined;
  remaining?: number | bigint | undefined;
  vfio?: MigrationInfoVfio | undefined;
  'xbzrle-cache'?: MigrationInfoXbzrleCache | undefined;
  'total-time'?: number | undefined;
  'expected-downtime'?: number | undefined;
  downtime?: number | undefined;
  'setup-time'?: number | undefined;
  'cpu-throttle-percentage'?: number | undefined;
  'error-desc'?: string | undefined;
  'blocked-reasons'?: string[] | undefined;
  'postcopy-blocktime'?: number | undefined;
  'postcopy-vcpu-blocktime'?: number[] | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'postcopy-latency'?: number | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'postcopy-latency-dist'?: number[] | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'postcopy-vcpu-latency'?: number[] | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'postcopy-non-vcpu-latency'?: number | undefined;
  'socket-address'?: SocketAddress[] | undefined;
  'dirty-limit-throttle-time-per-round'?: number | undefined;
  'dirty-limit-ring-full-time'?: number | undefined;
}

export interface MigrationInfoVfio {
  transferred: number | bigint;
}

export interface MigrationInfoXbzrleCache {
  'cache-size': number | bigint;
  bytes: number;
  pages: number;
  'cache-miss': number;
  'cache-miss-rate': number;
  'encoding-rate': number;
  overflow: number | bigint;
}

export interface MigrationParameters {
  'announce-initial'?: number | bigint | undefined;
  'announce-max'?: number | bigint | undefined;
  'announce-rounds'?: number | bigint | undefined;
  'announce-step'?: number | bigint | undefined;
  'throttle-trigger-threshold'?: number | undefined;
  'cpu-throttle-initial'?: number | undefined;
  'cpu-throttle-increment'?: number | undefined;
  'cpu-throttle-tailslow'?: boolean | undefined;
  'tls-creds'?: MigrationParametersTlsCreds | undefined;
  'tls-hostname'?: MigrationParametersTlsCreds | undefined;
  'tls-authz'?: MigrationParametersTlsCreds | undefined;
  'max-bandwidth'?: number | bigint | undefined;
  'avail-switchover-bandwidth'?: number | bigint | undefined;
  'downtime-limit'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-checkpoint-delay'?: number | undefined;
  'multifd-channels'?: number | undefined;
  'xbzrle-cache-size'?: number | bigint | undefined;
  'max-postcopy-bandwidth'?: number | bigint | undefined;
  'max-cpu-throttle'?: number | undefined;
  'multifd-compression'?: MigrationParametersMultifdCompression | undefined;
  'multifd-zlib-level'?: number | undefined;
  'multifd-qatzip-level'?: number | undefined;
  'multifd-zstd-level'?: number | undefined;
  'block-bitmap-mapping'?: MigrationParametersBlockBitmapMapping[] | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-vcpu-dirty-limit-period'?: number | bigint | undefined;
  'vcpu-dirty-limit'?: number | bigint | undefined;
  mode?: MigrationParametersMode | undefined;
  'zero-page-detection'?: MigrationParametersZeroPageDetection | undefined;
  'direct-io'?: boolean | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-rdma-chunk-size'?: number | bigint | undefined;
  'cpr-exec-command'?: string[] | undefined;
}

export interface MigrationParametersBlockBitmapMapping {
  'node-name': string;
  alias: string;
  bitmaps: MigrationParametersBlockBitmapMappingBitmaps[];
}

export interface MigrationParametersBlockBitmapMappingBitmaps {
  name: string;
  alias: string;
  transform?: MigrationParametersBlockBitmapMappingBitmapsTransform | undefined;
}

export interface MigrationParametersBlockBitmapMappingBitmapsTransform {
  persistent?: boolean | undefined;
}

export type MigrationParametersMode = 'normal' | 'cpr-reboot' | 'cpr-transfer' | 'cpr-exec';

export type MigrationParametersMultifdCompression = 'none' | 'zlib' | 'zstd';

export type MigrationParametersTlsCreds = string | null;

export type MigrationParametersZeroPageDetection = 'none' | 'legacy' | 'multifd';

export interface MigrationPassData {
  pass: number;
}

export interface MigrationStats {
  transferred: number | bigint;
  remaining: number | bigint;
  total: number | bigint;
  duplicate: number | bigint;
  normal: number | bigint;
  'normal-bytes': number | bigint;
  'dirty-pages-rate': number;
  mbps: number;
  'dirty-sync-count': number;
  'postcopy-requests': number;
  'page-size': number;
  'multifd-bytes': number | bigint;
  'pages-per-second': number;
  'precopy-bytes': number | bigint;
  'downtime-bytes': number | bigint;
  'postcopy-bytes': number | bigint;
  'dirty-sync-missed-zero-copy': number;
}

export type MigrationStatus =
  | 'none'
  | 'setup'
  | 'cancelling'
  | 'cancelled'
  | 'active'
  | 'postcopy-device'
  | 'postcopy-active'
  | 'postcopy-paused'
  | 'postcopy-recover-setup'
  | 'postcopy-recover'
  | 'completed'
  | 'failing'
  | 'failed'
  | 'colo'
  | 'pre-switchover'
  | 'device'
  | 'wait-unplug';

export type MirrorCopyMode = 'background' | 'write-blocking';

export type MirrorSyncMode = 'top' | 'full' | 'none' | 'incremental' | 'bitmap';

export interface MouseInfo {
  name: string;
  index: number;
  current: boolean;
  absolute: boolean;
}

export interface NameInfo {
  name?: string | undefined;
}

export interface NbdServerAddArguments {
  name?: string | undefined;
  description?: string | undefined;
  device: string;
  writable?: boolean | undefined;
  bitmap?: string | undefined;
}

export interface NbdServerRemoveArguments {
  name: string;
  mode?: BlockExportRemoveMode | undefined;
}

export interface NbdServerStartArguments {
  'handshake-max-seconds'?: number | undefined;
  'tls-creds'?: string | undefined;
  'tls-authz'?: string | undefined;
  'max-connections'?: number | undefined;
  addr: SocketAddressLegacy;
}

export type Netdev =
  | NetdevNic
  | NetdevUser
  | NetdevTap
  | NetdevL2tpv3
  | NetdevSocket
  | NetdevStream
  | NetdevDgram
  | NetdevVde
  | NetdevBridge
  | NetdevHubport
  | NetdevNetmap
  | NetdevVhostUser
  | NetdevVhostVdpa
  | NetdevPasst
  | NetdevNone;

export interface NetdevBase {
  id: string;
}

export interface NetdevBridge extends NetdevBase {
  type: 'bridge';
  br?: string | undefined;
  helper?: string | undefined;
}

export interface NetdevDelArguments {
  id: string;
}

export interface NetdevDgram extends NetdevBase {
  type: 'dgram';
  local?: SocketAddress | undefined;
  remote?: SocketAddress | undefined;
}

export interface NetdevHubport extends NetdevBase {
  type: 'hubport';
  hubid: number;
  netdev?: string | undefined;
}

export interface NetdevL2tpv3 extends NetdevBase {
  type: 'l2tpv3';
  src: string;
  dst: string;
  srcport?: string | undefined;
  dstport?: string | undefined;
  ipv6?: boolean | undefined;
  udp?: boolean | undefined;
  cookie64?: boolean | undefined;
  counter?: boolean | undefined;
  pincounter?: boolean | undefined;
  txcookie?: number | bigint | undefined;
  rxcookie?: number | bigint | undefined;
  txsession: number;
  rxsession?: number | undefined;
  offset?: number | undefined;
}

export interface NetdevNetmap extends NetdevBase {
  type: 'netmap';
  ifname: string;
  devname?: string | undefined;
}

export interface NetdevNic extends NetdevBase {
  type: 'nic';
  netdev?: string | undefined;
  macaddr?: string | undefined;
  model?: string | undefined;
  addr?: string | undefined;
  vectors?: number | undefined;
}

export interface NetdevNone extends NetdevBase {
  type: 'none';
}

export interface NetdevPasst extends NetdevBase {
  type: 'passt';
  path?: string | undefined;
  quiet?: boolean | undefined;
  'vhost-user'?: boolean | undefined;
  mtu?: number | bigint | undefined;
  address?: string | undefined;
  netmask?: string | undefined;
  mac?: string | undefined;
  gateway?: string | undefined;
  interface?: string | undefined;
  outbound?: string | undefined;
  'outbound-if4'?: string | undefined;
  'outbound-if6'?: string | undefined;
  dns?: string | undefined;
  search?: NetdevPasstSearch[] | undefined;
  fqdn?: string | undefined;
  'dhcp-dns'?: boolean | undefined;
  'dhcp-search'?: boolean | undefined;
  'map-host-loopback'?: string | undefined;
  'map-guest-addr'?: string | undefined;
  'dns-forward'?: string | undefined;
  'dns-host'?: string | undefined;
  tcp?: boolean | undefined;
  udp?: boolean | undefined;
  icmp?: boolean | undefined;
  dhcp?: boolean | undefined;
  ndp?: boolean | undefined;
  dhcpv6?: boolean | undefined;
  ra?: boolean | undefined;
  freebind?: boolean | undefined;
  ipv4?: boolean | undefined;
  ipv6?: boolean | undefined;
  'tcp-ports'?: NetdevPasstTcpPorts[] | undefined;
  'udp-ports'?: NetdevPasstTcpPorts[] | undefined;
  param?: NetdevPasstParam[] | undefined;
}

export interface NetdevPasstParam {
  str: string;
}

export interface NetdevPasstSearch {
  str: string;
}

export interface NetdevPasstTcpPorts {
  str: string;
}

export interface NetdevSocket extends NetdevBase {
  type: 'socket';
  fd?: string | undefined;
  listen?: string | undefined;
  connect?: string | undefined;
  mcast?: string | undefined;
  localaddr?: string | undefined;
  udp?: string | undefined;
}

export interface NetdevStream extends NetdevBase {
  type: 'stream';
  addr: SocketAddress;
  server?: boolean | undefined;
  'reconnect-ms'?: number | bigint | undefined;
}

export interface NetdevStreamConnectedData {
  'netdev-id': string;
  addr: SocketAddress;
}

export interface NetdevStreamDisconnectedData {
  'netdev-id': string;
}

export interface NetdevTap extends NetdevBase {
  type: 'tap';
  ifname?: string | undefined;
  fd?: string | undefined;
  fds?: string | undefined;
  script?: string | undefined;
  downscript?: string | undefined;
  br?: string | undefined;
  helper?: string | undefined;
  sndbuf?: number | bigint | undefined;
  vnet_hdr?: boolean | undefined;
  vhost?: boolean | undefined;
  vhostfd?: string | undefined;
  vhostfds?: string | undefined;
  vhostforce?: boolean | undefined;
  queues?: number | undefined;
  'poll-us'?: number | undefined;
}

export interface NetdevUser extends NetdevBase {
  type: 'user';
  hostname?: string | undefined;
  restrict?: boolean | undefined;
  ipv4?: boolean | undefined;
  ipv6?: boolean | undefined;
  ip?: string | undefined;
  net?: string | undefined;
  host?: string | undefined;
  tftp?: string | undefined;
  bootfile?: string | undefined;
  dhcpstart?: string | undefined;
  dns?: string | undefined;
  dnssearch?: NetdevUserDnssearch[] | undefined;
  domainname?: string | undefined;
  'ipv6-prefix'?: string | undefined;
  'ipv6-prefixlen'?: number | bigint | undefined;
  'ipv6-host'?: string | undefined;
  'ipv6-dns'?: string | undefined;
  smb?: string | undefined;
  smbserver?: string | undefined;
  hostfwd?: NetdevUserHostfwd[] | undefined;
  guestfwd?: NetdevUserGuestfwd[] | undefined;
  'tftp-server-name'?: string | undefined;
}

export interface NetdevUserDnssearch {
  str: string;
}

export interface NetdevUserGuestfwd {
  str: string;
}

export interface NetdevUserHostfwd {
  str: string;
}

export interface NetdevVde extends NetdevBase {
  type: 'vde';
  sock?: string | undefined;
  port?: number | undefined;
  group?: string | undefined;
  mode?: number | undefined;
}

export interface NetdevVhostUser extends NetdevBase {
  type: 'vhost-user';
  chardev: string;
  vhostforce?: boolean | undefined;
  queues?: number | bigint | undefined;
}

export interface NetdevVhostUserConnectedData {
  'netdev-id': string;
  'chardev-id': string;
}

export interface NetdevVhostUserDisconnectedData {
  'netdev-id': string;
}

export interface NetdevVhostVdpa extends NetdevBase {
  type: 'vhost-vdpa';
  vhostdev?: string | undefined;
  vhostfd?: string | undefined;
  queues?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-svq'?: boolean | undefined;
}

export type NetworkAddressFamily = 'ipv4' | 'ipv6' | 'unix' | 'vsock' | 'unknown';

export type NewImageMode = 'existing' | 'absolute-paths';

export interface NicRxFilterChangedData {
  name?: string | undefined;
  path: string;
}

export type NumaOptions =
  | NumaOptionsNode
  | NumaOptionsDist
  | NumaOptionsCpu
  | NumaOptionsHmatLb
  | NumaOptionsHmatCache;

export interface NumaOptionsCpu {
  type: 'cpu';
  'node-id'?: number | bigint | undefined;
  'drawer-id'?: number | bigint | undefined;
  'book-id'?: number | bigint | undefined;
  'socket-id'?: number | bigint | undefined;
  'die-id'?: number | bigint | undefined;
  'cluster-id'?: number | bigint | undefined;
  'module-id'?: number | bigint | undefined;
  'core-id'?: number | bigint | undefined;
  'thread-id'?: number | bigint | undefined;
}

export interface NumaOptionsDist {
  type: 'dist';
  src: number;
  dst: number;
  val: number;
}

export interface NumaOptionsHmatCache {
  type: 'hmat-cache';
  'node-id': number;
  size: number | bigint;
  level: number;
  associativity: NumaOptionsHmatCacheAssociativity;
  policy: NumaOptionsHmatCachePolicy;
  line: number;
}

export type NumaOptionsHmatCacheAssociativity = 'none' | 'direct' | 'complex';

export type NumaOptionsHmatCachePolicy = 'none' | 'write-back' | 'write-through';

export interface NumaOptionsHmatLb {
  type: 'hmat-lb';
  initiator: number;
  target: number;
  hierarchy: NumaOptionsHmatLbHierarchy;
  'data-type': NumaOptionsHmatLbDataType;
  latency?: number | bigint | undefined;
  bandwidth?: number | bigint | undefined;
}

export type NumaOptionsHmatLbDataType =
  | 'access-latency'
  | 'read-latency'
  | 'write-latency'
  | 'access-bandwidth'
  | 'read-bandwidth'
  | 'write-bandwidth';

export type NumaOptionsHmatLbHierarchy = 'memory' | 'first-level' | 'second-level' | 'third-level';

export interface NumaOptionsNode {
  type: 'node';
  nodeid?: number | undefined;
  cpus?: number[] | undefined;
  mem?: number | bigint | undefined;
  memdev?: string | undefined;
  initiator?: number | undefined;
}

export interface ObjectDelArguments {
  id: string;
}

export type ObjectOptions =
  | ObjectOptionsAcpiGenericInitiator
  | ObjectOptionsAcpiGenericPort
  | ObjectOptionsAuthzList
  | ObjectOptionsAuthzListfile
  | ObjectOptionsAuthzPam
  | ObjectOptionsAuthzSimple
  | ObjectOptionsCanHostSocketcan
  | ObjectOptionsColoCompare
  | ObjectOptionsCryptodevBackend
  | ObjectOptionsCryptodevBackendBuiltin
  | ObjectOptionsCryptodevBackendLkcf
  | ObjectOptionsCryptodevVhostUser
  | ObjectOptionsDbusVmstate
  | ObjectOptionsFilterBuffer
  | ObjectOptionsFilterDump
  | ObjectOptionsFilterMirror
  | ObjectOptionsFilterRedirector
  | ObjectOptionsFilterReplay
  | ObjectOptionsFilterRewriter
  | ObjectOptionsInputBarrier
  | ObjectOptionsInputLinux
  | ObjectOptionsIommufd
  | ObjectOptionsIothread
  | ObjectOptionsMainLoop
  | ObjectOptionsMemoryBackendEpc
  | ObjectOptionsMemoryBackendFile
  | ObjectOptionsMemoryBackendMemfd
  | ObjectOptionsMemoryBackendRam
  | ObjectOptionsMemoryBackendShm
  | ObjectOptionsMonitorHmp
  | ObjectOptionsMonitorQmp
  | ObjectOptionsPrManagerHelper
  | ObjectOptionsQtest
  | ObjectOptionsRngBuiltin
  | ObjectOptionsRngEgd
  | ObjectOptionsRngRandom
  | ObjectOptionsSecret
  | ObjectOptionsSecretKeyring
  | ObjectOptionsSevGuest
  | ObjectOptionsSevSnpGuest
  | ObjectOptionsThreadContext
  | ObjectOptionsTdxGuest
  | ObjectOptionsThrottleGroup
  | ObjectOptionsTlsCredsAnon
  | ObjectOptionsTlsCredsPsk
  | ObjectOptionsTlsCredsX509
  | ObjectOptionsTlsCipherSuites
  | ObjectOptionsXRemoteObject
  | ObjectOptionsXVfioUserServer
  | ObjectOptionsOther;

export interface ObjectOptionsAcpiGenericInitiator extends ObjectOptionsBase {
  'qom-type': 'acpi-generic-initiator';
  'pci-dev': string;
  node: number;
}

export interface ObjectOptionsAcpiGenericPort extends ObjectOptionsBase {
  'qom-type': 'acpi-generic-port';
  'pci-bus': string;
  node: number;
}

export interface ObjectOptionsAuthzList extends ObjectOptionsBase {
  'qom-type': 'authz-list';
  policy?: ObjectOptionsAuthzListPolicy | undefined;
  rules?: ObjectOptionsAuthzListRules[] | undefined;
}

export type ObjectOptionsAuthzListPolicy = 'deny' | 'allow';

export interface ObjectOptionsAuthzListRules {
  match: string;
  policy: ObjectOptionsAuthzListPolicy;
  format?: ObjectOptionsAuthzListRulesFormat | undefined;
}

export type ObjectOptionsAuthzListRulesFormat = 'exact' | 'glob';

export interface ObjectOptionsAuthzListfile extends ObjectOptionsBase {
  'qom-type': 'authz-listfile';
  filename: string;
  refresh?: boolean | undefined;
}

export interface ObjectOptionsAuthzPam extends ObjectOptionsBase {
  'qom-type': 'authz-pam';
  service: string;
}

export interface ObjectOptionsAuthzSimple extends ObjectOptionsBase {
  'qom-type': 'authz-simple';
  identity: string;
}

export interface ObjectOptionsBase {
  id: string;
}

export interface ObjectOptionsCanHostSocketcan extends ObjectOptionsBase {
  'qom-type': 'can-host-socketcan';
  if: string;
  canbus: string;
}

export interface ObjectOptionsColoCompare extends ObjectOptionsBase {
  'qom-type': 'colo-compare';
  primary_in: string;
  secondary_in: string;
  outdev: string;
  iothread: string;
  notify_dev?: string | undefined;
  compare_timeout?: number | bigint | undefined;
  expired_scan_cycle?: number | undefined;
  max_queue_size?: number | undefined;
  vnet_hdr_support?: boolean | undefined;
}

export interface ObjectOptionsCryptodevBackend extends ObjectOptionsBase {
  'qom-type': 'cryptodev-backend';
  queues?: number | undefined;
  'throttle-bps'?: number | bigint | undefined;
  'throttle-ops'?: number | bigint | undefined;
}

export interface ObjectOptionsCryptodevBackendBuiltin extends ObjectOptionsBase {
  'qom-type': 'cryptodev-backend-builtin';
  queues?: number | undefined;
  'throttle-bps'?: number | bigint | undefined;
  'throttle-ops'?: number | bigint | undefined;
}

export interface ObjectOptionsCryptodevBackendLkcf extends ObjectOptionsBase {
  'qom-type': 'cryptodev-backend-lkcf';
  queues?: number | undefined;
  'throttle-bps'?: number | bigint | undefined;
  'throttle-ops'?: number | bigint | undefined;
}

export interface ObjectOptionsCryptodevVhostUser extends ObjectOptionsBase {
  'qom-type': 'cryptodev-vhost-user';
  queues?: number | undefined;
  'throttle-bps'?: number | bigint | undefined;
  'throttle-ops'?: number | bigint | undefined;
  chardev: string;
}

export interface ObjectOptionsDbusVmstate extends ObjectOptionsBase {
  'qom-type': 'dbus-vmstate';
  addr: string;
  'id-list'?: string | undefined;
}

export interface ObjectOptionsFilterBuffer extends ObjectOptionsBase {
  'qom-type': 'filter-buffer';
  netdev: string;
  queue?: ObjectOptionsFilterBufferQueue | undefined;
  status?: string | undefined;
  position?: string | undefined;
  insert?: ObjectOptionsFilterBufferInsert | undefined;
  interval: number;
}

export type ObjectOptionsFilterBufferInsert = 'before' | 'behind';

export type ObjectOptionsFilterBufferQueue = 'all' | 'rx' | 'tx';

export interface ObjectOptionsFilterDump extends ObjectOptionsBase {
  'qom-type': 'filter-dump';
  netdev: string;
  queue?: ObjectOptionsFilterBufferQueue | undefined;
  status?: string | undefined;
  position?: string | undefined;
  insert?: ObjectOptionsFilterBufferInsert | undefined;
  file: string;
  maxlen?: number | undefined;
}

export interface ObjectOptionsFilterMirror extends ObjectOptionsBase {
  'qom-type': 'filter-mirror';
  netdev: string;
  queue?: ObjectOptionsFilterBufferQueue | undefined;
  status?: string | undefined;
  position?: string | undefined;
  insert?: ObjectOptionsFilterBufferInsert | undefined;
  outdev: string;
  vnet_hdr_support?: boolean | undefined;
}

export interface ObjectOptionsFilterRedirector extends ObjectOptionsBase {
  'qom-type': 'filter-redirector';
  netdev: string;
  queue?: ObjectOptionsFilterBufferQueue | undefined;
  status?: string | undefined;
  position?: string | undefined;
  insert?: ObjectOptionsFilterBufferInsert | undefined;
  indev?: string | undefined;
  outdev?: string | undefined;
  vnet_hdr_support?: boolean | undefined;
}

export interface ObjectOptionsFilterReplay extends ObjectOptionsBase {
  'qom-type': 'filter-replay';
  netdev: string;
  queue?: ObjectOptionsFilterBufferQueue | undefined;
  status?: string | undefined;
  position?: string | undefined;
  insert?: ObjectOptionsFilterBufferInsert | undefined;
}

export interface ObjectOptionsFilterRewriter extends ObjectOptionsBase {
  'qom-type': 'filter-rewriter';
  netdev: string;
  queue?: ObjectOptionsFilterBufferQueue | undefined;
  status?: string | undefined;
  position?: string | undefined;
  insert?: ObjectOptionsFilterBufferInsert | undefined;
  vnet_hdr_support?: boolean | undefined;
}

export interface ObjectOptionsInputBarrier extends ObjectOptionsBase {
  'qom-type': 'input-barrier';
  name: string;
  server?: string | undefined;
  port?: string | undefined;
  'x-origin'?: string | undefined;
  'y-origin'?: string | undefined;
  width?: string | undefined;
  height?: string | undefined;
}

export interface ObjectOptionsInputLinux extends ObjectOptionsBase {
  'qom-type': 'input-linux';
  evdev: string;
  grab_all?: boolean | undefined;
  repeat?: boolean | undefined;
  'grab-toggle'?: ObjectOptionsInputLinuxGrabToggle | undefined;
}

export type ObjectOptionsInputLinuxGrabToggle =
  | 'ctrl-ctrl'
  | 'alt-alt'
  | 'shift-shift'
  | 'meta-meta'
  | 'scrolllock'
  | 'ctrl-scrolllock';

export interface ObjectOptionsIommufd extends ObjectOptionsBase {
  'qom-type': 'iommufd';
  fd?: string | undefined;
}

export interface ObjectOptionsIothread extends ObjectOptionsBase {
  'qom-type': 'iothread';
  'aio-max-batch'?: number | bigint | undefined;
  'thread-pool-min'?: number | bigint | undefined;
  'thread-pool-max'?: number | bigint | undefined;
  'poll-max-ns'?: number | bigint | undefined;
  'poll-grow'?: number | bigint | undefined;
  'poll-shrink'?: number | bigint | undefined;
  'poll-weight'?: number | bigint | undefined;
}

export interface ObjectOptionsMainLoop extends ObjectOptionsBase {
  'qom-type': 'main-loop';
  'aio-max-batch'?: number | bigint | undefined;
  'thread-pool-min'?: number | bigint | undefined;
  'thread-pool-max'?: number | bigint | undefined;
}

export interface ObjectOptionsMemoryBackendEpc extends ObjectOptionsBase {
  'qom-type': 'memory-backend-epc';
  dump?: boolean | undefined;
  'host-nodes'?: number[] | undefined;
  merge?: boolean | undefined;
  policy?: ObjectOptionsMemoryBackendEpcPolicy | undefined;
  prealloc?: boolean | undefined;
  'prealloc-threads'?: number | undefined;
  'prealloc-context'?: string | undefined;
  share?: boolean | undefined;
  reserve?: boolean | undefined;
  size: number | bigint;
  'x-use-canonical-path-for-ramblock-id'?: boolean | undefined;
}

export type ObjectOptionsMemoryBackendEpcPolicy = 'default' | 'preferred' | 'bind' | 'interleave';

export interface ObjectOptionsMemoryBackendFile extends ObjectOptionsBase {
  'qom-type': 'memory-backend-file';
  dump?: boolean | undefined;
  'host-nodes'?: number[] | undefined;
  merge?: boolean | undefined;
  policy?: ObjectOptionsMemoryBackendEpcPolicy | undefined;
  prealloc?: boolean | undefined;
  'prealloc-threads'?: number | undefined;
  'prealloc-context'?: string | undefined;
  share?: boolean | undefined;
  reserve?: boolean | undefined;
  size: number | bigint;
  'x-use-canonical-path-for-ramblock-id'?: boolean | undefined;
  align?: number | bigint | undefined;
  offset?: number | bigint | undefined;
  'discard-data'?: boolean | undefined;
  'mem-path': string;
  pmem?: boolean | undefined;
  readonly?: boolean | undefined;
  rom?: OnOffAuto | undefined;
}

export interface ObjectOptionsMemoryBackendMemfd extends ObjectOptionsBase {
  'qom-type': 'memory-backend-memfd';
  dump?: boolean | undefined;
  'host-nodes'?: number[] | undefined;
  merge?: boolean | undefined;
  policy?: ObjectOptionsMemoryBackendEpcPolicy | undefined;
  prealloc?: boolean | undefined;
  'prealloc-threads'?: number | undefined;
  'prealloc-context'?: string | undefined;
  share?: boolean | undefined;
  reserve?: boolean | undefined;
  size: number | bigint;
  'x-use-canonical-path-for-ramblock-id'?: boolean | undefined;
  hugetlb?: boolean | undefined;
  hugetlbsize?: number | bigint | undefined;
  seal?: boolean | undefined;
}

export interface ObjectOptionsMemoryBackendRam extends ObjectOptionsBase {
  'qom-type': 'memory-backend-ram';
  dump?: boolean | undefined;
  'host-nodes'?: number[] | undefined;
  merge?: boolean | undefined;
  policy?: ObjectOptionsMemoryBackendEpcPolicy | undefined;
  prealloc?: boolean | undefined;
  'prealloc-threads'?: number | undefined;
  'prealloc-context'?: string | undefined;
  share?: boolean | undefined;
  reserve?: boolean | undefined;
  size: number | bigint;
  'x-use-canonical-path-for-ramblock-id'?: boolean | undefined;
}

export interface ObjectOptionsMemoryBackendShm extends ObjectOptionsBase {
  'qom-type': 'memory-backend-shm';
  dump?: boolean | undefined;
  'host-nodes'?: number[] | undefined;
  merge?: boolean | undefined;
  policy?: ObjectOptionsMemoryBackendEpcPolicy | undefined;
  prealloc?: boolean | undefined;
  'prealloc-threads'?: number | undefined;
  'prealloc-context'?: string | undefined;
  share?: boolean | undefined;
  reserve?: boolean | undefined;
  size: number | bigint;
  'x-use-canonical-path-for-ramblock-id'?: boolean | undefined;
}

export interface ObjectOptionsMonitorHmp extends ObjectOptionsBase {
  'qom-type': 'monitor-hmp';
  chardev: string;
  readline?: boolean | undefined;
}

export interface ObjectOptionsMonitorQmp extends ObjectOptionsBase {
  'qom-type': 'monitor-qmp';
  chardev: string;
  pretty?: boolean | undefined;
  'close-action'?: ObjectOptionsMonitorQmpCloseAction | undefined;
}

export type ObjectOptionsMonitorQmpCloseAction = 'none' | 'delete';

export interface ObjectOptionsOther extends ObjectOptionsBase {
  'qom-type': 'can-bus' | 'pef-guest' | 's390-pv-guest';
}

export interface ObjectOptionsPrManagerHelper extends ObjectOptionsBase {
  'qom-type': 'pr-manager-helper';
  path: string;
}

export interface ObjectOptionsQtest extends ObjectOptionsBase {
  'qom-type': 'qtest';
  chardev: string;
  log?: string | undefined;
}

export interface ObjectOptionsRngBuiltin extends ObjectOptionsBase {
  'qom-type': 'rng-builtin';
  /** @deprecated QEMU is going to drop this. */
  opened?: boolean | undefined;
}

export interface ObjectOptionsRngEgd extends ObjectOptionsBase {
  'qom-type': 'rng-egd';
  /** @deprecated QEMU is going to drop this. */
  opened?: boolean | undefined;
  chardev: string;
}

export interface ObjectOptionsRngRandom extends ObjectOptionsBase {
  'qom-type': 'rng-random';
  /** @deprecated QEMU is going to drop this. */
  opened?: boolean | undefined;
  filename?: string | undefined;
}

export interface ObjectOptionsSecret extends ObjectOptionsBase {
  'qom-type': 'secret';
  format?: ObjectOptionsSecretFormat | undefined;
  keyid?: string | undefined;
  iv?: string | undefined;
  data?: string | undefined;
  file?: string | undefined;
}

export type ObjectOptionsSecretFormat = 'raw' | 'base64';

export interface ObjectOptionsSecretKeyring extends ObjectOptionsBase {
  'qom-type': 'secret_keyring';
  format?: ObjectOptionsSecretFormat | undefined;
  keyid?: string | undefined;
  iv?: string | undefined;
  serial: number;
}

export interface ObjectOptionsSevGuest extends ObjectOptionsBase {
  'qom-type': 'sev-guest';
  'sev-device'?: string | undefined;
  cbitpos?: number | undefined;
  'reduced-phys-bits': number;
  'kernel-hashes'?: boolean | undefined;
  'dh-cert-file'?: string | undefined;
  'session-file'?: string | undefined;
  policy?: number | undefined;
  handle?: number | undefined;
  'legacy-vm-type'?: OnOffAuto | undefined;
}

export interface ObjectOptionsSevSnpGuest extends ObjectOptionsBase {
  'qom-type': 'sev-snp-guest';
  'sev-device'?: string | undefined;
  cbitpos?: number | undefined;
  'reduced-phys-bits': number;
  'kernel-hashes'?: boolean | undefined;
  policy?: number | bigint | undefined;
  'guest-visible-workarounds'?: string | undefined;
  'id-block'?: string | undefined;
  'id-auth'?: string | undefined;
  'author-key-enabled'?: boolean | undefined;
  'host-data'?: string | undefined;
  'vcek-disabled'?: boolean | undefined;
}

export interface ObjectOptionsTdxGuest extends ObjectOptionsBase {
  'qom-type': 'tdx-guest';
  attributes?: number | bigint | undefined;
  'sept-ve-disable'?: boolean | undefined;
  mrconfigid?: string | undefined;
  mrowner?: string | undefined;
  mrownerconfig?: string | undefined;
  'quote-generation-socket'?: SocketAddress | undefined;
}

export interface ObjectOptionsThreadContext extends ObjectOptionsBase {
  'qom-type': 'thread-context';
  'cpu-affinity'?: number[] | undefined;
  'node-affinity'?: number[] | undefined;
}

export interface ObjectOptionsThrottleGroup extends ObjectOptionsBase {
  'qom-type': 'throttle-group';
  limits?: ObjectOptionsThrottleGroupLimits | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-total'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-total-max'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-total-max-length'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-read'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-read-max'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-read-max-length'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-write'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-write-max'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-write-max-length'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-total'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-total-max'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-total-max-length'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-read'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-read-max'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-read-max-length'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-write'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-write-max'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-bps-write-max-length'?: number | bigint | undefined;
  /** @experimental QEMU may change or drop this in any release. */
  'x-iops-size'?: number | bigint | undefined;
}

export interface ObjectOptionsThrottleGroupLimits {
  'iops-total'?: number | bigint | undefined;
  'iops-total-max'?: number | bigint | undefined;
  'iops-total-max-length'?: number | bigint | undefined;
  'iops-read'?: number | bigint | undefined;
  'iops-read-max'?: number | bigint | undefined;
  'iops-read-max-length'?: number | bigint | undefined;
  'iops-write'?: number | bigint | undefined;
  'iops-write-max'?: number | bigint | undefined;
  'iops-write-max-length'?: number | bigint | undefined;
  'bps-total'?: number | bigint | undefined;
  'bps-total-max'?: number | bigint | undefined;
  'bps-total-max-length'?: number | bigint | undefined;
  'bps-read'?: number | bigint | undefined;
  'bps-read-max'?: number | bigint | undefined;
  'bps-read-max-length'?: number | bigint | undefined;
  'bps-write'?: number | bigint | undefined;
  'bps-write-max'?: number | bigint | undefined;
  'bps-write-max-length'?: number | bigint | undefined;
  'iops-size'?: number | bigint | undefined;
}

export interface ObjectOptionsTlsCipherSuites extends ObjectOptionsBase {
  'qom-type': 'tls-cipher-suites';
  'verify-peer'?: boolean | undefined;
  dir?: string | undefined;
  endpoint?: ObjectOptionsTlsCredsAnonEndpoint | undefined;
  priority?: string | undefined;
}

export interface ObjectOptionsTlsCredsAnon extends ObjectOptionsBase {
  'qom-type': 'tls-creds-anon';
  'verify-peer'?: boolean | undefined;
  dir?: string | undefined;
  endpoint?: ObjectOptionsTlsCredsAnonEndpoint | undefined;
  priority?: string | undefined;
}

export type ObjectOptionsTlsCredsAnonEndpoint = 'client' | 'server';

export interface ObjectOptionsTlsCredsPsk extends ObjectOptionsBase {
  'qom-type': 'tls-creds-psk';
  'verify-peer'?: boolean | undefined;
  dir?: string | undefined;
  endpoint?: ObjectOptionsTlsCredsAnonEndpoint | undefined;
  priority?: string | undefined;
  username?: string | undefined;
}

export interface ObjectOptionsTlsCredsX509 extends ObjectOptionsBase {
  'qom-type': 'tls-creds-x509';
  'verify-peer'?: boolean | undefined;
  dir?: string | undefined;
  endpoint?: ObjectOptionsTlsCredsAnonEndpoint | undefined;
  priority?: string | undefined;
  'sanity-check'?: boolean | undefined;
  passwordid?: string | undefined;
}

export interface ObjectOptionsXRemoteObject extends ObjectOptionsBase {
  'qom-type': 'x-remote-object';
  fd: string;
  devid: string;
}

export interface ObjectOptionsXVfioUserServer extends ObjectOptionsBase {
  'qom-type': 'x-vfio-user-server';
  socket: SocketAddress;
  device: string;
}

export interface ObjectPropertyInfo {
  name: string;
  type: string;
  description?: string | undefined;
  'default-value'?: unknown;
}

export interface ObjectTypeInfo {
  name: string;
  abstract?: boolean | undefined;
  parent?: string | undefined;
}

export type OnOffAuto = 'auto' | 'on' | 'off';

export type PanicAction = 'pause' | 'shutdown' | 'exit-failure' | 'none';

export interface PciDeviceInfo {
  bus: number;
  slot: number;
  function: number;
  class_info: PciDeviceInfoClassInfo;
  id: PciDeviceInfoId;
  irq?: number | undefined;
  irq_pin: number;
  qdev_id: string;
  pci_bridge?: PciDeviceInfoPciBridge | undefined;
  regions: PciDeviceInfoRegions[];
}

export interface PciDeviceInfoClassInfo {
  desc?: string | undefined;
  class: number;
}

export interface PciDeviceInfoId {
  device: number;
  vendor: number;
  subsystem?: number | undefined;
  'subsystem-vendor'?: number | undefined;
}

export interface PciDeviceInfoPciBridge {
  bus: PciDeviceInfoPciBridgeBus;
  devices?: PciDeviceInfo[] | undefined;
}

export interface PciDeviceInfoPciBridgeBus {
  number: number;
  secondary: number;
  subordinate: number;
  io_range: PciDeviceInfoPciBridgeBusIoRange;
  memory_range: PciDeviceInfoPciBridgeBusIoRange;
  prefetchable_range: PciDeviceInfoPciBridgeBusIoRange;
}

export interface PciDeviceInfoPciBridgeBusIoRange {
  base: number | bigint;
  limit: number | bigint;
}

export interface PciDeviceInfoRegions {
  bar: number;
  type: string;
  address: number | bigint;
  size: number | bigint;
  prefetch?: boolean | undefined;
  mem_type_64?: boolean | undefined;
}

export interface PciInfo {
  bus: number;
  devices: PciDeviceInfo[];
}

export interface PmemsaveArguments {
  val: number | bigint;
  size: number | bigint;
  filename: string;
}

export interface PrManagerStatusChangedData {
  id: string;
  connected: boolean;
}

export type PreallocMode = 'off' | 'metadata' | 'falloc' | 'full';

export type QKeyCode =
  | 'unmapped'
  | 'shift'
  | 'shift_r'
  | 'alt'
  | 'alt_r'
  | 'ctrl'
  | 'ctrl_r'
  | 'menu'
  | 'esc'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '8'
  | '9'
  | '0'
  | 'minus'
  | 'equal'
  | 'backspace'
  | 'tab'
  | 'q'
  | 'w'
  | 'e'
  | 'r'
  | 't'
  | 'y'
  | 'u'
  | 'i'
  | 'o'
  | 'p'
  | 'bracket_left'
  | 'bracket_right'
  | 'ret'
  | 'a'
  | 's'
  | 'd'
  | 'f'
  | 'g'
  | 'h'
  | 'j'
  | 'k'
  | 'l'
  | 'semicolon'
  | 'apostrophe'
  | 'grave_accent'
  | 'backslash'
  | 'z'
  | 'x'
  | 'c'
  | 'v'
  | 'b'
  | 'n'
  | 'm'
  | 'comma'
  | 'dot'
  | 'slash'
  | 'asterisk'
  | 'spc'
  | 'caps_lock'
  | 'f1'
  | 'f2'
  | 'f3'
  | 'f4'
  | 'f5'
  | 'f6'
  | 'f7'
  | 'f8'
  | 'f9'
  | 'f10'
  | 'num_lock'
  | 'scroll_lock'
  | 'kp_divide'
  | 'kp_multiply'
  | 'kp_subtract'
  | 'kp_add'
  | 'kp_enter'
  | 'kp_decimal'
  | 'sysrq'
  | 'kp_0'
  | 'kp_1'
  | 'kp_2'
  | 'kp_3'
  | 'kp_4'
  | 'kp_5'
  | 'kp_6'
  | 'kp_7'
  | 'kp_8'
  | 'kp_9'
  | 'less'
  | 'f11'
  | 'f12'
  | 'print'
  | 'home'
  | 'pgup'
  | 'pgdn'
  | 'end'
  | 'left'
  | 'up'
  | 'down'
  | 'right'
  | 'insert'
  | 'delete'
  | 'stop'
  | 'again'
  | 'props'
  | 'undo'
  | 'front'
  | 'copy'
  | 'open'
  | 'paste'
  | 'find'
  | 'cut'
  | 'lf'
  | 'help'
  | 'meta_l'
  | 'meta_r'
  | 'compose'
  | 'pause'
  | 'ro'
  | 'hiragana'
  | 'henkan'
  | 'yen'
  | 'muhenkan'
  | 'katakanahiragana'
  | 'kp_comma'
  | 'kp_equals'
  | 'power'
  | 'sleep'
  | 'wake'
  | 'audionext'
  | 'audioprev'
  | 'audiostop'
  | 'audioplay'
  | 'audiomute'
  | 'volumeup'
  | 'volumedown'
  | 'mediaselect'
  | 'mail'
  | 'calculator'
  | 'computer'
  | 'ac_home'
  | 'ac_back'
  | 'ac_forward'
  | 'ac_refresh'
  | 'ac_bookmarks'
  | 'lang1'
  | 'lang2'
  | 'f13'
  | 'f14'
  | 'f15'
  | 'f16'
  | 'f17'
  | 'f18'
  | 'f19'
  | 'f20'
  | 'f21'
  | 'f22'
  | 'f23'
  | 'f24';

export type QMPCapability = 'oob';

export interface QmpCapabilitiesArguments {
  enable?: QMPCapability[] | undefined;
}

export interface QomGetArguments {
  path: string;
  property: string;
}

export interface QomListArguments {
  path: string;
}

export interface QomListGetArguments {
  paths: string[];
}

export interface QomListGetReturn {
  properties: QomListGetReturnProperties[];
}

export interface QomListGetReturnProperties {
  name: string;
  type: string;
  value?: unknown;
}

export interface QomListPropertiesArguments {
  typename: string;
}

export interface QomListTypesArguments {
  implements?: string | undefined;
  abstract?: boolean | undefined;
}

export interface QomSetArguments {
  path: string;
  property: string;
  value: unknown;
}

export interface QueryAcceleratorsReturn {
  enabled: QueryAcceleratorsReturnEnabled;
  present: QueryAcceleratorsReturnEnabled[];
}

export type QueryAcceleratorsReturnEnabled =
  | 'hvf'
  | 'kvm'
  | 'mshv'
  | 'nvmm'
  | 'qtest'
  | 'tcg'
  | 'whpx'
  | 'xen';

export interface QueryBlockArguments {
  flat?: boolean | undefined;
}

export interface QueryBlockstatsArguments {
  'query-nodes'?: boolean | undefined;
}

export interface QueryChardevBackendsReturn {
  name: string;
}

export interface QueryColoStatusReturn {
  mode: QueryColoStatusReturnMode;
  'last-mode': QueryColoStatusReturnMode;
  reason: QueryColoStatusReturnReason;
}

export type QueryColoStatusReturnMode = 'none' | 'primary' | 'secondary';

export type QueryColoStatusReturnReason = 'none' | 'request' | 'error' | 'processing';

export interface QueryCommandLineOptionsArguments {
  option?: string | undefined;
}

export interface QueryCpuModelBaselineArguments {
  modela: CpuModelInfo;
  modelb: CpuModelInfo;
}

export interface QueryCpuModelBaselineReturn {
  model: CpuModelInfo;
}

export interface QueryCpuModelComparisonArguments {
  modela: CpuModelInfo;
  modelb: CpuModelInfo;
}

export interface QueryCpuModelComparisonReturn {
  result: QueryCpuModelComparisonReturnResult;
  'responsible-properties': string[];
}

export type QueryCpuModelComparisonReturnResult = 'incompatible' | 'identical' | 'superset' | 'subset';

export interface QueryCpuModelExpansionArguments {
  type: QueryCpuModelExpansionArgumentsType;
  model: CpuModelInfo;
}

export type QueryCpuModelExpansionArgumentsType = 'static' | 'full';

export interface QueryCpuModelExpansionReturn {
  model: CpuModelInfo;
  'deprecated-props'?: string[] | undefined;
}

export interface QueryCryptodevReturn {
  id: string;
  service: QueryCryptodevReturnService[];
  client: QueryCryptodevReturnClient[];
}

export interface QueryCryptodevReturnClient {
  queue: number;
  type: QueryCryptodevReturnClientType;
}

export type QueryCryptodevReturnClientType = 'builtin' | 'vhost-user' | 'lkcf';

export type QueryCryptodevReturnService = 'cipher' | 'hash' | 'mac' | 'aead' | 'akcipher';

export interface QueryDirtyRateArguments {
  'calc-time-unit'?: CalcDirtyRateArgumentsCalcTimeUnit | undefined;
}

export interface QueryDirtyRateReturn {
  'dirty-rate'?: number | undefined;
  status: QueryDirtyRateReturnStatus;
  'start-time': number;
  'calc-time': number;
  'calc-time-unit': CalcDirtyRateArgumentsCalcTimeUnit;
  'sample-pages': number;
  mode: CalcDirtyRateArgumentsMode;
  'vcpu-dirty-rate'?: QueryDirtyRateReturnVcpuDirtyRate[] | undefined;
}

export type QueryDirtyRateReturnStatus = 'unstarted' | 'measuring' | 'measured';

export interface QueryDirtyRateReturnVcpuDirtyRate {
  id: number;
  'dirty-rate': number;
}

export interface QueryDumpGuestMemoryCapabilityReturn {
  formats: DumpGuestMemoryFormat[];
}

export interface QueryFirmwareLogArguments {
  'max-size'?: number | bigint | undefined;
}

export interface QueryFirmwareLogReturn {
  version?: string | undefined;
  log: string;
}

export interface QueryGicCapabilitiesReturn {
  version: number;
  emulated: boolean;
  kernel: boolean;
}

export interface QueryHvBalloonStatusReportReturn {
  committed: number | bigint;
  available: number | bigint;
}

export interface QueryMachinesArguments {
  /** @experimental QEMU may change or drop this in any release. */
  'compat-props'?: boolean | undefined;
}

export interface QueryNamedBlockNodesArguments {
  flat?: boolean | undefined;
}

export interface QueryPrManagersReturn {
  id: string;
  connected: boolean;
}

export interface QueryRockerArguments {
  name: string;
}

export interface QueryRockerOfDpaFlowsArguments {
  name: string;
  'tbl-id'?: number | undefined;
}

export interface QueryRockerOfDpaFlowsReturn {
  cookie: number | bigint;
  hits: number;
  key: QueryRockerOfDpaFlowsReturnKey;
  mask: QueryRockerOfDpaFlowsReturnMask;
  action: QueryRockerOfDpaFlowsReturnAction;
}

export interface QueryRockerOfDpaFlowsReturnAction {
  'goto-tbl'?: number | undefined;
  'group-id'?: number | undefined;
  'tunnel-lport'?: number | undefined;
  'vlan-id'?: number | undefined;
  'new-vlan-id'?: number | undefined;
  'out-pport'?: number | undefined;
}

export interface QueryRockerOfDpaFlowsReturnKey {
  priority: number;
  'tbl-id': number;
  'in-pport'?: number | undefined;
  'tunnel-id'?: number | undefined;
  'vlan-id'?: number | undefined;
  'eth-type'?: number | undefined;
  'eth-src'?: string | undefined;
  'eth-dst'?: string | undefined;
  'ip-proto'?: number | undefined;
  'ip-tos'?: number | undefined;
  'ip-dst'?: string | undefined;
}

export interface QueryRockerOfDpaFlowsReturnMask {
  'in-pport'?: number | undefined;
  'tunnel-id'?: number | undefined;
  'vlan-id'?: number | undefined;
  'eth-src'?: string | undefined;
  'eth-dst'?: string | undefined;
  'ip-proto'?: number | undefined;
  'ip-tos'?: number | undefined;
}

export interface QueryRockerOfDpaGroupsArguments {
  name: string;
  type?: number | undefined;
}

export interface QueryRockerOfDpaGroupsReturn {
  id: number;
  type: number;
  'vlan-id'?: number | undefined;
  pport?: number | undefined;
  index?: number | undefined;
  'out-pport'?: number | undefined;
  'group-id'?: number | undefined;
  'set-vlan-id'?: number | undefined;
  'pop-vlan'?: number | undefined;
  'group-ids'?: number[] | undefined;
  'set-eth-src'?: string | undefined;
  'set-eth-dst'?: string | undefined;
  'ttl-check'?: number | undefined;
}

export interface QueryRockerPortsArguments {
  name: string;
}

export interface QueryRockerPortsReturn {
  name: string;
  enabled: boolean;
  'link-up': boolean;
  speed: number | bigint;
  duplex: QueryRockerPortsReturnDuplex;
  autoneg: QueryRockerPortsReturnAutoneg;
}

export type QueryRockerPortsReturnAutoneg = 'off' | 'on';

export type QueryRockerPortsReturnDuplex = 'half' | 'full';

export interface QueryRxFilterArguments {
  name?: string | undefined;
}

export interface QueryRxFilterReturn {
  name: string;
  promiscuous: boolean;
  multicast: QueryRxFilterReturnMulticast;
  unicast: QueryRxFilterReturnMulticast;
  vlan: QueryRxFilterReturnMulticast;
  'broadcast-allowed': boolean;
  'multicast-overflow': boolean;
  'unicast-overflow': boolean;
  'main-mac': string;
  'vlan-table': number[];
  'unicast-table': string[];
  'multicast-table': string[];
}

export type QueryRxFilterReturnMulticast = 'normal' | 'none' | 'all';

export interface QueryS390xCpuPolarizationReturn {
  polarization: QueryS390xCpuPolarizationReturnPolarization;
}

export type QueryS390xCpuPolarizationReturnPolarization = 'horizontal' | 'vertical';

export interface QuerySevAttestationReportArguments {
  mnonce: string;
}

export interface QuerySevAttestationReportReturn {
  data: string;
}

export interface QuerySevCapabilitiesReturn {
  pdh: string;
  'cert-chain': string;
  'cpu0-id': string;
  cbitpos: number;
  'reduced-phys-bits': number;
}

export interface QuerySevLaunchMeasureReturn {
  data: string;
}

export interface QuerySgxReturn {
  sgx: boolean;
  sgx1: boolean;
  sgx2: boolean;
  flc: boolean;
  sections: QuerySgxReturnSections[];
}

export interface QuerySgxReturnSections {
  node: number;
  size: number | bigint;
}

export interface QueryStatsSchemasArguments {
  provider?: QueryStatsSchemasArgumentsProvider | undefined;
}

export type QueryStatsSchemasArgumentsProvider = 'kvm' | 'cryptodev';

export type QueryTpmModelsReturn = 'tpm-tis' | 'tpm-crb' | 'tpm-spapr';

export type QueryTpmTypesReturn = 'passthrough' | 'emulator';

export interface QueryVcpuDirtyLimitReturn {
  'cpu-index': number;
  'limit-rate': number;
  'current-rate': number;
}

export interface QueryVmGenerationIdReturn {
  guid: string;
}

export interface QueryVncServersReturn {
  id: string;
  server: QueryVncServersReturnServer[];
  clients: VncDisconnectedDataClient[];
  auth: QueryVncServersReturnAuth;
  vencrypt?: QueryVncServersReturnVencrypt | undefined;
  display?: string | undefined;
}

export type QueryVncServersReturnAuth =
  | 'none'
  | 'vnc'
  | 'ra2'
  | 'ra2ne'
  | 'tight'
  | 'ultra'
  | 'tls'
  | 'vencrypt'
  | 'sasl';

export interface QueryVncServersReturnServer {
  host: string;
  service: string;
  family: NetworkAddressFamily;
  websocket: boolean;
  auth: QueryVncServersReturnAuth;
  vencrypt?: QueryVncServersReturnVencrypt | undefined;
}

export type QueryVncServersReturnVencrypt =
  | 'plain'
  | 'tls-none'
  | 'x509-none'
  | 'tls-vnc'
  | 'x509-vnc'
  | 'tls-plain'
  | 'x509-plain'
  | 'tls-sasl'
  | 'x509-sasl';

export interface QueryXenReplicationStatusReturn {
  error: boolean;
  desc?: string | undefined;
}

export interface QuorumFailureData {
  reference: string;
  'sector-num': number | bigint;
  'sectors-count': number;
}

export interface QuorumReportBadData {
  type: QuorumReportBadDataType;
  error?: string | undefined;
  'node-name': string;
  'sector-num': number | bigint;
  'sectors-count': number;
}

export type QuorumReportBadDataType = 'read' | 'write' | 'flush';

export type RebootAction = 'reset' | 'shutdown';

export interface RemoveFdArguments {
  'fdset-id': number | bigint;
  fd?: number | bigint | undefined;
}

export interface ReplayBreakArguments {
  icount: number | bigint;
}

export interface ReplayInfo {
  mode: ReplayInfoMode;
  filename?: string | undefined;
  icount: number | bigint;
}

export type ReplayInfoMode = 'none' | 'record' | 'play';

export interface ReplaySeekArguments {
  icount: number | bigint;
}

export interface RequestEbpfArguments {
  id: RequestEbpfArgumentsId;
}

export type RequestEbpfArgumentsId = 'rss';

export interface RequestEbpfReturn {
  object: string;
}

export interface ResetData {
  guest: boolean;
  reason: ShutdownCause;
}

export interface RingbufReadArguments {
  device: string;
  size: number | bigint;
  format?: RingbufReadArgumentsFormat | undefined;
}

export type RingbufReadArgumentsFormat = 'utf8' | 'base64';

export interface RingbufWriteArguments {
  device: string;
  data: string;
  format?: RingbufReadArgumentsFormat | undefined;
}

export interface RockerSwitch {
  name: string;
  id: number;
  ports: number;
}

export interface RtcChangeData {
  offset: number | bigint;
  'qom-path': string;
}

export type RunState =
  | 'debug'
  | 'inmigrate'
  | 'internal-error'
  | 'io-error'
  | 'paused'
  | 'postmigrate'
  | 'prelaunch'
  | 'finish-migrate'
  | 'restore-vm'
  | 'running'
  | 'save-vm'
  | 'shutdown'
  | 'suspended'
  | 'watchdog'
  | 'guest-panicked'
  | 'colo';

export type SchemaInfo =
  | SchemaInfoBuiltin
  | SchemaInfoEnum
  | SchemaInfoArray
  | SchemaInfoObject
  | SchemaInfoAlternate
  | SchemaInfoCommand
  | SchemaInfoEvent;

export interface SchemaInfoAlternate extends SchemaInfoBase {
  'meta-type': 'alternate';
  members: SchemaInfoAlternateMembers[];
}

export interface SchemaInfoAlternateMembers {
  type: string;
}

export interface SchemaInfoArray extends SchemaInfoBase {
  'meta-type': 'array';
  'element-type': string;
}

export interface SchemaInfoBase {
  name: string;
  features?: string[] | undefined;
}

export interface SchemaInfoBuiltin extends SchemaInfoBase {
  'meta-type': 'builtin';
  'json-type': SchemaInfoBuiltinJsonType;
}

export type SchemaInfoBuiltinJsonType =
  | 'string'
  | 'number'
  | 'int'
  | 'boolean'
  | 'null'
  | 'object'
  | 'array'
  | 'value';

export interface SchemaInfoCommand extends SchemaInfoBase {
  'meta-type': 'command';
  'arg-type': string;
  'ret-type': string;
  'allow-oob'?: boolean | undefined;
}

export interface SchemaInfoEnum extends SchemaInfoBase {
  'meta-type': 'enum';
  members: SchemaInfoEnumMembers[];
  /** @deprecated QEMU is going to drop this. */
  values: string[];
}

export interface SchemaInfoEnumMembers {
  name: string;
  features?: string[] | undefined;
}

export interface SchemaInfoEvent extends SchemaInfoBase {
  'meta-type': 'event';
  'arg-type': string;
}

export interface SchemaInfoObject extends SchemaInfoBase {
  'meta-type': 'object';
  members: SchemaInfoObjectMembers[];
  tag?: string | undefined;
  variants?: SchemaInfoObjectVariants[] | undefined;
}

export interface SchemaInfoObjectMembers {
  name: string;
  type: string;
  default?: unknown;
  features?: string[] | undefined;
}

export interface SchemaInfoObjectVariants {
  case: string;
  type: string;
}

export interface ScreendumpArguments {
  filename: string;
  device?: string | undefined;
  head?: number | bigint | undefined;
  format?: ImageFormat | undefined;
}

export interface SendKeyArguments {
  keys: KeyValue[];
  'hold-time'?: number | bigint | undefined;
}

export interface SetActionArguments {
  reboot?: RebootAction | undefined;
  shutdown?: ShutdownAction | undefined;
  panic?: PanicAction | undefined;
  watchdog?: WatchdogAction | undefined;
}

export interface SetCpuTopologyArguments {
  'core-id': number;
  'socket-id'?: number | undefined;
  'book-id'?: number | undefined;
  'drawer-id'?: number | undefined;
  entitlement?: SetCpuTopologyArgumentsEntitlement | undefined;
  dedicated?: boolean | undefined;
}

export type SetCpuTopologyArgumentsEntitlement = 'auto' | 'low' | 'medium' | 'high';

export interface SetLinkArguments {
  name: string;
  up: boolean;
}

export type SetPasswordArguments = SetPasswordArgumentsVnc | SetPasswordArgumentsSpice;

export interface SetPasswordArgumentsBase {
  password: string;
  connected?: SetPasswordArgumentsConnected | undefined;
}

export type SetPasswordArgumentsConnected = 'keep' | 'fail' | 'disconnect';

export interface SetPasswordArgumentsSpice extends SetPasswordArgumentsBase {
  protocol: 'spice';
}

export interface SetPasswordArgumentsVnc extends SetPasswordArgumentsBase {
  protocol: 'vnc';
  display?: string | undefined;
}

export interface SetVcpuDirtyLimitArguments {
  'cpu-index'?: number | bigint | undefined;
  'dirty-rate': number | bigint;
}

export type SevInfo = SevInfoSev | SevInfoSevSnp;

export interface SevInfoBase {
  enabled: boolean;
  'api-major': number;
  'api-minor': number;
  'build-id': number;
  state: SevInfoState;
}

export interface SevInfoSev extends SevInfoBase {
  'sev-type': 'sev';
  policy: number;
  handle: number;
}

export interface SevInfoSevSnp extends SevInfoBase {
  'sev-type': 'sev-snp';
  'snp-policy': number | bigint;
}

export type SevInfoState =
  | 'uninit'
  | 'launch-update'
  | 'launch-secret'
  | 'running'
  | 'send-update'
  | 'receive-update';

export interface SevInjectLaunchSecretArguments {
  'packet-header': string;
  secret: string;
  gpa?: number | bigint | undefined;
}

export type ShutdownAction = 'poweroff' | 'pause';

export type ShutdownCause =
  | 'none'
  | 'host-error'
  | 'host-qmp-quit'
  | 'host-qmp-system-reset'
  | 'host-signal'
  | 'host-ui'
  | 'guest-shutdown'
  | 'guest-reset'
  | 'guest-panic'
  | 'subsystem-reset'
  | 'snapshot-load';

export interface ShutdownData {
  guest: boolean;
  reason: ShutdownCause;
}

export interface SnapshotDeleteArguments {
  'job-id': string;
  tag: string;
  devices: string[];
}

export interface SnapshotInfo {
  id: string;
  name: string;
  'vm-state-size': number | bigint;
  'date-sec': number;
  'date-nsec': number;
  'vm-clock-sec': number;
  'vm-clock-nsec': number;
  icount?: number | bigint | undefined;
}

export interface SnapshotLoadArguments {
  'job-id': string;
  tag: string;
  vmstate: string;
  devices: string[];
}

export interface SnapshotSaveArguments {
  'job-id': string;
  tag: string;
  vmstate: string;
  devices: string[];
}

export type SocketAddress = SocketAddressInet | SocketAddressUnix | SocketAddressVsock | SocketAddressFd;

export interface SocketAddressFd {
  type: 'fd';
  str: string;
}

export interface SocketAddressInet {
  type: 'inet';
  host: string;
  port: string;
  numeric?: boolean | undefined;
  to?: number | undefined;
  ipv4?: boolean | undefined;
  ipv6?: boolean | undefined;
  'keep-alive'?: boolean | undefined;
  'keep-alive-count'?: number | undefined;
  'keep-alive-idle'?: number | undefined;
  'keep-alive-interval'?: number | undefined;
  mptcp?: boolean | undefined;
}

export type SocketAddressLegacy =
  | SocketAddressLegacyInet
  | SocketAddressLegacyUnix
  | SocketAddressLegacyVsock
  | SocketAddressLegacyFd;

export interface SocketAddressLegacyFd {
  type: 'fd';
  data: FdSocketAddress;
}

export interface SocketAddressLegacyInet {
  type: 'inet';
  data: InetSocketAddress;
}

export interface SocketAddressLegacyUnix {
  type: 'unix';
  data: UnixSocketAddress;
}

export interface SocketAddressLegacyVsock {
  type: 'vsock';
  data: VsockSocketAddress;
}

export interface SocketAddressUnix {
  type: 'unix';
  path: string;
  abstract?: boolean | undefined;
  tight?: boolean | undefined;
}

export interface SocketAddressVsock {
  type: 'vsock';
  cid: string;
  port: string;
}

export interface SpiceConnectedData {
  server: SpiceConnectedDataServer;
  client: SpiceConnectedDataServer;
}

export interface SpiceConnectedDataServer {
  host: string;
  port: string;
  family: NetworkAddressFamily;
}

export interface SpiceDisconnectedData {
  server: SpiceConnectedDataServer;
  client: SpiceConnectedDataServer;
}

export interface SpiceInfo {
  enabled: boolean;
  migrated: boolean;
  host?: string | undefined;
  port?: number | undefined;
  'tls-port'?: number | undefined;
  auth?: string | undefined;
  'compiled-version'?: string | undefined;
  'mouse-mode': SpiceInfoMouseMode;
  channels?: SpiceInitializedDataClient[] | undefined;
}

export type SpiceInfoMouseMode = 'client' | 'server' | 'unknown';

export interface SpiceInitializedData {
  server: SpiceInitializedDataServer;
  client: SpiceInitializedDataClient;
}

export interface SpiceInitializedDataClient {
  host: string;
  port: string;
  family: NetworkAddressFamily;
  'connection-id': number;
  'channel-type': number;
  'channel-id': number;
  tls: boolean;
}

export interface SpiceInitializedDataServer {
  host: string;
  port: string;
  family: NetworkAddressFamily;
  auth?: string | undefined;
}

export interface Stats {
  name: string;
  value: StatsValue;
}

export type StatsFilter = StatsFilterVcpu | StatsFilterOther;

export interface StatsFilterBase {
  providers?: StatsFilterProviders[] | undefined;
}

export interface StatsFilterOther extends StatsFilterBase {
  target: 'vm' | 'cryptodev';
}

export interface StatsFilterProviders {
  provider: QueryStatsSchemasArgumentsProvider;
  names?: string[] | undefined;
}

export interface StatsFilterVcpu extends StatsFilterBase {
  target: 'vcpu';
  vcpus?: string[] | undefined;
}

export interface StatsResult {
  provider: QueryStatsSchemasArgumentsProvider;
  'qom-path'?: string | undefined;
  stats: Stats[];
}

export interface StatsSchema {
  provider: QueryStatsSchemasArgumentsProvider;
  target: StatsSchemaTarget;
  stats: StatsSchemaStats[];
}

export interface StatsSchemaStats {
  name: string;
  type: StatsSchemaStatsType;
  unit?: StatsSchemaStatsUnit | undefined;
  base?: number | bigint | undefined;
  exponent: number;
  'bucket-size'?: number | undefined;
}

export type StatsSchemaStatsType = 'cumulative' | 'instant' | 'peak' | 'linear-histogram' | 'log2-histogram';

export type StatsSchemaStatsUnit = 'bytes' | 'seconds' | 'cycles' | 'boolean';

export type StatsSchemaTarget = 'vm' | 'vcpu' | 'cryptodev';

export type StatsValue = number | bigint | boolean | (number | bigint)[];

export interface StatusInfo {
  running: boolean;
  status: RunState;
}

export type SysEmuTarget =
  | 'aarch64'
  | 'alpha'
  | 'arm'
  | 'avr'
  | 'hexagon'
  | 'hppa'
  | 'i386'
  | 'loongarch64'
  | 'm68k'
  | 'microblaze'
  | 'mips'
  | 'mips64'
  | 'mips64el'
  | 'mipsel'
  | 'or1k'
  | 'ppc'
  | 'ppc64'
  | 'riscv32'
  | 'riscv64'
  | 'rx'
  | 's390x'
  | 'sh4'
  | 'sh4eb'
  | 'sparc'
  | 'sparc64'
  | 'tricore'
  | 'x86_64'
  | 'xtensa'
  | 'xtensaeb';

export interface TPMInfo {
  id: string;
  model: QueryTpmModelsReturn;
  options: TPMInfoOptions;
}

export type TPMInfoOptions = TPMInfoOptionsPassthrough | TPMInfoOptionsEmulator;

export interface TPMInfoOptionsEmulator {
  type: 'emulator';
  data: TPMInfoOptionsEmulatorData;
}

export interface TPMInfoOptionsEmulatorData {
  chardev: string;
}

export interface TPMInfoOptionsPassthrough {
  type: 'passthrough';
  data: TPMInfoOptionsPassthroughData;
}

export interface TPMInfoOptionsPassthroughData {
  path?: string | undefined;
  'cancel-path'?: string | undefined;
}

export interface TargetInfo {
  arch: SysEmuTarget;
}

export interface TraceEventGetStateArguments {
  name: string;
}

export interface TraceEventGetStateReturn {
  name: string;
  state: TraceEventGetStateReturnState;
}

export type TraceEventGetStateReturnState = 'unavailable' | 'disabled' | 'enabled';

export interface TraceEventSetStateArguments {
  name: string;
  enable: boolean;
  'ignore-unavailable'?: boolean | undefined;
}

export type TransactionAction =
  | TransactionActionAbort
  | TransactionActionBlockDirtyBitmapAdd
  | TransactionActionBlockDirtyBitmapRemove
  | TransactionActionBlockDirtyBitmapClear
  | TransactionActionBlockDirtyBitmapEnable
  | TransactionActionBlockDirtyBitmapDisable
  | TransactionActionBlockDirtyBitmapMerge
  | TransactionActionBlockdevBackup
  | TransactionActionBlockdevSnapshot
  | TransactionActionBlockdevSnapshotInternalSync
  | TransactionActionBlockdevSnapshotSync
  | TransactionActionDriveBackup;

export interface TransactionActionAbort {
  type: 'abort';
  data: Empty;
}

export interface TransactionActionBlockDirtyBitmapAdd {
  type: 'block-dirty-bitmap-add';
  data: BlockDirtyBitmapAddArguments;
}

export interface TransactionActionBlockDirtyBitmapClear {
  type: 'block-dirty-bitmap-clear';
  data: BlockDirtyBitmapClearArguments;
}

export interface TransactionActionBlockDirtyBitmapDisable {
  type: 'block-dirty-bitmap-disable';
  data: BlockDirtyBitmapClearArguments;
}

export interface TransactionActionBlockDirtyBitmapEnable {
  type: 'block-dirty-bitmap-enable';
  data: BlockDirtyBitmapClearArguments;
}

export interface TransactionActionBlockDirtyBitmapMerge {
  type: 'block-dirty-bitmap-merge';
  data: BlockDirtyBitmapMergeArguments;
}

export interface TransactionActionBlockDirtyBitmapRemove {
  type: 'block-dirty-bitmap-remove';
  data: BlockDirtyBitmapClearArguments;
}

export interface TransactionActionBlockdevBackup {
  type: 'blockdev-backup';
  data: BlockdevBackupArguments;
}

export interface TransactionActionBlockdevSnapshot {
  type: 'blockdev-snapshot';
  data: BlockdevSnapshotArguments;
}

export interface TransactionActionBlockdevSnapshotInternalSync {
  type: 'blockdev-snapshot-internal-sync';
  data: BlockdevSnapshotInternalSyncArguments;
}

export interface TransactionActionBlockdevSnapshotSync {
  type: 'blockdev-snapshot-sync';
  data: BlockdevSnapshotSyncArguments;
}

export interface TransactionActionDriveBackup {
  type: 'drive-backup';
  data: DriveBackupArguments;
}

export interface TransactionArguments {
  actions: TransactionAction[];
  properties?: TransactionArgumentsProperties | undefined;
}

export interface TransactionArgumentsProperties {
  'completion-mode'?: TransactionArgumentsPropertiesCompletionMode | undefined;
}

export type TransactionArgumentsPropertiesCompletionMode = 'individual' | 'grouped';

export interface UnixSocketAddress {
  path: string;
  abstract?: boolean | undefined;
  tight?: boolean | undefined;
}

export interface UnplugPrimaryData {
  'device-id': string;
}

export interface UuidInfo {
  UUID: string;
}

export interface VersionInfo {
  qemu: VersionTriple;
  package: string;
}

export interface VersionTriple {
  major: number;
  minor: number;
  micro: number;
}

export interface VfioMigrationData {
  'device-id': string;
  'qom-path': string;
  'device-state': VfioMigrationDataDeviceState;
}

export type VfioMigrationDataDeviceState =
  | 'stop'
  | 'running'
  | 'stop-copy'
  | 'resuming'
  | 'running-p2p'
  | 'pre-copy'
  | 'pre-copy-p2p'
  | 'pre-copy-p2p-prepare';

export interface VfuClientHangupData {
  'vfu-id': string;
  'vfu-qom-path': string;
  'dev-id': string;
  'dev-qom-path': string;
}

export interface VncConnectedData {
  server: VncConnectedDataServer;
  client: VncConnectedDataClient;
}

export interface VncConnectedDataClient {
  host: string;
  service: string;
  family: NetworkAddressFamily;
  websocket: boolean;
}

export interface VncConnectedDataServer {
  host: string;
  service: string;
  family: NetworkAddressFamily;
  websocket: boolean;
  auth?: string | undefined;
}

export interface VncDisconnectedData {
  server: VncConnectedDataServer;
  client: VncDisconnectedDataClient;
}

export interface VncDisconnectedDataClient {
  host: string;
  service: string;
  family: NetworkAddressFamily;
  websocket: boolean;
  x509_dname?: string | undefined;
  sasl_username?: string | undefined;
}

export interface VncInfo {
  enabled: boolean;
  host?: string | undefined;
  family?: NetworkAddressFamily | undefined;
  service?: string | undefined;
  auth?: string | undefined;
  clients?: VncDisconnectedDataClient[] | undefined;
}

export interface VncInitializedData {
  server: VncConnectedDataServer;
  client: VncDisconnectedDataClient;
}

export interface VserportChangeData {
  id: string;
  open: boolean;
}

export interface VsockSocketAddress {
  cid: string;
  port: string;
}

export type WatchdogAction = 'reset' | 'shutdown' | 'poweroff' | 'pause' | 'debug' | 'none' | 'inject-nmi';

export interface WatchdogData {
  action: WatchdogAction;
}

export interface WatchdogSetActionArguments {
  action: WatchdogAction;
}

export interface XAccelStatsReturn {
  'human-readable-text': string;
}

export interface XBlockdevAmendArguments {
  'job-id': string;
  'node-name': string;
  options: XBlockdevAmendArgumentsOptions;
  force?: boolean | undefined;
}

export type XBlockdevAmendArgumentsOptions =
  | XBlockdevAmendArgumentsOptionsLuks
  | XBlockdevAmendArgumentsOptionsQcow2
  | XBlockdevAmendArgumentsOptionsOther;

export interface XBlockdevAmendArgumentsOptionsLuks {
  driver: 'luks';
  state: XBlockdevAmendArgumentsOptionsLuksState;
  'new-secret'?: string | undefined;
  'old-secret'?: string | undefined;
  keyslot?: number | bigint | undefined;
  'iter-time'?: number | bigint | undefined;
  secret?: string | undefined;
}

export type XBlockdevAmendArgumentsOptionsLuksState = 'active' | 'inactive';

export interface XBlockdevAmendArgumentsOptionsOther {
  driver:
    | 'blkdebug'
    | 'blklogwrites'
    | 'blkreplay'
    | 'blkverify'
    | 'bochs'
    | 'cloop'
    | 'compress'
    | 'copy-before-write'
    | 'copy-on-read'
    | 'dmg'
    | 'file'
    | 'snapshot-access'
    | 'ftp'
    | 'ftps'
    | 'host_cdrom'
    | 'host_device'
    | 'http'
    | 'https'
    | 'io_uring'
    | 'iscsi'
    | 'nbd'
    | 'nfs'
    | 'null-aio'
    | 'null-co'
    | 'nvme'
    | 'nvme-io_uring'
    | 'parallels'
    | 'preallocate'
    | 'qcow'
    | 'qed'
    | 'quorum'
    | 'raw'
    | 'rbd'
    | 'replication'
    | 'ssh'
    | 'throttle'
    | 'vdi'
    | 'vhdx'
    | 'virtio-blk-vfio-pci'
    | 'virtio-blk-vhost-user'
    | 'virtio-blk-vhost-vdpa'
    | 'vmdk'
    | 'vpc'
    | 'vvfat';
}

export interface XBlockdevAmendArgumentsOptionsQcow2 {
  driver: 'qcow2';
  encrypt?: XBlockdevAmendArgumentsOptionsQcow2Encrypt | undefined;
}

export type XBlockdevAmendArgumentsOptionsQcow2Encrypt =
  | XBlockdevAmendArgumentsOptionsQcow2EncryptLuks
  | XBlockdevAmendArgumentsOptionsQcow2EncryptQcow;

export interface XBlockdevAmendArgumentsOptionsQcow2EncryptLuks {
  format: 'luks';
  state: XBlockdevAmendArgumentsOptionsLuksState;
  'new-secret'?: string | undefined;
  'old-secret'?: string | undefined;
  keyslot?: number | bigint | undefined;
  'iter-time'?: number | bigint | undefined;
  secret?: string | undefined;
}

export interface XBlockdevAmendArgumentsOptionsQcow2EncryptQcow {
  format: 'qcow';
}

export interface XBlockdevChangeArguments {
  parent: string;
  child?: string | undefined;
  node?: string | undefined;
}

export interface XBlockdevSetIothreadArguments {
  'node-name': string;
  iothread: MigrationParametersTlsCreds;
  force?: boolean | undefined;
}

export interface XDebugBlockDirtyBitmapSha256Return {
  sha256: string;
}

export interface XDebugQueryBlockGraphReturn {
  nodes: XDebugQueryBlockGraphReturnNodes[];
  edges: XDebugQueryBlockGraphReturnEdges[];
}

export interface XDebugQueryBlockGraphReturnEdges {
  parent: number;
  child: number;
  name: string;
  perm: BlockdevOptionsBlkdebugTakeChildPerms[];
  'shared-perm': BlockdevOptionsBlkdebugTakeChildPerms[];
}

export interface XDebugQueryBlockGraphReturnNodes {
  id: number;
  type: XDebugQueryBlockGraphReturnNodesType;
  name: string;
}

export type XDebugQueryBlockGraphReturnNodesType = 'block-backend' | 'block-job' | 'block-driver';

export interface XQueryVirtioQueueElementArguments {
  path: string;
  queue: number;
  index?: number | undefined;
}

export interface XQueryVirtioQueueElementReturn {
  name: string;
  index: number;
  descs: XQueryVirtioQueueElementReturnDescs[];
  avail: XQueryVirtioQueueElementReturnAvail;
  used: XQueryVirtioQueueElementReturnUsed;
}

export interface XQueryVirtioQueueElementReturnAvail {
  flags: number;
  idx: number;
  ring: number;
}

export interface XQueryVirtioQueueElementReturnDescs {
  addr: number | bigint;
  len: number | bigint;
  flags: string[];
}

export interface XQueryVirtioQueueElementReturnUsed {
  flags: number;
  idx: number;
}

export interface XQueryVirtioQueueStatusArguments {
  path: string;
  queue: number;
}

export interface XQueryVirtioQueueStatusReturn {
  name: string;
  'queue-index': number;
  inuse: number;
  'vring-num': number;
  'vring-num-default': number;
  'vring-align': number;
  'vring-desc': number | bigint;
  'vring-avail': number | bigint;
  'vring-used': number | bigint;
  'last-avail-idx'?: number | undefined;
  'shadow-avail-idx'?: number | undefined;
  'used-idx': number;
  'signalled-used': number;
  'signalled-used-valid': boolean;
}

export interface XQueryVirtioReturn {
  path: string;
  name: string;
}

export interface XQueryVirtioStatusArguments {
  path: string;
}

export interface XQueryVirtioStatusReturn {
  name: string;
  'device-id': number;
  'vhost-started': boolean;
  'device-endian': string;
  'guest-features': XQueryVirtioStatusReturnGuestFeatures;
  'host-features': XQueryVirtioStatusReturnGuestFeatures;
  'backend-features': XQueryVirtioStatusReturnGuestFeatures;
  'num-vqs': number;
  status: XQueryVirtioStatusReturnStatus;
  isr: number;
  'queue-sel': number;
  'vm-running': boolean;
  broken: boolean;
  disabled: boolean;
  'use-started': boolean;
  started: boolean;
  'start-on-kick': boolean;
  'disable-legacy-check': boolean;
  'bus-name': string;
  'use-guest-notifier-mask': boolean;
  'vhost-dev'?: XQueryVirtioStatusReturnVhostDev | undefined;
}

export interface XQueryVirtioStatusReturnGuestFeatures {
  transports: string[];
  'dev-features'?: string[] | undefined;
  'unknown-dev-features'?: number | bigint | undefined;
  'unknown-dev-features2'?: number | bigint | undefined;
}

export interface XQueryVirtioStatusReturnStatus {
  statuses: string[];
  'unknown-statuses'?: number | undefined;
}

export interface XQueryVirtioStatusReturnVhostDev {
  'n-mem-sections': number;
  'n-tmp-sections': number;
  nvqs: number;
  'vq-index': number;
  features: XQueryVirtioStatusReturnGuestFeatures;
  'acked-features': XQueryVirtioStatusReturnGuestFeatures;
  'protocol-features': XQueryVirtioStatusReturnVhostDevProtocolFeatures;
  'max-queues': number;
  'backend-cap': number | bigint;
  'log-enabled': boolean;
  'log-size': number | bigint;
}

export interface XQueryVirtioStatusReturnVhostDevProtocolFeatures {
  protocols: string[];
  'unknown-protocols'?: number | bigint | undefined;
}

export interface XQueryVirtioVhostQueueStatusArguments {
  path: string;
  queue: number;
}

export interface XQueryVirtioVhostQueueStatusReturn {
  name: string;
  kick: number;
  call: number;
  num: number;
  'desc-phys': number | bigint;
  'desc-size': number;
  'avail-phys': number | bigint;
  'avail-size': number;
  'used-phys': number | bigint;
  'used-size': number;
}

export interface XenEventInjectArguments {
  port: number;
}

export interface XenEventListReturn {
  port: number;
  vcpu: number;
  type: XenEventListReturnType;
  'remote-domain': string;
  target: number;
  pending: boolean;
  masked: boolean;
}

export type XenEventListReturnType = 'closed' | 'unbound' | 'interdomain' | 'pirq' | 'virq' | 'ipi';

export interface XenLoadDevicesStateArguments {
  filename: string;
}

export interface XenSaveDevicesStateArguments {
  filename: string;
  live?: boolean | undefined;
}

export interface XenSetGlobalDirtyLogArguments {
  enable: boolean;
}

export interface XenSetReplicationArguments {
  enable: boolean;
  primary: boolean;
  failover?: boolean | undefined;
}

export interface YankArguments {
  instances: YankInstance[];
}

export type YankInstance = YankInstanceBlockNode | YankInstanceChardev | YankInstanceMigration;

export interface YankInstanceBlockNode {
  type: 'block-node';
  'node-name': string;
}

export interface YankInstanceChardev {
  type: 'chardev';
  id: string;
}

export interface YankInstanceMigration {
  type: 'migration';
}
