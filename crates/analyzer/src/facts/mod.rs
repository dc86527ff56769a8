//! The read-only view that rules have of a capture: typed objects, logs, outputs, metrics, the clock,
//! and facts that several rules need, derived once.
//!
//! Every accessor of [`Context`] records which [`Source`] it read, so that a test can hold the sources
//! that a rule declares against the sources that it reads.

mod applied;
mod clock;
mod clock_off;
mod context;
mod control;
mod fabric_sessions;
mod gateway;
mod gateway_spec;
mod groups;
mod kinds;
mod links;
mod liveness;
mod log;
mod metrics;
mod misplaced;
mod output;
mod peerings;
mod pod_state;
mod pods;
mod port_names;
mod port_signs;
mod reboot;
mod refusal;
mod release;
mod sessions;
mod silence;
mod store;
mod subnets;
mod switch;
mod topology;
mod traffic;
mod violations;

pub use applied::RunningPeerings;
pub use clock::{Age, Clock, Quality, Sign, Signs, duration_words};
pub use clock_off::ClockOff;
pub use context::Context;
pub use control::{CONTROL_NAMESPACES, Workload};
pub use fabric_sessions::{
    EndView, FabricSession, FabricSessionKind, FabricSessions, SessionEnd, UnexpectedNeighbour, agent_subject,
    session_time,
};
pub use gateway::{GatewayData, Gw};
pub use gateway_spec::SpecView;
pub use groups::Member;
pub use kinds::*;
pub use links::{GatewayLink, GatewayLinks, PortState, base_port, interface_key};
pub use liveness::{Death, Health};
pub use log::{Log, LogRef};
pub use metrics::{Series, VpcMetrics, VpcSample};
pub use misplaced::Misplaced;
pub use output::{Insight, Output};
pub use peerings::{PeeringRun, PeeringRuns, Running, external_of, is_younger, peering_sides};
pub use pod_state::{Fault, FaultKind};
pub use pods::{ContainerView, PodRole, PodView};
pub use port_names::PortNames;
pub use port_signs::{COUNTED_LONG, PortSign};
pub use refusal::Refusal;
pub use release::Release;
pub use sessions::{BgpSession, BgpSessions, SessionEntry, SessionState, bare, same_address};
pub use silence::Silence;
pub use store::{Contradiction, Form, Kind, Listing, Object, RawObject, entry_name, field_path};
pub use topology::{FabricLink, Topology};
pub use traffic::{Counter, CounterSource, Traffic};
pub use violations::{AgentViolation, has_whole_spec};

pub use subnets::VpcSubnets;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::decode::Capture;
use crate::model::Time;
use crate::options::Options;
use crate::rule::{Source, SourceSet};
use crate::source::Sources;

/// All facts of one capture.
#[derive(Debug)]
pub struct Facts<'b> {
    /// Entries, for quoting.
    pub sources: &'b Sources,
    /// What the user told.
    pub options: &'b Options,
    /// Capture time.
    pub clock: Clock,
    /// True where a dump of this capture is cut: nothing in it is completely listed.
    pub truncated: bool,
    /// Typed objects.
    pub objects: Objects,
    /// Gateway objects in a wrong namespace; they are in no listing.
    pub misplaced: Vec<Misplaced>,
    /// Logs with their scans.
    pub logs: Vec<Log>,
    /// Gateways by name, with what was captured on them.
    pub gateways: Vec<GatewayData>,
    /// Route tables of switches: device and output.
    pub switch_routes: Vec<(String, Output<crate::parse::command::RouteTables>)>,
    captured: SourceSet,
    violations: OnceLock<Vec<AgentViolation>>,
    /// Pods of each gateway: index in the listing, and role.
    gateway_pods: BTreeMap<String, Vec<(usize, PodRole)>>,
    /// Pods of each node: index in the listing.
    node_pods: BTreeMap<String, Vec<usize>>,
    /// When events tell of a reboot of a node.
    reboots: BTreeMap<String, Vec<Time>>,
}

impl<'b> Facts<'b> {
    /// The facts of a capture; notes which sources are there.
    #[must_use]
    pub fn new(sources: &'b Sources, options: &'b Options, capture: Capture) -> Self {
        let Capture { name: _, clock, truncated, objects, misplaced, logs, gateways, switch_routes } = capture;
        let (captured, violations) = (SourceSet::default(), OnceLock::new());
        let mut facts = Self {
            sources,
            options,
            clock,
            truncated,
            objects,
            misplaced,
            logs,
            gateways,
            switch_routes,
            captured,
            violations,
            gateway_pods: BTreeMap::new(),
            node_pods: BTreeMap::new(),
            reboots: BTreeMap::new(),
        };
        let there: SourceSet = Source::ALL.into_iter().filter(|source| facts.holds(*source)).collect();
        facts.captured = there;
        facts.clock.silence = Silence::find(&facts.clock, &facts.objects, &facts.logs);
        facts.index();
        facts
    }

    /// What the captured GatewayAgents break of the dataplane's rules; computed at the first call.
    #[must_use]
    pub fn violations(&self) -> &[AgentViolation] {
        self.violations.get_or_init(|| violations::recompute(self))
    }

    /// Fills the indices.
    fn index(&mut self) {
        for (index, pod) in self.objects.pods.objects.iter().enumerate() {
            if let Some((gateway, role)) = PodRole::of(pod) {
                self.gateway_pods.entry(gateway.to_owned()).or_default().push((index, role));
            }
            if !pod.spec.node_name.is_empty() {
                self.node_pods.entry(pod.spec.node_name.clone()).or_default().push(index);
            }
        }
        for event in &self.objects.events.objects {
            if let Some((node, time)) = reboot::announced(&event.spec) {
                self.reboots.entry(node.to_owned()).or_default().push(time);
            }
        }
    }

    /// True if the source is in the capture.
    #[must_use]
    pub fn captured(&self, source: Source) -> bool {
        self.captured.contains(source)
    }

    /// True if the capture shows a Hedgehog installation: only then do rules about nodes and pods look.
    #[must_use]
    pub fn holds_fabric(&self) -> bool {
        self.holds_gateways()
            || !self.objects.agents.objects.is_empty()
            || !self.objects.switches.objects.is_empty()
            || !self.objects.connections.objects.is_empty()
            || !self.objects.fabricators.objects.is_empty()
    }

    /// True if the capture shows a gateway in any form: only then are gateway rules worth a word.
    #[must_use]
    pub fn holds_gateways(&self) -> bool {
        !self.gateways.is_empty()
            || !self.objects.peerings.objects.is_empty()
            || !self.objects.vpc_infos.objects.is_empty()
            || !self.objects.gateway_groups.objects.is_empty()
    }

    fn holds(&self, source: Source) -> bool {
        use crate::parse::log::Stream;
        let log = |stream: Stream| self.logs.iter().any(|log| log.stream == stream);
        let data = |has: fn(&GatewayData) -> bool| self.gateways.iter().any(has);
        if let Some(count) = self.objects.count(source) {
            return count > 0;
        }
        match source {
            Source::CaptureTime => self.clock.quality > Quality::Unknown,
            Source::DataplaneLog => log(Stream::Dataplane),
            Source::FrrLog => log(Stream::Frr),
            Source::AgentLog => log(Stream::GatewayAgent25),
            Source::ControllerLog => log(Stream::FabricCtrl) || log(Stream::GatewayCtrl),
            Source::NodeJournal => log(Stream::Journal),
            Source::AlloyLog => log(Stream::Alloy),
            Source::SwitchAgentLog => log(Stream::SwitchAgent),
            Source::SwitchSyslog => log(Stream::SwitchSyslog),
            Source::DhcpdLog => log(Stream::Dhcpd),
            Source::BootLog => log(Stream::Boot),
            Source::FabricatorLog => log(Stream::FabricatorCtrl),
            Source::ShowTech => data(|g| g.show_tech.is_some()),
            Source::FrrBgpSummary => data(|g| g.bgp_summary.is_some()),
            Source::FrrBfdPeers => data(|g| g.bfd_peers.is_some()),
            Source::FrrRoutes => data(|g| g.routes.is_some()),
            Source::FrrRunningConfig => data(|g| g.running_config.is_some()),
            Source::FrrRpcStats => data(|g| g.rpc_stats.is_some()),
            Source::GatewayMetrics => data(|g| g.metrics.is_some()),
            Source::NodeLinks => data(|g| g.links.is_some()),
            Source::SwitchRoutes => !self.switch_routes.is_empty(),
            Source::Expectation => !self.options.expect.is_empty(),
            Source::Symptom => self.options.symptom.is_some(),
            _ => false,
        }
    }
}
