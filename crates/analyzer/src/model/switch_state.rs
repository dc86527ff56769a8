//! `Agent.status.state` (fabric reference 2.3 to 2.11).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Time;
pub use super::switch_hardware::*;

/// State of a switch.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchState {
    /// NOS.
    pub nos: NosState,
    /// By API port name, `M1`, `PortChannelN` or `CPU`; the empty key of virtual switches means nothing.
    pub interfaces: BTreeMap<String, InterfaceState>,
    /// By base port name `E1/N`.
    pub breakouts: BTreeMap<String, BreakoutState>,
    /// By base port name `E1/N`.
    pub transceivers: BTreeMap<String, TransceiverState>,
    /// By VRF and address; only `default`, `VrfE*` and `VrfI*`.
    pub bgp_neighbors: BTreeMap<String, BTreeMap<String, SwitchBgpNeighbor>>,
    /// By VRF and address; absent before 26.02.
    pub bfd_peers: BTreeMap<String, BTreeMap<String, BfdPeer>>,
    /// Fans, power supplies, sensors.
    pub platform: PlatformState,
    /// ASIC tables.
    pub critical_resources: CriticalResources,
    /// RoCE is on.
    pub roce: bool,
    /// Version by component.
    pub firmware: BTreeMap<String, String>,
}

/// `state.nos`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NosState {
    /// ASIC; `vs` for virtual switches.
    pub asic_version: String,
    /// Commit of the build.
    pub build_commit: String,
    /// Time of the build.
    pub build_date: String,
    /// Builder.
    pub built_by: String,
    /// Version of the configuration database.
    #[serde(rename = "configDBVersion")]
    pub config_db_version: String,
    /// Distribution.
    pub distribution_version: String,
    /// Hardware revision.
    pub hardware_version: String,
    /// Hardware SKU.
    pub hwsku_version: String,
    /// Kernel.
    pub kernel_version: String,
    /// Maker.
    pub mfg_name: String,
    /// Platform.
    pub platform_name: String,
    /// Product.
    pub product_description: String,
    /// Product version.
    pub product_version: String,
    /// Serial number; all zeros for virtual switches.
    pub serial_number: String,
    /// NOS version, `4.5.0-Enterprise_Base`.
    pub software_version: String,
    /// Output of `uptime`.
    pub uptime: String,
}

/// `state.interfaces.<port>`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct InterfaceState {
    /// Configured to be up.
    pub enabled: bool,
    /// `up`, `down` or `testing`.
    pub admin: String,
    /// `up`, `down`, `testing`, `unknown`, `dormant`, `notPresent` or `lowerLayerDown`.
    pub oper: String,
    /// MAC address.
    pub mac: String,
    /// Last change of `oper`.
    pub change: Option<Time>,
    /// `25G`, `100G`, …
    pub speed: String,
    /// Auto-negotiation.
    pub auto: bool,
    /// Compare case-insensitively and without a leading `FEC_`.
    pub fec: String,
    /// Shut because of link flaps (since 26.03).
    pub err_disabled: bool,
    /// Flaps (since 26.03); absent = unknown.
    pub link_flap_count: Option<u32>,
    /// LLDP neighbours.
    pub lldp_neighbors: Vec<LldpNeighbor>,
    /// Present for enabled interfaces only.
    pub counters: Option<InterfaceCounters>,
}

/// An LLDP neighbour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LldpNeighbor {
    /// Name.
    pub name: String,
    /// Chassis id.
    pub chassis: String,
    /// System name.
    pub sys_name: String,
    /// System description.
    pub sys_descr: String,
    /// Port id.
    #[serde(rename = "portID")]
    pub port_id: String,
    /// Port description.
    pub port_descr: String,
    /// Maker.
    pub manuf: String,
    /// Model.
    pub model: String,
    /// Serial number.
    pub serial: String,
}

/// Counters of an interface.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InterfaceCounters {
    /// Received, bits.
    pub inb: u64,
    /// Sent, bits.
    pub outb: u64,
    /// Received, bits per second.
    pub inbps: f64,
    /// Sent, bits per second.
    pub outbps: f64,
    /// Received, packets per second (the API's key is misspelt).
    #[serde(rename = "inpbs", alias = "inpps")]
    pub inpps: f64,
    /// Sent, packets per second.
    pub outpps: f64,
    /// Receive utilisation, percent.
    pub inu: f64,
    /// Send utilisation, percent.
    pub outu: f64,
    /// Receive errors, packets since `clear` or boot.
    pub ine: u64,
    /// Send errors.
    pub oute: u64,
    /// Receive discards.
    pub ind: u64,
    /// Send discards.
    pub outd: u64,
    /// When the counters were cleared; absent = boot.
    pub clear: Option<Time>,
    /// By queue, `UC0` to `UC7` and `MC0` on; only those with a non-zero value.
    pub queues: BTreeMap<String, QueueCounters>,
}

/// Counters of a queue.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct QueueCounters {
    /// Sent, bits.
    pub b: u64,
    /// Sent, bits per second.
    pub bps: f64,
    /// Sent, packets.
    pub p: u64,
    /// Sent, packets per second.
    pub pps: f64,
    /// Dropped, bits.
    pub db: u64,
    /// Dropped, packets.
    pub dp: u64,
    /// ECN marked, bits.
    pub ecnb: u64,
    /// ECN marked, packets.
    pub ecnp: u64,
    /// WRED drops, packets.
    pub wreddp: u64,
}

/// `state.breakouts.<port>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BreakoutState {
    /// `1x800G`, `4x25G`, …
    pub mode: String,
    /// `Completed`, or another word of the NOS.
    pub status: String,
}

/// `state.transceivers.<port>`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TransceiverState {
    /// Description, `OSFP112 800GBASE-DR8`.
    pub descr: String,
    /// `FIBER`, `DAC`, `AOC`, `ACC`, …
    pub cable: String,
    /// Form factor.
    pub form_factor: String,
    /// Connector.
    pub conn_type: String,
    /// `PRESENT` or `NOT_PRESENT`.
    pub present: String,
    /// Metres.
    pub length: f64,
    /// `active`, `inactive`, `disabled` or empty (cage empty or not reporting).
    pub oper: String,
    /// °C; absent = not reported.
    pub temp: Option<f64>,
    /// Volts; absent = not reported.
    pub voltage: Option<f64>,
    /// Serial number.
    pub serial: String,
    /// Vendor.
    pub vendor: String,
    /// Part.
    pub vendor_part: String,
    /// OUI.
    #[serde(rename = "vendorOUI")]
    pub vendor_oui: String,
    /// Revision.
    pub vendor_rev: String,
    /// Firmware.
    pub firmware: String,
    /// CMIS state: `Ready`, `Failed`, …
    pub cmis: String,
    /// CMIS revision.
    pub cmis_rev: String,
    /// CMIS application.
    pub cmis_app: u32,
    /// By lane, from 0 or 1.
    pub channels: BTreeMap<String, TransceiverChannel>,
}

/// A lane of a transceiver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TransceiverChannel {
    /// Received power, dBm; absent = no light or not measured, -40 = floor.
    #[serde(rename = "in")]
    pub in_: Option<f64>,
    /// Sent power, dBm; absent = no light or not measured.
    pub out: Option<f64>,
    /// Laser bias, mA.
    pub bias: Option<f64>,
}

/// `state.bgpNeighbors.<vrf>.<address>`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchBgpNeighbor {
    /// `idle`, `connect`, `active`, `openSent`, `openConfirm`, `established`; absent = unset.
    pub state: String,
    /// Not shut down.
    pub enabled: bool,
    /// Our AS number.
    #[serde(rename = "localAS")]
    pub local_as: u32,
    /// AS number of the peer.
    #[serde(rename = "peerAS")]
    pub peer_as: u32,
    /// Peer group.
    pub peer_group: String,
    /// TCP port of the peer.
    pub peer_port: u32,
    /// `internal` or `external`.
    pub peer_type: String,
    /// BGP id of the peer.
    #[serde(rename = "remoteRouterID")]
    pub remote_router_id: String,
    /// Connections dropped.
    pub conn_dropped: u64,
    /// Times established.
    pub estab_trans: u64,
    /// Last time established; may be around 1970 (older agents), then ignore.
    pub last_estab: Option<Time>,
    /// Last message received.
    pub last_read: Option<Time>,
    /// Last message sent.
    pub last_write: Option<Time>,
    /// Last reset.
    pub last_reset: Option<Time>,
    /// Free text of the NOS.
    pub last_reset_reason: String,
    /// Text of a shutdown.
    pub shutdown_msg: String,
    /// Message counters.
    pub msgs: SwitchBgpMessages,
    /// By `IPV4_UNICAST` and `L2VPN_EVPN`.
    pub prefixes: BTreeMap<String, SwitchBgpPrefixes>,
}

/// BGP messages of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SwitchBgpMessages {
    /// Received.
    pub rec: SwitchBgpMessageCounts,
    /// Sent.
    pub sent: SwitchBgpMessageCounts,
}

/// Message counters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SwitchBgpMessageCounts {
    /// CAPABILITY.
    pub cap: u64,
    /// KEEPALIVE.
    pub keepal: u64,
    /// NOTIFICATION.
    pub notif: u64,
    /// OPEN.
    pub open: u64,
    /// ROUTE-REFRESH.
    pub rrefresh: u64,
    /// UPDATE.
    pub update: u64,
}

/// Prefix counts of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchBgpPrefixes {
    /// Received and accepted.
    pub rec: u64,
    /// Received.
    pub rec_pre: u64,
    /// Sent.
    pub sent: u64,
}

/// `state.bfdPeers.<vrf>.<address>`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BfdPeer {
    /// `up`, `down`, `adminDown` or `init`.
    pub state: String,
    /// `fabric`.
    pub profile: String,
    /// Absent while down.
    pub last_up_time: Option<Time>,
    /// Every down and every up since boot.
    pub fails: u64,
}
