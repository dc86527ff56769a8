//! Is a gateway new, rebooted, alive, healthy? Derived once, used by all rules (gateway reference 8, Terms).

use super::{Context, Event, Gw, Node, Object, Pod, PodRole, PodView};
use crate::model::Time;

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
fn node_ready(node: &Object<Node>) -> Option<bool> {
    node.status.conditions.iter().find(|c| c.kind == "Ready").map(|c| c.status == "True")
}

impl<'b> Gw<'_, 'b> {
    /// A gateway that is being installed: its Gateway (or GatewayAgent) is younger than 5 minutes or its node
    /// joined less than 15 minutes ago, and its pods are absent, only starting, or run for the first time for
    /// less than 2 minutes. A failed start ends the excuse.
    #[must_use]
    pub fn is_new(&self) -> bool {
        let object_age = self
            .gateway()
            .and_then(|gateway| self.cx.object_age(gateway))
            .or_else(|| self.agent().and_then(|agent| self.cx.object_age(agent)));
        let young_object = object_age.is_some_and(|age| age.under(300));
        let young_node = self.node().and_then(|node| self.cx.object_age(node)).is_some_and(|age| age.under(900));
        if !(young_object || young_node) {
            return false;
        }
        let mut youngest: Option<i64> = None;
        let mut all_running = true;
        for pod in self.all_pods() {
            if pod.table_only() {
                let Some(table) = pod.table() else { continue };
                if matches!(table.status.as_str(), "PodInitializing" | "ContainerCreating" | "Pending")
                    || (table.status.starts_with("Init:")
                        && !table.status.contains("Err")
                        && !table.status.contains("Crash"))
                {
                    all_running = false;
                    continue;
                }
                if table.restarts > 0 || table.status != "Running" {
                    return false;
                }
                if let Some(age) = pod.age(self.cx) {
                    youngest = Some(youngest.map_or(age.seconds, |y| y.min(age.seconds)));
                }
                continue;
            }
            for container in pod.all_containers() {
                if container.image_failure() || container.waiting() == "CrashLoopBackOff" {
                    return false;
                }
                if container.last_end().is_some_and(|end| end.exit_code != 0) || container.status.restart_count > 0 {
                    return false;
                }
                if container.init {
                    continue;
                }
                match container.started_at().and_then(|time| self.cx.age(time)) {
                    Some(age) => youngest = Some(youngest.map_or(age.seconds, |y| y.min(age.seconds))),
                    None => all_running = false,
                }
            }
        }
        !all_running || youngest.is_none_or(|seconds| seconds < 120)
    }

    /// Heartbeat at most 60 s old; none if it cannot be judged.
    #[must_use]
    pub fn live(&self) -> Option<bool> {
        let agent = self.agent()?;
        let beat = self.heartbeat()?;
        match beat {
            Time::Age { .. } => {}
            _ if !self.cx.can_judge_age(agent) => return None,
            _ => {}
        }
        let age = self.cx.age(beat)?;
        Some(!age.over(60))
    }

    /// Why the gateway cannot work, from its node and pods.
    #[must_use]
    pub fn deaths(&self) -> Vec<Death> {
        let mut deaths = Vec::new();
        match self.node() {
            Some(node) if node_ready(node) == Some(false) => deaths.push(Death::Node),
            None if self.cx.complete::<Node>() => deaths.push(Death::Node),
            _ => {}
        }
        if self.cx.complete::<Pod>() && !self.is_new() {
            let old_enough =
                self.gateway().is_none_or(|gateway| self.cx.object_age(gateway).is_none_or(|age| age.over(120)));
            let roles = [PodRole::Dataplane, PodRole::Frr];
            if old_enough && roles.into_iter().any(|role| self.pods(role).is_empty()) {
                deaths.push(Death::PodMissing);
            }
        }
        if self.pods(PodRole::Dataplane).into_iter().any(|pod| self.pod_is_down(pod, "dataplane")) {
            deaths.push(Death::Dataplane);
        }
        if self.pods(PodRole::Frr).into_iter().any(|pod| self.pod_is_down(pod, "frr")) {
            deaths.push(Death::Frr);
        }
        deaths
    }

    /// The container does not run, or is not ready for more than 60 s after its start.
    fn pod_is_down(&self, pod: PodView<'b>, container: &str) -> bool {
        if pod.table_only() {
            let Some(table) = pod.table() else { return false };
            let old = pod.age(self.cx).is_none_or(|age| age.over(120));
            // 1/2 of an frr pod cannot tell which container is down.
            return old && table.status != "Running" && table.status != "Completed";
        }
        pod.all_containers().iter().filter(|view| view.init || view.status.name == container).any(|view| {
            if view.init {
                return view.waiting() == "CrashLoopBackOff"
                    || view.image_failure()
                    || view.status.state.terminated.as_ref().is_some_and(|end| end.exit_code != 0);
            }
            if view.waiting() == "CrashLoopBackOff"
                || view.image_failure()
                || view.status.state.terminated.as_ref().is_some_and(|end| end.exit_code != 0)
            {
                return true;
            }
            !view.status.ready && view.started_at().and_then(|time| self.cx.age(time)).is_some_and(|age| age.over(60))
        })
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
    /// "Rebooted together": the end of a container belongs to a reboot of its node if containers of every
    /// pod of the node ended within 2 minutes of it, or the node became ready or an event tells of a reboot
    /// within 5 minutes of it (gateway reference 8, Terms).
    #[must_use]
    pub fn rebooted_together(&self, node: &str, end: Time) -> bool {
        let Some(end) = end.at() else { return false };
        let near = |time: Option<Time>, seconds: i64| {
            time.and_then(Time::at).is_some_and(|at| at.as_second().abs_diff(end.as_second()) <= seconds.unsigned_abs())
        };
        let node_object = self.find::<Node>(node);
        let became_ready = node_object.is_some_and(|node| {
            node.status.conditions.iter().any(|c| c.kind == "Ready" && near(c.last_transition_time, 300))
        });
        if became_ready {
            return true;
        }
        let announced = self.list::<Event>().iter().any(|event| {
            let body = &event.spec;
            let object = body.object();
            object.kind == "Node"
                && object.name == node
                && (body.reason == "Rebooted" || (body.reason == "Starting" && body.text().contains("kubelet")))
                && near(body.last(), 300)
        });
        if announced {
            return true;
        }
        let mut pods = self.list::<Pod>().iter().filter(|pod| pod.spec.node_name == node).peekable();
        pods.peek().is_some()
            && pods.clone().count() > 2
            && pods.all(|pod| {
                pod.status.container_statuses.iter().any(|status| {
                    let ended = status
                        .last_state
                        .terminated
                        .as_ref()
                        .or(status.state.terminated.as_ref())
                        .and_then(|end| end.finished_at);
                    near(ended, 120)
                })
            })
    }
}
