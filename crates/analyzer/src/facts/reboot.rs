//! What ended because its node was rebooted (gateway reference 8, Terms).

use super::{Context, Node, Object, Pod, PodRole};
use crate::model::{Event, Time};

/// Seconds between two starts or ends in one reboot.
const ONE_REBOOT: i64 = 120;
/// Seconds between the end of a container and what tells of the reboot.
const AROUND_REBOOT: i64 = 300;

/// The node that an event says was rebooted, and when.
pub(super) fn announced(event: &Event) -> Option<(&str, Time)> {
    let object = event.object();
    let reboot = event.reason == "Rebooted" || (event.reason == "Starting" && event.text().contains("kubelet"));
    (reboot && object.kind == "Node").then_some((object.name.as_str(), event.last()?))
}

impl Context<'_> {
    /// Seconds between two times; of table ages as far as their unit tells.
    fn apart(&self, a: Time, b: Time) -> Option<i64> {
        if let (Time::At(a), Time::At(b)) = (a, b) {
            return Some(a.as_second().saturating_sub(b.as_second()).saturating_abs());
        }
        let (a, b) = (self.age(a)?, self.age(b)?);
        Some(a.seconds.saturating_sub(b.seconds).saturating_abs())
    }

    /// "Rebooted together": the end of a container belongs to a reboot of its node if containers of every
    /// pod of the node (not only of the gateway's own) ended within 2 minutes of it, or the node's condition
    /// Ready changed or an event tells of a reboot within 5 minutes of it (gateway reference 8, Terms).
    #[must_use]
    pub fn rebooted_together(&self, node: &str, end: Time) -> bool {
        let near = |time: Option<Time>, seconds: i64| {
            let apart = time.and_then(|time| self.apart(time, end));
            end != Time::Never && apart.is_some_and(|apart| apart <= seconds)
        };
        let node_object = self.find::<Node>(node);
        let became_ready = node_object.is_some_and(|node| {
            let mut ready = node.status.conditions.iter().filter(|c| c.kind == "Ready");
            ready.any(|c| near(c.last_transition_time, AROUND_REBOOT))
        });
        if became_ready {
            return true;
        }
        let announced = self.reboots_of(node).iter().any(|time| near(Some(*time), AROUND_REBOOT));
        announced || self.all_ended_at(node, &|time| near(time, ONE_REBOOT), end)
    }

    /// Containers of every pod of the node ended then. Pods that were made later or are done do not count.
    fn all_ended_at(&self, node: &str, near: &dyn Fn(Option<Time>) -> bool, end: Time) -> bool {
        let later = |pod: &Object<Pod>| match (pod.meta.creation_timestamp, end) {
            (Some(Time::At(created)), Time::At(end)) => created > end,
            _ => false,
        };
        let mut others = false;
        for pod in self.pods_on(node) {
            if later(pod) || matches!(pod.status.phase.as_str(), "Succeeded" | "Failed") {
                continue;
            }
            let ended = pod.status.container_statuses.iter().any(|status| {
                [&status.state, &status.last_state]
                    .into_iter()
                    .any(|state| near(state.terminated.as_ref().and_then(|end| end.finished_at)))
            });
            if !ended {
                return false;
            }
            others |= PodRole::of(pod).is_none();
        }
        others
    }
}
