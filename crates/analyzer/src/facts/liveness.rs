//! Is a gateway new, rebooted, alive, healthy? Derived once, used by all rules (gateway reference 8, Terms).

use super::pod_state::START_WITHIN;
use super::{
    ClockOff, Context, DaemonSet, Fabricator, Fault, FaultKind, Form, Gw, Node, Object, Pod, PodRole, PodView,
};

/// Why a gateway cannot work, from its node and pods alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Death {
    /// Its node is not ready or missing.
    Node,
    /// A pod is missing although its object is old enough.
    PodMissing,
    /// The dataplane (or an image or init container of a pod) does not run.
    Dataplane,
    /// FRR does not run.
    Frr,
}

/// State of a gateway as far as the capture tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Why it is dead; empty if nothing says so.
    pub deaths: Vec<Death>,
    /// Heartbeat at most 60 s old; none if that cannot be told.
    pub live: Option<bool>,
    /// Sessions of configured neighbours: established, all known; none if not captured.
    pub sessions: Option<(usize, usize)>,
    /// Generation applied; none if not captured.
    pub applied: Option<bool>,
}

impl Health {
    /// True if nothing says that it is not working, and its heartbeat and a session say that it is.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.deaths.is_empty() && self.live == Some(true) && self.sessions.is_none_or(|(up, _)| up > 0)
    }

    /// True if it certainly serves nobody: dead, silent for two minutes, or without any session.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        !self.deaths.is_empty() || self.live == Some(false) || matches!(self.sessions, Some((0, all)) if all > 0)
    }
}

/// `True` condition of a node.
pub(super) fn node_ready(node: &Object<Node>) -> Option<bool> {
    node.status.conditions.iter().find(|c| c.kind == "Ready").map(|c| c.status == "True")
}

/// A gateway that is younger than this is new.
const NEW_GATEWAY: i64 = 300;
/// A node that joined less than this ago makes its gateway new.
const NEW_NODE: i64 = 900;
/// First containers run for less than this on a new gateway.
const FIRST_RUN: i64 = 120;

/// First starts of a new gateway's containers.
#[derive(Debug, Default)]
struct Starts {
    /// Age of the youngest, in seconds.
    youngest: Option<i64>,
    /// A container has not started yet.
    waiting: bool,
}

impl Starts {
    fn ran(&mut self, seconds: i64) {
        self.youngest = Some(self.youngest.map_or(seconds, |known| known.min(seconds)));
    }
}

impl<'b> Gw<'_, 'b> {
    /// A gateway that is being installed: its Gateway (or, not captured, its GatewayAgent) is younger than
    /// 5 minutes or its node joined less than 15 minutes ago, and its pods are absent, wait only to be created,
    /// or all their containers run for the first time, the youngest for less than 2 minutes. A failed pull, a
    /// crash loop or a bad exit code ends the excuse.
    #[must_use]
    pub fn is_new(&self) -> bool {
        let object_age = match self.gateway() {
            Some(gateway) => self.cx.object_age(gateway),
            None => self.agent().and_then(|agent| self.cx.object_age(agent)),
        };
        let young_object = object_age.is_some_and(|age| age.under(NEW_GATEWAY));
        let young_node = || self.node().and_then(|node| self.cx.object_age(node)).is_some_and(|a| a.under(NEW_NODE));
        if !(young_object || young_node()) {
            return false;
        }
        let mut starts = Starts::default();
        for pod in self.all_pods() {
            let first =
                if pod.table_only() { self.row_starts(pod, &mut starts) } else { self.starts(pod, &mut starts) };
            if !first {
                return false;
            }
        }
        starts.waiting || starts.youngest.is_none_or(|seconds| seconds < FIRST_RUN)
    }

    /// Notes the first starts of a pod's containers; false if it is not in its first start.
    fn starts(&self, pod: PodView<'_>, starts: &mut Starts) -> bool {
        let containers = pod.all_containers();
        starts.waiting |= containers.is_empty();
        for view in &containers {
            let bad_end = view.last_end().is_some_and(|end| end.exit_code != 0);
            let waits = view.status.state.waiting.is_some();
            if bad_end || view.status.restart_count > 0 || (waits && !view.is_starting()) {
                return false;
            }
            if view.init {
                continue;
            }
            match view.started_at().and_then(|time| self.cx.age(time)) {
                Some(age) => starts.ran(age.seconds),
                // A main container that ended is neither waiting nor running.
                None if view.last_end().is_some() => return false,
                None => starts.waiting = true,
            }
        }
        true
    }

    /// The same for a row of a table.
    fn row_starts(&self, pod: PodView<'_>, starts: &mut Starts) -> bool {
        let Some(row) = pod.table() else { return true };
        let creating = matches!(row.status.as_str(), "PodInitializing" | "ContainerCreating" | "Pending");
        // `Init:0/3` counts what is done; other words behind `Init:` are failures.
        let initializing = row.status.strip_prefix("Init:").is_some_and(|done| done.contains('/'));
        if row.restarts > 0 || !(creating || initializing || row.status == "Running") {
            return false;
        }
        match pod.age(self.cx) {
            Some(age) if row.status == "Running" => starts.ran(age.seconds),
            _ => starts.waiting = true,
        }
        true
    }

    /// Heartbeat at most 60 s old; none if it cannot be judged: no capture time, a wrong clock, or everything
    /// else is as old.
    #[must_use]
    pub fn live(&self) -> Option<bool> {
        let age = self.heartbeat_age()?;
        if self.cx.clock().silence.as_ref().is_some_and(|silence| silence.capture_in_doubt) {
            return None;
        }
        if self.ahead().is_some() {
            return None;
        }
        let stale = age.over(super::clock::FRESH);
        if stale && matches!(self.behind(), Some(ClockOff::Behind { zone: false, .. })) {
            return None;
        }
        Some(!stale)
    }

    /// True if the captured GatewayAgent holds nothing that a dataplane writes: it has never reported, however
    /// old the object is. Not where a dump is cut in it. The form of 25.05 has no heartbeat.
    #[must_use]
    pub fn never_reported(&self) -> bool {
        let Some(agent) = self.agent().filter(|_| !self.is_25_05()) else { return false };
        let status = &agent.status;
        let written = self.heartbeat().is_some()
            || status.last_applied_gen != 0
            || !status.state.dataplane.version.is_empty()
            || status.state.last_collected_time.is_some_and(|time| time != crate::model::Time::Never)
            || !status.state.vpcs.is_empty()
            || !status.state.bgp.vrfs.is_empty();
        let cut = self.cx.truncated() && agent.at(&["status"]).is_none();
        !written && !cut
    }

    /// Why the gateway cannot work, from its node and pods.
    #[must_use]
    pub fn deaths(&self) -> Vec<Death> {
        let mut deaths = Vec::new();
        if self.node_is_down() {
            deaths.push(Death::Node);
        }
        if !self.missing_roles().is_empty() || self.unscheduled().next().is_some() {
            deaths.push(Death::PodMissing);
        }
        let faults = self.faults();
        let dead = |role: PodRole| faults.iter().any(|fault| fault.pod.role == role && !fault.is_exporter());
        let unstarted =
            |fault: &Fault<'_>| fault.kind != FaultKind::Down && fault.pod.role == PodRole::Frr && !fault.is_exporter();
        if dead(PodRole::Dataplane) || faults.iter().any(unstarted) {
            deaths.push(Death::Dataplane);
        }
        if dead(PodRole::Frr) {
            deaths.push(Death::Frr);
        }
        deaths
    }

    /// Its node is not ready, or is missing in a complete list of nodes although its Gateway exists.
    #[must_use]
    pub fn node_is_down(&self) -> bool {
        match self.node() {
            Some(node) => node_ready(node) == Some(false),
            None => self.cx.complete::<Node>() && self.gateway().is_some() && !self.cx.gateways_disabled(),
        }
    }

    /// DaemonSets of its roles that run nowhere: no node is wanted, or a pod is wanted and none exists. Not
    /// while the DaemonSet was only just made.
    pub fn unscheduled(&self) -> impl Iterator<Item = (PodRole, &'b Object<DaemonSet>)> {
        let listed = self.cx.complete::<Pod>() && self.cx.list::<Pod>().iter().any(|pod| pod.meta.namespace == "fab");
        [PodRole::Dataplane, PodRole::Frr, PodRole::Agent].into_iter().filter_map(move |role| {
            let set = self.daemon_set(role)?;
            let status = &set.status;
            let wanted = set.at(&["status", "desiredNumberScheduled"]).is_some();
            if status.observed_generation < set.meta.generation || !wanted {
                return None;
            }
            let desired = status.desired_number_scheduled;
            let no_pod = listed && self.pods(role).is_empty();
            (desired == 0 || (desired > status.number_ready && no_pod)).then_some((role, set))
        })
    }

    /// Roles whose pod is missing in a complete list of pods, for a Gateway that is older than 2 minutes.
    #[must_use]
    pub fn missing_roles(&self) -> Vec<PodRole> {
        let Some(gateway) = self.gateway() else { return Vec::new() };
        // A list of another namespace is no list of the gateways' pods.
        let listed = self.cx.complete::<Pod>() && self.cx.list::<Pod>().iter().any(|pod| pod.meta.namespace == "fab");
        let young = self.cx.object_age(gateway).is_some_and(|age| !age.over(START_WITHIN));
        if !listed || young || self.cx.gateways_disabled() {
            return Vec::new();
        }
        let roles: &[PodRole] = if self.is_25_05() {
            &[PodRole::Agent, PodRole::Dataplane, PodRole::Frr]
        } else {
            &[PodRole::Dataplane, PodRole::Frr]
        };
        let there: Vec<PodRole> = self.cx.pods_of(self.name()).map(|pod| pod.role).collect();
        roles.iter().copied().filter(|role| !there.contains(role)).collect()
    }

    /// Established and all configured neighbours, from the GatewayAgent's status. None where the status has
    /// no usable BGP section.
    #[must_use]
    pub fn sessions(&self) -> Option<(usize, usize)> {
        let sessions = self.bgp_sessions()?;
        let all = sessions.configured().count();
        if all == 0 || !sessions.reported || sessions.unknown_key.is_some() {
            return None;
        }
        Some((sessions.up(), all))
    }

    /// Everything above in one.
    #[must_use]
    pub fn health(&self) -> Health {
        Health {
            deaths: self.deaths(),
            live: self.live(),
            sessions: self.sessions(),
            applied: self.agent().map(|agent| agent.meta.generation == agent.status.last_applied_gen),
        }
    }
}

impl Context<'_> {
    /// True if the Fabricator says that gateways are not in use.
    #[must_use]
    pub fn gateways_disabled(&self) -> bool {
        self.list::<Fabricator>().iter().any(|fabricator| {
            let config = fabricator.at(&["spec", "config"]).is_some();
            fabricator.raw.form == Form::Full && config && !fabricator.spec.config.gateway.enable
        })
    }
}

#[cfg(test)]
#[path = "liveness_tests.rs"]
mod tests;
