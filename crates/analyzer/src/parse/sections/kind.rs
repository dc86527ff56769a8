//! Kinds of devices by the titles of their show-tech files (bundles reference 2.3).

/// A device that show-tech files are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    /// Host that runs virtual machines.
    Runner,
    /// Control node.
    Control,
    /// Gateway node.
    Gateway,
    /// Switch.
    Switch,
    /// Server.
    Server,
    /// Virtual machine that plays an external.
    External,
}

/// Titles that one kind alone writes.
const TITLES: [(&str, DeviceKind); 39] = [
    ("Runner Environment Diagnostics", DeviceKind::Runner),
    ("QEMU/KVM Processes", DeviceKind::Runner),
    ("QEMU VM Status (via QMP)", DeviceKind::Runner),
    ("VLAB Bridge/Tap Diagnostics", DeviceKind::Runner),
    ("Pressure Stall Information", DeviceKind::Runner),
    ("K3s Version", DeviceKind::Control),
    ("Switch connectivity from control node", DeviceKind::Control),
    ("Kubernetes Nodes", DeviceKind::Control),
    ("Kubernetes Pods", DeviceKind::Control),
    ("Kubernetes Events", DeviceKind::Control),
    ("Describe All Kubernetes Pods", DeviceKind::Control),
    ("Listing API Resources", DeviceKind::Control),
    ("Describing API Resources", DeviceKind::Control),
    ("k3s.service status", DeviceKind::Control),
    ("k3s.service logs (last hour)", DeviceKind::Control),
    ("FRR (vtysh) Diagnostics", DeviceKind::Gateway),
    ("FRR Container Logs", DeviceKind::Gateway),
    ("Dataplane Diagnostics", DeviceKind::Gateway),
    ("Dataplane Container Logs", DeviceKind::Gateway),
    ("k3s-agent.service status", DeviceKind::Gateway),
    ("k3s-agent.service logs (last hour)", DeviceKind::Gateway),
    ("Teamd LAG State", DeviceKind::Switch),
    ("Error-Disable Timeline", DeviceKind::Switch),
    ("Broadcom Port Status", DeviceKind::Switch),
    ("Hedgehog Agent Status", DeviceKind::Switch),
    ("Hedgehog Agent Logs", DeviceKind::Switch),
    ("Docker Container Logs", DeviceKind::Switch),
    ("General networkctl Status", DeviceKind::Server),
    ("Bonding Configuration", DeviceKind::Server),
    ("VLAN Configuration", DeviceKind::Server),
    ("Ping Default Gateway", DeviceKind::Server),
    ("Ping Peer Servers", DeviceKind::Server),
    ("hhnet logs", DeviceKind::Server),
    ("LLDP Data (networkctl lldp)", DeviceKind::Server),
    ("Current Time Settings", DeviceKind::Server),
    ("Interfaces (ip -br addr)", DeviceKind::External),
    ("frr.service / frr-reload.service status", DeviceKind::External),
    ("docker logs frr (last 300)", DeviceKind::External),
    (":179 listeners", DeviceKind::External),
];

/// The kind that a title belongs to.
fn kind_of(title: &str) -> Option<DeviceKind> {
    let fixed = TITLES.iter().find(|(known, _)| *known == title).map(|(_, kind)| *kind);
    fixed.or_else(|| {
        if title.contains("Executing: sonic-cli ") {
            Some(DeviceKind::Switch)
        } else if title.starts_with("Executing: vtysh ") || title.starts_with("Executing: dataplane-cli ") {
            Some(DeviceKind::Gateway)
        } else if title.starts_with("Executing: /opt/bin/kubectl ") {
            Some(DeviceKind::Control)
        } else if title.starts_with("Ping Default Gateway (") {
            Some(DeviceKind::Server)
        } else {
            None
        }
    })
}

/// True for a title that only a show-tech file holds.
pub(crate) fn is_known(title: &str) -> bool {
    kind_of(title).is_some() || title.starts_with("Logs for Pod: ") || title.starts_with("Previous Logs for Pod: ")
}

/// The kind that most of the titles belong to; the first one on a tie.
pub fn device_kind<'a>(titles: impl Iterator<Item = &'a str>) -> Option<DeviceKind> {
    let mut votes = std::collections::BTreeMap::<DeviceKind, usize>::new();
    for kind in titles.filter_map(kind_of) {
        let count = votes.entry(kind).or_default();
        *count = count.saturating_add(1);
    }
    votes.into_iter().rev().max_by_key(|(_, count)| *count).map(|(kind, _)| kind)
}
