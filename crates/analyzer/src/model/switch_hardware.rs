//! `Agent.status.state.platform` and `criticalResources` (fabric reference 2.9, 2.10).

use std::collections::BTreeMap;

use serde::Deserialize;

/// `state.platform`: empty on virtual switches.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PlatformState {
    /// Fans by name.
    pub fans: BTreeMap<String, FanState>,
    /// Power supplies by name.
    pub psus: BTreeMap<String, PsuState>,
    /// Sensors by name.
    pub temps: BTreeMap<String, TempState>,
}

/// A fan.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FanState {
    /// Direction.
    pub dir: String,
    /// rpm or percent.
    pub speed: f64,
    /// There is one.
    pub presence: bool,
    /// It works.
    pub status: bool,
}

/// A power supply.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PsuState {
    /// Amperes.
    pub in_current: f64,
    /// Watts.
    pub in_power: f64,
    /// Volts.
    pub in_voltage: f64,
    /// Amperes.
    pub out_current: f64,
    /// Watts.
    pub out_power: f64,
    /// Volts.
    pub out_voltage: f64,
    /// There is one.
    pub presence: bool,
    /// It works.
    pub status: bool,
}

/// A temperature sensor. A threshold of 0 is unknown: never compare.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TempState {
    /// °C.
    pub temp: f64,
    /// Text of the NOS; `None`, `False`, `N/A`, … mean no alarm.
    pub alarms: String,
    /// °C.
    pub high_threshold: f64,
    /// °C.
    pub crit_high_threshold: f64,
    /// °C.
    pub low_threshold: f64,
    /// °C.
    pub crit_low_threshold: f64,
}

/// `state.criticalResources`. Available = still free; both 0 = not supported.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CriticalResources {
    /// `<x>Used` and `<x>Available` of the ASIC tables.
    pub stats: BTreeMap<String, u64>,
    /// Access lists.
    pub acl_stats: AclStats,
}

/// Access list resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AclStats {
    /// By bind point: `lag`, `port`, `rif`, `switch`, `vlan`.
    pub egress: BTreeMap<String, AclUsage>,
    /// The same.
    pub ingress: BTreeMap<String, AclUsage>,
}

/// Access list usage of one bind point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AclUsage {
    /// Groups in use.
    pub groups_used: u64,
    /// Groups still free.
    pub groups_available: u64,
    /// Tables in use.
    pub tables_used: u64,
    /// Tables still free.
    pub tables_available: u64,
}

impl CriticalResources {
    /// Name, used and free of every ASIC table that is supported.
    #[must_use]
    pub fn tables(&self) -> Vec<(&str, u64, u64)> {
        let mut names: Vec<&str> = self
            .stats
            .keys()
            .filter_map(|key| key.strip_suffix("Used").or_else(|| key.strip_suffix("Available")))
            .collect();
        names.sort_unstable();
        names.dedup();
        let read = |name: &str, tail: &str| self.stats.get(&format!("{name}{tail}")).copied().unwrap_or(0);
        names
            .into_iter()
            .map(|name| (name, read(name, "Used"), read(name, "Available")))
            .filter(|(_, used, free)| *used > 0 || *free > 0)
            .collect()
    }
}
