//! Why a gateway drops: the row of Packet stats that holds the drops.

use crate::facts::{Gw, Output};
use crate::finding::Evidence;
use crate::parse::command::ShowTech;
use crate::parse::command::show_tech::PacketStat;
use crate::rules::traffic::flow_table::Fill;
use crate::rules::traffic::share::at_least_percent;

/// Rows that count no drop.
const DELIVERED: [&str; 2] = ["Delivered", "Locally delivered"];
/// Packets of the underlay that nobody waits for; no drops of VPCs while they are few.
const STRAYS: [&str; 4] = ["Interface: unknown", "Eth: not for us", "IP: packet is not IP", "IP: route drop"];

/// What a row of Packet stats stands for (gateway reference 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// `Filtered`.
    Filtered,
    /// `Dropped by ACL`.
    Acl,
    /// `NAT: out of resources`.
    Pool,
    /// `Flow capacity exceeded`, or the row above while the flow table of an older release is full.
    FlowTable,
    /// `NAT: not port-forwarded`.
    NotPortForwarded,
    /// `IP: L2 resolution failure`, `VxLAN: encap failure`.
    FabricSide,
    /// `Interface: …`.
    Link,
    /// Any other row; its name says it.
    Other,
}

/// The reason with its proof.
#[derive(Debug, Clone)]
pub(super) struct Attribution {
    pub(super) reason: Reason,
    row: String,
    pub(super) evidence: Evidence,
}

impl Attribution {
    /// The one row that holds at least 90 % of all drops of the gateway; none where no row does, or several do.
    pub(super) fn of(gateway: &Gw<'_, '_>, drops: u64) -> Option<Self> {
        let tech = gateway.show_tech()?;
        let stats = tech.value.packet_stats.as_ref()?;
        let delivered = stats.get("Delivered").map_or(0, |row| row.count.value);
        let strays = STRAYS
            .iter()
            .filter_map(|name| stats.get(name))
            .fold(0_u64, |sum, row| sum.saturating_add(row.count.value));
        let many_strays = at_least_percent(strays, delivered, 1);
        let counts = |row: &&PacketStat| {
            let is = |names: &[&str]| names.iter().any(|name| same(name, &row.name.value));
            !is(&DELIVERED) && (many_strays || !is(&STRAYS)) && at_least_percent(row.count.value, drops, 90)
        };
        let mut rows = stats.rows.iter().filter(counts);
        let row = rows.next().filter(|_| rows.next().is_none())?;
        Some(Self { reason: reason(gateway, &row.name.value), row: row.name.value.clone(), evidence: proof(tech, row) })
    }
}

impl Attribution {
    /// What it means, as a sentence.
    pub(super) fn words(&self) -> String {
        match self.reason {
            Reason::Other => format!("The dataplane counted them as `{}`.", self.row),
            reason => reason.words().to_owned(),
        }
    }
}

fn reason(gateway: &Gw<'_, '_>, row: &str) -> Reason {
    let is = |name: &str| same(name, row);
    if is("Filtered") {
        Reason::Filtered
    } else if is("Dropped by ACL") {
        Reason::Acl
    } else if is("NAT: out of resources") {
        let full =
            gateway.dataplane_release().before(0, 22, 0) && Fill::of(gateway).is_some_and(|fill| fill.reaches(90));
        if full { Reason::FlowTable } else { Reason::Pool }
    } else if is("Flow capacity exceeded") {
        Reason::FlowTable
    } else if is("NAT: not port-forwarded") {
        Reason::NotPortForwarded
    } else if is("IP: L2 resolution failure") || is("VxLAN: encap failure") {
        Reason::FabricSide
    } else if row.starts_with("Interface:") {
        Reason::Link
    } else {
        Reason::Other
    }
}

/// Equal but for blanks inside.
fn same(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

fn proof(tech: &Output<ShowTech>, row: &PacketStat) -> Evidence {
    tech.evidence(row.span, "this result holds the gateway's drops since the dataplane's start")
        .field(format!("Packet stats: {}", row.name.value))
        .value(row.count.value.to_string())
}

impl Reason {
    fn words(self) -> &'static str {
        match self {
            Self::Filtered => {
                "The gateway filtered them: no expose of the peering matches, the wrong side began, or a TCP packet without \
                 SYN had no session (after an idle timeout, a restart or a failover the client must connect anew)."
            }
            Self::Acl => "A rule of an access list, or its default, denied them: that is policy.",
            Self::Pool => "The masquerade pool had no public address and port for new connections.",
            Self::FlowTable => "The flow table had no entry for new connections.",
            Self::NotPortForwarded => {
                "They went to a public address and a port without a port-forwarding rule: a wrong port, or a scan."
            }
            Self::FabricSide => {
                "The next hop on the fabric side could not be resolved: a leaf is not reachable, or its VTEP is not known."
            }
            Self::Link => "An interface of the gateway was down or not usable.",
            Self::Other => "The dataplane counted them under one result.",
        }
    }
}
