//! One gateway, seen through everything that was captured of it.

use super::{
    Age, Context, DaemonSet, Gateway, GatewayAgent, Insight, LogRef, Node, Object, Output, PodRole, PodView, VpcMetrics,
};
use crate::finding::{Key, Subject};
use crate::model::Time;
use crate::model::gateway::GatewaySpec;
use crate::parse::command::{BfdPeers, BgpSummary, RouteTables, RpcStats, RunningConfig, ShowTech, Spanned};
use crate::parse::log::Stream;

use crate::rule::Source;

/// What was captured on a gateway beside its objects.
#[derive(Debug, Default)]
pub struct GatewayData {
    /// Name; equals the Kubernetes node's.
    pub name: String,
    /// True where nothing names the gateway that an output or log is of; `name` is the entry's then.
    pub loose: bool,
    /// `dataplane: show tech`.
    pub show_tech: Option<Output<ShowTech>>,
    /// `frr: show bgp summary`.
    pub bgp_summary: Option<Output<BgpSummary>>,
    /// `frr: show bfd peers`.
    pub bfd_peers: Option<Output<BfdPeers>>,
    /// `frr: show ip route vrf all`.
    pub routes: Option<Output<RouteTables>>,
    /// `frr: show running-config`.
    pub running_config: Option<Output<RunningConfig>>,
    /// `frr: show hedgehog rpc stats`.
    pub rpc_stats: Option<Output<RpcStats>>,
    /// Prometheus text of the dataplane.
    pub metrics: Option<Output<VpcMetrics>>,
    /// Answer of curl where there are no metrics (`connection refused`).
    pub metrics_failure: Option<Output<String>>,
    /// `ip link`.
    pub links: Option<Output<Vec<Spanned<String>>>>,
    /// Every output of a dump for this gateway, failed ones included.
    pub insights: Vec<Insight>,
}

/// A gateway as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Gw<'c, 'b> {
    pub(super) cx: &'c Context<'b>,
    data: &'b GatewayData,
}

impl<'c, 'b> Gw<'c, 'b> {
    pub(super) fn new(cx: &'c Context<'b>, data: &'b GatewayData) -> Self {
        Self { cx, data }
    }

    /// The context that the handle records to.
    #[must_use]
    pub fn cx(&self) -> &'c Context<'b> {
        self.cx
    }

    /// Name.
    #[must_use]
    pub fn name(&self) -> &'b str {
        &self.data.name
    }

    /// True where nothing names the gateway: the name is that of the entry.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.data.loose
    }

    /// Join key.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::Gateway(self.data.name.clone())
    }

    /// Join keys of the gateway and of every group that it is a member of.
    #[must_use]
    pub fn keys_with_groups(&self) -> Vec<Key> {
        let mut keys = vec![self.key()];
        keys.extend(self.groups().into_iter().map(|(group, _)| Key::Group(group)));
        keys
    }

    /// The Gateway object.
    #[must_use]
    pub fn gateway(&self) -> Option<&'b Object<Gateway>> {
        self.cx.find::<Gateway>(self.name())
    }

    /// The GatewayAgent object.
    #[must_use]
    pub fn agent(&self) -> Option<&'b Object<GatewayAgent>> {
        self.cx.find::<GatewayAgent>(self.name())
    }

    /// The GatewayAgent as a subject, captured or not.
    #[must_use]
    pub fn agent_subject(&self) -> Subject {
        let namespace = self.agent().map_or("default", |agent| agent.meta.namespace.as_str());
        Subject::new("GatewayAgent", namespace, self.name())
    }

    /// The Gateway as a subject, captured or not.
    #[must_use]
    pub fn gateway_subject(&self) -> Subject {
        let namespace = self.gateway().map_or("default", |gateway| gateway.meta.namespace.as_str());
        Subject::new("Gateway", namespace, self.name())
    }

    /// Spec of the Gateway; of its copy in the GatewayAgent where Gateways are not captured.
    #[must_use]
    pub fn spec(&self) -> Option<&'b GatewaySpec> {
        self.gateway()
            .map(|gateway| &gateway.spec)
            .filter(|spec| !spec.vtep_ip.is_empty() || !spec.neighbors.is_empty())
            .or_else(|| self.agent().map(|agent| &agent.spec.gateway))
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> Option<&'b Object<Node>> {
        self.cx.find::<Node>(self.name())
    }

    /// Pods of a role, by name. During a rollout there can be two.
    #[must_use]
    pub fn pods(&self, role: PodRole) -> Vec<PodView<'b>> {
        self.cx.pods_of(self.name()).filter(|pod| pod.role == role).collect()
    }

    /// Pods of all roles.
    #[must_use]
    pub fn all_pods(&self) -> Vec<PodView<'b>> {
        self.cx.pods_of(self.name()).collect()
    }

    /// DaemonSet of a role.
    #[must_use]
    pub fn daemon_set(&self, role: PodRole) -> Option<&'b Object<DaemonSet>> {
        self.cx.find::<DaemonSet>(&format!("gw--{}--{}", self.name(), role.name()))
    }

    /// Time of the last status write; in the 25.05 form that of the last collection.
    #[must_use]
    pub fn heartbeat(&self) -> Option<Time> {
        let agent = self.agent()?;
        let set = |time: Option<Time>| time.filter(|time| *time != Time::Never);
        set(agent.status.last_heartbeat)
            .or_else(|| if self.is_25_05() { set(agent.status.state.last_collected_time) } else { None })
    }

    /// Route of the field that [`Gw::heartbeat`] read.
    #[must_use]
    pub fn heartbeat_route(&self) -> &'static [&'static str] {
        if self.is_25_05() { &["status", "state", "lastCollectedTime"] } else { &["status", "lastHeartbeat"] }
    }

    /// Age of the heartbeat, where it can be judged.
    #[must_use]
    pub fn heartbeat_age(&self) -> Option<Age> {
        self.cx.heartbeat_age(self.agent()?, self.heartbeat()?)
    }

    /// Start of the running dataplane container.
    #[must_use]
    pub fn dataplane_started(&self) -> Option<Time> {
        self.pods(PodRole::Dataplane).into_iter().find_map(|pod| pod.container("dataplane")?.started_at())
    }

    /// Start of the running frr container.
    #[must_use]
    pub fn frr_started(&self) -> Option<Time> {
        self.pods(PodRole::Frr).into_iter().find_map(|pod| pod.container("frr")?.started_at())
    }

    fn log_of(&self, stream: Stream, previous: bool) -> Option<LogRef<'b>> {
        self.cx.logs(stream).find(|log| log.log.previous == previous && log.log.gateway.as_deref() == Some(self.name()))
    }

    /// Log of a container of one of its pods; of containers that no literal is looked for in, too.
    #[must_use]
    pub fn container_log(&self, pod: PodView<'_>, container: &str, previous: bool) -> Option<LogRef<'b>> {
        let stream = match (pod.role, container) {
            (PodRole::Dataplane, "dataplane") => Stream::Dataplane,
            (PodRole::Frr, "frr") => Stream::Frr,
            (PodRole::Agent, "agent") => Stream::GatewayAgent25,
            _ => Stream::Any,
        };
        let mine = |log: &LogRef<'b>| {
            log.log.previous == previous
                && log.log.gateway.as_deref() == Some(self.name())
                && (log.log.pod.is_empty() || log.log.pod == pod.name())
                && (stream != Stream::Any || log.log.container == container)
        };
        self.cx.logs(stream).find(mine)
    }

    /// Log of the dataplane container.
    #[must_use]
    pub fn dataplane_log(&self) -> Option<LogRef<'b>> {
        self.log_of(Stream::Dataplane, false)
    }

    /// Log of the previous dataplane container.
    #[must_use]
    pub fn dataplane_log_previous(&self) -> Option<LogRef<'b>> {
        self.log_of(Stream::Dataplane, true)
    }

    /// Log of the frr container.
    #[must_use]
    pub fn frr_log(&self) -> Option<LogRef<'b>> {
        self.log_of(Stream::Frr, false)
    }

    /// Log of the previous frr container.
    #[must_use]
    pub fn frr_log_previous(&self) -> Option<LogRef<'b>> {
        self.log_of(Stream::Frr, true)
    }

    /// Log of the agent container (25.05).
    #[must_use]
    pub fn agent_log(&self) -> Option<LogRef<'b>> {
        self.log_of(Stream::GatewayAgent25, false)
    }

    /// Journal of k3s-agent on the gateway's node.
    #[must_use]
    pub fn node_journal(&self) -> Option<LogRef<'b>> {
        self.log_of(Stream::Journal, false)
    }

    /// Log of Alloy on the gateway's node.
    #[must_use]
    pub fn alloy_log(&self) -> Option<LogRef<'b>> {
        self.log_of(Stream::Alloy, false)
    }

    /// `show tech` of the dataplane.
    #[must_use]
    pub fn show_tech(&self) -> Option<&'b Output<ShowTech>> {
        self.cx.note(Source::ShowTech);
        self.data.show_tech.as_ref()
    }

    /// FRR `show bgp summary`.
    #[must_use]
    pub fn bgp_summary(&self) -> Option<&'b Output<BgpSummary>> {
        self.cx.note(Source::FrrBgpSummary);
        self.data.bgp_summary.as_ref()
    }

    /// FRR `show bfd peers`.
    #[must_use]
    pub fn bfd_peers(&self) -> Option<&'b Output<BfdPeers>> {
        self.cx.note(Source::FrrBfdPeers);
        self.data.bfd_peers.as_ref()
    }

    /// FRR `show ip route vrf all`.
    #[must_use]
    pub fn routes(&self) -> Option<&'b Output<RouteTables>> {
        self.cx.note(Source::FrrRoutes);
        self.data.routes.as_ref()
    }

    /// FRR `show running-config`.
    #[must_use]
    pub fn running_config(&self) -> Option<&'b Output<RunningConfig>> {
        self.cx.note(Source::FrrRunningConfig);
        self.data.running_config.as_ref()
    }

    /// FRR `show hedgehog rpc stats`.
    #[must_use]
    pub fn rpc_stats(&self) -> Option<&'b Output<RpcStats>> {
        self.cx.note(Source::FrrRpcStats);
        self.data.rpc_stats.as_ref()
    }

    /// Prometheus text of the dataplane.
    #[must_use]
    pub fn metrics(&self) -> Option<&'b Output<VpcMetrics>> {
        self.cx.note(Source::GatewayMetrics);
        self.data.metrics.as_ref()
    }

    /// Curl's answer where there were no metrics.
    #[must_use]
    pub fn metrics_failure(&self) -> Option<&'b Output<String>> {
        self.cx.note(Source::GatewayMetrics);
        self.data.metrics_failure.as_ref()
    }

    /// Interfaces of the gateway's node.
    #[must_use]
    pub fn node_links(&self) -> Option<&'b Output<Vec<Spanned<String>>>> {
        self.cx.note(Source::NodeLinks);
        self.data.links.as_ref()
    }

    /// Outputs of a dump for this gateway, failed ones included.
    #[must_use]
    pub fn insights(&self) -> &'b [Insight] {
        self.cx.note(Source::ShowTech);
        &self.data.insights
    }
}
