//! `show tech` of the dataplane, all releases (gateway reference 6.2).

mod cpi;
mod driver;
mod events;
mod flow_filter;
mod flows;
mod frr_management;
mod groups;
mod heading;
mod interfaces;
mod masquerade;
mod nat_tables;
mod neighbours;
mod packet_stats;
mod peerings;
mod routes;
mod vpcs;

use jiff::civil::DateTime;

pub use cpi::{ControlPlane, CpiOperation};
pub use driver::{DriverLayout, DriverRow, DriverStatus, Worker};
pub use events::{Outcome, RouterEvent, RouterEventKind, RouterEvents};
pub use flow_filter::{FilterForm, FilterRule, FlowFilter};
pub use flows::{Flow, FlowNat, FlowNatKind, FlowTable};
pub use frr_management::{FrrManagement, GenerationAt, LastFrrConfig};
pub use groups::{Community, GroupMember, GroupMembers};
pub use interfaces::{DataplaneInterface, DataplaneVrf, InterfaceAddresses};
pub use masquerade::{AllocatedIp, AllocatedPorts, MasqueradePool, MasqueradeTable, Region};
pub use nat_tables::{NatTable, PortForward};
pub use neighbours::{Adjacency, RouterMac, VtepConfig};
pub use packet_stats::{PacketStat, PacketStats};
pub use peerings::{AppliedExpose, AppliedNat, AppliedPeering, AppliedPrefix, AppliedSide, VpcPeerings};
pub use routes::{DataplaneHop, DataplaneRoute, VrfRoutes};
pub use vpcs::{AppliedVpc, VpcDestination, VpcPeeringRef, VpcRouting};

use super::capture::{Read, Unread, captured, without_escapes};
use super::config_history::{HistoryRow, config_history};
use super::piece::{Piece, Spanned};
use super::when::date_time;
use crate::source::Span;

/// What `show tech` printed. `None` = the section is absent or could not be read (then it is listed in
/// `unread`); an empty list = the dataplane has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ShowTech {
    /// Time of the output, in the node's local time without a zone.
    pub time: Option<Spanned<DateTime>>,
    /// Titles in order, without counts (`VPCs`), each with the whole heading as its place.
    pub titles: Vec<Spanned<String>>,
    /// Applied configurations, oldest first.
    pub history: Option<Vec<HistoryRow>>,
    /// Gateway groups in the order printed (see [`GroupMembers`]).
    pub groups: Option<Vec<GroupMembers>>,
    /// Rank to community, unordered.
    pub communities: Option<Vec<Community>>,
    /// The VPCs of the applied configuration.
    pub vpcs: Option<Vec<AppliedVpc>>,
    /// The peerings of the applied configuration, per VPC.
    pub peerings: Option<Vec<VpcPeerings>>,
    /// Destinations per VPC (since dataplane v0.23).
    pub vpc_routing: Option<Vec<VpcRouting>>,
    /// Dated events of the router.
    pub events: Option<RouterEvents>,
    /// Connection of FRR's plugin to the dataplane.
    pub control_plane: Option<ControlPlane>,
    /// Connection to the frr-agent.
    pub frr: Option<FrrManagement>,
    /// The FRR configuration that was applied last.
    pub last_frr_config: Option<LastFrrConfig>,
    /// Interfaces.
    pub interfaces: Option<Vec<DataplaneInterface>>,
    /// Addresses per interface.
    pub addresses: Option<Vec<InterfaceAddresses>>,
    /// VRFs.
    pub vrfs: Option<Vec<DataplaneVrf>>,
    /// IPv4 routes, one table per VRF.
    pub ipv4_routes: Option<Vec<VrfRoutes>>,
    /// Router MACs of remote VTEPs.
    pub router_macs: Option<Vec<RouterMac>>,
    /// The gateway's own VTEP.
    pub vtep: Option<VtepConfig>,
    /// Resolved neighbours.
    pub adjacency: Option<Vec<Adjacency>>,
    /// Port forwarding rules.
    pub port_forwarding: Option<NatTable<PortForward>>,
    /// Static NAT, rows as printed.
    pub static_nat: Option<NatTable<Spanned<String>>>,
    /// Pools of the masquerade allocator.
    pub masquerade: Option<MasqueradeTable>,
    /// Flows.
    pub flows: Option<FlowTable>,
    /// Which VPC may reach which.
    pub flow_filter: Option<FlowFilter>,
    /// Packet counters since the dataplane started (since dataplane v0.19).
    pub packet_stats: Option<PacketStats>,
    /// Workers and their counters (since dataplane v0.24).
    pub driver: Option<DriverStatus>,
    /// Sections that hold no data or have an unknown layout: not checked.
    pub unread: Vec<UnreadSection>,
    /// Lines of sections that were read which fit no known form.
    pub skipped: Vec<Span>,
}

/// A section that is there but could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadSection {
    /// Its title.
    pub title: String,
    /// Why.
    pub reason: UnreadReason,
    /// Where.
    pub span: Span,
}

/// Why a section could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnreadReason {
    /// It says `No configuration is applied`, `no data is available` or `Failed to lock …`.
    NoData,
    /// Its layout is not known.
    Layout,
}

/// Text and lines that a section's reader could not use.
pub(crate) struct Section<'a, 's> {
    pub(crate) body: Piece<'a>,
    /// Count in the title: `(5)`, `(129030 entries)`.
    pub(crate) count: Option<Spanned<u64>>,
    /// True where other text follows the section, so that its end is not a cut.
    pub(crate) closed: bool,
    pub(crate) skipped: &'s mut Vec<Span>,
}

impl Section<'_, '_> {
    /// The section ends before the text does, and every line of it was understood.
    pub(crate) fn complete(&self) -> bool {
        self.closed && self.skipped.is_empty()
    }

    /// The rows, unless the title counts more: a section that was cut, or rows of an unknown layout.
    pub(crate) fn counted<T>(&self, rows: Vec<T>) -> SectionRead<Vec<T>> {
        let missing = self.count.is_some_and(|count| u64::try_from(rows.len()).is_ok_and(|len| len < count.value));
        if missing && (rows.is_empty() || !self.closed) { Err(UnknownLayout) } else { Ok(rows) }
    }

    pub(crate) fn skip(&mut self, line: Piece<'_>) {
        self.skipped.push(line.trim().span());
    }
}

/// The layout of a section is not known.
pub(crate) struct UnknownLayout;

/// What a section's reader gives.
pub(crate) type SectionRead<T> = Result<T, UnknownLayout>;

impl ShowTech {
    /// Reads an output of `show tech`, or a paste of a session with several commands.
    ///
    /// # Errors
    /// Where nothing was captured, or the text holds no section of a `show tech`.
    pub fn parse(text: &str) -> Read<Self> {
        captured(text)?;
        let clean = without_escapes(text);
        let text = Piece::new(&clean, 0);
        let mut out = Self { time: text.lines().find_map(time_line), ..Self::default() };
        let headings = heading::split(text);
        for part in &headings {
            out.titles.push(Spanned { value: part.name.to_owned(), span: part.heading });
            out.section(part);
        }
        if headings.is_empty() {
            let line = text.lines().find(|line| !super::capture::is_noise(line.text));
            return Err(line.map_or(Unread::Empty, |line| Unread::Layout(line.trim().span())));
        }
        Ok(out)
    }

    /// True where a section of that title stands, read or not.
    #[must_use]
    pub fn has(&self, title: &str) -> bool {
        self.titles.iter().any(|known| known.value == title)
    }

    /// The newest configuration that was applied without an error.
    #[must_use]
    pub fn applied_generation(&self) -> Option<i64> {
        let rows = self.history.as_ref()?;
        rows.iter().rev().find(|row| row.error.is_none() && row.applied.is_some()).map(|row| row.genid)
    }

    /// True if the applied configuration holds the peering; `None` where that was not captured, or not
    /// read to its end.
    #[must_use]
    pub fn runs_peering(&self, name: &str) -> Option<bool> {
        let vpcs = self.vpcs.iter().flatten().flat_map(|vpc| &vpc.peerings);
        let detail = self.peerings.iter().flatten().flat_map(|vpc| &vpc.peerings);
        if vpcs.map(|peering| &peering.name).chain(detail.map(|peering| &peering.name)).any(|known| known.value == name)
        {
            return Some(true);
        }
        (self.vpcs.is_some() && self.skipped.is_empty()).then_some(false)
    }

    /// Stores what a section's reader gave.
    fn section(&mut self, part: &heading::Part<'_>) {
        let mut skipped = Vec::new();
        let mut section = Section { body: part.body, count: part.count, closed: part.closed, skipped: &mut skipped };
        let read = if no_data(part.body) {
            Err(UnreadReason::NoData)
        } else {
            self.read(part, &mut section).map_err(|UnknownLayout| UnreadReason::Layout)
        };
        self.skipped.append(&mut skipped);
        if let Err(reason) = read {
            self.unread.push(UnreadSection { title: part.name.to_owned(), reason, span: part.heading });
        }
    }

    fn read(&mut self, part: &heading::Part<'_>, section: &mut Section<'_, '_>) -> SectionRead<()> {
        match part.name {
            "Configuration summary" | "Configuration history" => {
                let body = section.body;
                let rows = config_history(body.text, body.start);
                let known = body.lines().any(|line| line.text.contains("GenId"));
                if rows.is_empty() && !known {
                    return Err(UnknownLayout);
                }
                self.history = Some(rows);
            }
            "Gateway groups" => self.groups = Some(groups::members(section)?),
            "Community mappings" => self.communities = Some(groups::communities(section)?),
            "VPCs" => self.vpcs = Some(vpcs::summary(section)?),
            "ROUTER_EVENTS" => self.events = Some(events::read(section)?),
            "Control-plane interface" => self.control_plane = Some(cpi::read(section)?),
            "FRR Management interface" => self.frr = Some(frr_management::read(section)?),
            "Last FRR config applied" => self.last_frr_config = Some(frr_management::last_config(section)?),
            "interfaces" => self.interfaces = Some(interfaces::interfaces(section)?),
            "interface addresses" => self.addresses = Some(interfaces::addresses(section)?),
            "VRFs" => self.vrfs = Some(interfaces::vrfs(section)?),
            "Ipv4 routes" => self.ipv4_routes.get_or_insert_default().push(routes::read(section)?),
            "Router macs" => self.router_macs = Some(neighbours::router_macs(section)?),
            "Local VTEP configuration" => self.vtep = Some(neighbours::vtep(section)?),
            "Adjacency table" => self.adjacency = Some(neighbours::adjacency(section)?),
            "Port forwarding table" => self.port_forwarding = Some(nat_tables::port_forwarding(section)?),
            "Static NAT table" => self.static_nat = Some(nat_tables::static_nat(section)?),
            "Masquerade NAT allocator table" => self.masquerade = Some(masquerade::read(section)?),
            "Flow Table" => self.flows = Some(flows::read(section)?),
            "Routing context (flow filter)" => self.flow_filter = Some(flow_filter::grids(section)?),
            "Flow filter" => self.flow_filter = Some(flow_filter::tree(section)?),
            "Packet stats" => self.packet_stats = Some(packet_stats::read(section)?),
            "Packet driver status" => self.driver = Some(driver::read(section)?),
            name => {
                if let Some(peerings) = peerings::read(part.title, section) {
                    let peerings = peerings?;
                    self.peerings.get_or_insert_default().push(peerings);
                } else if let Some(routing) = vpcs::routing(name, part.title, section) {
                    self.vpc_routing.get_or_insert_default().push(routing);
                }
            }
        }
        Ok(())
    }
}

/// `time: 2026-03-11 15:02:40`.
fn time_line(line: Piece<'_>) -> Option<Spanned<DateTime>> {
    let value = line.after("time:")?;
    date_time(value.text).map(|time| value.with(time))
}

/// A section that only says that there is nothing to show.
fn no_data(body: Piece<'_>) -> bool {
    let mut lines = body.lines().filter(|line| !line.is_empty());
    let Some(first) = lines.next() else {
        return false;
    };
    let text = first.text.trim().to_ascii_lowercase();
    lines.next().is_none()
        && (text.starts_with("no configuration is applied")
            || text.starts_with("no data is available")
            || text.starts_with("failed to lock"))
}

#[cfg(test)]
mod tests;
